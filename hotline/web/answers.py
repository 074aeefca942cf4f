"""Answers over HTTP: those of the published version, approved and withdrawn by people other than their authors; and the
questions that nobody answered, worked off by their editors."""

import asyncio
from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path, Query

from calls.errors import BadInput
from hotline.governing import answers, unanswered
from hotline.site.instants import instant
from hotline.site.site import Site
from hotline.store import unanswered as questions
from hotline.store.unanswered import State
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body

_Name = Annotated[str, pydantic.Field(max_length=64)]
_Reason = Annotated[str, pydantic.Field(min_length=1, max_length=255, examples=["read, minutes of 3 December"])]
QuestionPath = Annotated[str, Path(max_length=16, description="As GET /unanswered has it.", examples=["3f9a21bc"])]


class WithdrawAnswers(Body):
    """Answers that callers are not told any more."""

    answers: Annotated[
        tuple[_Name, ...],
        pydantic.Field(min_length=1, max_length=500, description="`*` is anything.", examples=[["early_repayment"]]),
    ]
    reason: _Reason
    approver: Annotated[
        _Name, pydantic.Field(description="Whose word it is; for the site's own token.", examples=["wang.fang"])
    ] = ""


class ApproveAnswers(WithdrawAnswers):
    """Answers that callers are told as they are published."""

    effective_from: Annotated[
        str | None,
        pydantic.Field(max_length=64, description="The first day; left out: at once.", examples=["2026-12-01"]),
    ] = None
    effective_until: Annotated[
        str | None, pydantic.Field(max_length=64, description="The last day; left out: none.", examples=["2027-06-30"])
    ] = None


class AddQuestion(Body):
    """An intent that a question belongs to."""

    intent: Annotated[
        _Name, pydantic.Field(description="Of dialplans/intents; `none`: it means none.", examples=["request_deferral"])
    ]
    sentence: Annotated[
        str, pydantic.Field(max_length=200, description="Put there instead of the caller's own words.")
    ] = ""
    author: Annotated[_Name, pydantic.Field(description="Who adds it; for the site's own token.", examples=["li"])] = ""


class DismissQuestion(Body):
    """A question that needs no answer."""

    reason: _Reason
    author: Annotated[_Name, pydantic.Field(description="Who does it; for the site's own token.", examples=["li"])] = ""


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    sees = [Depends(guard.needs("see_answers"))]
    Approves = Annotated[Client, Depends(guard.needs("approve_answers"))]
    Edits = Annotated[Client, Depends(guard.needs("edit_answers"))]

    def site() -> Site:
        return Site.open(controller.folder)

    @app.get("/answers", dependencies=sees, tags=["answers"])
    async def listed() -> list[dict[str, Any]]:
        """The answers of the published version: words by language, `version`, author, approvers, days, and whether
        callers hear it (`said`), or why not (`not_said`)."""
        try:
            shown = await asyncio.to_thread(lambda: answers.shown(site()))
        except BadInput as error:
            raise HTTPException(404, str(error)) from error
        return [answers.as_data(one) for one in shown]

    @app.post("/answers/approve", tags=["answers"])
    async def approve(wanted: ApproveAnswers, client: Approves) -> list[dict[str, Any]]:
        """Approve answers as they are published, all or none. Who has written or published one cannot. Audited."""
        who = client.author(wanted.approver, "approver")
        zone = controller.zone
        try:
            begin = None if wanted.effective_from is None else instant(wanted.effective_from, zone)
            end = None if wanted.effective_until is None else instant(wanted.effective_until, zone, end=True)
            shown = await asyncio.to_thread(
                lambda: answers.approve(site(), wanted.answers, who, wanted.reason, begin, end, client.name)
            )
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        return [answers.as_data(one) for one in shown]

    @app.post("/answers/withdraw", tags=["answers"])
    async def withdraw(wanted: WithdrawAnswers, client: Approves) -> list[dict[str, Any]]:
        """Withdraw every approval of answers: the next caller does not hear them any more. Audited."""
        who = client.author(wanted.approver, "approver")
        try:
            shown = await asyncio.to_thread(
                lambda: answers.withdraw(site(), wanted.answers, who, wanted.reason, client.name)
            )
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        return [answers.as_data(one) for one in shown]

    @app.get("/unanswered", dependencies=sees, tags=["answers"])
    async def asked(
        state: Annotated[State, Query(description="Those that were settled: added to an intent, dismissed.")] = "open",
        most: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 200,
    ) -> list[dict[str, Any]]:
        """Questions that nobody answered, asked most often first: each wording once, numbers masked, with the nearest
        intents in `near`."""
        found = await asyncio.to_thread(questions.questions, controller.database, (state,), most)
        return [unanswered.as_data(one) for one in found]

    @app.get("/unanswered/{question}", dependencies=sees, tags=["answers"])
    async def one_of_them(question: QuestionPath) -> dict[str, Any]:
        """One of them."""
        return unanswered.as_data(await _known(controller, question))

    @app.post("/unanswered/{question}/add", tags=["answers"])
    async def added(question: QuestionPath, wanted: AddQuestion, client: Edits) -> dict[str, Any]:
        """Put a question among the ways of asking for an intent, in dialplans/intents; it counts once it is published.
        409: another editor has settled it; 422: no such intent, or the sentence is there already. Audited."""
        who = client.author(wanted.author)
        await _known(controller, question)
        try:
            found = await asyncio.to_thread(
                lambda: unanswered.add(site(), question, wanted.intent, wanted.sentence, who, client.name)
            )
        except unanswered.SettledAlready as error:
            raise HTTPException(409, str(error)) from error
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        return {**unanswered.as_data(found.question), "sentence": found.sentence, "file": found.file}

    @app.post("/unanswered/{question}/dismiss", tags=["answers"])
    async def dismissed(question: QuestionPath, wanted: DismissQuestion, client: Edits) -> dict[str, Any]:
        """Take a question off the list; asked again, it stays off. 409: another editor has settled it. Audited."""
        who = client.author(wanted.author)
        await _known(controller, question)
        try:
            found = await asyncio.to_thread(
                lambda: unanswered.dismiss(site(), question, wanted.reason, who, client.name)
            )
        except unanswered.SettledAlready as error:
            raise HTTPException(409, str(error)) from error
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        return unanswered.as_data(found)


async def _known(controller: Controller, question: str) -> questions.Question:
    try:
        return await asyncio.to_thread(questions.question, controller.database, question)
    except BadInput as error:
        raise HTTPException(404, str(error)) from error
