"""The whole house with two switches, driven by chance: each is cut off, dies and comes back while the other goes on.

What holds of a house with one switch (test_house_machine) holds here, too; besides, the loss of one ends no leg of the
other, and whatever the house does about a call it does on the call's own switch.
"""

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from acd.events import AgentSignedIn
from calls import commands as door
from calls import events
from calls.causes import Cause, DeviceState, Outcome
from calls.events import SwitchEvent
from calls.ids import AgentId, LegId, node_of
from control.messages import events as control_events
from control.messages import log_commands
from tests.properties.house_versions import AGENTS
from tests.properties.switch_world import World, WorldLeg
from tests.properties.test_house_machine import House, agents

pytestmark = pytest.mark.properties

NODES = ("a", "b")
nodes = st.sampled_from(NODES)


class TwoWorlds:
    """Two switches as one world: `switch_world.World` by the node of each leg."""

    def __init__(self) -> None:
        self.of = {node: World(node, alone=False) for node in NODES}

    @property
    def legs(self) -> dict[LegId, WorldLeg]:
        return {leg: here for world in self.of.values() for leg, here in world.legs.items()}

    @property
    def untold(self) -> list[tuple[str, SwitchEvent]]:
        """What can arrive now."""
        return [told for world in self.of.values() if world.up for told in world.untold]

    @property
    def up(self) -> bool:
        return any(world.up for world in self.of.values())

    @property
    def all_up(self) -> bool:
        return all(world.up for world in self.of.values())

    @property
    def bridges_fail(self) -> bool:
        return self.of["a"].bridges_fail

    @bridges_fail.setter
    def bridges_fail(self, fail: bool) -> None:
        for world in self.of.values():
            world.bridges_fail = fail

    def _at(self, leg: str) -> World:
        return self.of[node_of(leg)]

    def arrive(self, leg: WorldLeg) -> None:
        self._at(leg.leg).arrive(leg)

    def press(self, leg: LegId, key: str) -> None:
        self._at(leg).press(leg, key)

    def pick_up(self, leg: LegId) -> None:
        self._at(leg).pick_up(leg)

    def hold(self, leg: LegId) -> None:
        self._at(leg).hold(leg)

    def play_ends(self, leg: LegId, outcome: Outcome) -> None:
        self._at(leg).play_ends(leg, outcome)

    def record_ends(self, leg: LegId, duration_s: float) -> None:
        self._at(leg).record_ends(leg, duration_s)

    def die(self, leg: LegId, cause: Cause) -> None:
        self._at(leg).die(leg, cause)

    def take(self, command: door.SwitchCommand) -> None:
        """As the cell does: to the switch of its leg."""
        match command:
            case door.Bridge(a=leg, b=other):
                assert node_of(leg) == node_of(other), "no bridge spans two switches"
            case door.MuteRecording(bridge=leg):
                pass
            case _:
                leg = command.leg
        self._at(leg).take(command)

    def forget_controller(self) -> None:
        for world in self.of.values():
            world.forget_controller()

    def next_fact(self, choose: Callable[[int], int]) -> SwitchEvent:
        up = [world for world in self.of.values() if world.up and world.untold]
        return up[choose(len(up))].next_fact(choose)


class HouseOfTwo(House):
    """See the module's first lines."""

    world: TwoWorlds

    def __init__(self) -> None:
        super().__init__()
        self.lost: set[str] = set()  # as the journal has it

    @initialize()
    def start(self) -> None:
        super().start()
        for agent, node in zip(AGENTS, "abab", strict=False):
            self.tell(events.AgentDeviceChanged(f"80{agent}", DeviceState.IDLE, node))

    def tell(self, event: control_events.RouterEvent) -> None:
        self.lost = _lost_after(self.lost, event)
        super().tell(event)

    def kill_controller(self, lost: int) -> None:
        super().kill_controller(lost)
        self.lost = set()
        for entry in self.journal:
            self.lost = _lost_after(self.lost, entry.event)

    def new_world(self) -> TwoWorlds:
        return TwoWorlds()

    def new_leg(self, kind: str) -> LegId:
        self.legs_seen += 1
        return LegId(f"{NODES[self.legs_seen // 2 % 2]}@{kind}-{self.legs_seen}")

    @rule(
        agent=agents, state=st.sampled_from([DeviceState.UNREACHABLE, DeviceState.IDLE, DeviceState.IDLE]), node=nodes
    )
    def a_phone_comes_or_goes(self, agent: AgentId, state: DeviceState, node: str) -> None:
        self.tell(events.AgentDeviceChanged(f"80{agent}", state, node))

    @precondition(lambda self: self.world.up)
    @rule(
        node=nodes,
        breaks=st.sampled_from(["seen", "seen", "unseen", "switch", "controller", "half"]),
        lost=st.integers(1, 3),
    )
    def something_breaks(self, node: str, breaks: str, lost: int) -> None:
        world = self.world.of[node]
        match breaks:
            case "controller":
                self.kill_controller(0)
            case "half":
                self.kill_controller(lost)
            case "switch":
                self.restart_one(node)
            case _ if world.up:
                for event in world.lose_link(breaks == "seen"):
                    self.tell(event)
            case _:
                pass

    @precondition(lambda self: self.world.all_up)
    @rule(node=nodes, dies=st.booleans())
    def one_is_lost_in_the_middle_of_the_day(self, node: str, dies: bool) -> None:
        """Talks go on, others wait, and agents become free meanwhile."""
        for _ in range(2):
            self.call_in("1", "95183")
            self.call_in("1", "95183")
            self.all_goes_well()
        if dies:
            self.restart_one(node)
            return
        for event in self.world.of[node].lose_link(seen=True):
            self.tell(event)
        self.tell(AgentSignedIn(AgentId(AGENTS[2])))
        self.time_passes(12.0)

    @precondition(lambda self: not self.world.all_up)
    @rule(node=nodes, at_the_start=st.booleans())
    def one_link_is_back(self, node: str, at_the_start: bool) -> None:
        """After a start the cell tells of the other one, if it is away."""
        self.bring_back(node)
        for other, world in self.world.of.items():
            if at_the_start and not world.up:
                self.tell(events.SwitchLost(other, "away at the start", alone=False))

    @precondition(lambda self: not self.world.all_up)
    @rule()
    def the_link_is_back(self) -> None:
        for node in NODES:
            self.bring_back(node)

    def bring_back(self, node: str) -> None:
        world = self.world.of[node]
        if world.up:
            return
        while refusals := world.refusals():
            for event in refusals:
                self.tell(event)
        self.tell_back(world, restarted=False)
        world.hang_up_what_was_ordered()

    def restart_one(self, node: str) -> None:
        world = self.world.of[node]
        if world.up:
            for event in world.lose_link(seen=False):
                self.tell(event)
        for leg in list(world.legs):
            world.die(leg, Cause.LOST)
        while refusals := world.refusals():
            for event in refusals:
                self.tell(event)
        through = {leg.leg for leg in self.router.register.legs.values() if leg.via == node}
        self.tell_back(world, restarted=True)
        ended = [told.leg for told in self.journal[-1].given if isinstance(told, log_commands.LogLeg)]
        assert all(node_of(leg) == node for leg in ended)
        hung_up = {told.leg for told in self.journal[-1].given if isinstance(told, door.HangUp)}
        assert through <= hung_up, "a talk with a phone of that switch goes on in silence"

    def tell_back(self, world: World, *, restarted: bool) -> None:
        back = world.restore_link(restarted)
        also = ("",) if world.name == "a" else ()
        self.tell(events.SwitchBack(back.switch, back.live, back.restarted, also))

    @invariant()
    def legs_are_on_their_calls_switch(self) -> None:
        for leg in self.router.register.legs.values():
            assert leg.call is None or node_of(leg.leg) == node_of(leg.call), leg

    @invariant()
    def nobody_is_rung_for_a_call_of_a_lost_switch(self) -> None:
        register = self.router.register
        assert set(register.lost) == self.lost
        for offer in register.offers.values():
            assert offer.state == "talking" or node_of(offer.call) not in self.lost, offer


def _lost_after(lost: set[str], event: control_events.RouterEvent) -> set[str]:
    """The switches that are lost, as the cell has told."""
    match event:
        case events.SwitchLost(switch):
            return lost | {switch}
        case events.SwitchBack(switch):
            return lost - {switch}
        case _:
            return lost


HouseOfTwo.TestCase.settings = settings(max_examples=30, stateful_step_count=30)
test_the_house_of_two_switches = HouseOfTwo.TestCase
