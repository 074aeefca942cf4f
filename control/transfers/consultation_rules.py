"""The rules of consultations: whom an agent may consult about a caller, and which act is possible when."""

from calls.ids import AgentId
from control.hub.hub import Hub
from control.messages.events import ConsultationWanted
from control.register.call import Call
from control.register.handing_on import Target
from control.register.register import Offer
from control.transfers import transfer_targets


def refusal(hub: Hub, event: ConsultationWanted) -> str:
    """Why this cannot be done now; empty where it can. Nothing changes."""
    register = hub.register
    call = register.call_of(event.leg)
    offer = register.offer_of(call) if call is not None else None
    if call is None or offer is None or offer.leg != event.leg or offer.state != "talking":
        return "the caller is in no talk with this agent"
    consultation = register.consultations.get(call.call)
    if event.act != "consult":
        if consultation is None:
            return "nobody is consulted"
        return "" if consultation.state not in ("checking", "ringing") or event.act == "give_back" else "too early"
    if consultation is not None or call.call in register.transfers:
        return "somebody is consulted, or has the caller soon"
    target = find(hub, call, offer, event.to)
    return target if isinstance(target, str) else ""


def find(hub: Hub, call: Call, offer: Offer, to: str) -> Target | str:
    """Whom the agent of this offer wants to talk to, or why they cannot."""
    target = transfer_targets.find(hub.directory, hub.register.version, call.version, to)
    if isinstance(target, str) or target.kind == "number":
        return target
    if target.kind == "flow":
        return "nobody is there to talk to: a flow is for a transfer"
    agent: AgentId | None = AgentId(target.name)
    if target.kind == "queue":
        agent = hub.queue_view.free_agent(target.name, target.skills)
        if agent is None:
            return f"nobody of {target.name} is free now"
    assert agent is not None
    account = hub.directory.account(hub.register.version, agent)
    standing = hub.queue_view.agent(agent, hub.now)
    if agent == offer.agent:
        return "this agent has the caller already"
    if account is None or standing is None or standing.state != "idle":
        return f"agent {agent} is not free now"
    return Target("agent", agent)
