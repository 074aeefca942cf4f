"""A house with scenes, brought to the moment at which each of its outgoing calls asks the gate."""

from collections.abc import Callable
from typing import Any

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Originate, Play
from calls.events import LiveLeg, SwitchBack
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, events
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import CallbackRules, QueueTreatment
from tests.unit.control.harness import ControlHarness, Directory

DESK = LegId("desk")
OUTSIDE = "+8613900139000"
CALLER = "+8613800138000"


class GovernedHouse(ControlHarness):
    """Its queue's callbacks, its agents' calls and its transfers to outside each have a scene."""

    def _new_router(self) -> Any:
        self.habits = QueueTreatment(callback=CallbackRules(scene="call_back", expires_s=7200.0, retry_s=300.0))
        self.transfers = TransferRules(kinds=("mobile",), scene="handed_on")
        router = super()._new_router()
        directory = router.hub.directory
        assert isinstance(directory, Directory)
        directory.scenes = True
        directory.rules_outgoing = OutgoingRules(kinds=("mobile",), caller_id="95183", scene="by_hand", ring_s=45.0)
        return router

    def answer(self, verdict: str = "allow", **more: Any) -> events.GateAnswered:
        """The gate answers the last question."""
        asked = self.last(commands.AskGate)
        if verdict == "allow" and asked.reserve:
            more.setdefault("reservation", 4711)
        answered = events.GateAnswered(asked.call, asked.attempt, verdict, **more)  # type: ignore[arg-type]
        self.tell(answered)
        return answered

    def dialled(self) -> list[Originate]:
        """The calls to numbers outside so far."""
        return [made for made in self.given(Originate) if made.to.startswith("tel:")]

    def connect(self) -> LegId:
        """The number outside answers, and both hear each other; its leg."""
        leg = self.pick_up()
        bridge = self.last(Bridge)
        self.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
        return leg

    def pick_up(self) -> LegId:
        """The number outside answers."""
        ringing = self.dialled()[-1]
        self.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        return ringing.leg

    def heir(self) -> "GovernedHouse":
        """The controller was killed, and the next one goes on from its snapshot; the switch is not there yet."""
        heir = GovernedHouse()
        heir.commands, heir.journal = [], []
        heir.router.restore(self.router.snapshot())
        heir.now = self.now
        heir.tell(events.Restarted(), after_s=0.0)
        return heir

    def after_kill(self, *gone: LegId) -> "GovernedHouse":
        """As `heir`, and the switch is there, with all legs but these."""
        heir = self.heir()
        assert heir.given(commands.AskGate) == [], "not before the switch is there: the answer could not be acted on"
        register = self.router.register
        legs = [leg for leg in register.legs.values() if leg.leg not in gone]
        talks = [(call.leg, call.talk.leg) for call in register.calls.values() if call.talk is not None]
        other = {**dict(talks), **{far: near for near, far in talks}}
        live = (
            LiveLeg(leg.leg, leg.party, "", leg.answered_at is not None, True, bridged_with=other.get(leg.leg))
            for leg in legs
        )
        heir.tell(SwitchBack("", tuple(live)), after_s=0.5)
        return heir


def call_back() -> GovernedHouse:
    """An agent has accepted a callback."""
    house = booked()
    house.tell(AgentSignedIn(AgentId("01")))
    accept(house)
    return house


def booked() -> GovernedHouse:
    """A callback is booked, and the caller has hung up; nobody is signed in."""
    house = GovernedHouse()
    call = house.arrive()
    house.press(call, "1")
    house.wait(10.5)
    house.press(call, "11")
    house.answer()
    house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == call
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    return house


def accept(house: GovernedHouse) -> None:
    """The agent whose phone rings picks up and presses 1."""
    ringing = house.last(Originate)
    assert ringing.to.startswith("phone:")
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    if house.given(Play) and house.last(Play).leg == ringing.leg:
        house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
    house.press(ringing.leg, "1")


def dialled_by_hand() -> GovernedHouse:
    """An agent has dialled a number at the phone."""
    house = GovernedHouse("01")
    house.tell(door.CallArrived(DESK, "8001", "13900139000", device="8001"))
    return house


def clicked() -> GovernedHouse:
    """An agent has clicked, chosen another scene, and picked up the phone."""
    house = GovernedHouse("01")
    house.tell(events.DialWanted(AgentId("01"), "13900139000", "t1", scene="remind", person="p1", account="loan 7"))
    own = house.last(Originate)
    house.tell(door.CallAnswered(own.leg, own.attempt))
    return house


def talking() -> tuple[GovernedHouse, CallId, LegId]:
    """Agent 01 talks to a caller; the agent's leg."""
    house = GovernedHouse("01")
    call = house.arrive()
    house.press(call, "1")
    leg = house.take(call)
    house.wait(30.0)
    return house, call, leg


def handed_on() -> GovernedHouse:
    """An agent wants a number outside to have the caller."""
    house, _, leg = talking()
    house.tell(door.TransferRequested(leg, OUTSIDE, "http"))
    return house


def consulted() -> GovernedHouse:
    """An agent wants to talk to a number outside first."""
    house, _, leg = talking()
    house.tell(events.ConsultationWanted(leg, "consult", OUTSIDE, "http"))
    return house


def by_flow() -> GovernedHouse:
    """A flow transfers the caller to a number."""
    house = GovernedHouse()
    house.press(house.arrive(), "3")
    return house


CALLERS: dict[str, Callable[[], GovernedHouse]] = {
    "callback": call_back,
    "dialled by hand": dialled_by_hand,
    "clicked": clicked,
    "handed on": handed_on,
    "consulted": consulted,
    "by a flow": by_flow,
}
"""Everything that calls numbers outside."""
