"""Cases over HTTP: intake, lists, one with its story, acts, matches. Nothing is acknowledged before it is durable."""

import asyncio
import time
from datetime import datetime
from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path, Query

from calls.errors import BadInput
from calls.ids import CallId
from calls.numbers import masked
from complaints.clocks.book import ClockBook
from complaints.intake.contact import Channel, Contact
from complaints.intake.form import CallFacts, standard_text
from hotline.cases import acts, intake, origins, reading
from hotline.cases.categories import refuse_misspelt
from hotline.cases.filters import refuse_unknown
from hotline.people import users
from hotline.site import audit
from hotline.versions.store import Versions
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.calls import Most
from hotline.web.rights import Client, Guard
from hotline.web.rules_now import RulesNow
from hotline.web.strictness import Body, CallPath, Epoch

CasePath = Annotated[str, Path(description="A case's number.", examples=["2611309000018"])]
Short = Annotated[str, pydantic.Field(max_length=64)]
Filter = Annotated[str, Query(max_length=64)]


class Incoming(Body):
    """What a customer told. The same `source` of a channel is taken in once: send it again after a lost answer."""

    source: Annotated[str, pydantic.Field(min_length=1, max_length=200, examples=["form-20261130-17"])]
    text: Annotated[str, pydantic.Field(max_length=20_000, examples=["扣了我三千块，没有人通知"])] = ""
    subject: Annotated[str, pydantic.Field(max_length=500)] = ""
    channel: Channel = "http"
    at: Annotated[Epoch | None, pydantic.Field(examples=[1_796_000_000.0])] = None
    """When it was said, UTC epoch seconds; unless given, now."""
    caller: Annotated[str, pydantic.Field(max_length=32, examples=["138 0013 8000"])] = ""
    name: Short = ""
    account: Short = ""
    category: Short = "complaint"
    product: Short = ""
    region: Short = ""
    language: Annotated[str, pydantic.Field(max_length=16)] = ""
    reference: Short = ""
    """What somebody else calls the matter: a regulator's file number."""
    about: list[Short] = pydantic.Field(default=[], max_length=20)
    """Agents whom it is about; none of them will handle it."""


class Act(Body):
    """An act on a case, as docs/cases.md has them."""

    kind: Annotated[str, pydantic.Field(max_length=32, examples=["noted"])]
    author: Annotated[str, pydantic.Field(max_length=64, examples=["li"])] = ""
    """With the site's own token; a person's name is that of their session."""
    at: Annotated[Epoch | None, pydantic.Field(examples=[1_796_000_000.0])] = None
    """When it happened, UTC epoch seconds; unless given, now."""
    fields: dict[str, Any] = pydantic.Field(default={}, max_length=20, examples=[{"text": "客户不在，明日再联系"}])
    replaces: Annotated[int, pydantic.Field(ge=0)] = 0


class Form(Body):
    """What an agent fills in about a call: the key fields; the house knows the rest."""

    what: Annotated[str, pydantic.Field(max_length=5_000, examples=["提前还款被收违约金"])]
    wanted: Annotated[str, pydantic.Field(max_length=5_000, examples=["退还"])]
    amount: Short = ""
    since: Short = ""
    product: Short = ""
    about: Short = ""
    """The agent whom it is about, who will not handle it."""
    category: Short = "complaint"
    account: Short = ""


class OriginAnswer(Body):
    """Whether a case is about a call."""

    attempt: Annotated[int, pydantic.Field(ge=1, examples=[4711])]
    """The call, by its number in the ledger."""
    is_origin: bool = True
    author: Annotated[str, pydantic.Field(max_length=64, examples=["li"])] = ""


class Apart(Body):
    """Two cases are two matters."""

    other: Annotated[str, pydantic.Field(max_length=16, examples=["26113000017"])]
    author: Annotated[str, pydantic.Field(max_length=64, examples=["li"])] = ""


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    reads, handles = guard.needs("see_cases"), guard.needs("handle_cases")
    rules_now = RulesNow(controller)
    versions = Versions(controller.database.parent / "versions")

    def clocks_now() -> ClockBook:
        version = controller.register.version
        return versions.clocks(version) if version else ClockBook()

    @app.post("/cases", dependencies=[Depends(guard.needs("take_in_cases"))], tags=["cases"], status_code=201)
    async def take_in(told: Incoming) -> dict[str, Any]:
        """Take in what a customer told. The case's number comes back once it is on disk; `new` is false for a message
        that was taken in before."""
        now = time.time()
        if told.at is not None and told.at > now + 60.0:
            raise HTTPException(422, "at: it is still to come")
        values = told.model_dump() | {"at": now if told.at is None else told.at, "about": tuple(told.about)}
        with _refused():
            await asyncio.to_thread(refuse_misspelt, rules_now, [told.category])
            contact = intake.checked(Contact(**values), controller.region)
            (taken,) = await asyncio.to_thread(intake.take_in, controller.database, [contact], controller.zone)
        return {"case": taken.case, "new": taken.is_new}

    @app.post("/calls/{call}/form", dependencies=[Depends(guard.needs("open_case"))], tags=["cases"], status_code=201)
    async def form(call: CallPath, told: Form) -> dict[str, Any]:
        """Make a case of a call from an agent's form: the standard text is made of the form and of what the call log
        knows. One form a call; sent again, it is the same case."""
        known = await _of_call(controller, call)
        filled = {name: value for name, value in told.model_dump(exclude={"category", "account"}).items() if value}
        facts = CallFacts(**{**known, "caller": masked(known["caller"])}, account=told.account)
        with _refused():
            await asyncio.to_thread(refuse_misspelt, rules_now, [told.category])
            text = standard_text(filled, facts)
            contact = Contact(
                *("agent", f"{call}/form", time.time()),
                text=text,
                caller=known["caller"],
                account=told.account,
                category=told.category,
                product=told.product,
                waited_s=known["waited_s"],
                about=(told.about,) if told.about else (),
                fields={"call": call, **filled},
            )
            contact = intake.checked(contact, controller.region)
            (taken,) = await asyncio.to_thread(intake.take_in, controller.database, [contact], controller.zone)
        return {"case": taken.case, "new": taken.is_new, "text": text}

    @app.get("/cases/list", dependencies=[Depends(reads)], tags=["cases"])
    async def listing(
        most: Most = 50,
        stage: Filter = "",
        grade: Filter = "",
        department: Filter = "",
        handler: Filter = "",
        open: bool = False,
    ) -> list[dict[str, Any]]:
        """Cases with stage, grade and department, the newest first; numbers are masked."""
        wanted: dict[str, str | bool | None] = {
            **{"stage": stage, "grade": grade, "department": department, "handler": handler},
            "open": open,
        }
        with _refused():
            await asyncio.to_thread(lambda: refuse_unknown(controller.database, rules_now(), wanted))
            rows = await asyncio.to_thread(lambda: reading.listing(controller.database, most, **wanted))
        return [reading.masked_head(row) for row in rows]

    @app.get("/cases/matches", dependencies=[Depends(reads)], tags=["cases"])
    async def matches(most: Most = 50) -> list[dict[str, Any]]:
        """Cases that may be one matter, with the reasons, and that nobody has answered."""
        with _refused():
            return await asyncio.to_thread(reading.matches, controller.database, most)

    @app.get("/cases/origins", dependencies=[Depends(reads)], tags=["cases"])
    async def asked(most: Most = 50) -> list[dict[str, Any]]:
        """Cases that may be about a call that was placed, with scene and reasons, and that nobody has answered."""
        with _refused():
            return await asyncio.to_thread(origins.asked, controller.database, most)

    @app.get("/cases/{case}", tags=["cases"])
    async def story(case: CasePath, client: Annotated[Client, Depends(reads)]) -> dict[str, Any]:
        """One case: what came in, its audit log, its times, and what may be done now; numbers are masked."""
        return reading.masked_story(await _story(case), controller.region)

    @app.get("/cases/{case}/whole", dependencies=[Depends(reads)], tags=["cases"])
    async def whole(case: CasePath, client: Annotated[Client, Depends(guard.needs("see_numbers"))]) -> dict[str, Any]:
        """The same with whole numbers, which is written to the audit log of the site."""
        told = await _story(case)
        await asyncio.to_thread(audit.note, controller.database.parent, "numbers shown", f"case {case}", client.name)
        return told

    @app.post("/cases/{case}/acts", tags=["cases"])
    async def do(case: CasePath, wanted: Act, client: Annotated[Client, Depends(handles)]) -> dict[str, Any]:
        """Do something with a case, in the name of the person who is signed in. 403 for what is a lead's to do, 409
        with the reason where a rule forbids it: out of turn, an interest in the matter, a second person needed."""
        now = time.time()
        at = now if wanted.at is None else wanted.at
        author, fields = await _words(controller, wanted, client)
        leads = client.may("lead_cases")
        asked = acts.Wanted(case, wanted.kind, author, at, fields, wanted.replaces, leads)
        with _refused(409):
            rules = await asyncio.to_thread(rules_now)
            state = await asyncio.to_thread(acts.do, controller.database, rules, asked, now, clocks_now)
        return {"case": case, "done": wanted.kind, "stage": state.stage, "link": state.link}

    @app.post("/cases/{case}/apart", tags=["cases"])
    async def apart(case: CasePath, wanted: Apart, client: Annotated[Client, Depends(handles)]) -> dict[str, str]:
        """Answer a proposed match: the two cases are two matters."""
        given = (controller.database, case, wanted.other, client.author(wanted.author), time.time())
        with _refused(409):
            await asyncio.to_thread(acts.keep_apart, *given)
        return {"case": case, "apart": wanted.other}

    @app.get("/cases/{case}/origin", dependencies=[Depends(reads)], tags=["cases"])
    async def origin(case: CasePath) -> list[dict[str, Any]]:
        """The calls that a case is about (`linked`), may be (`asked`), or is not (`apart`), the likeliest first."""
        await _story(case)
        return await asyncio.to_thread(origins.told_of, controller.database, case)

    @app.post("/cases/{case}/origin", tags=["cases"])
    async def answer(
        case: CasePath, wanted: OriginAnswer, client: Annotated[Client, Depends(handles)]
    ) -> dict[str, Any]:
        """Say whether a case is about a call. Linked: the customer is held from further calls, and the scene's owner is
        told. Not: the hold ends once no other call may be meant. 409 with the reason, 503 without the ledger."""
        author = client.author(wanted.author)
        from hotline.ledger.port import LedgerAway  # a start need not wait for it

        try:
            with _refused(409):
                ended = await controller.answer_origin(case, wanted.attempt, author, is_origin=wanted.is_origin)
        except LedgerAway as error:
            raise HTTPException(503, "the ledger does not answer; say it again") from error
        return {"case": case, "attempt": wanted.attempt, "linked": wanted.is_origin, "hold_ended": ended}

    async def _story(case: str) -> dict[str, Any]:
        with _refused(404):
            return await asyncio.to_thread(reading.story, controller.database, case, time.time())


async def _words(controller: Controller, wanted: Act, client: Client) -> tuple[str, dict[str, Any]]:
    """The author and the fields of an act. More time is approved by the person who is signed in, and `author` is the
    colleague who asked for it: nobody approves in somebody else's name. Raises HTTPException 422."""
    if wanted.kind != "extended" or not client.person:
        return client.author(wanted.author), wanted.fields
    approver = client.author(str(wanted.fields.get("approver", "")), "approver")
    if not wanted.author.strip():
        raise HTTPException(422, "author: say who asks for more time; the approver is who is signed in")
    if await asyncio.to_thread(users.may_sign_in, controller.database, wanted.author) is None:
        raise HTTPException(422, f"author: {wanted.author[:40]} is no person of the house who signs in")
    return wanted.author, {**wanted.fields, "approver": approver}


async def _of_call(controller: Controller, call: str) -> dict[str, Any]:
    """What is known of a call that goes on or has ended. Raises HTTPException 404 for one that never was."""
    live = controller.register.calls.get(CallId(call))
    if live is not None:
        at = datetime.fromtimestamp(live.arrived_at + controller.register.offset_s, controller.zone)
        return {
            **{"call": call, "at": at, "caller": live.caller, "queue": live.queue, "agent": live.agent or ""},
            "waited_s": 0.0,
        }
    row = await call_log.call(controller.database, call)
    if row is None:
        raise HTTPException(404, "no such call")
    waited_s = (row["answered_at"] or row["ended_at"]) - row["queued_at"] if row["queued_at"] else 0.0
    at = datetime.fromtimestamp(row["arrived_at"], controller.zone)
    known = {"call": call, "at": at, "caller": row["caller"], "queue": row["queue"], "agent": row["agent"] or ""}
    return {**known, "waited_s": waited_s}


class _refused:
    """Turns BadInput into an answer of this status; a case that is not there into 404."""

    def __init__(self, status: int = 422) -> None:
        self._status = status

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, BadInput):
            status = 404 if str(error).startswith("there is no case") else self._status
            status = 403 if isinstance(error, acts.NotTheirs) else status
            raise HTTPException(status, str(error)) from error
