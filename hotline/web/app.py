"""The HTTP interface. All but /health needs the site's token; nothing is acknowledged before it is durable."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls.ids import AgentId, AttemptId, CallId
from control import events
from hotline.store import reading
from hotline.views import masking
from hotline.views.controller import Controller
from hotline.web import moving, overrides, transfers, waits
from hotline.web.tokens import WaitTokens


class Pause(pydantic.BaseModel):
    """A pause, with one of the pause reasons of agents.yaml."""

    reason: str = "break"


class CaseRequest(pydantic.BaseModel):
    """A case about a call."""

    category: str = "complaint"
    fields: dict[str, str] = {}


class Supervision(pydantic.BaseModel):
    """The phone of a supervisor, by its account, and the way of listening."""

    account: str
    mode: Literal["listen", "whisper", "barge"] = "listen"


def make(controller: Controller, token: str, tokens: WaitTokens) -> FastAPI:
    """The application. `token` is what `Authorization: Bearer` must carry; `tokens` are those of callers who wait."""
    bearer = HTTPBearer(auto_error=False)

    def allowed(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        if given is None or not secrets.compare_digest(given.credentials, token):
            raise HTTPException(401, "send the site's token: Authorization: Bearer … (DIR/var/secrets/web)")

    # The page /docs is made of files of the package: nothing of it, and no badge, is asked of a foreign host.
    app = FastAPIOffline(
        docs_url="/docs", redoc_url=None, title="hotline", version="1", swagger_ui_parameters={"validatorUrl": None}
    )
    known = [Depends(allowed)]

    @app.get("/health", tags=["operations"])
    async def health(response: Response) -> dict[str, Any]:
        """Health: 200 when callers are served, 503 with the reasons when not."""
        state = controller.health()
        response.status_code = 200 if state["ok"] else 503
        return state

    @app.get("/metrics", dependencies=known, tags=["operations"])
    async def metrics() -> Response:
        """Metrics in the text format of Prometheus."""
        controller.metrics.look(controller.register)
        return Response(generate_latest(controller.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/live", dependencies=known, tags=["operations"])
    async def live() -> dict[str, Any]:
        """The live state of queues, agents and calls, as a wallboard shows it."""
        return controller.view()

    @app.get("/trunks", dependencies=known, tags=["operations"])
    async def trunks() -> list[dict[str, Any]]:
        """The trunks: up or down and why, calls now, last failures, newest first. As `hotline trunks` shows them."""
        return controller.trunks()

    @app.post("/reload", dependencies=known, tags=["operations"])
    async def reload() -> dict[str, str]:
        """Take up a version that was just published; the next call has it."""
        return {"version": await controller.reload()}

    _agents(app, controller, known)
    _calls(app, controller, known)
    moving.add(app, controller, known)
    overrides.add(app, controller, known)
    transfers.add(app, controller, known)
    waits.add(app, controller, known, tokens)
    return app


def _agents(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    def known_agent(agent: str) -> AgentId:
        if agent not in controller.agents():
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml")
        return AgentId(agent)

    Known = Annotated[AgentId, Depends(known_agent)]

    def told(agent: AgentId, done: str) -> dict[str, str]:
        """What was asked for, and what really holds: a pause that stays, a talk that comes first."""
        known = controller.agent(agent)
        now = {} if known is None else {"state": known.state, "reason": known.reason, "after": known.after}
        return {"agent": agent, "done": done, **now}

    def route(name: str, make_event: Callable[[AgentId], events.RouterEvent], summary: str) -> None:
        async def act(agent: Known) -> dict[str, str]:
            await controller.tell(make_event(agent))
            return told(agent, name)

        endpoint: Callable[..., Awaitable[dict[str, str]]] = act
        app.post(f"/agents/{{agent}}/{name}", dependencies=known, tags=["agents"], summary=summary, name=name)(endpoint)

    route("sign-in", AgentSignedIn, "The agent is at the phone")
    route("sign-out", AgentSignedOut, "The agent goes home")
    route("ready", AgentResumed, "The pause is over")
    route("wrap-up-done", WrapUpEnded, "The after-call work is done")

    @app.post("/agents/{agent}/pause", dependencies=known, tags=["agents"])
    async def pause(agent: Known, why: Pause) -> dict[str, str]:
        """No offers from now on; in a talk, after it."""
        reasons = controller.pause_reasons()
        if reasons is not None and why.reason not in reasons:
            raise HTTPException(422, f"a reason is needed, one of {', '.join(sorted(reasons))}")
        await controller.tell(AgentPaused(agent, why.reason))
        return told(agent, "pause")


def _calls(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    @app.get("/calls", dependencies=known, tags=["calls"])
    async def calls(most: int = 50, outcome: str | None = None) -> list[dict[str, Any]]:
        """The call log, newest first. Numbers are masked."""
        return [masking.call_row(row) for row in await reading.calls(controller.database, min(most, 1_000), outcome)]

    @app.get("/calls/{call}", dependencies=known, tags=["calls"])
    async def call(call: str) -> dict[str, Any]:
        """One call with its legs, talks, transfers, steps, recordings and cases."""
        rows = await reading.calls(controller.database, 1, call=call)
        if not rows:
            raise HTTPException(404, "no such call has ended; calls that go on are at /live")
        region = controller.region
        return {
            **masking.call_row(rows[0]),
            "legs": [masking.leg_row(leg) for leg in await reading.legs(controller.database, call)],
            "talks": [masking.leg_row(talk) for talk in await reading.talks(controller.database, call)],
            "transfers": [
                masking.transfer_row(row, region) for row in await reading.transfers(controller.database, call)
            ],
            "steps": [masking.step_row(step, region) for step in await reading.steps(controller.database, call)],
            "recordings": await reading.recordings(controller.database, call),
            "cases": [masking.case_row(case, region) for case in await reading.cases(controller.database, call=call)],
        }

    @app.get("/cases", dependencies=known, tags=["cases"])
    async def cases(most: int = 50) -> list[dict[str, Any]]:
        """Cases, newest first."""
        rows = await reading.cases(controller.database, min(most, 1_000))
        region = controller.region
        return await asyncio.to_thread(lambda: [masking.case_row(row, region) for row in rows])

    @app.post("/calls/{call}/cases", dependencies=known, tags=["cases"], status_code=202)
    async def open_case(call: str, wanted: CaseRequest, request: Request) -> dict[str, str]:
        """Open a case about a call that goes on or has ended."""
        if CallId(call) not in controller.register.calls and not await reading.calls(controller.database, 1, call=call):
            raise HTTPException(404, "no such call")
        attempt = AttemptId(f"web-{secrets.token_hex(8)}")
        await controller.tell(events.CaseWanted(CallId(call), attempt, wanted.category, dict(wanted.fields)))
        return {"call": call, "attempt": attempt}

    @app.post("/calls/{call}/supervise", dependencies=known, tags=["calls"], status_code=202)
    async def supervise(call: str, wanted: Supervision) -> dict[str, str]:
        """Ring a supervisor's phone and let it into a talk."""
        if CallId(call) not in controller.register.calls:
            raise HTTPException(404, "no such call goes on now")
        await controller.tell(events.SupervisionWanted(CallId(call), wanted.account, wanted.mode))
        return {"call": call, "mode": wanted.mode}
