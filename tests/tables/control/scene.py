"""The scene of call control's tables: a house, and the steps by which a situation is reached, by events alone."""

from collections.abc import Callable

from acd.config import Configuration, read
from acd.events import AgentSignedIn, AgentSignedOut
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, events
from control.register.call import Call, Callback
from control.register.register import Leg, Offer
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import CallbackRules, QueueTreatment
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

CALLER = "13800138000"
OUTSIDE = "13900139000"


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
