"""Situations of call control, and what may happen in each: the rows and columns of the tables beside this file.

A situation is a state of a machine, reached by events alone. What happens is told in the switch's words, or in the
house's. A cell is the state after it, and the commands in short: `gone: LogCall abandoned, LogLeg caller`. `cannot`:
there is no such leg here, or nothing was ordered that could end so. Rows of steps, forecasts and notifications
are left out.

    python -m tests.tables.control.situations     prints the three tables as they are; read each changed cell
"""

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

import yaml

from acd.config import Configuration, read
from acd.events import AgentPaused, AgentSignedIn, AgentSignedOut, CallMoved
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play, Sentence
from calls.ids import AgentId, AttemptId, CallId, LegId
from control import commands, events
from control.call import Call, Callback
from control.register import Leg, Offer
from control.transfer_rules import TransferRules
from control.treatment import CallbackRules, QueueTreatment
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

CALLER = "13800138000"
OUTSIDE = "13900139000"
_SHOWN = {
    "LogCall": "outcome",
    "LogCallback": "outcome",
    "LogTransfer": "outcome",
    "Noticed": "event",
    "AgentChanged": "state",
    "OfferLapsed": "reason",
}
_LEFT_OUT = ("LogStep", "ForecastMade", "NotifyArrival", "NotifyRing", "NotifyTalk")
_MOST = 20
"""Commands of a cell that are shown one by one; of those after them, how many of each there are."""


def configuration() -> Configuration:
    """Two queues, one agent who serves both; who waits ten seconds is offered a callback."""
    people, problems = read(
        {
            "queues": {
                name: {"ring_s": 10, "wrap_up_s": 5, "steps": [{"after_s": 10, "offer": "callback"}]}
                for name in ("care", "loans")
            }
        },
        {"agents": {"01": {"account": "8001", "skills": {"care": 3}}}},
    )
    assert not problems
    return people


class Scene:
    """A house in a situation, and the legs that are in it."""

    def __init__(self) -> None:
        harness_own, harness.configuration = harness.configuration, configuration
        try:
            self.house = ControlHarness(
                habits=QueueTreatment(callback=CallbackRules(tries=2, retry_s=60.0, expires_s=1_000.0)),
                transfers=TransferRules(kinds=("mobile",)),
            )
        finally:
            harness.configuration = harness_own
        self.call_id = CallId("")
        self.phone = "8001"
        self._kept: Call | None = None
        self._offer: Offer | None = None
        self._callback: Callback | None = None

    @property
    def call(self) -> Call:
        """The caller's journey; the last that was known of it once it is over."""
        self._kept = self.house.router.register.calls.get(self.call_id, self._kept)
        assert self._kept is not None
        return self._kept

    @property
    def offer(self) -> Offer | None:
        """The agent's offer, or the last that was known of it."""
        self._offer = next(iter(self.house.router.register.offers.values()), self._offer)
        return self._offer

    @property
    def callback(self) -> Callback | None:
        """The callback, or the last that was known of it."""
        self._callback = self.call.callback or self._callback
        return self._callback

    def leg(self, role: str) -> Leg | None:
        """The leg of this role, if there is one."""
        return next((leg for leg in self.house.router.register.legs.values() if leg.role == role), None)

    # how one comes there

    def arrives(self) -> None:
        """A caller is in the menu."""
        self.call_id = self.house.arrive(caller=CALLER)

    def waits(self) -> None:
        """And waits."""
        self.arrives()
        self.house.press(self.call_id, "1")

    def agent_comes(self) -> None:
        """The agent signs in: the phone rings for whoever waits."""
        self.house.tell(AgentSignedIn(AgentId("01")))

    def agent_answers(self) -> None:
        """The agent picks up, and hears the whisper."""
        ringing = self.house.last(Originate)
        self.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))

    def whisper_ends(self) -> None:
        """The agent has heard it."""
        self.house.tell(door.PlaybackFinished(self._agent(), self.house.last(Play).attempt, Outcome.FINISHED))

    def connection_stands(self) -> None:
        """Both hear each other."""
        bridge = self.house.last(Bridge)
        self.house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))

    def agent_is_gone(self) -> None:
        """The connection is apart, and the agent's leg no longer there; its end is on the way."""
        bridge = self.house.last(Bridge)
        self.house.tell(door.Unbridged(bridge.attempt, (bridge.a,)))

    def asks_for_callback(self) -> None:
        """The caller takes the callback that is offered; the number is being checked."""
        self.waits()
        self.house.wait(10.5)
        self.house.press(self.call_id, "11")

    def number_is_allowed(self) -> None:
        """The check says yes."""
        check = self.house.last(commands.AskGate)
        self.house.tell(events.NumberChecked(check.call, check.attempt, True))

    def books(self) -> None:
        """The callback is booked, and the caller has hung up."""
        self.asks_for_callback()
        self.number_is_allowed()
        self.house.tell(door.CallEnded(LegId(self.call_id), Cause.NORMAL))

    def accepts(self) -> None:
        """The agent accepts: the number is checked again."""
        self.agent_comes()
        self.agent_answers()
        self.whisper_ends()
        self.house.press(self._agent(), "1")

    def dials(self) -> None:
        """The caller's phone rings."""
        self.books()
        self.accepts()
        self.number_is_allowed()

    def called_back_answers(self) -> None:
        """The caller picks up."""
        dialled = self.house.last(Originate)
        self.house.tell(door.CallAnswered(dialled.leg, dialled.attempt))

    def transfers(self) -> None:
        """A number outside rings for the caller."""
        self.arrives()
        self.house.press(self.call_id, "3")

    def target_answers(self) -> None:
        """It is picked up."""
        dialled = self.house.last(Originate)
        self.house.tell(door.CallAnswered(dialled.leg, dialled.attempt))

    def agent_hands_on(self) -> None:
        """The agent wants a number outside to have the caller."""
        self.house.tell(door.TransferRequested(self._agent(), OUTSIDE, "http"))

    def agent_consults(self) -> None:
        """The agent wants to talk to a number outside first."""
        self.house.tell(events.ConsultationWanted(self._agent(), "consult", OUTSIDE, "http"))

    def agent_swaps(self) -> None:
        """The agent turns to the one who hears music."""
        self.house.tell(events.ConsultationWanted(self._agent(), "swap", by="http"))

    def agent_joins_all(self) -> None:
        """The agent lets all three hear each other."""
        self.house.tell(events.ConsultationWanted(self._agent(), "join", by="http"))

    def phone_is_free(self) -> None:
        """The agent who handed the caller on has been hung up."""
        self.house.tell(door.CallEnded(self._agent(), Cause.NORMAL))

    def outside_is_busy(self) -> None:
        """The number outside has no time."""
        self.house.tell(door.CallEnded(self.house.last(Originate).leg, Cause.BUSY))

    def agent_signs_out(self) -> None:
        """And goes home."""
        self.house.tell(AgentSignedOut(AgentId("01")))

    def dials_out(self) -> None:
        """The agent's phone dials a number outside; it is being checked."""
        self.agent_comes()
        self.call_id = CallId("desk")
        self.house.tell(door.CallArrived(LegId("desk"), "8001", "13900139000", device="8001"))

    def asks_to_call(self) -> None:
        """The agent asks for it by HTTP: their own phone rings."""
        self.agent_comes()
        self.call_id = CallId("dial-t1")
        self.house.tell(events.DialWanted(AgentId("01"), "13900139000", "t1"))

    def number_is_refused(self) -> None:
        """The check says no: the agent is told."""
        check = self.house.last(commands.AskGate)
        self.house.tell(events.NumberChecked(check.call, check.attempt, False, "listed"))

    def words_end(self) -> None:
        """The agent has heard why."""
        play = self.house.last(Play)
        self.house.tell(door.PlaybackFinished(play.leg, play.attempt, Outcome.FINISHED))

    def _agent(self) -> LegId:
        leg = self.leg("agent")
        assert leg is not None
        return leg.leg


def scene(*steps: Callable[[Scene], None]) -> Callable[[], Scene]:
    """A situation by the steps that lead to it."""

    def make() -> Scene:
        made = Scene()
        for step in steps:
            step(made)
        return made

    return make


PLACES: Mapping[str, Callable[[], Scene]] = {
    "menu": scene(Scene.arrives),
    "waiting": scene(Scene.waits),
    "booked": scene(Scene.books),
    "offered": scene(Scene.waits, Scene.agent_comes),
    "talking": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
    "transferring": scene(Scene.transfers),
    "transferred": scene(Scene.transfers, Scene.target_answers, Scene.connection_stands),
    "dialling": scene(Scene.dials_out),
}
OFFERS: Mapping[str, Callable[[], Scene]] = {
    "ringing": scene(Scene.waits, Scene.agent_comes),
    "whispering": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers),
    "bridging": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends),
    "talking": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
    "parting": scene(
        *(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
        Scene.agent_is_gone,
    ),
}
CALLBACKS: Mapping[str, Callable[[], Scene]] = {
    "checking": scene(Scene.asks_for_callback),
    "unchecked": scene(
        Scene.asks_for_callback,
        lambda made: made.house.tell(door.CallEnded(LegId(made.call_id), Cause.NORMAL)) and None,
    ),
    "booked": scene(Scene.books),
    "asking": scene(Scene.books, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends),
    "clearing": scene(Scene.books, Scene.accepts),
    "dialling": scene(Scene.dials),
    "resting": scene(
        Scene.dials,
        lambda made: made.house.tell(door.CallEnded(made.house.last(Originate).leg, Cause.NO_ANSWER)) and None,
    ),
    "talking": scene(Scene.dials, Scene.called_back_answers, Scene.connection_stands),
}
_TALKING = (Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands)
_AWAY = (*_TALKING, Scene.agent_hands_on, Scene.number_is_allowed)
TRANSFERS: Mapping[str, Callable[[], Scene]] = {
    "checking": scene(*_TALKING, Scene.agent_hands_on),
    "away": scene(*_AWAY),
    "outside": scene(*_AWAY, Scene.phone_is_free, Scene.target_answers, Scene.connection_stands),
    "returning": scene(*_AWAY, Scene.phone_is_free, Scene.outside_is_busy),
    "waiting": scene(*_AWAY, Scene.phone_is_free, Scene.agent_signs_out, Scene.outside_is_busy),
}
AGENT_CALLS: Mapping[str, Callable[[], Scene]] = {
    "calling": scene(Scene.asks_to_call),
    "checking": scene(Scene.dials_out),
    "ringing": scene(Scene.dials_out, Scene.number_is_allowed),
    "bridging": scene(Scene.dials_out, Scene.number_is_allowed, Scene.target_answers),
    "talking": scene(Scene.dials_out, Scene.number_is_allowed, Scene.target_answers, Scene.connection_stands),
    "telling": scene(Scene.dials_out, Scene.number_is_refused),
    "ending": scene(Scene.dials_out, Scene.number_is_refused, Scene.words_end),
}
_CONSULTED = (*_TALKING, Scene.agent_consults, Scene.number_is_allowed, Scene.target_answers, Scene.connection_stands)
CONSULTATIONS: Mapping[str, Callable[[], Scene]] = {
    "checking": scene(*_TALKING, Scene.agent_consults),
    "ringing": scene(*_TALKING, Scene.agent_consults, Scene.number_is_allowed),
    "talking": scene(*_CONSULTED),
    "swapped": scene(*_CONSULTED, Scene.agent_swaps, Scene.connection_stands),
    "conference": scene(*_CONSULTED, Scene.agent_joins_all, Scene.connection_stands),
}
STAR_CODES: Mapping[str, Callable[[], Scene]] = {
    "nobody's phone": scene(lambda made: setattr(made, "phone", "8099")),
    "offline": scene(),
    "idle": scene(Scene.agent_comes),
    "paused": scene(Scene.agent_comes, lambda made: made.house.tell(AgentPaused(AgentId("01"), "lunch")) and None),
    "offered": scene(Scene.waits, Scene.agent_comes),
    "talking": scene(Scene.waits, Scene.agent_comes, Scene.agent_answers, Scene.whisper_ends, Scene.connection_stands),
    "wrap_up": scene(
        Scene.waits,
        Scene.agent_comes,
        Scene.agent_answers,
        Scene.whisper_ends,
        Scene.connection_stands,
        lambda made: made.house.tell(door.CallEnded(LegId(made.call_id), Cause.NORMAL)) and None,
    ),
}


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
SITUATIONS: Mapping[str, Mapping[str, Callable[[], Scene]]] = {
    "places": PLACES,
    "offers": OFFERS,
    "callbacks": CALLBACKS,
    "transfers": TRANSFERS,
    "agent calls": AGENT_CALLS,
    "consultations": CONSULTATIONS,
    "star codes": STAR_CODES,
}


def _state(machine: str, made: Scene) -> str:
    register = made.house.router.register
    match machine:
        case "places":
            return made.call.place
        case "offers":
            assert made.offer is not None
            return made.offer.state if made.offer.attempt in register.offers else "over"
        case "transfers":
            return next((transfer.state for transfer in register.transfers.values()), "over")
        case "agent calls":
            dialled = register.agent_calls.get(made.call_id)
            return "over" if dialled is None else dialled.state
        case "consultations":
            return next((one.state for one in register.consultations.values()), "over")
        case "star codes":
            if made.phone == "8099":
                return "nobody's phone"
            return next((agent.state for agent in made.house.router.agents()), "offline")
        case _:
            assert made.callback is not None
            return made.callback.state


def _short(made: Scene, command: Any, roles: Mapping[str, str]) -> str:
    kind = type(command).__name__
    if kind == "Play" and isinstance(command.media[0], Sentence) and roles.get(command.leg) == "code":
        return f"Play {command.media[0].text}"
    if kind == "Bridge" and "consulted" in roles.values():
        return f"{kind} {roles.get(command.a, '?')} {roles.get(command.b, '?')}"
    if kind == "Originate":
        return f"{kind} {command.to.partition(':')[0]}"
    if kind in _SHOWN:
        return f"{kind} {getattr(command, _SHOWN[kind])}"
    if kind == "LogLeg":
        return f"{kind} {command.role}"
    leg = getattr(command, "leg", None)
    return kind if leg is None else f"{kind} {roles.get(leg, '?')}"


def cell(machine: str, situation: str, happening: str) -> str:
    """One cell, as it is."""
    made = SITUATIONS[machine][situation]()
    assert _state(machine, made) == situation, (_state(machine, made), situation)
    roles = {leg.leg: leg.role for leg in made.house.router.register.legs.values()}
    if happening == "the agent presses *9" and made.leg("agent") is not None:
        made.house.press(made.leg("agent").leg, "*")  # type: ignore[union-attr]  # it is there
    event = HAPPENINGS[machine][happening](made)
    if event is None:
        return "cannot"
    before = len(made.house.orders)
    if isinstance(event, float):
        made.house.wait(event)
    else:
        made.house.tell(event, after_s=0.0)
    if isinstance(event, door.CallArrived) and event.device is None:
        made.house.press(event.leg, "1")
    roles |= {leg.leg: leg.role for leg in made.house.router.register.legs.values()}
    given = [_short(made, command, roles) for command in made.house.orders[before:]]
    shown = [one for one in given if one not in _LEFT_OUT]
    more = [f"{times} × {one}" for one, times in Counter(shown[_MOST:]).items()]
    return f"{_state(machine, made)}: {', '.join((*shown[:_MOST], *more)) or 'nothing'}"


def table(machine: str) -> dict[str, dict[str, str]]:
    """All cells of one machine, as they are."""
    return {
        situation: {happening: cell(machine, situation, happening) for happening in HAPPENINGS[machine]}
        for situation in SITUATIONS[machine]
    }


if __name__ == "__main__":
    tables = {machine: table(machine) for machine in SITUATIONS}
    yaml.safe_dump(tables, sys.stdout, sort_keys=False, width=1_000, allow_unicode=True)
