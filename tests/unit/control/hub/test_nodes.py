"""Two switches in one house: where phones are rung, and what one that is lost takes with it."""

from itertools import count

import pytest

from calls import events as door
from calls.causes import Cause, DeviceState, Outcome
from calls.commands import Bridge, HangUp, Originate, Play, Record, StartMusic
from calls.ids import CallId, LegId, node_of
from control.messages import commands, events, log_commands
from control.register.register import Register
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

_numbers = count(1)


class Houses(ControlHarness):
    """A house with the switches a and b, up, and phones that are told of."""

    def __init__(self, *agents: str) -> None:
        super().__init__(*agents)
        self.tell(door.SwitchBack("a", ()))
        self.tell(door.SwitchBack("b", (), also=()))

    def queued(self, node: str, caller: str = "13800138000") -> CallId:
        """A caller of this switch who has asked for the queue."""
        leg = LegId(f"{node}@in-{next(_numbers)}")
        self.tell(door.CallArrived(leg, caller, "95183"))
        self.press(leg, "1")
        return CallId(leg)

    def phone(self, account: str, node: str, state: DeviceState = DeviceState.IDLE) -> None:
        self.tell(door.AgentDeviceChanged(account, state, node))

    def lose(self, node: str) -> list[commands.RouterCommand]:
        return self.tell(door.SwitchLost(node, "gone", alone=False))

    def live(self, *legs: LegId) -> tuple[door.LiveLeg, ...]:
        return tuple(door.LiveLeg(leg, "138", "95183", True, "in-" in leg, in_music=True) for leg in legs)

    def come_back(self, node: str, *legs: LegId, restarted: bool = False) -> list[commands.RouterCommand]:
        also = ("",) if node == "a" else ()
        return self.tell(door.SwitchBack(node, self.live(*legs), restarted, also))

    def agent(self, agent: str) -> str:
        return next(told.state for told in self.router.agents() if told.agent == agent)

    def place(self, call: CallId) -> str:
        return self.router.register.calls[call].place


@pytest.mark.parametrize(
    ("registered", "to", "via"),
    [
        ([], "phone:8001", ""),
        ([("a", True)], "phone:8001", ""),
        ([("b", True)], "phone:8001@b", "b"),
        ([("b", True), ("a", True)], "phone:8001", ""),
        ([("b", True), ("a", True), ("a", False)], "phone:8001@b", "b"),
        ([("b", True), ("b", False)], "phone:8001", ""),
        ([("c", True), ("b", True)], "phone:8001@b", "b"),
        ([("b", True), ("c", True), ("b", True)], "phone:8001@b", "b"),
    ],
)
def test_the_phone_is_rung_where_it_is_and_from_the_callers_own_switch(
    registered: list[tuple[str, bool]], to: str, via: str
) -> None:
    house = Houses()
    for node, there in registered:
        house.phone("8001", node, DeviceState.IDLE if there else DeviceState.UNREACHABLE)
    house.phone("8002", "a")
    house.tell(door.AgentDeviceChanged("8001", DeviceState.IDLE))  # of a journal from before nodes: changes no place
    house.tell(events.AgentSignedIn("01"))
    house.queued("a")
    ringing = house.last(Originate)
    assert (ringing.to, node_of(ringing.leg)) == (to, "a")
    assert house.router.register.legs[ringing.leg].via == via


def test_a_phone_can_be_rung_as_long_as_one_switch_has_it() -> None:
    house = Houses("01")
    house.phone("8001", "b", DeviceState.UNREACHABLE)
    assert house.agent("01") == "offline"
    house.phone("8001", "a")
    assert house.agent("01") == "idle"
    house.phone("8001", "b")
    house.phone("8001", "a", DeviceState.UNREACHABLE)
    assert house.agent("01") == "idle"
    house.phone("8001", "b", DeviceState.UNREACHABLE)
    assert house.agent("01") == "offline"


def test_a_supervisor_and_a_transfer_find_their_phone_too() -> None:
    house = Houses("01")
    house.phone("9001", "b")
    call = house.queued("a")
    house.take(call)
    house.tell(events.SupervisionWanted(call, "9001", "listen"))
    assert house.last(Originate).to == "phone:9001@b"
    assert node_of(house.last(Originate).leg) == "a"


def test_everything_of_a_talk_is_on_the_callers_switch() -> None:
    house = Houses("01")
    house.phone("8001", "b")
    call = house.queued("a")
    leg = house.take(call)
    bridge = house.last(Bridge)
    assert (bridge.a, bridge.b, node_of(leg)) == (call, leg, "a")
    assert bridge.record == f"{call.replace('@', '-')}-1"
    assert not [command for command in house.given(Play) + house.given(Record) if node_of(command.leg) != "a"]


def test_who_waits_on_a_lost_switch_is_set_aside_and_comes_back_into_the_old_place() -> None:
    house = Houses()
    first, second = house.queued("b", "13800000001"), house.queued("a", "13800000002")
    house.lose("b")
    before = len(house.commands)
    house.tell(events.AgentSignedIn("01"))
    ringing = house.last(Originate)
    assert house.rings_for(ringing.leg) == second, "nobody is rung for one whom nothing can be done about"
    assert len([command for command in house.commands[before:] if isinstance(command, Originate)]) == 1
    assert house.place(first) == "waiting"
    house.wait(300.0)
    house.come_back("b", LegId(first))
    queued = house.router.register.calls[first].queued_as
    assert queued is not None
    assert queued.waited_s > 300.0
    house.tell(door.CallEnded(ringing.leg, Cause.BUSY))
    house.tell(events.AgentSignedIn("02"))
    assert house.rings_for(house.last(Originate).leg) == first, "the older one is first again"


def test_a_phone_that_rings_for_one_on_a_lost_switch_is_let_go() -> None:
    house = Houses("01")
    call = house.queued("b")
    ringing = house.last(Originate).leg
    given = house.lose("b")
    assert HangUp(ringing, Cause.CANCELLED) in given
    assert (house.place(call), house.agent("01")) == ("waiting", "idle")
    given = house.come_back("b", LegId(call))
    assert [command.leg for command in given if isinstance(command, Originate)] == ["b@offer-2-agent"]


def test_one_who_asks_for_the_queue_meanwhile_waits_for_the_switch() -> None:
    house = Houses("01")
    call = house.queued("b")
    house.take(call)
    house.lose("b")
    assert house.place(call) == "talking", "a talk goes on"
    other = LegId("b@in-menu")
    house.tell(door.CallArrived(other, "13800000009", "95183"))
    house.press(other, "1")
    house.tell(events.AgentSignedIn("02"))
    assert not [command for command in house.given(Originate) if house.rings_for(command.leg) == other]
    house.press(other, "9")  # out of the queue, and in again: told to the queues once
    house.tell(door.PlaybackFinished(other, house.last(Play).attempt, Outcome.FINISHED))
    house.come_back("b", LegId(call), other)
    assert house.router.register.aside == []


def test_one_who_is_gone_with_the_switch_is_lost_and_nobody_else() -> None:
    house = Houses("01", "02")
    here, there = house.queued("a"), house.queued("b", "13800000002")
    talk = house.take(here)
    house.lose("b")
    house.come_back("b", restarted=True)
    (row,) = house.given(log_commands.LogCall)
    assert (row.call, row.outcome) == (there, "lost")
    assert house.place(here) == "talking"
    assert talk in house.router.register.legs
    assert house.agent("02") == "idle"


def test_the_phones_of_a_lost_switch_are_not_rung_until_it_is_back() -> None:
    house = Houses("01", "02")
    house.phone("8001", "b")
    house.phone("8002", "a")
    house.lose("b")
    assert (house.agent("01"), house.agent("02")) == ("offline", "idle")
    house.come_back("b")
    assert (house.agent("01"), house.agent("02")) == ("idle", "idle")


def test_a_call_to_a_phone_of_a_switch_that_started_anew_is_hung_up() -> None:
    """Its far half ended with the switch; the near one would go on in silence until the switch tires of it."""
    house = Houses("01", "02")
    house.phone("8001", "b")
    house.phone("8002", "a")
    legs = {}
    for _ in range(2):
        call = house.queued("a")
        legs[house.take(call)] = house.router.register.calls[call].agent
    house.lose("b")
    assert not house.come_back("b"), "only the link was cut: the talks go on"
    house.lose("b")
    given = house.come_back("b", restarted=True)
    assert [legs[command.leg] for command in given if isinstance(command, HangUp)] == ["01"]


def test_the_only_switch_sets_nobody_aside() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "1")
    house.tell(door.SwitchLost("main", "gone"))
    register = house.router.register
    assert (register.lost, register.aside) == ([], [])
    house.tell(events.AgentSignedIn("01"))
    assert house.rings_for(house.last(Originate).leg) == call


def test_ids_of_before_nodes_are_the_first_switchs_and_those_of_a_node_that_is_no_more() -> None:
    house = ControlHarness()
    bare, renamed, other = LegId("in-1"), LegId("main@in-2"), LegId("b@in-1")
    for leg in (bare, renamed, other):
        house.tell(door.CallArrived(leg, "13800000001", "95183"))
    house.tell(door.SwitchBack("b", (door.LiveLeg(other, "138", "95183", True, True),), also=()))
    assert set(house.router.register.calls) == {bare, renamed, other}, "b knows nothing of the others"
    house.tell(door.SwitchBack("a", (door.LiveLeg(renamed, "138", "95183", True, True),), also=("", "main")))
    assert set(house.router.register.calls) == {renamed, other}


def test_a_switch_that_was_lost_and_is_taken_out_of_the_settings_holds_nobody_back() -> None:
    house = Houses("01")
    house.phone("8001", "b")
    call = house.queued("b")
    house.lose("b")
    house.tell(door.SwitchBack("a", house.live(LegId(call)), also=("", "b")))
    register = house.router.register
    assert (register.lost, register.aside, register.phones["8001"]) == ([], [], [])
    house.phone("8001", "a")
    assert house.rings_for(house.last(Originate).leg) == call
    assert house.last(Originate).to == "phone:8001@a", "the cell knows that a is where the leg is"


def test_what_is_known_of_nodes_outlives_the_controller() -> None:
    house = Houses("01")
    house.phone("8001", "b")
    call = house.queued("b")
    house.lose("b")
    house.tell(events.SupervisionWanted(call, "8001", "listen"))
    again = house.empty()
    again.router.restore(house.router.snapshot())
    again.now = house.now
    register = again.router.register
    assert (register.lost, register.aside, register.phones) == (["b"], [call], {"8001": ["b"]})
    again.tell(door.SwitchBack("b", house.live(LegId(call)), also=()))
    assert again.rings_for(again.last(Originate).leg) == call


def test_a_register_of_before_nodes_is_read() -> None:
    register = Register()
    assert (register.phones, register.lost, register.aside) == ({}, [], [])


def test_music_is_begun_again_on_the_switch_that_is_back_and_on_no_other() -> None:
    house = Houses()
    here, there = house.queued("a"), house.queued("b", "13800000002")
    house.lose("b")
    live = (door.LiveLeg(LegId(there), "138", "95183", True, True, in_music=False),)
    given = house.tell(door.SwitchBack("b", live, also=()))
    assert [command.leg for command in given if isinstance(command, StartMusic)] == [there]
    assert house.place(here) == "waiting"
