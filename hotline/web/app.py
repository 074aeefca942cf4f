"""The HTTP interface. Each request is an act of `hotline.people.roles`; none is acknowledged before it is durable."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls.ids import AgentId
from control.messages import events
from dsl.spelling import nearest_hint
from hotline.governing.gate import Answers, ClosedGate
from hotline.people.roster import Roster
from hotline.views.controller import Controller
from hotline.web import answers as answers_web
from hotline.web import (
    approving,
    call_export,
    calls,
    campaign_pacing,
    campaign_work,
    campaigns,
    case_desk,
    case_state,
    cases,
    consultations,
    declining,
    description,
    desk,
    dialling,
    dispositions,
    flows,
    follow_ups,
    governing,
    live_events,
    moving,
    oidc,
    overrides,
    pages,
    persons,
    phone_socket,
    policies,
    recording_masks,
    recordings,
    reports,
    reserving,
    rules,
    shared_lists,
    signing_in,
    silent_seats,
    strictness,
    transcripts,
    transfers,
    versions,
    waits,
    whatif,
)
from hotline.web.acts import acts_by_route
from hotline.web.bodies import BoundedBodies, known_by
from hotline.web.idempotency import Idempotency
from hotline.web.own_work import owns_of
from hotline.web.people import People
from hotline.web.rights import Client, Guard
from hotline.web.sessions import Sessions
from hotline.web.strictness import AgentPath, Body, known_parameters
from hotline.web.tokens import WaitTokens

if TYPE_CHECKING:
    from hotline.people.oidc_provider import Provider  # its package is an extra


class Pause(Body):
    """A pause, with one of the pause reasons of agents.yaml."""

    reason: Annotated[str, pydantic.Field(examples=["lunch"])] = "break"


def make(
    controller: Controller,
    token: str,
    tokens: WaitTokens,
    clients: Sequence[Client] = (),
    answers: Answers | None = None,
    url: str | None = None,
    directory: "Provider | None" = None,
) -> FastAPI:
    """The application. `token` is what `Authorization: Bearer` must carry for everything, `clients` have fewer rights,
    people those of their roles; `tokens` are those of callers who wait. `url` is the address that browsers have of the
    pages, where it is another than ours; `directory` is that by which people may sign in. Without a gate of outgoing
    calls every question to it is denied."""
    sessions = Sessions(controller.database.parent / "sessions.json")
    people = People(sessions, signing_in.cookie_name(token), Roster(controller.database), url)
    guard = Guard(token, clients, people, owns_of(controller))
    watches, sees = [Depends(guard.needs("watch"))], [Depends(guard.needs("watch_operations"))]
    works, talks = [Depends(guard.needs("work"))], [Depends(guard.needs("talk"))]
    # The page /docs is made of files of the package: nothing of it, and no badge, is asked of a foreign host.
    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="hotline",
        version="1",
        swagger_ui_parameters={"validatorUrl": None},
        dependencies=[Depends(known_parameters)],
    )
    strictness.add(app)
    app.add_middleware(BoundedBodies, knows=known_by(guard))
    app.add_middleware(Idempotency)  # around it: it reads at most 64 kB itself

    @app.get("/health", tags=["operations"])
    async def health(response: Response) -> dict[str, Any]:
        """Health: 200 when callers are served, 503 with the reasons when not."""
        state = controller.health()
        response.status_code = 200 if state["ok"] else 503
        return state

    @app.get("/metrics", dependencies=sees, tags=["operations"])
    async def metrics() -> Response:
        """Metrics in the text format of Prometheus."""
        controller.metrics.look(controller.register)
        return Response(generate_latest(controller.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/live", dependencies=watches, tags=["operations"])
    async def live() -> dict[str, Any]:
        """The live state of queues, agents and calls, for a wallboard. WebSocket `/live/events`: as it changes."""
        return controller.view()

    @app.get("/live/trend", dependencies=watches, tags=["operations"])
    async def trend() -> list[dict[str, Any]]:
        """How many waited, and how long, in the last half hour: a point every five seconds, oldest first."""
        return controller.trend()

    @app.get("/trunks", dependencies=sees, tags=["operations"])
    async def trunks() -> list[dict[str, Any]]:
        """The trunks: up or down and why, calls now, last failures, newest first. As `hotline trunks` shows them."""
        return controller.trunks()

    @app.get("/webhooks", dependencies=sees, tags=["operations"])
    async def webhooks() -> list[dict[str, Any]]:
        """The webhooks: state, backlog, last failures, newest first. As `hotline webhooks` shows them."""
        return await controller.webhooks()

    @app.post("/reload", dependencies=[Depends(guard.needs("reload"))], tags=["operations"])
    async def reload() -> dict[str, str]:
        """Take up a version that was just published; the next call has it."""
        return {"version": await controller.reload()}

    versions.add(app, controller, guard)
    live_events.add(app, controller, guard)
    _agents(app, controller, works)
    calls.add(app, controller, guard)
    case_desk.add(app, controller, guard)
    call_export.add(app, controller, guard)
    reports.add(app, controller, guard)
    cases.add(app, controller, guard)
    case_state.add(app, controller, guard, tokens)
    follow_ups.add(app, controller, guard)
    recordings.add(app, controller, guard)
    transcripts.add(app, controller, guard)
    gate = answers or ClosedGate()
    desk.add(app, controller, guard)
    phone_socket.add(app, controller, guard)
    dialling.add(app, controller, works, gate)
    moving.add(app, controller, [Depends(guard.needs("direct"))])
    overrides.add(app, controller, guard)
    transfers.add(app, controller, talks)
    consultations.add(app, controller, talks)
    silent_seats.add(app, controller, guard)
    waits.add(app, controller, [Depends(guard.needs("give_wait_tokens"))], tokens)
    governing.add(app, controller, guard, gate)
    reserving.add(app, controller, guard, gate)
    rules.add(app, guard, gate)
    shared_lists.add(app, controller, guard)
    campaigns.add(app, controller, guard, gate)
    campaign_pacing.add(app, controller, guard)
    campaign_work.add(app, controller, works)
    dispositions.add(app, controller, works)
    declining.add(app, controller, works)
    recording_masks.add(app, controller, guard)
    persons.add(app, controller, guard, gate)
    approving.add(app, controller, guard)
    policies.add(app, controller, guard)
    signing_in.add(app, controller, people, guard)
    oidc.add(app, controller, people, directory, clients, url)
    flows.add(app, controller, guard)
    whatif.add(app, controller, guard)
    answers_web.add(app, controller, guard)
    pages.add(app, url)
    description.add(app)
    acts_by_route(app, guard)
    app.state.guard = guard
    return app


def _agents(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    def known_agent(agent: AgentPath) -> AgentId:
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
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
            near = nearest_hint(why.reason, reasons)
            raise HTTPException(422, f"a reason is needed, one of {', '.join(sorted(reasons))}{near}")
        await controller.tell(AgentPaused(agent, why.reason))
        return told(agent, "pause")
