"""Happenings, in the switch's words or in the house's: the columns of the tables beside this file."""

from collections.abc import Callable, Mapping
from typing import Literal

from acd.events import AgentPaused, AgentSignedIn, AgentSignedOut, CallMoved
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play
from calls.ids import AgentId, AttemptId, LegId
from control.messages import commands, events
from tests.tables.control.scene import CALLER, Scene
from tests.unit.control import harness

Happening = Callable[[Scene], events.RouterEvent | float | None]
"""What happens: an event, or so many seconds pass. None: it cannot happen here, there is no such leg or command."""


def _ends(role: str, cause: Cause) -> Happening:
    def happens(made: Scene) -> door.CallEnded | None:
        leg = made.leg(role)
        return None if leg is None else door.CallEnded(leg.leg, cause)

    return happens


def _key(role: str, digit: str) -> Happening:
    def happens(made: Scene) -> door.DigitPressed | None:
        leg = made.leg(role)
        return None if leg is None else door.DigitPressed(leg.leg, digit)

    return happens


def _answered(role: str) -> Happening:
    def happens(made: Scene) -> door.CallAnswered | None:
        leg = made.leg(role)
        calls = [call for call in made.house.given(Originate) if leg is not None and call.leg == leg.leg]
        return None if leg is None else door.CallAnswered(leg.leg, calls[-1].attempt if calls else AttemptId("ours"))

    return happens


def _played(role: str) -> Happening:
    def happens(made: Scene) -> door.PlaybackFinished | None:
        leg = made.leg(role)
        plays = [play for play in made.house.given(Play) if leg is not None and play.leg == leg.leg]
        return door.PlaybackFinished(plays[-1].leg, plays[-1].attempt, Outcome.FINISHED) if plays else None

    return happens


def _bridged(made: Scene) -> door.Bridged | None:
    bridge = made.house.given(Bridge)
    return door.Bridged(bridge[-1].attempt, (bridge[-1].a, bridge[-1].b)) if bridge else None


def _unbridged(made: Scene) -> door.Unbridged | None:
    bridge = made.house.given(Bridge)
    return door.Unbridged(bridge[-1].attempt, (bridge[-1].a, bridge[-1].b)) if bridge else None


def _agent_gone(made: Scene) -> door.Unbridged | None:
    bridge = made.house.given(Bridge)
    return door.Unbridged(bridge[-1].attempt, (bridge[-1].a,)) if bridge else None


def _bridge_failed(made: Scene) -> door.CommandFailed | None:
    bridge = made.house.given(Bridge)
    return door.CommandFailed(bridge[-1].attempt, "refused") if bridge else None


def _checked(allowed: bool) -> Happening:
    def happens(made: Scene) -> events.NumberChecked | None:
        checks = made.house.given(commands.AskGate)
        return events.NumberChecked(made.call_id, checks[-1].attempt, allowed, "listed") if checks else None

    return happens


def _handed_on(to: str) -> Happening:
    def happens(made: Scene) -> door.TransferRequested | None:
        leg = made.leg("agent")
        return None if leg is None else door.TransferRequested(leg.leg, to)

    return happens


def _wants(act: Literal["consult", "swap", "join", "connect", "give_back"], to: str = "") -> Happening:
    def happens(made: Scene) -> events.ConsultationWanted | None:
        leg = made.leg("agent")
        return None if leg is None else events.ConsultationWanted(leg.leg, act, to)

    return happens


def _dials(code: str) -> Happening:
    return lambda made: door.CallArrived(LegId("code"), made.phone, code, device=made.phone)


HAPPENINGS: Mapping[str, Mapping[str, Happening]] = {
    "places": {
        "the caller hangs up": _ends("caller", Cause.NORMAL),
        "the switch loses the caller": _ends("caller", Cause.LOST),
        "the caller presses 9": _key("caller", "9"),
        "the agent hangs up": _ends("agent", Cause.NORMAL),
        "the agent's network dies": _ends("agent", Cause.UNREACHABLE),
        "the agent pauses": lambda made: AgentPaused(AgentId("01"), "lunch"),
        "the target answers": _answered("transfer"),
        "the target is busy": _ends("transfer", Cause.BUSY),
        "the target's network dies": _ends("transfer", Cause.UNREACHABLE),
        "the connection stands": _bridged,
        "the connection parts": _unbridged,
        "the connection fails": _bridge_failed,
        "the agent hands the caller on to another queue": _handed_on("queue:loans"),
        "the agent hands the caller on to a flow": _handed_on("main"),
        "the agent hands the caller on to nobody": _handed_on("nobody"),
        "a supervisor moves the caller": lambda made: CallMoved(made.call_id, "loans"),  # type: ignore[arg-type]
        "somebody closes the queue": lambda made: events.OverrideWanted("closure", "queue:care", "li", "storm"),
        "a supervisor wants to listen": lambda made: events.SupervisionWanted(made.call_id, "8099", "listen"),
        "a version is published": lambda made: events.VersionPublished(harness.VERSION),
        "an hour passes": lambda made: 3_600.0,
    },
    "offers": {
        "the agent answers": _answered("agent"),
        "the whisper ends": _played("agent"),
        "the connection stands": _bridged,
        "the connection parts": _unbridged,
        "the connection parts, the agent is gone": _agent_gone,
        "the connection fails": _bridge_failed,
        "the agent's network dies": _ends("agent", Cause.UNREACHABLE),
        "the agent is busy": _ends("agent", Cause.BUSY),
        "the agent hangs up": _ends("agent", Cause.NORMAL),
        "the agent presses *9": _key("agent", "9"),
        "the agent pauses": lambda made: AgentPaused(AgentId("01"), "lunch"),
        "the caller hangs up": _ends("caller", Cause.NORMAL),
        "the caller presses 9": _key("caller", "9"),
        "the ring time and its grace pass": lambda made: 71.0,
    },
    "callbacks": {
        "the number is allowed": _checked(True),
        "the number is refused": _checked(False),
        "an agent signs in": lambda made: AgentSignedIn(AgentId("01")),
        "the whisper ends": _played("agent"),
        "the agent presses 1": _key("agent", "1"),
        "the agent presses 2": _key("agent", "2"),
        "the agent hangs up": _ends("agent", Cause.NORMAL),
        "the agent's network dies": _ends("agent", Cause.UNREACHABLE),
        "the agent pauses": lambda made: AgentPaused(AgentId("01"), "lunch"),
        "the caller picks up": _answered("callback"),
        "the caller is busy": _ends("callback", Cause.BUSY),
        "the caller hangs up": _ends("caller", Cause.NORMAL),
        "the caller calls again, and queues": lambda made: door.CallArrived(LegId("again"), CALLER, "95183"),
        "ten seconds pass": lambda made: 10.5,
        "two minutes pass": lambda made: 120.0,
        "the time runs out": lambda made: 1_001.0,
    },
    "transfers": {
        "the number is allowed": _checked(True),
        "the number is refused": _checked(False),
        "the number answers": _answered("outside"),
        "the number is busy": _ends("outside", Cause.BUSY),
        "the number's network dies": _ends("outside", Cause.UNREACHABLE),
        "the number hangs up": _ends("outside", Cause.NORMAL),
        "the connection stands": _bridged,
        "the connection parts": _unbridged,
        "the connection fails": _bridge_failed,
        "the agent asks for another queue": _handed_on("queue:loans"),
        "the agent answers": _answered("agent"),
        "the agent hangs up": _ends("agent", Cause.NORMAL),
        "the agent's network dies": _ends("agent", Cause.UNREACHABLE),
        "the agent signs in": lambda made: AgentSignedIn(AgentId("01")),
        "the agent signs out": lambda made: AgentSignedOut(AgentId("01")),
        "the caller presses 9": _key("caller", "9"),
        "the caller hangs up": _ends("caller", Cause.NORMAL),
        "the switch loses the caller": _ends("caller", Cause.LOST),
        "a supervisor moves the caller": lambda made: CallMoved(made.call_id, "loans"),  # type: ignore[arg-type]
        "the controller starts anew": lambda made: events.Restarted(),
        "half a minute passes": lambda made: 30.0,
    },
    "agent calls": {
        "the agent's own phone is answered": _answered("dialling"),
        "the number is allowed": _checked(True),
        "the number is refused": _checked(False),
        "the far end picks up": _answered("dialled"),
        "the far end is busy": _ends("dialled", Cause.BUSY),
        "the far end hangs up": _ends("dialled", Cause.NORMAL),
        "the far end's network dies": _ends("dialled", Cause.TIMED_OUT),
        "the connection stands": _bridged,
        "the connection parts": _unbridged,
        "the connection fails": _bridge_failed,
        "the words are over": _played("dialling"),
        "the agent hangs up": _ends("dialling", Cause.NORMAL),
        "the switch loses the agent": _ends("dialling", Cause.LOST),
        "half a minute passes": lambda made: 30.0,
    },
    "consultations": {
        "the number is allowed": _checked(True),
        "the number is refused": _checked(False),
        "the other one answers": _answered("consulted"),
        "the other one is busy": _ends("consulted", Cause.BUSY),
        "the other one hangs up": _ends("consulted", Cause.NORMAL),
        "the connection stands": _bridged,
        "the connection parts": _unbridged,
        "the connection fails": _bridge_failed,
        "the agent swaps": _wants("swap"),
        "the agent lets all three talk": _wants("join"),
        "the agent connects both": _wants("connect"),
        "the agent gives back": _wants("give_back"),
        "the agent consults another one": _wants("consult", "+8613900139001"),
        "the agent hands the caller on to another queue": _handed_on("queue:loans"),
        "the agent hangs up": _ends("agent", Cause.NORMAL),
        "the agent's network dies": _ends("agent", Cause.UNREACHABLE),
        "the agent signs out": lambda made: AgentSignedOut(AgentId("01")),
        "the caller presses 9": _key("caller", "9"),
        "the caller hangs up": _ends("caller", Cause.NORMAL),
        "the switch loses the caller": _ends("caller", Cause.LOST),
        "a supervisor moves the caller": lambda made: CallMoved(made.call_id, "loans"),  # type: ignore[arg-type]
        "the controller starts anew": lambda made: events.Restarted(),
        "half a minute passes": lambda made: 30.0,
    },
    "star codes": {
        f"they dial {code}": _dials(code)
        for code in ("*61", "*62", "*63", "*631", "*639", "*64", "*65", "*611", "*60", "95183")
    },
}
