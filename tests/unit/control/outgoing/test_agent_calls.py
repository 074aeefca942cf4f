"""Agents' own calls: who may be called, both phones busy, the rows, and what is left after a restart in each state."""

import pytest

from acd.commands import AgentChanged
from acd.events import AgentPaused, AgentSignedOut
from calls import events as door
from calls.causes import Cause, DeviceState, Outcome
from calls.commands import Answer, Bridge, EarlyMedia, HangUp, Originate, Play, Ring, StartMusic
from calls.events import CallHeld, LiveLeg, SwitchBack
from calls.ids import AgentId, LegId
from control.gate import dial_rules
from control.machines.states import AGENT_CALLS
from control.messages import events
from control.messages.commands import AskGate, NotifyTalk
from control.messages.log_commands import LogCall, LogLeg, LogTalk
from tests.unit.control.harness import ControlHarness, Directory

pytestmark = pytest.mark.unit

DESK = LegId("desk")
OUTSIDE = "13900139000"


def dials(house: ControlHarness, called: str, account: str = "8001", leg: LegId = DESK) -> None:
    """An agent's phone dials."""
    house.tell(door.CallArrived(leg, account, called, device=account))


def allowed(house: ControlHarness) -> None:
    check = house.last(AskGate)
    house.tell(events.NumberChecked(check.call, check.attempt, True))


def picked_up(house: ControlHarness) -> LegId:
    """The far end picks up, and both hear each other; its leg."""
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    return ringing.leg


def state_of(house: ControlHarness, agent: str) -> tuple[str, str]:
    change = next(change for change in reversed(house.given(AgentChanged)) if change.agent == agent)
    return change.state, change.reason


def test_a_colleague_is_rung_and_both_are_busy_until_the_end() -> None:
    house = ControlHarness("01", "02")
    dials(house, "8002")
    ringing = house.last(Originate)
    assert (ringing.to, ringing.caller) == ("phone:8002", "8001")
    assert house.last(Ring).leg == DESK
    assert house.given(AskGate) == [], "a colleague is no number"
    assert state_of(house, "01") == state_of(house, "02") == ("paused", "in_a_call")
    far = picked_up(house)
    assert house.last(Answer).leg == DESK
    assert (house.last(NotifyTalk).agent, house.last(NotifyTalk).role) == ("01", "dialled")
    call = house.arrive()
    house.press(call, "1")
    assert house.last(Originate) is ringing, "nobody is offered a caller"
    house.tell(door.CallEnded(far, Cause.NORMAL), after_s=9.0)
    assert house.last(HangUp).leg == DESK
    house.tell(door.CallEnded(DESK, Cause.NORMAL))
    row, talk = house.last(LogCall), house.last(LogTalk)
    assert (row.direction, row.caller, row.called, row.agent) == ("internal", "8001", "8002", "01")
    assert row.outcome == "answered"
    assert (talk.role, talk.agent, talk.party, talk.queue) == ("dialled", "01", "phone:8002", "")
    assert talk.ended_at - talk.began_at == pytest.approx(9.0 + 0.2, abs=0.2)
    assert {leg.role for leg in house.given(LogLeg)} == {"dialling", "dialled"}
    assert house.last(Originate) is not ringing, "free again: the caller is offered"


@pytest.mark.parametrize("record", [True, False])
def test_a_number_outside_has_the_sites_caller_id_and_is_recorded_by_its_setting(record: bool) -> None:
    house = ControlHarness("01")
    if not record:
        _without_recording(house)
    dials(house, OUTSIDE)
    allowed(house)
    ringing = house.last(Originate)
    assert (ringing.to, ringing.caller, ringing.ring_s) == (f"tel:+86{OUTSIDE}", "95183", 45.0)
    picked_up(house)
    assert house.last(Bridge).record == ("desk-1" if record else None)
    assert house.last(Bridge).a == DESK, "left in the recording is the agent"
    house.tell(door.CallEnded(DESK, Cause.NORMAL))
    row = house.last(LogCall)
    assert (row.direction, row.caller, row.called, row.agent) == ("out", "8001", f"+86{OUTSIDE}", "01")


def _without_recording(house: ControlHarness) -> None:
    directory = house.router.hub.directory
    assert isinstance(directory, Directory)
    directory.rules_outgoing = type(directory.rules_outgoing)(kinds=("mobile",), caller_id="95183")


def test_a_colleague_who_is_signed_out_paused_or_busy() -> None:
    """Paused people are there, and may be called; whoever is in a call or away is not."""
    house = ControlHarness("01", "02")
    house.tell(AgentPaused(AgentId("02"), "lunch"))
    dials(house, "8002")
    assert house.last(Originate).to == "phone:8002"
    house.tell(door.CallEnded(DESK, Cause.NORMAL))
    house.tell(door.CallEnded(house.last(Originate).leg, Cause.CANCELLED))
    house.tell(AgentSignedOut(AgentId("02")))
    dials(house, "8002")
    assert (house.last(EarlyMedia).leg, house.last(Play).leg) == (DESK, DESK)
    house.tell(door.PlaybackFinished(DESK, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp) == HangUp(DESK, Cause.UNREACHABLE)
    house.tell(door.CallEnded(DESK, Cause.UNREACHABLE))
    assert (house.last(LogCall).outcome, house.last(LogCall).cause) == ("refused", "unreachable")


def test_a_colleague_in_a_talk_of_the_queue_is_busy() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    dials(house, "8001", account="8002")
    house.tell(door.PlaybackFinished(DESK, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp) == HangUp(DESK, Cause.BUSY)


def test_ones_own_extension_is_busy() -> None:
    house = ControlHarness("01")
    dials(house, "8001")
    house.tell(door.PlaybackFinished(DESK, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp) == HangUp(DESK, Cause.BUSY)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("95183", "a number of the house itself"),
        ("+12015550123", "numbers of US are not called"),
        ("12590123456", "are not called"),
        ("95588", "numbers of the kind short are not called"),
        ("abc", "are not called"),
    ],
)
def test_forbidden_numbers_never_reach_the_check_or_a_trunk(number: str, why: str) -> None:
    assert why in dial_rules.outgoing_refusal(Directory(), "v", number)
    house = ControlHarness("01")
    dials(house, number)
    assert house.given(AskGate) == []
    assert house.given(Originate) == []
    assert house.last(EarlyMedia).leg == DESK


def test_emergency_numbers_may_always_be_called() -> None:
    for number in ("110", "119", "120"):
        assert dial_rules.outgoing_refusal(Directory(), "v", number) == ""
    house = ControlHarness("01")
    dials(house, "110")
    assert house.given(AskGate) == [], "no list, no policy and no ledger is asked first"
    assert house.last(Originate).to == "tel:110"


def test_without_rules_nobody_outside_is_called() -> None:
    house = ControlHarness("01")
    directory = house.router.hub.directory
    assert isinstance(directory, Directory)
    directory.rules_outgoing = type(directory.rules_outgoing)()
    dials(house, OUTSIDE)
    assert house.given(AskGate) == house.given(Originate) == []


def test_what_the_do_not_call_list_has_is_not_called_and_the_agent_hears_so() -> None:
    house = ControlHarness("01")
    dials(house, OUTSIDE)
    check = house.last(AskGate)
    assert check.number == f"+86{OUTSIDE}"
    house.tell(events.NumberChecked(check.call, check.attempt, False, "on the do-not-call list"))
    assert house.given(Originate) == []
    house.tell(door.PlaybackFinished(DESK, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp) == HangUp(DESK, Cause.BLOCKED)


def test_a_stale_answer_changes_nothing() -> None:
    house = ControlHarness("01")
    dials(house, OUTSIDE)
    check = house.last(AskGate)
    assert house.tell(events.NumberChecked(check.call, type(check.attempt)("stale"), True)) == []
    house.tell(door.CallEnded(DESK, Cause.CANCELLED))
    assert house.tell(events.NumberChecked(check.call, check.attempt, True)) == []


def test_a_phone_of_nobody_is_refused() -> None:
    house = ControlHarness("01")
    dials(house, OUTSIDE, account="9999")
    assert house.given(AskGate) == house.given(Originate) == []


def test_click_to_call_rings_the_agent_then_asks_then_calls() -> None:
    house = ControlHarness("01")
    wanted = events.DialWanted(AgentId("01"), OUTSIDE, "t1")
    house.tell(wanted)
    own = house.last(Originate)
    assert (own.to, own.leg, own.caller) == ("phone:8001", "dial-t1", f"+86{OUTSIDE}")
    assert state_of(house, "01") == ("paused", "in_a_call")
    assert house.tell(wanted)[0] is not own
    assert house.given(Originate) == [own], "asked twice, rung once"
    house.tell(door.CallAnswered(own.leg, own.attempt))
    allowed(house)
    assert house.last(StartMusic).leg == own.leg, "answered already: music while it rings"
    far = picked_up(house)
    assert house.given(Answer) == []
    house.tell(door.CallEnded(own.leg, Cause.NORMAL))
    assert house.last(HangUp).leg == far
    assert house.last(LogCall).outcome == "answered"


def test_a_phone_of_which_no_switch_has_told_is_not_rung_where_others_are_known() -> None:
    house = ControlHarness("01", "02")
    house.tell(door.AgentDeviceChanged("8002", DeviceState.IDLE, "a"))
    house.tell(events.DialWanted(AgentId("01"), OUTSIDE, "t1"))
    assert house.given(Originate) == []


def test_a_phone_that_is_not_registered_is_not_rung_and_one_begins_where_it_is() -> None:
    house = ControlHarness("01")
    house.tell(door.AgentDeviceChanged("8001", DeviceState.UNREACHABLE, "a"))
    house.tell(events.DialWanted(AgentId("01"), OUTSIDE, "t1"))
    assert house.given(Originate) == []
    house.tell(door.AgentDeviceChanged("8001", DeviceState.IDLE, "b"))
    house.tell(events.DialWanted(AgentId("01"), OUTSIDE, "t2"))
    assert house.last(Originate).leg == "b@dial-t2"


def test_an_agent_who_does_not_pick_up_ends_it() -> None:
    house = ControlHarness("01")
    house.tell(events.DialWanted(AgentId("01"), OUTSIDE, "t1"))
    house.tell(door.CallEnded(house.last(Originate).leg, Cause.NO_ANSWER))
    assert (house.last(LogCall).outcome, house.last(LogCall).cause) == ("abandoned", "no_answer")
    assert state_of(house, "01") == ("idle", "")


@pytest.mark.parametrize(
    ("cause", "told"), [(Cause.BUSY, "busy"), (Cause.NO_ANSWER, "no_answer"), (Cause.INVALID_NUMBER, "invalid_number")]
)
def test_the_cause_of_a_number_that_is_not_reached_is_the_phones_too(cause: Cause, told: str) -> None:
    house = ControlHarness("01")
    dials(house, OUTSIDE)
    allowed(house)
    house.tell(door.CallEnded(house.last(Originate).leg, cause))
    house.tell(door.PlaybackFinished(DESK, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp) == HangUp(DESK, cause)
    house.tell(door.CallEnded(DESK, cause))
    assert (house.last(LogCall).outcome, house.last(LogCall).cause) == ("unreached", told)


def test_a_hold_of_an_agents_own_call_is_counted() -> None:
    house = ControlHarness("01")
    dials(house, OUTSIDE)
    allowed(house)
    picked_up(house)
    house.tell(CallHeld(DESK))
    house.tell(door.CallEnded(DESK, Cause.NORMAL), after_s=3.0)
    assert (house.last(LogTalk).holds, house.last(LogTalk).held_s) == (1, pytest.approx(3.0))


def test_seven_declines_the_recording_by_the_agents_code() -> None:
    house = ControlHarness("01")
    dials(house, OUTSIDE)
    allowed(house)
    picked_up(house)
    house.press(DESK, "*7")
    house.tell(door.CallEnded(DESK, Cause.NORMAL))
    assert house.last(LogCall).consent == "declined"


def in_state(state: str) -> ControlHarness:
    """A house with one agent's call in this state."""
    house = ControlHarness("01")
    if state == "calling":
        house.tell(events.DialWanted(AgentId("01"), OUTSIDE, "t1"))
        return house
    dials(house, OUTSIDE)
    if state in ("telling", "ending"):
        check = house.last(AskGate)
        house.tell(events.NumberChecked(check.call, check.attempt, False, "listed"))
    if state == "ending":
        house.tell(door.PlaybackFinished(DESK, house.last(Play).attempt, Outcome.FINISHED))
    if state in ("ringing", "bridging", "talking"):
        allowed(house)
    if state in ("bridging", "talking"):
        ringing = house.last(Originate)
        house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    if state == "talking":
        bridge = house.last(Bridge)
        house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    return house


@pytest.mark.parametrize("state", list(AGENT_CALLS.moves))
def test_a_new_controller_goes_on_and_nothing_is_left_over(state: str) -> None:
    """From the snapshot of each state: the legs live on, then the agent hangs up."""
    before = in_state(state)
    (call,) = before.router.register.agent_calls
    assert before.router.register.agent_calls[call].state == state
    house = before.empty()
    house.router.restore(before.router.snapshot())
    house.now = before.now
    register = house.router.register
    assert register.agent_calls == before.router.register.agent_calls
    bridge = register.calls[call].bridge
    stands = bridge is not None and state == "talking"
    legs = list(register.legs)
    live = tuple(
        LiveLeg(
            leg,
            "8001",
            OUTSIDE,
            answered=register.legs[leg].answered_at is not None,
            inbound=leg == DESK,
            device="8001" if leg == DESK else None,
            bridged_with=next(other for other in legs if other != leg) if stands else None,
            bridge=bridge.attempt if bridge is not None and stands else None,
        )
        for leg in legs
    )
    house.tell(SwitchBack("", live))
    if state == "bridging":
        again = house.last(Bridge)
        assert again.attempt != before.last(Bridge).attempt, "the command went down with its controller"
        house.tell(door.Bridged(again.attempt, (again.a, again.b)))
        assert register.agent_calls[call].state == "talking"
    if state == "ending":
        assert house.given(HangUp)
    house.tell(door.CallEnded(register.calls[call].leg, Cause.NORMAL))
    for leg in list(register.legs):
        assert any(command.leg == leg for command in house.given(HangUp)), "hung up, too"
        house.tell(door.CallEnded(leg, Cause.NORMAL))
    assert not register.calls
    assert not register.legs
    assert not register.agent_calls
    assert not register.bridges
    assert not register.engaged
    assert len(house.given(LogCall)) == 1


@pytest.mark.parametrize("state", list(AGENT_CALLS.moves))
def test_a_switch_that_starts_anew_ends_it(state: str) -> None:
    house = in_state(state)
    house.tell(SwitchBack("", (), restarted=True))
    register = house.router.register
    assert not register.calls
    assert not register.legs
    assert not register.agent_calls
    assert len(house.given(LogCall)) == 1
