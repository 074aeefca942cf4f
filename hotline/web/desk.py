"""An agent's desk over HTTP: what the page shows, the phone that it is, and the talk that comes along when it is loaded
anew."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException

from calls.errors import BadInput, HotlineError
from calls.ids import AgentId, CallId
from calls.numbers import masked_within
from control.messages.events import EchoTestWanted, TalkMoveWanted
from control.messages.log_commands import LegRole
from control.register.call import Call
from dsl.spelling import nearest_hint
from hotline.site import audit
from hotline.views import masking
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.screen_pop import screen_pop
from hotline.web.strictness import AgentPath, CallPath

SIP_DOMAIN = "hotline"
"""The realm by which the switch asks for a password; as good a domain as any, for the switch looks at users only."""

_HANDED: frozenset[LegRole] = frozenset({"outside", "transfer"})
"""Roles of legs that have, or ring for, a caller who was handed on: by an agent who has asked first, or by a flow."""


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    works = [Depends(guard.needs("work"))]

    def known_agent(agent: AgentPath) -> AgentId:
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
        return AgentId(agent)

    Known = Annotated[AgentId, Depends(known_agent)]

    @app.get("/agents/{agent}/desk", dependencies=works, tags=["agents"])
    async def desk(agent: Known) -> dict[str, Any]:
        """All that an agent's screen shows of their work now: their state, whom they may reach, a campaign's contact,
        and of the call that is offered or talked the screen pop. Numbers are masked."""
        standing = controller.agent(agent)
        reasons = controller.pause_reasons()
        call = _call_of(controller, agent)
        return {
            "agent": agent,
            "name": controller.name_of(agent),
            "account": controller.account(agent),
            "state": None if standing is None else standing.state,
            "reason": "" if standing is None else standing.reason,
            "after": "" if standing is None else standing.after,
            "pause_reasons": None if reasons is None else sorted(reasons),
            "colleagues": [
                {"agent": one, "name": controller.name_of(one)} for one in sorted(controller.agents()) if one != agent
            ],
            "queues": sorted(controller.queues()),
            "campaign": controller.campaign_work(agent),
            "disposition": controller.queue_disposition(agent),
            "asked": _asked(controller, agent),
            "echo_test": _echo_test(controller, agent),
            "call": None if call is None else await screen_pop(controller, call),
        }

    @app.post("/agents/{agent}/phone", dependencies=works, tags=["agents"])
    async def lend(agent: Known) -> dict[str, Any]:
        """Lend the agent's account to this browser, as SIP over the WebSocket `/agents/{agent}/phone/sip`. The password
        holds while a page has that WebSocket open, and two minutes after; until then the phone on the desk is refused.
        409 where no switch takes browsers as phones."""
        try:
            phone = await controller.lend_phone(agent)
        except BadInput as refused:
            raise HTTPException(409, str(refused)) from refused
        except (HotlineError, OSError) as error:
            raise HTTPException(503, f"the switch did not take the phone: {error}") from error
        return {"agent": agent, "user": phone.user, "secret": phone.secret, "domain": SIP_DOMAIN}

    @app.delete("/agents/{agent}/phone", dependencies=works, tags=["agents"])
    async def give_back(agent: Known) -> dict[str, Any]:
        """The phone on the agent's desk has the account again, and this browser no more."""
        try:
            return {"agent": agent, "given_back": await controller.take_phone_back(agent)}
        except (HotlineError, OSError) as error:
            raise HTTPException(503, f"the switch did not take the phone: {error}") from error

    @app.post("/agents/{agent}/echo-test", dependencies=works, tags=["agents"], status_code=202)
    async def echo_test(agent: Known) -> dict[str, Any]:
        """Call the agent's phone, so that they hear themselves: a tone, four seconds in which they speak, and the same
        four seconds again. Nothing of it is kept. 409 while the phone is in a call, or not registered."""
        if refused := controller.echo_test_refusal(agent):
            raise HTTPException(409, refused)
        await controller.tell(EchoTestWanted(agent))
        return {"agent": agent, "calls": True}

    @app.post("/agents/{agent}/talk/move", dependencies=works, tags=["agents"], status_code=202)
    async def move(agent: Known) -> dict[str, Any]:
        """Let the agent's talk go on at their phone as it is registered now: a page that was loaded anew, or the phone
        on the desk. It is called, and has the caller once it answers. 409 without a talk that can move."""
        if refused := controller.talk_move_refusal(agent):
            raise HTTPException(409, refused)
        await controller.tell(TalkMoveWanted(agent))
        return {"agent": agent, "moves": True}

    @app.get("/calls/{call}/numbers", dependencies=[Depends(guard.needs("see_call"))], tags=["calls"])
    async def numbers(call: CallPath, client: Annotated[Client, Depends(guard.needs("see_numbers"))]) -> dict[str, str]:
        """The whole numbers of a call that goes on, which is written to the audit log of the site."""
        known = controller.register.calls.get(CallId(call))
        if known is None:
            raise HTTPException(404, "no such call goes on now")
        await asyncio.to_thread(audit.note, controller.database.parent, "numbers shown", f"call {call}", client.name)
        return {"call": call, "caller": known.caller, "called": known.called}


def _echo_test(controller: Controller, agent: AgentId) -> str | None:
    """How far the agent's echo test is: `ringing`, `speaking` or `hearing`; None: there is none."""
    test = next((one for one in controller.register.echo_tests.values() if one.agent == agent), None)
    if test is None:
        return None
    return "hearing" if test.path else "ringing" if test.recording is None else "speaking"


def _asked(controller: Controller, agent: AgentId) -> dict[str, Any] | None:
    """The consultation that an agent is rung for, or in: of which call, by whom, and what they are to know."""
    for call, one in controller.register.consultations.items():
        if (one.target.kind, one.target.name) == ("agent", agent) and one.state != "checking":
            told = masked_within(one.briefing, controller.region)
            by = {"by": one.agent, "by_name": controller.name_of(one.agent)}
            return {"call": call, "state": one.state, **by, "briefing": told}
    return None


def _call_of(controller: Controller, agent: AgentId) -> Call | None:
    """The call that an agent is offered, talks in, is consulted about, is handed, or makes."""
    register, account = controller.register, controller.account(agent)
    for offer in register.offers.values():
        if offer.agent == agent and offer.call in register.calls:
            return register.calls[offer.call]
    for name, one in register.consultations.items():
        if (one.target.kind, one.target.name) == ("agent", agent) and one.state != "checking":
            return register.calls.get(name)
    for leg in register.legs.values():
        if leg.role in _HANDED and leg.party == f"phone:{account}" and leg.call in register.calls:
            return register.calls[leg.call]
    for name in register.agent_calls:
        call = register.calls.get(name)
        if call is not None and call.caller == account and not masking.is_contact("out", call.caller):
            return call
    return None
