"""Star codes: what agents dial from their own phones. The part of these legs.

`*61` sign in, `*62` sign out, `*63` pause (a digit after it is the reason), `*64` ready again, `*65` wrap-up done,
`*67` and digits: what came of a talk. Each is answered in words by the state that really holds then, so that
nobody has to look at a screen.
"""

from collections.abc import Mapping

from acd.agents import Standing
from acd.events import AcdEvent, AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls.causes import Cause
from calls.commands import Answer, HangUp, Play
from calls.events import CallArrived, PlaybackFinished
from calls.ids import AgentId
from control.hub.hub import Hub
from control.hub.parts import QuietPart
from control.hub.phones import Phones
from control.outgoing.campaigns import CampaignCalls
from control.register.register import Leg
from control.talks.dispositions import Dispositions

PAUSE = "*63"
DISPOSITION = "*67"
CODES: Mapping[str, type[AgentSignedIn | AgentSignedOut | AgentResumed | WrapUpEnded]] = {
    "*61": AgentSignedIn,
    "*62": AgentSignedOut,
    "*64": AgentResumed,
    "*65": WrapUpEnded,
}
"""The codes without digits: the event for the queues."""
PHRASES: Mapping[str, str] = {
    "agent_logged_in": "",
    "agent_logged_out": "",
    "agent_ready": "",
    "agent_wrap_up_ended": "agent_ready",
    "agent_paused": "",
    "agent_still_paused": "agent_paused",
    "agent_missed": "agent_paused",
    "agent_resting": "agent_paused",
    "agent_not_logged_in": "agent_logged_out",
    "agent_unreachable": "",
    "agent_in_wrap_up": "",
    "agent_ready_later": "",
    "agent_paused_later": "",
    "agent_logged_out_later": "",
    "agent_unknown": "",
    "agent_refused": "",
}
"""The phrases of prompts/ for agents, each with a coarser one that is as true, for a site that has not this one."""


class StarCodes(QuietPart):
    """Takes an agent's star code."""

    def __init__(self, hub: Hub, phones: Phones, campaigns: CampaignCalls, dispositions: Dispositions) -> None:
        self._hub = hub
        self._campaigns = campaigns
        self._dispositions = dispositions
        self._phones = phones

    def dialled(self, event: CallArrived, account: str) -> None:
        """Do what the phone `account` dialled, and say what holds now."""
        hub = self._hub
        hub.register.legs[event.leg] = Leg(event.leg, "code", None, account, hub.now, hub.now)
        self._phones.dialled(account)
        hub.settle()
        version = hub.register.version
        agent = hub.directory.agent(version, account)
        if agent is not None and event.called.startswith(DISPOSITION):
            said = self._disposition(agent, event.called.removeprefix(DISPOSITION))
            hub.settle()
            self._say(event, "agent_wrap_up_ended" if said else "agent_refused")
            return
        asked = self._read(event.called, agent, version) if agent is not None else None
        before = hub.queue_view.agent(agent, hub.now) if agent is not None else None
        if agent is None or asked is None or before is None:
            hub.notice("warning", "a phone dialled what is no code", detail=f"{account} {event.called[:3]}")
            self._say(event, "agent_unknown" if agent is None else "agent_refused")
            return
        owed = self._campaigns.owes_a_word(agent) or self._dispositions.is_owed(agent)
        if not isinstance(asked, WrapUpEnded) or not owed:
            hub.tell_queues(asked)
        hub.settle()
        after = hub.queue_view.agent(agent, hub.now)
        self._say(event, "agent_refused" if after is None else _phrase(event.called[:3], before, after))

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """The confirmation was heard."""
        self._hub.give(HangUp(leg.leg))

    def _disposition(self, agent: AgentId, code: str) -> bool:
        """Take the agent's word on the talk that they have, or had last: a queue's, or a campaign's."""
        return self._dispositions.said_by_code(agent, code) or self._campaigns.said_by_code(agent, code)

    def _read(self, called: str, agent: AgentId, version: str) -> AcdEvent | None:
        code, digits = called[:3], called[3:]
        if code == PAUSE:
            reason = self._hub.directory.pause_reason(version, digits)
            return None if reason is None else AgentPaused(agent, reason)
        return None if digits or code not in CODES else CODES[code](agent)

    def _say(self, event: CallArrived, phrase: str) -> None:
        hub, version = self._hub, self._hub.register.version
        hub.give(Answer(event.leg, hub.mint(event.leg)))
        sound = hub.directory.sound(version, phrase)
        if not sound and PHRASES[phrase]:
            sound = hub.directory.sound(version, PHRASES[phrase])
        if sound:
            hub.give(Play(event.leg, hub.mint(event.leg), sound))
        else:
            hub.give(HangUp(event.leg, Cause.NORMAL))


def _phrase(code: str, before: Standing, now: Standing) -> str:
    """The phrase for what holds now, whatever was wanted."""
    if now.after == "unreachable":
        return "agent_unreachable"
    match now.state:
        case "offline":
            return "agent_logged_out" if code == "*62" else "agent_not_logged_in"
        case "talking" if now.after == "signed_out":
            return "agent_logged_out_later"
        case "talking" | "wrap_up" if now.after == "paused":
            return "agent_paused_later"
        case "talking":
            return "agent_ready_later"
        case "wrap_up":
            return "agent_in_wrap_up"
        case "paused" if now.after == "resting":
            return "agent_resting"
        case "paused" if now.reason == "rona":
            return "agent_missed"
        case "paused" if now.after == "ready":  # the phone is in a call of its own
            return "agent_ready_later"
        case "paused":
            return "agent_paused" if code == PAUSE else "agent_still_paused"
        case _:  # idle, or a phone rings already
            if code == "*65" and before.state == "wrap_up":
                return "agent_wrap_up_ended"
            return "agent_logged_in" if code == "*61" else "agent_ready"
