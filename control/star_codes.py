"""Star codes: what agents dial from their own phones. `*61` sign in, `*62` sign out, `*63` pause (a digit after it is
the reason), `*64` ready again, `*65` wrap-up done. Each is confirmed in words, so that nobody has to look at a screen.
"""

from acd.events import AcdEvent, AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls.causes import Cause
from calls.commands import Answer, HangUp, Play
from calls.events import CallArrived
from calls.ids import AgentId
from control import register as at
from control.hub import Hub

SIGN_IN, SIGN_OUT, PAUSE, READY, WRAPPED_UP = "*61", "*62", "*63", "*64", "*65"


class StarCodes:
    """Takes an agent's star code."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def dialled(self, event: CallArrived, account: str) -> None:
        """A phone of ours called something."""
        hub = self._hub
        hub.register.legs[event.leg] = at.Leg(event.leg, "code", None, account, hub.now, hub.now)
        version = hub.register.version
        agent = hub.directory.agent(version, account)
        asked = self._read(event.called, agent, version) if agent is not None else None
        if asked is None:
            hub.notice("warning", "a phone dialled what is no code", detail=f"{account} {event.called[:3]}")
            self._say(event, "agent_unknown" if agent is None else "agent_refused")
            return
        fact, phrase = asked
        hub.tell_queues(fact)
        self._say(event, phrase)

    def _read(self, called: str, agent: AgentId, version: str) -> tuple[AcdEvent, str] | None:
        match called[:3], called[3:]:
            case (code, "") if code == SIGN_IN:
                return AgentSignedIn(agent), "agent_logged_in"
            case (code, "") if code == SIGN_OUT:
                return AgentSignedOut(agent), "agent_logged_out"
            case (code, "") if code == READY:
                return AgentResumed(agent), "agent_ready"
            case (code, "") if code == WRAPPED_UP:
                return WrapUpEnded(agent), "agent_wrap_up_ended"
            case (code, digits) if code == PAUSE:
                reason = self._hub.directory.pause_reason(version, digits)
                return None if reason is None else (AgentPaused(agent, reason), "agent_paused")
            case _:
                return None

    def _say(self, event: CallArrived, phrase: str) -> None:
        hub = self._hub
        hub.order(Answer(event.leg, hub.mint(event.leg)))
        sound = hub.directory.sound(hub.register.version, phrase)
        if sound:
            hub.order(Play(event.leg, hub.mint(event.leg), sound))
        else:
            hub.order(HangUp(event.leg, Cause.NORMAL))
