"""One person has one call: an agent whose phone is in any call is offered no second one."""

import msgspec
import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, DeviceState
from calls.commands import Bridge, HangUp, Originate, Play, Sentence
from calls.ids import AgentId, CallId, LegId
from control.messages import events, log_commands
from control.routing.assembly import make_router
from ivr.steps import Const
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, Directory, configuration

pytestmark = pytest.mark.unit


class PassingOn(ControlHarness):
    """The house, whose flow passes callers who press 3 on to the phone of agent 01."""

    def _new_router(self):  # type: ignore[no-untyped-def]  # as the harness has it
        main = PROGRAM.flows["main"]
        to = msgspec.structs.replace(main.steps["pass_on"], to=Const("phone:8001"))
        flows = {"main": msgspec.structs.replace(main, steps={**main.steps, "pass_on": to})}
        program = msgspec.structs.replace(PROGRAM, flows=flows)
        return make_router({VERSION: program}, lambda version: configuration(), Directory(self.habits), self.models)

    def pass_on(self, caller: str = "13800138000") -> CallId:
        call = self.arrive(caller=caller)
        self.press(call, "3")
        return call

    def queued(self, caller: str = "13900139000") -> CallId:
        call = self.arrive(caller=caller)
        self.press(call, "1")
        return call

    def phone(self, state: DeviceState) -> None:
        self.tell(door.AgentDeviceChanged("8001", state))

    def first(self) -> tuple[str, str]:
        agent = self.router.agents()[0]
        return agent.state, agent.reason

    def place(self, call: CallId) -> str:
        return self.router.register.calls[call].place


def test_an_agent_in_a_talk_that_a_flow_brought_is_offered_no_second_call() -> None:
    house = PassingOn("01")
    house.pass_on()
    ringing = house.last(Originate)
    assert (ringing.to, ringing.caller) == ("phone:8001", "+8613800138000"), "the phone shows who calls"
    assert house.first() == ("paused", "in_a_call")
    waiting = house.queued()
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert house.place(waiting) == "waiting"
    house.tell(door.CallEnded(ringing.leg, Cause.NORMAL), after_s=30.0)
    assert house.place(waiting) == "offered", "and the next one at once after it"
    talk = house.given(log_commands.LogTalk)[0]
    assert (talk.role, talk.agent, talk.party) == ("transfer", "01", "phone:8001")


@pytest.mark.parametrize("busy", ["an offer", "a talk", "a transfer", "a call of its own"])
def test_a_flow_does_not_ring_a_phone_that_has_a_call(busy: str) -> None:
    house = PassingOn("01")
    match busy:
        case "an offer":
            house.queued()
        case "a talk":
            house.take(house.queued())
        case "a transfer":
            house.pass_on("13700137000")
        case _:
            house.phone(DeviceState.BUSY)
    before = len(house.given(Originate))
    house.pass_on()
    assert len(house.given(Originate)) == before
    step = house.last(log_commands.LogStep).step
    assert (step.kind, step.outcome) == ("transfer", "busy")


def test_a_number_outside_sees_the_houses_own_and_no_borrowed_number() -> None:
    house = ControlHarness()
    house.press(house.arrive(), "3")
    assert (house.last(Originate).to, house.last(Originate).caller) == ("tel:+861012345", "95183")


def test_a_supervisor_who_is_an_agent_too_is_offered_nothing_while_listening() -> None:
    house = PassingOn("02")
    call = house.queued()
    house.take(call)
    house.tell(AgentSignedIn(AgentId("01")))
    house.tell(events.SupervisionWanted(call, "8001", "listen"))
    waiting = house.queued("13600136000")
    assert (house.first(), house.place(waiting)) == (("paused", "in_a_call"), "waiting")
    supervisor = next(leg.leg for leg in house.router.register.legs.values() if leg.role == "supervisor")
    house.tell(door.CallEnded(supervisor, Cause.NORMAL))
    assert house.place(waiting) == "offered"


def test_a_call_that_the_phone_made_itself_keeps_offers_away_until_it_is_idle() -> None:
    house = PassingOn("01")
    house.phone(DeviceState.BUSY)
    waiting = house.queued()
    assert (house.first(), house.place(waiting)) == (("paused", "in_a_call"), "waiting")
    house.phone(DeviceState.IDLE)
    assert house.place(waiting) == "offered"


def test_what_a_phone_does_for_us_is_no_news_and_its_own_call_is() -> None:
    house = PassingOn("01")

    def news(state: DeviceState, node: str = "") -> bool:
        return house.router.is_news(door.AgentDeviceChanged("8001", state, node))

    leg = house.take(house.queued())
    assert not news(DeviceState.BUSY)
    house.tell(door.CallEnded(leg, Cause.NORMAL))
    assert not news(DeviceState.IDLE)
    assert news(DeviceState.BUSY)
    house.phone(DeviceState.BUSY)
    assert not news(DeviceState.BUSY), "it is known"
    assert news(DeviceState.IDLE)
    assert not news(DeviceState.IDLE, "another switch")
    house.phone(DeviceState.IDLE)
    assert not news(DeviceState.IDLE)


def test_a_switch_with_which_the_phone_is_not_registered_knows_nothing_of_its_call() -> None:
    house = PassingOn("01")
    house.tell(door.AgentDeviceChanged("8001", DeviceState.IDLE, "a"))
    house.tell(door.AgentDeviceChanged("8001", DeviceState.BUSY, "a"))
    house.tell(door.AgentDeviceChanged("8001", DeviceState.UNREACHABLE, "b"))
    assert house.first() == ("paused", "in_a_call")
    house.tell(door.AgentDeviceChanged("8001", DeviceState.IDLE, "a"))
    assert house.first() == ("idle", "")


def test_a_phone_that_is_busy_with_our_own_call_is_not_engaged_by_it() -> None:
    house = PassingOn("01")
    call = house.queued()
    house.phone(DeviceState.RINGING)
    leg = house.take(call)
    house.phone(DeviceState.BUSY)
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=9.0)
    house.wait(6.0)  # the switch is late with its word that the phone is idle
    assert house.first() == ("idle", "")
    house.phone(DeviceState.IDLE)
    assert (house.router.register.busy_phones, house.router.register.engaged) == ({}, [])


@pytest.mark.parametrize("busy_first", [True, False])
def test_a_star_code_is_no_call_of_its_own(busy_first: bool) -> None:
    house = PassingOn()
    if busy_first:
        house.phone(DeviceState.BUSY)
    house.tell(door.CallArrived(LegId("code"), "8001", "*61", device="8001"))
    if not busy_first:
        house.phone(DeviceState.BUSY)
    said = house.last(Play).media[0]
    assert isinstance(said, Sentence)
    assert said.text == "agent_logged_in"
    assert house.first() == ("idle", "")


def test_an_agent_who_signs_in_with_a_call_on_the_phone_has_it_to_its_end() -> None:
    house = PassingOn()
    house.pass_on()
    house.tell(AgentSignedIn(AgentId("01")))
    waiting = house.queued()
    assert (house.first(), house.place(waiting)) == (("paused", "in_a_call"), "waiting")
    agent = house.router.agent(AgentId("01"), house.now)
    assert agent is not None
    assert agent.after == "ready"
    house.tell(door.CallEnded(house.given(Originate)[0].leg, Cause.BUSY))
    assert house.place(waiting) == "offered"


def test_the_caller_who_hangs_up_frees_the_agent_once_the_phone_is_down() -> None:
    house = PassingOn("01")
    call = house.pass_on()
    ringing = house.last(Originate)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert HangUp(ringing.leg) in house.commands
    assert house.first() == ("paused", "in_a_call")
    house.tell(door.CallEnded(ringing.leg, Cause.CANCELLED))
    assert house.first() == ("idle", "")


def test_a_restart_and_a_publish_leave_them_engaged() -> None:
    house = PassingOn("01")
    house.pass_on()
    heir = PassingOn()
    heir.router = heir._new_router()
    heir.router.restore(house.router.snapshot())
    assert heir.router.snapshot() == house.router.snapshot()
    heir.now, heir._legs = house.now, house._legs
    heir.tell(events.VersionPublished(VERSION))
    waiting = heir.queued()
    assert (heir.first(), heir.place(waiting)) == (("paused", "in_a_call"), "waiting")


def test_a_phone_that_changes_hands_engages_who_has_it_now(monkeypatch: pytest.MonkeyPatch) -> None:
    house = PassingOn("01", "02")
    house.pass_on()
    owners = {"8001": AgentId("02"), "8002": AgentId("01")}
    monkeypatch.setattr(
        Directory,
        "agent",
        lambda of, version, account: (
            owners.get(account) if version == "new" else (AgentId(account[2:]) if account in ("8001", "8002") else None)
        ),
    )
    monkeypatch.setattr("acd.core.Acd._configure", lambda of, version, now: None)
    house.tell(events.VersionPublished("new"))
    assert [(agent.agent, agent.state) for agent in house.router.agents()] == [("01", "idle"), ("02", "paused")]
