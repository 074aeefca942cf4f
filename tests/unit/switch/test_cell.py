"""A cell of two switches in memory: whose leg is whose, what one that is lost takes along, and ids of before nodes."""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest
import pytest_asyncio

from calls.backoff import Backoff
from calls.causes import Cause, DeviceState, Outcome
from calls.commands import (
    Answer,
    Bridge,
    Clip,
    HangUp,
    MuteRecording,
    Originate,
    Play,
    Record,
    Redirect,
    StartMusic,
    Supervise,
    SwitchCommand,
)
from calls.dependencies import Dependency
from calls.errors import BadInput, SwitchAway
from calls.events import (
    AgentDeviceChanged,
    Bridged,
    CallAnswered,
    CallArrived,
    CallEnded,
    CommandDone,
    EndedLeg,
    LiveLeg,
    PlaybackFinished,
    RecordingFinished,
    SwitchBack,
    SwitchEvent,
    SwitchLost,
    Unbridged,
)
from calls.ids import AttemptId, LegId
from calls.ports import Sink
from switch import cell as module
from switch.cell import Cell
from switch.fake import FakeSwitch, LoopTimeline, PickUp, World
from tests.contract.rig import Events

pytestmark = pytest.mark.unit


class Quiet:
    """A switch of which nothing is asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def start(self, sink: Sink) -> None: ...

    def send(self, command: SwitchCommand) -> None: ...

    async def calls(self) -> tuple[LiveLeg, ...]:
        return ()

    async def close(self) -> None: ...


class Pair:
    """Two switches of one cell, and all that it told."""

    def __init__(self) -> None:
        self.timeline = LoopTimeline()
        self.a = FakeSwitch(self.timeline, "a")
        self.b = FakeSwitch(self.timeline, "b")
        self.worlds = {fake.name: World(fake) for fake in (self.a, self.b)}
        self.cell = Cell([self.a, self.b])
        self.events = Events()

    async def talk(self, fake: FakeSwitch, account: str = "1001") -> tuple[LegId, LegId]:
        """A caller and a phone of this switch hear each other."""
        caller = LegId(f"{fake.name}@{self.worlds[fake.name].dial('95001', '13800000001')}")
        agent = LegId(f"{fake.name}@offer-{fake.name}-agent")
        self.worlds[fake.name].phone(account, PickUp())
        self.cell.send(Answer(caller, AttemptId("up")))
        self.cell.send(Originate(agent, AttemptId("ring"), f"phone:{account}", "138", "", 20.0))
        await self.events.next(CallAnswered, lambda told: told.leg == agent)
        self.cell.send(Bridge(AttemptId(f"{caller}:1"), caller, agent, "talk"))
        await self.events.next(Bridged, lambda told: told.legs == (caller, agent))
        return caller, agent


@pytest_asyncio.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    await pair.cell.start(pair.events.sink)
    yield pair
    await pair.cell.close()
    pair.timeline.close()


async def test_what_a_switch_says_of_an_arrival_is_passed_on_whole(pair: Pair) -> None:
    said = CallArrived(LegId("in-9"), "13800000001", "95001", "Wang", "1001", "carrier")
    empty = CallArrived(LegId(""), "", "")
    assert all(getattr(said, name) != getattr(empty, name) for name in said.__struct_fields__), "each has a value"
    pair.a._session.deliver(said)
    assert await pair.events.next(CallArrived) == msgspec.structs.replace(said, leg=LegId("a@in-9"))


async def test_a_leg_is_named_by_its_switch(pair: Pair) -> None:
    for fake in (pair.a, pair.b):
        leg = pair.worlds[fake.name].dial("95001", "13800000001", name="Wang")
        told = await pair.events.next(CallArrived)
        assert told == CallArrived(LegId(f"{fake.name}@{leg}"), "13800000001", "95001", "Wang")
    assert {leg.leg for leg in await pair.cell.calls()} == {"a@in-1", "b@in-1"}


async def test_a_command_goes_to_the_switch_of_its_leg_and_no_other(pair: Pair) -> None:
    legs = [LegId(f"{fake.name}@{pair.worlds[fake.name].dial('95001', '1380')}") for fake in (pair.a, pair.b)]
    pair.cell.send(Answer(legs[1], AttemptId("up")))
    assert (await pair.events.next(CallAnswered)).leg == "b@in-1"
    pair.cell.send(HangUp(legs[1]))
    assert (await pair.events.next(CallEnded)).leg == "b@in-1"
    assert set(pair.a.legs) == {"in-1"}
    assert not pair.b.legs
    assert not pair.a.legs[LegId("in-1")].answered


@pytest.mark.parametrize("name", ["a", "b"])
async def test_a_talk_with_record_mute_and_supervisor(pair: Pair, name: str) -> None:
    fake = {"a": pair.a, "b": pair.b}[name]
    caller, agent = await pair.talk(fake)
    bridge = AttemptId(f"{caller}:1")
    live = {leg.leg: leg for leg in await pair.cell.calls()}
    assert (live[caller].bridged_with, live[caller].bridge) == (agent, bridge)
    chief = LegId(f"{name}@chief")
    pair.worlds[fake.name].phone("2001", PickUp())
    pair.cell.send(Originate(chief, AttemptId("chief"), "phone:2001", "138", "", 20.0))
    await pair.events.next(CallAnswered, lambda told: told.leg == chief)
    pair.cell.send(Supervise(chief, AttemptId("hear"), agent, "listen"))
    assert (await pair.events.next(CommandDone)).leg == chief
    assert fake.legs[LegId("chief")].watching is not None
    pair.cell.send(MuteRecording(AttemptId("mute"), bridge, True))
    assert await pair.events.outcome(AttemptId("mute")) == CommandDone(AttemptId("mute"), caller)
    pair.worlds[fake.name].hang_up(LegId(caller.partition("@")[2]))
    assert (await pair.events.next(Unbridged)).survivors == (agent,)


@pytest.mark.parametrize(
    ("attempt", "channel", "leg"),
    [
        ("in-7:3", "in-7", "in-7"),
        ("in-7/3", "in-7", "in-7"),
        ("old@in-7:3", "in-7", "old@in-7"),
        ("a@in-7:3", "in-7", "a@in-7"),
        ("in-7:3", "in-7:callback-1", "in-7:callback-1"),
        ("in-7:3", "in-77", "a@in-77"),  # no call of that name
    ],
)
def test_the_recording_of_a_leg_that_is_gone_has_the_node_of_its_attempt(attempt: str, channel: str, leg: str) -> None:
    told: list[SwitchEvent] = []
    node = module.Node(Quiet("a"), Dependency("switch a", lambda: 0.0), alone=True)
    node._sink = told.append
    node.take(RecordingFinished(LegId(channel), AttemptId(attempt), "/x.wav", 1.0))
    assert told == [RecordingFinished(LegId(leg), AttemptId(attempt), "/x.wav", 1.0)]


async def test_a_phone_is_told_of_with_its_switch(pair: Pair) -> None:
    pair.worlds["b"].phone("1001", PickUp())
    assert await pair.events.next(AgentDeviceChanged) == AgentDeviceChanged("1001", DeviceState.IDLE, "b")


async def test_a_phone_at_the_very_node_is_called_as_one_of_its_own(pair: Pair) -> None:
    pair.worlds["b"].phone("1001", PickUp())
    pair.cell.send(Originate(LegId("b@one"), AttemptId("x"), "phone:1001@b", "138", "", 20.0))
    assert (await pair.events.next(CallAnswered)).leg == "b@one"
    pair.cell.send(Originate(LegId("a@two"), AttemptId("y"), "phone:1001@b", "138", "", 20.0))
    assert "phone:1001@b" in (await pair.events.ended(LegId("a@two"))).detail, "the other one is asked for the way"
    pair.cell.send(Redirect(LegId("b@one"), AttemptId("z"), "phone:1001@b"))
    assert (await pair.events.ended(LegId("b@one"))).cause is Cause.TRANSFERRED


async def test_one_that_is_lost_leaves_the_other_alone(pair: Pair) -> None:
    caller, agent = await pair.talk(pair.a)
    theirs = LegId(f"b@{pair.worlds['b'].dial('95001', '1380')}")
    pair.worlds["b"].cut_link()
    assert await pair.events.next(SwitchLost) == SwitchLost("b", "cut off", alone=False)
    pair.cell.send(StartMusic(theirs, AttemptId("down")))
    pair.cell.send(Play(caller, AttemptId("plays"), (Clip("/prompts/x"),)))
    assert getattr(await pair.events.outcome(AttemptId("down")), "reason", None) == "switch_lost"
    assert getattr(await pair.events.outcome(AttemptId("plays")), "outcome", None) is Outcome.FINISHED
    with pytest.raises(SwitchAway):
        await pair.b.calls()
    assert {leg.leg for leg in await pair.cell.calls()} == {caller, agent}
    pair.worlds["b"].restore_link()
    back = await pair.events.next(SwitchBack, lambda told: told.switch == "b" and bool(told.live))
    assert ([leg.leg for leg in back.live], back.restarted, back.also) == ([theirs], False, ())


async def test_legs_that_a_switch_has_records_of_get_its_node(pair: Pair) -> None:
    pair.cell._nodes["b"].take(SwitchBack("b", (), ended=(EndedLeg(LegId("contact-1"), Cause.BUSY),)))
    back = await pair.events.next(SwitchBack, lambda told: bool(told.ended))
    assert back.ended == (EndedLeg(LegId("b@contact-1"), Cause.BUSY),)


async def test_one_that_starts_anew_ends_its_own_legs_only(pair: Pair) -> None:
    caller, _ = await pair.talk(pair.a)
    pair.worlds["b"].dial("95001", "1380")
    pair.worlds["b"].restart_switch()
    back = await pair.events.next(SwitchBack, lambda told: told.restarted)
    assert (back.switch, back.live) == ("b", ())
    assert caller in {leg.leg for leg in await pair.cell.calls()}


async def test_legs_of_before_nodes_keep_their_ids_and_are_the_first_ones() -> None:
    timeline = LoopTimeline()
    old, other = FakeSwitch(timeline, "a"), FakeSwitch(timeline, "b")
    world, theirs = World(old), World(other)
    bare = world.dial("95001", "1380")
    renamed = world.dial("95001", "1381")
    unknown = world.dial("95001", "1382")
    theirs.dial("95001", "1383")  # has the same id on its own switch as `bare`
    cell, events = Cell([old, other]), Events()
    cell.take_up([bare, f"main@{renamed}", "b@gone"], ["a", "lab"])
    await cell.start(events.sink)
    back = await events.next(SwitchBack, lambda told: told.switch == "a")
    assert {leg.leg for leg in back.live} == {bare, f"main@{renamed}", f"a@{unknown}"}
    assert back.also == ("", "main", "lab")
    back = await events.next(SwitchBack, lambda told: told.switch == "b")
    assert ([leg.leg for leg in back.live], back.also) == (["b@in-1"], ())
    for leg in (bare, LegId(f"main@{renamed}")):
        cell.send(Answer(leg, AttemptId(f"{leg}:1")))
        assert (await events.next(CallAnswered)).leg == leg
    world.phone("1001", PickUp())
    cell.send(Originate(LegId("offer-1-agent"), AttemptId("offer-1-agent:2"), "phone:1001", "138", "", 20.0))
    assert (await events.next(CallAnswered)).leg == "offer-1-agent", "what is called for such a call is named alike"
    world.hang_up(bare)
    assert (await events.next(CallEnded)).leg == bare
    await cell.close()
    timeline.close()


@pytest.mark.parametrize("names", [[], ["a", "a"], ["A"], ["a@b"]])
async def test_names_that_cannot_be(names: list[str]) -> None:
    with pytest.raises(BadInput):
        Cell([FakeSwitch(LoopTimeline(), name) for name in names])


class Sleeper(FakeSwitch):
    """A switch that is away for its first attempts; `wait` makes each last."""

    def __init__(self, timeline: LoopTimeline, name: str, away: int, error: Callable[[], Exception]) -> None:
        super().__init__(timeline, name)
        self.away = away
        self.tries = 0
        self.error = error
        self.wait = asyncio.Event()
        self.wait.set()

    async def start(self, sink: Sink) -> None:
        self.tries += 1
        await self.wait.wait()
        if self.tries <= self.away:
            raise self.error()
        await super().start(sink)


def away() -> Exception:
    return SwitchAway("nobody there")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF", Backoff(first_s=0.0005, longest_s=0.001))
    monkeypatch.setattr(module, "GRACE_S", 0.01)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("hangs", [False, True])
async def test_one_that_is_away_at_the_start_is_lost_until_it_comes(hangs: bool) -> None:
    timeline, events = LoopTimeline(), Events()
    here, late = FakeSwitch(timeline, "a"), Sleeper(timeline, "b", 5, away)
    cell = Cell([here, late])
    if hangs:
        late.wait.clear()
    await cell.start(events.sink)
    lost = await events.next(SwitchLost)
    assert (lost.switch, lost.alone) == ("b", False)
    assert lost.detail == ("no answer yet" if hangs else "nobody there")
    World(here).dial("95001", "1380")
    assert (await events.next(CallArrived)).leg == "a@in-1"
    late.wait.set()
    await events.next(SwitchBack, lambda told: told.switch == "b")
    assert late.tries == 6
    World(late).dial("95001", "1380")
    assert (await events.next(CallArrived)).leg == "b@in-1"
    await cell.close()
    timeline.close()


@pytest.mark.usefixtures("quick")
async def test_all_away_is_told_and_they_are_tried_on() -> None:
    timeline, events = LoopTimeline(), Events()
    cell = Cell([Sleeper(timeline, "a", 3, away), Sleeper(timeline, "b", 3, away)])
    with pytest.raises(SwitchAway, match="nobody there; nobody there"):
        await cell.start(events.sink)
    assert {(await events.next(SwitchBack)).switch for _ in "ab"} == {"a", "b"}
    assert {lost.switch for lost in events.of(SwitchLost)} == {"a", "b"}, "nobody is rung there meanwhile"
    await cell.close()
    timeline.close()


@pytest.mark.usefixtures("quick")
async def test_what_is_no_matter_of_the_switch_stops_the_start() -> None:
    timeline = LoopTimeline()
    cell = Cell([Sleeper(timeline, "a", 1, lambda: OSError("the port is taken"))])
    with pytest.raises(OSError, match="taken"):
        await cell.start(Events().sink)
    await cell.close()
    timeline.close()


class Strict(FakeSwitch):
    """One that nothing may be asked of before it is started, as the real ones."""

    started = False

    async def start(self, sink: Sink) -> None:
        """From now on."""
        self.started = True
        await super().start(sink)

    def send(self, command: SwitchCommand) -> None:
        """Raises AssertionError for one that comes too early."""
        assert self.started, "nobody could be told of the outcome"
        super().send(command)


async def test_what_is_commanded_before_the_start_has_its_outcome_after_it() -> None:
    """An offer that fell due while the controller was away is made as soon as it is back, before its switch is."""
    timeline, events = LoopTimeline(), Events()
    cell = Cell([Strict(timeline, "a")])
    cell.send(Play(LegId("a@in-1"), AttemptId("a@in-1:1"), (Clip("menu"),)))
    cell.send(HangUp(LegId("a@in-2")))
    await cell.start(events.sink)
    played = await events.next(PlaybackFinished)
    assert (played.leg, played.attempt, played.outcome) == ("a@in-1", "a@in-1:1", Outcome.FAILED)
    await cell.close()
    timeline.close()


async def test_closing_ends_an_attempt_that_goes_on() -> None:
    timeline = LoopTimeline()
    late = Sleeper(timeline, "b", 99, away)
    late.wait.clear()
    cell = Cell([FakeSwitch(timeline, "a"), late])
    await cell.start(Events().sink)
    async with asyncio.timeout(20.0):
        await cell.close()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("start of switch")]
    timeline.close()


def test_every_event_of_a_switch_has_its_way_in() -> None:
    node = module.Node(Quiet("a"), Dependency("switch a", lambda: 0.0), alone=True)
    assert set(node._in) == set(SwitchEvent.__args__)


async def test_every_command_has_its_way_out(pair: Pair) -> None:
    """None of them reaches a switch with the house's id of a leg in it."""
    got: list[object] = []
    pair.a.send = got.append  # type: ignore[method-assign]  # the wire, so to say
    attempt, leg = AttemptId("a@in-1:1"), LegId("a@in-1")
    for command in (
        Play(leg, attempt, ()),
        Record(leg, attempt, "a-in-1", 1.0),
        Bridge(attempt, leg, LegId("a@x"), "a-in-1-1"),
        Supervise(leg, attempt, LegId("a@x"), "barge"),
        HangUp(leg),
    ):
        pair.cell.send(command)
    assert len(got) == 5
    for command in got:
        for name in ("leg", "a", "b", "target"):
            assert "@" not in getattr(command, name, "")
        assert getattr(command, "attempt", attempt) == attempt
