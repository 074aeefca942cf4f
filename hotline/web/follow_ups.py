"""Follow-ups and questionnaires over HTTP: lists, one with its log, results by a form, answers of other channels."""

import asyncio
import time
from typing import Annotated, Any, Literal

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path, Query

from calls.errors import BadInput
from calls.numbers import e164
from complaints.dispatch.settings import Dispatch
from hotline.followups import acts, answers, reading
from hotline.site import audit
from hotline.site.instants import between
from hotline.store.transactions import writing
from hotline.versions.case_rules import rules_of
from hotline.versions.follow_up_rules import FollowUpRules
from hotline.versions.store import Versions
from hotline.views.controller import Controller
from hotline.web.calls import Most
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body
from ivr.questionnaires import Questionnaire, walk

Number = Annotated[int, Path(description="A follow-up's number.", ge=1, examples=[17])]
Name = Annotated[str, Path(description="A questionnaire of questionnaires.yaml.", examples=["after_complaint"])]
Since = Annotated[str, Query(description="From then on, in the house's zone.", examples=["2026-11-01"], max_length=32)]
Until = Annotated[str, Query(description="Before then; a day is in it.", examples=["2026-11-30"], max_length=32)]
Word = Annotated[str, Query(max_length=64)]
Answers = dict[str, Annotated[str, pydantic.Field(max_length=64)]]
_ONCE_IN_S = 24 * 3600.0
"""The same person is asked the same again after so long; the report leaves out what is closer, too."""


class FollowUpResult(Body):
    """What somebody of the house has found out. `answers`: by question, as words or keys."""

    answers: Answers = pydantic.Field(default={}, max_length=50, examples=[{"solved": "yes", "satisfied": "5"}])
    text: Annotated[str, pydantic.Field(max_length=5_000, examples=["客户表示满意"])] = ""
    how: acts.Means = "visit"
    author: Annotated[str, pydantic.Field(max_length=64, examples=["li"])] = ""
    """With the site's own token; a person's name is that of their session."""


class FollowUpEnd(Body):
    """`refused`: they wish none; `cancelled`: it is needless; `released`: one that is held or given up is due again."""

    act: Annotated[Literal["refused", "cancelled", "released"], pydantic.Field(examples=["cancelled"])]
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=500, examples=["已在网点当面回访"])]
    author: Annotated[str, pydantic.Field(max_length=64, examples=["li"])] = ""


class SentAnswers(Body):
    """Answers of somebody by another channel: an app, a page. The same `source` is taken in once."""

    source: Annotated[str, pydantic.Field(min_length=1, max_length=150, examples=["app-20261130-17"])]
    answers: Answers = pydantic.Field(min_length=1, max_length=50, examples=[{"solved": "no", "why": "slow"}])
    person: Annotated[str, pydantic.Field(max_length=32, examples=["138 0013 8000"])] = ""
    """Their number; empty: nobody knows."""


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    reads, tells = guard.needs("see_cases"), guard.needs("take_in_cases")
    database = controller.database
    versions = Versions(database.parent / "versions")

    def rules_now() -> FollowUpRules:
        version = controller.register.version
        return versions.follow_ups(version) if version else FollowUpRules()

    def dispatch_now() -> Dispatch | None:
        return rules_of(versions, controller.register.version).dispatch

    def questionnaire_of(name: str) -> Questionnaire:
        found = rules_now().questionnaires.get(name)
        if found is None:
            raise HTTPException(404, f"there is no questionnaire {name[:64]}")
        return found

    @app.get("/followups", dependencies=[Depends(reads)], tags=["follow-ups"])
    async def listing(
        most: Most = 50, state: Word = "", rule: Word = "", case: Word = "", open: bool = False, overdue: bool = False
    ) -> list[dict[str, Any]]:
        """Follow-up visits, the soonest due first; numbers are masked."""
        late = time.time() if overdue else None
        wanted: dict[str, Any] = {"state": state, "rule": rule, "case": case, "is_open": open, "overdue_at": late}
        with _refused():
            rows = await asyncio.to_thread(lambda: reading.listing(database, most, **wanted))
        return [reading.masked_head(row, controller.region) for row in rows]

    @app.get("/followups/{number}", dependencies=[Depends(reads)], tags=["follow-ups"])
    async def story(number: Number) -> dict[str, Any]:
        """One follow-up: what happened to it, and the answers; numbers are masked."""
        with _refused():
            told = await asyncio.to_thread(reading.story, database, number)
        return reading.masked_story(told, controller.region)

    @app.get("/followups/{number}/whole", dependencies=[Depends(reads)], tags=["follow-ups"])
    async def whole(number: Number, client: Annotated[Client, Depends(guard.needs("see_numbers"))]) -> dict[str, Any]:
        """The same with the whole number, which is written to the audit log of the site."""
        with _refused():
            told = await asyncio.to_thread(reading.story, database, number)
        await asyncio.to_thread(audit.note, database.parent, "numbers shown", f"follow-up {number}", client.name)
        return told

    @app.post("/followups/{number}/done", tags=["follow-ups"])
    async def done(number: Number, what: FollowUpResult, client: Annotated[Client, Depends(tells)]) -> dict[str, Any]:
        """End a follow-up with what was found out: a visit, or an agent's talk. 409 for one that is over, and for
        answers that the questionnaire does not have."""
        told = acts.Done(client.author(what.author), what.text, what.how, dict(what.answers))
        with _refused(409):
            one = await asyncio.to_thread(lambda: acts.done(database, rules_now(), number, told, dispatch_now()))
        return {"followup": number, "state": one.state, "case": one.case}

    @app.post("/followups/{number}/end", tags=["follow-ups"])
    async def end(
        number: Number, what: FollowUpEnd, client: Annotated[Client, Depends(guard.needs("handle_cases"))]
    ) -> dict[str, Any]:
        """End it without a result, or let it be tried again, with the reason. 409 where that is out of turn, and while
        somebody may be talking to them."""
        given = (database, number, what.act, client.author(what.author), what.reason)
        with _refused(409):
            one = await asyncio.to_thread(lambda: acts.end(*given, dispatch_now()))
        return {"followup": number, "state": one.state, "case": one.case}

    @app.get("/questionnaires", dependencies=[Depends(tells)], tags=["follow-ups"])
    async def questionnaires() -> list[dict[str, Any]]:
        """The questionnaires of the version that holds, for a form: questions, answers by key, ways, the version."""
        found = await asyncio.to_thread(rules_now)
        return [
            {
                **{"questionnaire": one.name, "title": one.title, "version": one.version, "start": one.start},
                "questions": {
                    name: {"form": asked.form, "answers": asked.answers, "ways": asked.ways, "else": asked.otherwise}
                    for name, asked in one.questions.items()
                },
            }
            for one in found.questionnaires.values()
        ]

    @app.post("/questionnaires/{questionnaire}/answers", dependencies=[Depends(tells)], tags=["follow-ups"],
              status_code=201)  # fmt: skip
    async def answer(questionnaire: Name, sent: SentAnswers) -> dict[str, Any]:
        """Take in somebody's answers by another channel. `new` is false for a source that has answered before, 409 for
        a person who has answered within a day, and for answers that are not on the way of the questions."""
        found = await asyncio.to_thread(questionnaire_of, questionnaire)
        person = e164(sent.person, controller.region) if sent.person else ""
        source, now = f"http/{sent.source}", time.time()
        with _refused(409):
            walked = walk(found, sent.answers)

            def keep() -> bool:
                with writing(database) as connection:
                    before = answers.answered_at(connection, found.name, person, source)
                    if before is not None and now - before < _ONCE_IN_S:
                        raise BadInput("this person has answered within a day: nobody is asked twice")
                    return answers.put(connection, found, walked, source, "http", now, person)

            new = await asyncio.to_thread(keep)
        return {"new": new, "complete": walked.is_complete, "version": found.version}

    @app.get("/questionnaires/{questionnaire}/answers", dependencies=[Depends(reads)], tags=["follow-ups"])
    async def exported(questionnaire: Name, since: Since = "", until: Until = "") -> list[dict[str, Any]]:
        """Every answer from `since` on and before `until` (a day is in it), one a row; numbers are masked."""
        with _refused():
            first, last = between(since or None, until or None, controller.zone)
            end = time.time() + 1.0 if last is None else last
            rows = await asyncio.to_thread(reading.answers, database, questionnaire, first or 0.0, end)
        return [reading.masked_answer(row) for row in rows]


class _refused:
    """Turns BadInput into an answer of this status; a follow-up that is not there into 404."""

    def __init__(self, status: int = 422) -> None:
        self._status = status

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, BadInput):
            missing = str(error).startswith("there is no follow-up")
            raise HTTPException(404 if missing else self._status, str(error)) from error
