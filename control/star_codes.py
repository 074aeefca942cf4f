"""Star codes: what agents dial from their own phones. The part of these legs.

`*61` sign in, `*62` sign out, `*63` pause (a digit after it is the reason), `*64` ready again, `*65` wrap-up done. Each
is confirmed in words, so that nobody has to look at a screen.
"""

from collections.abc import Mapping

from acd.events import AcdEvent, AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls.causes import Cause
from calls.commands import Answer, HangUp, Play
from calls.events import CallArrived, PlaybackFinished
from calls.ids import AgentId
from control.hub import Hub
from control.parts import QuietPart
from control.register import Leg

PAUSE = "*63"
CODES: Mapping[str, tuple[type[AgentSignedIn | AgentSignedOut | AgentResumed | WrapUpEnded], str]] = {
    "*61": (AgentSignedIn, "agent_logged_in"),
    "*62": (AgentSignedOut, "agent_logged_out"),
    "*64": (AgentResumed, "agent_ready"),
    "*65": (WrapUpEnded, "agent_wrap_up_ended"),
}
"""The codes without digits: the event for the queues, and the phrase that confirms it."""


class StarCodes(QuietPart):
    """Takes an agent's star code."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def dialled(self, event: CallArrived, account: str) -> None:
        """Do what the phone `account` dialled, and say so."""
        hub = self._hub
        hub.register.legs[event.leg] = Leg(event.leg, "code", None, account, hub.now, hub.now)
        version = hub.register.version
        agent = hub.directory.agent(version, account)
        asked = self._read(event.called, agent, version) if agent is not None else None
        if asked is None:
            hub.notice("warning", "a phone dialled what is no code", detail=f"{account} {event.called[:3]}")
            self._say(event, "agent_unknown" if agent is None else "agent_refused")
            return
        told, phrase = asked
        hub.tell_queues(told)
        self._say(event, phrase)

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """The confirmation was heard."""
        self._hub.give(HangUp(leg.leg))

    def _read(self, called: str, agent: AgentId, version: str) -> tuple[AcdEvent, str] | None:
        code, digits = called[:3], called[3:]
        if code == PAUSE:
            reason = self._hub.directory.pause_reason(version, digits)
            return None if reason is None else (AgentPaused(agent, reason), "agent_paused")
        if digits or code not in CODES:
            return None
        kind, phrase = CODES[code]
        return kind(agent), phrase

    def _say(self, event: CallArrived, phrase: str) -> None:
        hub = self._hub
        hub.give(Answer(event.leg, hub.mint(event.leg)))
        sound = hub.directory.sound(hub.register.version, phrase)
        if sound:
            hub.give(Play(event.leg, hub.mint(event.leg), sound))
        else:
            hub.give(HangUp(event.leg, Cause.NORMAL))
