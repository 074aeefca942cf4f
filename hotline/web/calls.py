"""The call log over HTTP: a search page after page, one call with all that is known of it, and cases."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

import msgspec
import pydantic
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response

from calls.errors import BadInput
from calls.ids import AgentId, AttemptId, CallId
from control.messages import events
from hotline.cases.categories import refuse_misspelt
from hotline.site import audit
from hotline.store.searches import MOST, Cursor
from hotline.views import masking
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.call_search import AskedCalls
from hotline.web.rights import Client, Guard
from hotline.web.rules_now import RulesNow
from hotline.web.strictness import Body, CallPath, one_of

Most = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page.", examples=[50])]


class CaseRequest(Body):
    """A case about a call."""

    category: Annotated[str, pydantic.Field(examples=["complaint"])] = "complaint"
    fields: dict[str, str] = pydantic.Field(default_factory=dict, examples=[{"about": "fees"}])


class Supervision(Body):
    """The phone of a supervisor, by its account, and the way of listening."""

    account: str = pydantic.Field(examples=["8001"])
    mode: Literal["listen", "whisper", "barge"] = "listen"


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    reads, cases_read = guard.needs("search_calls"), guard.needs("see_cases")
    opens = [Depends(guard.needs("open_case"))]
    rules_now = RulesNow(controller)

    @app.get("/calls", tags=["calls"])
    async def calls(
        request: Request,
        response: Response,
        client: Annotated[Client, Depends(reads)],
        asked: Annotated[AskedCalls, Depends()],
        after: Annotated[str | None, Query(description="The cursor of the page before, from its Link header.")] = None,
        most: Most = 50,
    ) -> list[dict[str, Any]]:
        """The call log, newest first; numbers are masked. The header `Link` (rel="next") has the next page."""
        try:
            cursor = None if after is None else Cursor.read(after)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        wanted = msgspec.structs.replace(await asked.search(controller, guard, client), after=cursor)
        page = await call_log.search(controller.database, wanted, most)
        if page.next is not None:
            given = {**request.query_params, "after": page.next.text()}
            response.headers["Link"] = f'<{request.url.path}?{urlencode(given, quote_via=quote)}>; rel="next"'
        return [masking.call_row(row) for row in page.rows]

    @app.get("/calls/{call}", dependencies=[Depends(guard.needs("see_call"))], tags=["calls"])
    async def call(call: CallPath) -> dict[str, Any]:
        """One call with its legs, talks, dispositions, declines, transfers, rungs of the ladder, steps, recordings and
        cases."""
        row = await call_log.call(controller.database, call)
        if row is None:
            raise HTTPException(404, "no such call has ended; calls that go on are at /live")
        region, story = controller.region, await call_log.story(controller.database, call)
        return {
            **masking.call_row(row),
            "legs": [masking.leg_row(leg) for leg in story["legs"]],
            "talks": [masking.leg_row(talk) for talk in story["talks"]],
            "dispositions": [masking.disposition_row(row, region) for row in story["dispositions"]],
            "declines": [masking.decline_row(row, region) for row in story["declines"]],
            "transfers": [masking.transfer_row(row, region) for row in story["transfers"]],
            "rungs": story["rungs"],
            "steps": [masking.step_row(step, region) for step in story["steps"]],
            "recordings": [{**one, "sound": address(one)} for one in story["recordings"]],
            "cases": [masking.case_row(case, region) for case in story["cases"]],
        }

    @app.get("/calls/{call}/why", dependencies=[Depends(guard.needs("see_call"))], tags=["calls"])
    async def why(call: CallPath) -> dict[str, Any]:
        """Why a call was matched as it was: each of the queues' `decisions` with the agents in question and their
        scores, and the answers of the `gate` of outgoing calls, from a replay of the journal; `unexplained` says why
        there are none. Of a call that goes on, too. It takes a second or more, and one is made at a time."""
        try:
            found = await controller.explain(CallId(call))
        except BadInput as error:
            raise HTTPException(404, str(error)) from error
        told: dict[str, Any] = masking.masked_value(found, controller.region)
        return told

    @app.get("/cases", dependencies=[Depends(cases_read)], tags=["cases"])
    async def cases(most: Most = 50) -> list[dict[str, Any]]:
        """Cases, newest first."""
        rows = await call_log.cases(controller.database, most)
        region = controller.region
        return await asyncio.to_thread(lambda: [masking.case_row(row, region) for row in rows])

    @app.post("/calls/{call}/cases", dependencies=opens, tags=["cases"], status_code=202)
    async def open_case(call: CallPath, wanted: CaseRequest) -> dict[str, str]:
        """Open a case about a call that goes on or has ended."""
        if CallId(call) not in controller.register.calls and await call_log.call(controller.database, call) is None:
            raise HTTPException(404, "no such call")
        try:
            await asyncio.to_thread(refuse_misspelt, rules_now, [wanted.category])
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        attempt = AttemptId(f"web-{secrets.token_hex(8)}")
        await controller.tell(events.CaseWanted(CallId(call), attempt, wanted.category, dict(wanted.fields)))
        return {"call": call, "attempt": attempt}

    @app.post("/calls/{call}/supervise", tags=["calls"], status_code=202)
    async def supervise(
        call: CallPath, wanted: Supervision, client: Annotated[Client, Depends(guard.needs("supervise"))]
    ) -> dict[str, str]:
        """Ring a supervisor's phone and let it into a talk. 409: the call is in none. Audited."""
        mine = controller.register.calls.get(CallId(call))
        if mine is None:
            raise HTTPException(404, "no such call goes on now")
        phones = {found for agent in controller.agents() if (found := controller.account(AgentId(agent)))}
        if wanted.account not in phones and wanted.account not in controller.register.phones:
            raise one_of("phone", wanted.account, sorted(phones))
        if mine.place != "talking" or controller.register.offer_of(mine) is None:
            raise HTTPException(409, f"a talk with an agent is listened to; this call is {mine.place}")
        about = f"call {call}, {wanted.mode} at {wanted.account}"
        await asyncio.to_thread(audit.note, controller.database.parent, "talk supervised", about, client.name)
        await controller.tell(events.SupervisionWanted(CallId(call), wanted.account, wanted.mode))
        return {"call": call, "mode": wanted.mode}


def address(recording: dict[str, Any]) -> str:
    """Where the sound of a row of `recordings` is heard."""
    return f"/calls/{quote(recording['call'], safe='')}/recordings/{quote(Path(recording['path']).name, safe='')}"
