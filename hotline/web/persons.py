"""Persons over HTTP: what the gate knows of them, told and looked up; every look and every change is audited."""

import asyncio
import time
from collections.abc import Callable
from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path

from calls.errors import BadInput
from dialer.governor.questions import Channel
from hotline.contacts.cells import zone_of
from hotline.governing.gate import Answers
from hotline.governing.granting import grantable
from hotline.governing.looked_at import unheard_list, unheard_purpose
from hotline.governing.published import InForce
from hotline.governing.subjects import read_number
from hotline.persons import changing, consents, exceptions, lists, register
from hotline.persons.parties import Party, the_one
from hotline.persons.told import known, person_as_data
from hotline.site import audit
from hotline.site.instants import instant
from hotline.suppression.entries import Wish
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body

_Key = Annotated[str, pydantic.Field(max_length=64)]
_Text = Annotated[str, pydantic.Field(max_length=255)]
_When = Annotated[str, pydantic.Field(max_length=64)]
_PersonPath = Annotated[str, Path(description="Their key at the site.", examples=["c1001"])]
_Row = Annotated[int, Path(description="Its number.", examples=[17])]


class Whom(Body):
    """Whom it is about: one of the three."""

    person: Annotated[_Key, pydantic.Field(examples=["c1001"])] = ""
    number: _Key = ""
    account: _Key = ""


class Saying(Body):
    """Where something comes from, and who says so."""

    source: Annotated[_Key, pydantic.Field(examples=["crm"])]
    author: Annotated[_Key, pydantic.Field(description="Who says so; left out: the client.")] = ""


class LookRequest(Whom):
    """A look at what is known."""

    history: Annotated[bool, pydantic.Field(description="What was ended or undone, too.")] = False


class PersonRequest(Saying):
    """What is told of a person; what is left out stays as it is."""

    numbers: Annotated[tuple[_Key, ...], pydantic.Field(max_length=50, examples=[["13800138000"]])] = ()
    accounts: Annotated[tuple[_Key, ...], pydantic.Field(max_length=200, examples=[["L-77"]])] = ()
    tier: Annotated[_Key | None, pydantic.Field(examples=["gold"])] = None
    zone: Annotated[_Key | None, pydantic.Field(examples=["Asia/Shanghai"])] = None
    region: Annotated[_Key | None, pydantic.Field(examples=["CN-31"])] = None


class ConsentRequest(Whom, Saying):
    """A word on calls for one purpose."""

    purpose: Annotated[_Key, pydantic.Field(description="A category, a scene, or all.", examples=["marketing"])]
    given: Annotated[bool, pydantic.Field(description="False: refused, or taken back.", examples=[True])]
    channel: Annotated[
        Channel | None, pydantic.Field(description="Left out: calls by any way.", examples=["human"])
    ] = None
    at: Annotated[
        _When | None, pydantic.Field(description="When it was said; left out: now.", examples=["2026-01-05T10:30"])
    ] = None
    until: Annotated[_When | None, pydantic.Field(description="The last day, or its end.", examples=["2028-01-05"])] = (
        None
    )
    evidence: Annotated[_Text, pydantic.Field(examples=["call:4711"])] = ""


class ListRequest(Saying):
    """An entry of a list, for a person or an account."""

    person: Annotated[_Key, pydantic.Field(examples=["c1001"])] = ""
    account: _Key = ""
    list: Annotated[_Key, pydantic.Field(examples=["vulnerable"])]
    reason: Annotated[_Text, pydantic.Field(examples=["said so on the phone"])]
    scope: Annotated[str, pydantic.Field(max_length=96)] = ""
    until: Annotated[
        _When | None, pydantic.Field(description="The last day, or its end; left out: none.", examples=["2099-12-31"])
    ] = None


class ExceptionRequest(Whom):
    """An exception of a policy, granted to one."""

    exception: Annotated[str, pydantic.Field(max_length=128, examples=["house.evenings"])]
    reason: Annotated[_Text, pydantic.Field(examples=["asked for evenings"])]
    until: Annotated[_When, pydantic.Field(examples=["2026-12-31"])]
    author: _Key = ""


class UndoRequest(Body):
    """Why something is taken back."""

    reason: Annotated[_Text, pydantic.Field(examples=["the wrong customer"])]
    author: _Key = ""


class UnlinkRequest(Body):
    """A number or an account that is a person's no more: one of the two."""

    number: Annotated[_Key, pydantic.Field(examples=["13800138000"])] = ""
    account: _Key = ""
    reason: Annotated[_Text, pydantic.Field(examples=["another owner"])]
    author: _Key = ""


def add(app: FastAPI, controller: Controller, guard: Guard, answers: Answers) -> None:
    """Put the requests into `app`."""
    Knows = Annotated[Client, Depends(guard.needs("know_persons"))]
    Tells = Annotated[Client, Depends(guard.needs("tell_persons"))]
    Grants = Annotated[Client, Depends(guard.needs("grant_exceptions"))]

    async def done(what: str, about: str, client: Client, act: Callable[[], Any]) -> Any:
        """Write it down, then do it, beside the event loop."""

        def audited() -> Any:
            audit.note(controller.database.parent, what, about, client.name)
            return act()

        try:
            return await asyncio.to_thread(audited)
        except (BadInput, ValueError) as error:
            raise HTTPException(422, str(error)) from error

    def party_of(whom: Whom | ListRequest) -> Party:
        number = whom.number if isinstance(whom, Whom) else ""
        try:
            return the_one(whom.person, read_number(number, controller.region) if number else "", whom.account)
        except (BadInput, ValueError) as error:
            raise HTTPException(422, str(error)) from error

    def heard(ask: Callable[[InForce, str], str], word: str) -> None:
        try:
            ask(answers.gate.in_force, word)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error

    def at(text: str | None, *, end: bool = False) -> float | None:
        try:
            return None if text is None else instant(text, controller.zone, end=end)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error

    @app.post("/persons/known", tags=["persons"])
    async def look(wanted: LookRequest, client: Knows) -> dict[str, Any]:
        """All that the gate knows of a person, a number or an account; numbers masked."""
        party = party_of(wanted)
        about = f"what is known of {party.key}"
        found: dict[str, Any] = await done(
            f"{party.kind} looked up", about, client, lambda: known(controller.database, party, over=wanted.history)
        )
        return found

    @app.post("/persons/{person}", tags=["persons"])
    async def tell(person: _PersonPath, wanted: PersonRequest, client: Tells) -> dict[str, Any]:
        """Tell of a person: numbers and accounts are added to theirs; a number may be several persons'."""

        def act() -> dict[str, Any]:
            said = register.Told(
                tier=wanted.tier,
                zone=zone_of(wanted.zone) if wanted.zone else wanted.zone,
                region=wanted.region,
                numbers=tuple(read_number(one, controller.region) for one in wanted.numbers),
                accounts=tuple(Party("account", one).checked().key for one in wanted.accounts),
                source=wanted.source,
                author=client.author_or(wanted.author),
            )
            register.tell(controller.database, person, said)
            return person_as_data(register.person_of(controller.database, person))

        found: dict[str, Any] = await done("person told of", person, client, act)
        return found

    @app.post("/persons/{person}/unlink", tags=["persons"])
    async def unlink(person: _PersonPath, wanted: UnlinkRequest, client: Tells) -> dict[str, Any]:
        """A number or an account is theirs no more; what was is kept."""
        party = party_of(Whom(number=wanted.number, account=wanted.account))
        kind = party.kind
        assert kind != "person"  # none was given
        by = client.author_or(wanted.author)
        about = f"{party.key} is not {person}'s"
        await done(
            "person told of",
            about,
            client,
            lambda: register.unlink(controller.database, person, kind, party.key, by, wanted.reason),
        )
        return {"person": person, "unlinked": kind}

    @app.post("/consents", tags=["persons"])
    async def note(wanted: ConsentRequest, client: Tells) -> dict[str, Any]:
        """Note that somebody consented to calls for a purpose, or refused them. The next decision has it."""
        party = party_of(wanted)
        heard(unheard_purpose, wanted.purpose)
        said_at, until = at(wanted.at), at(wanted.until, end=True)
        word = consents.Word(
            purpose=wanted.purpose,
            given=wanted.given,
            at=time.time() if said_at is None else said_at,
            channel=wanted.channel or "",
            until=until,
            evidence=wanted.evidence,
            source=wanted.source,
            author=client.author_or(wanted.author),
        )
        about = f"{'given' if word.given else 'refused'} for {word.purpose}: {party.kind} {party.key}"
        made = await done("consent noted", about, client, lambda: consents.note(controller.database, party, word))
        return {"consent": made, "purpose": word.purpose, "given": word.given}

    @app.post("/consents/{consent}/undo", tags=["persons"])
    async def undo_consent(consent: _Row, wanted: UndoRequest, client: Tells) -> dict[str, Any]:
        """Take back what was noted by mistake: it counts as never said."""
        return await undone("consents", consent, wanted, client)

    @app.post("/person-lists", tags=["persons"])
    async def put(wanted: ListRequest, client: Tells) -> dict[str, Any]:
        """Put a person or an account on a list: vulnerable, complained, vip, white … Policies say what it means."""
        party, until = party_of(wanted), at(wanted.until, end=True)
        heard(unheard_list, wanted.list)
        wish = Wish(
            list=wanted.list,
            scope=wanted.scope,
            source=wanted.source,
            reason=wanted.reason,
            author=client.author_or(wanted.author),
            until=until,
        )
        about = f"{wish.list}: {party.kind} {party.key}"
        made = await done("put on a list", about, client, lambda: lists.put(controller.database, party, wish))
        return {"entry": made, "list": wish.list}

    @app.post("/person-lists/{entry}/undo", tags=["persons"])
    async def take_off(entry: _Row, wanted: UndoRequest, client: Tells) -> dict[str, Any]:
        """Take an entry off its list; it stays in the history."""
        return await undone("person_lists", entry, wanted, client)

    @app.post("/exceptions", tags=["persons"])
    async def grant(wanted: ExceptionRequest, client: Grants) -> dict[str, Any]:
        """Grant an exception of the published policies, from now on until its end, a year at most."""
        party, until = party_of(wanted), at(wanted.until, end=True)
        given = exceptions.Grant(
            exception=wanted.exception,
            reason=wanted.reason,
            author=client.author_or(wanted.author),
            until=until or 0.0,
        )
        now = answers.gate.in_force

        def act() -> int:
            grantable(now, given.exception)
            return exceptions.grant(controller.database, party, given)

        about = f"{given.exception} to {party.kind} {party.key}: {given.reason}"
        made = await done("exception granted", about, client, act)
        return {"granted": made, "exception": given.exception, "until": given.until}

    @app.post("/exceptions/{exception}/end", tags=["persons"])
    async def end(exception: _Row, wanted: UndoRequest, client: Grants) -> dict[str, Any]:
        """End an exception before its time; it stays in the history."""
        return await undone("granted_exceptions", exception, wanted, client)

    async def undone(table: changing.Table, row: int, wanted: UndoRequest, client: Client) -> dict[str, Any]:
        by = client.author_or(wanted.author)
        about = f"{changing.NAMES[table]} {row}: {wanted.reason}"
        await done(
            "taken back", about, client, lambda: changing.end(controller.database, table, row, by, wanted.reason)
        )
        return {"undone": row}
