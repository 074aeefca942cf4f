"""The call log over HTTP: a search page after page, one call with all that is known of it, and cases."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response

from calls.errors import BadInput
from calls.ids import AttemptId, CallId
from calls.numbers import e164, is_withheld
from control import events
from control.commands import CallOutcome, Direction
from hotline.site import audit
from hotline.site.instants import instant
from hotline.store.searches import MOST, CallSearch, Cursor
from hotline.views import masking
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.rights import Client, Guard
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

    @app.get("/calls", tags=["calls"])
    async def calls(
        request: Request,
        response: Response,
        client: Annotated[Client, Depends(reads)],
        number: Annotated[
            str | None,
            Query(description="Who called, or was called; in any form. Audited.", examples=["13800138000"]),
        ] = None,
        since: Annotated[
            str | None, Query(description="Arrived then or later: a day, or with a time.", examples=["2026-11-29"])
        ] = None,
        until: Annotated[
            str | None, Query(description="Arrived before; a day is in it.", examples=["2026-11-30T18:00"])
        ] = None,
        agent: Annotated[str | None, Query(description="Had a talk in the call.", examples=["8001"])] = None,
        queue: Annotated[str | None, Query(description="That the call was in last.", examples=["care"])] = None,
        outcome: Annotated[CallOutcome | None, Query(examples=["abandoned"])] = None,
        direction: Annotated[Direction | None, Query(examples=["in"])] = None,
        after: Annotated[str | None, Query(description="The cursor of the page before, from its Link header.")] = None,
        most: Most = 50,
    ) -> list[dict[str, Any]]:
        """The call log, newest first; numbers are masked. The header `Link` (rel="next") has the next page."""
        await _known(controller, agent, queue)
        try:
            wanted = CallSearch(
                number=None if number is None else _number(number, controller.region),
                since=None if since is None else instant(since, controller.zone),
                until=None if until is None else instant(until, controller.zone, end=True),
                agent=agent,
                queue=queue,
                outcome=outcome,
                direction=direction,
                after=None if after is None else Cursor.read(after),
            )
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        if wanted.number is not None:
            await guard.allowed(client, "look_up_number", {})
            state, about = controller.database.parent, f"calls of {wanted.number}"
            await asyncio.to_thread(audit.note, state, "number looked up", about, client.name)
        page = await call_log.search(controller.database, wanted, most)
        if page.next is not None:
            given = {**request.query_params, "after": page.next.text()}
            response.headers["Link"] = f'<{request.url.path}?{urlencode(given, quote_via=quote)}>; rel="next"'
        return [masking.call_row(row) for row in page.rows]

    @app.get("/calls/{call}", dependencies=[Depends(guard.needs("see_call"))], tags=["calls"])
    async def call(call: CallPath) -> dict[str, Any]:
        """One call with its legs, talks, transfers, steps, recordings and cases."""
        row = await call_log.call(controller.database, call)
        if row is None:
            raise HTTPException(404, "no such call has ended; calls that go on are at /live")
        region, story = controller.region, await call_log.story(controller.database, call)
        return {
            **masking.call_row(row),
            "legs": [masking.leg_row(leg) for leg in story["legs"]],
            "talks": [masking.leg_row(talk) for talk in story["talks"]],
            "transfers": [masking.transfer_row(row, region) for row in story["transfers"]],
            "steps": [masking.step_row(step, region) for step in story["steps"]],
            "recordings": [{**one, "sound": address(one)} for one in story["recordings"]],
            "cases": [masking.case_row(case, region) for case in story["cases"]],
        }

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
        attempt = AttemptId(f"web-{secrets.token_hex(8)}")
        await controller.tell(events.CaseWanted(CallId(call), attempt, wanted.category, dict(wanted.fields)))
        return {"call": call, "attempt": attempt}

    @app.post("/calls/{call}/supervise", tags=["calls"], status_code=202)
    async def supervise(
        call: CallPath, wanted: Supervision, client: Annotated[Client, Depends(guard.needs("supervise"))]
    ) -> dict[str, str]:
        """Ring a supervisor's phone and let it into a talk. Audited."""
        if CallId(call) not in controller.register.calls:
            raise HTTPException(404, "no such call goes on now")
        about = f"call {call}, {wanted.mode} at {wanted.account}"
        await asyncio.to_thread(audit.note, controller.database.parent, "talk supervised", about, client.name)
        await controller.tell(events.SupervisionWanted(CallId(call), wanted.account, wanted.mode))
        return {"call": call, "mode": wanted.mode}


def _number(given: str, region: str) -> str:
    if not any(sign.isdigit() for sign in given) and not is_withheld(given):
        raise BadInput(f"{given[:40]!r} is no telephone number")
    return e164(given.strip(), region)


async def _known(controller: Controller, agent: str | None, queue: str | None) -> None:
    """Refuse an agent or a queue that nobody knows: not the version that holds, and no call of the log."""
    database = controller.database
    if agent is not None and agent not in controller.agents() and not await call_log.is_known(database, agent=agent):
        raise one_of("agent", agent, controller.agents())
    if queue is not None and queue not in controller.queues() and not await call_log.is_known(database, queue=queue):
        raise one_of("queue", queue, controller.queues())


def address(recording: dict[str, Any]) -> str:
    """Where the sound of a row of `recordings` is heard."""
    return f"/calls/{quote(recording['call'], safe='')}/recordings/{quote(Path(recording['path']).name, safe='')}"
