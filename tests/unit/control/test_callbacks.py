"""A callback that keeps the place, from the offer on the line to the talk on the caller's own phone."""

import pytest

from acd.config import Configuration, read
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Originate, Play, Sentence
from calls.ids import AgentId, CallId, LegId
from control import commands, events
from control.treatment import CallbackRules, QueueTreatment
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

NUMBER = "+8613800138000"
RULES = CallbackRules(tries=2, retry_s=60.0, expires_s=1_000.0)


@pytest.fixture(autouse=True)
def _a_queue_that_offers_a_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    def configuration() -> Configuration:
        people, problems = read(
            {"queues": {"care": {"ring_s": 10, "wrap_up_s": 5, "steps": [{"after_s": 10, "offer": "callback"}]}}},
            {"agents": {name: {"account": f"80{name}", "skills": {"care": 3}} for name in ("01", "02")}},
        )
        assert not problems
        return people

    monkeypatch.setattr(harness, "configuration", configuration)


def make(*agents: str, rules: CallbackRules | None = RULES) -> ControlHarness:
    return ControlHarness(*agents, habits=QueueTreatment(callback=rules))


def waiting(house: ControlHarness, caller: str = "13800138000") -> CallId:
    call = house.arrive(caller=caller)
    house.press(call, "1")
    return call


def answer_check(house: ControlHarness, allowed: bool = True) -> None:
    check = house.last(commands.AskGate)
    house.tell(events.NumberChecked(check.call, check.attempt, allowed, "" if allowed else "on the do-not-call list"))


def booked(house: ControlHarness, caller: str = "13800138000") -> CallId:
    """A caller who waited ten seconds, took the callback, heard so, and was hung up."""
    call = waiting(house, caller)
    house.wait(10.5)
    house.press(call, "11")
    answer_check(house)
    house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == call
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    return call


def accepted(house: ControlHarness) -> LegId:
    """The agent whose phone rings picks up, hears the whisper and presses 1; the agent's leg."""
    ringing = house.last(Originate)
    assert ringing.to.startswith("phone:")
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(Originate) is ringing, "nobody is dialled before the agent says so"
    house.press(ringing.leg, "1")
    answer_check(house)
    return ringing.leg


def rows(house: ControlHarness) -> list[str]:
    return [row.outcome for row in house.given(commands.LogCallback)]


def test_from_the_offer_to_the_talk() -> None:
    house = make()
    call = booked(house)
    assert house.router.register.calls[call].place == "booked"
    assert house.given(commands.LogCall) == [], "the journey goes on"
    house.tell(AgentSignedIn(AgentId("01")), after_s=100.0)
    agent = accepted(house)
    dialled = house.last(Originate)
    assert dialled.to == f"tel:{NUMBER}"
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    assert (bridge.a, bridge.b) == (dialled.leg, agent)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert house.router.register.calls[call].place == "talking"
    house.tell(door.CallEnded(agent, Cause.NORMAL), after_s=30.0)
    assert house.last(HangUp).leg == dialled.leg
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL))
    house.tell(door.RecordingFinished(bridge.a, bridge.attempt, "talk.wav", 30.0))
    assert house.last(commands.LogRecording).call == call
    row = house.last(commands.LogCall)
    assert (row.call, row.outcome, row.agent) == (call, "answered", "01")
    assert rows(house) == ["booked", "reached"]
    register = house.router.register
    left = [*register.calls, *register.legs, *register.offers, *register.bridges]
    assert left == []


def test_the_place_is_kept_before_those_who_came_later() -> None:
    house = make()
    first = booked(house)
    second = waiting(house, "13900139000")
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.router.register.calls[first].place == "offered"
    assert house.router.register.calls[second].place == "waiting"


def test_a_caller_who_is_not_reached_is_tried_again_from_the_old_place() -> None:
    house = make()
    call = booked(house)
    second = waiting(house, "13900139000")
    house.tell(AgentSignedIn(AgentId("01")))
    agent = accepted(house)
    dialled = house.last(Originate)
    house.tell(door.CallEnded(dialled.leg, Cause.NO_ANSWER), after_s=20.0)
    assert HangUp(agent, Cause.CANCELLED) in house.orders
    house.tell(door.CallEnded(agent, Cause.CANCELLED))
    assert house.router.register.calls[second].place == "offered", "the agent goes on with the next"
    assert house.router.register.calls[call].place == "booked"
    house.wait(61.0)
    house.tell(AgentSignedIn(AgentId("02")))
    assert house.router.register.calls[call].place == "offered"
    agent = accepted(house)
    again = house.last(Originate)
    assert (again.to, again.leg != dialled.leg) == (f"tel:{NUMBER}", True)
    house.tell(door.CallEnded(again.leg, Cause.BUSY))
    assert call not in house.router.register.calls
    assert house.last(commands.LogCall).outcome == "unreached"
    assert rows(house) == ["booked", "booked", "unreached"]
    assert house.last(commands.Noticed).event == "callback given up"


def test_a_number_that_no_trunk_carried_was_not_tried() -> None:
    house = make()
    call = booked(house)
    for _ in range(RULES.tries + 1):  # more often than a number is tried that does not answer
        house.tell(AgentSignedIn(AgentId("01")))
        accepted(house)
        dialled = house.last(Originate)
        assert dialled.to == f"tel:{NUMBER}"
        house.tell(door.CallEnded(dialled.leg, Cause.NO_TRUNK, "carrier: SIP 503"))
        assert house.last(commands.Noticed).event == "callback not dialled"
        assert house.router.register.calls[call].place == "booked"
        assert house.last(commands.LogCallback).detail == "no_trunk"
        house.tell(door.CallEnded(house.last(HangUp).leg, Cause.CANCELLED))
        house.wait(61.0)
    assert rows(house)[-1] == "booked"


@pytest.mark.parametrize("way", ["declines", "is silent", "hangs up"])
def test_an_agent_who_does_not_accept_leaves_the_place_as_it_is(way: str) -> None:
    house = make("01")
    house.take(waiting(house, "13700137000"))
    call = booked(house)
    house.tell(AgentSignedIn(AgentId("02")))
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    if way == "declines":
        house.press(ringing.leg, "2")
    elif way == "is silent":
        house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
        house.wait(11.0)
    if way != "hangs up":
        assert house.last(HangUp).leg == ringing.leg
    house.tell(door.CallEnded(ringing.leg, Cause.NORMAL))
    assert house.router.register.calls[call].place == "booked"
    house.wait(16.0)
    assert house.router.register.calls[call].place == "offered", "asked again after a rest"


def test_it_expires() -> None:
    house = make()
    call = booked(house)
    house.wait(1_000.0)
    assert call not in house.router.register.calls
    assert rows(house) == ["booked", "expired"]
    house.tell(AgentSignedIn(AgentId("01")))
    assert not house.given(Originate)


def test_nobody_is_booked_who_may_not_be_called() -> None:
    house = make()
    call = waiting(house)
    house.wait(10.5)
    house.press(call, "11")
    answer_check(house, allowed=False)
    assert house.router.register.calls[call].place == "waiting"
    said = house.last(Play).media[0]
    assert isinstance(said, Sentence)
    assert said.text == "Not that number."


@pytest.mark.parametrize("rules", [None, CallbackRules(hours="never")])
def test_no_callback_where_the_queue_has_none_or_is_closed(rules: CallbackRules | None) -> None:
    house = make(rules=rules)
    call = waiting(house)
    house.wait(10.5)
    house.press(call, "11")
    assert house.given(commands.AskGate) == []
    assert house.router.register.calls[call].place == "waiting"


def test_an_agent_who_is_free_in_the_middle_of_the_booking_gets_the_caller_on_the_line() -> None:
    house = make()
    call = waiting(house)
    house.wait(10.5)
    house.press(call, "11")
    house.tell(AgentSignedIn(AgentId("01")))
    answer_check(house)
    assert house.router.register.calls[call].callback is None
    house.take(call)
    assert house.router.register.calls[call].place == "talking"


def test_who_calls_again_takes_the_place_of_the_callback() -> None:
    house = make()
    old = booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    again = waiting(house)
    assert old not in house.router.register.calls
    assert rows(house) == ["booked", "came_back"]
    assert house.last(commands.LogCall).outcome == "callback"
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"


def test_who_calls_to_ask_and_hangs_up_again_keeps_the_callback() -> None:
    house = make()
    booked(house)
    house.wait(50.0)
    waiting(house, "13900139000")
    again = waiting(house)
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))
    house.wait(1.0)
    assert house.router.register.calls[again].place == "booked"
    assert rows(house) == ["booked", "came_back", "booked"]
    assert house.router.wait_of(again)["position"] == 1, "before who came later"
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    assert house.last(Originate).to == f"tel:{NUMBER}", "the number that was confirmed then"


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.UNREACHABLE])
@pytest.mark.parametrize("until", ["before it rings", "it rings", "the agent is told", "both are connected"])
def test_who_hangs_up_in_the_moment_in_which_an_agent_is_there_is_called_back_by_that_agent(
    until: str, cause: Cause
) -> None:
    """Whether the phone rang first or the caller was gone first, the agent's next talk is the same."""
    house = make()
    booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    again = waiting(house)
    if until == "before it rings":
        house.tell(door.CallEnded(LegId(again), cause))
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    if until in ("the agent is told", "both are connected"):
        house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        told = house.last(Play).attempt
        if until == "both are connected":
            house.tell(door.PlaybackFinished(ringing.leg, told, Outcome.FINISHED))
    if until != "before it rings":
        house.tell(door.CallEnded(LegId(again), cause))
    if until == "both are connected":
        late = house.last(Bridge)
        house.tell(door.CommandFailed(late.attempt, "leg_gone", LegId(again)))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"
    if until in ("before it rings", "it rings"):
        agent = accepted(house)
    else:
        assert house.last(Play).attempt != told, "the agent is told that it is a callback now"
        house.tell(door.PlaybackFinished(ringing.leg, told, Outcome.STOPPED))  # by the new one
        callback = house.router.register.calls[again].callback
        assert callback is not None
        assert callback.state == "booked", "the time in which to accept has not begun"
        house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
        assert house.last(Originate) is ringing, "nobody is dialled before the agent says so"
        house.press(ringing.leg, "1")
        answer_check(house)
        agent = ringing.leg
    dialled = house.last(Originate)
    assert dialled.to == f"tel:{NUMBER}"
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert {bridge.a, bridge.b} == {dialled.leg, agent}
    house.tell(door.CallEnded(agent, Cause.NORMAL), after_s=20.0)
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL))
    assert rows(house) == ["booked", "came_back", "booked", "reached"]
    assert house.last(commands.LogCall).outcome == "answered"
    assert not [row for row in house.given(commands.Noticed) if row.level != "info"]


def test_who_comes_back_and_books_again_has_the_new_callback() -> None:
    house = make()
    booked(house)
    house.wait(50.0)
    again = waiting(house)
    house.wait(10.5)
    house.press(again, "12")
    house.press(again, "13900139000#1")
    answer_check(house)
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.router.register.calls[again].place == "offered"
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))  # before the last words were said
    accepted(house)
    assert house.last(Originate).to == "tel:+8613900139000"


def test_an_agent_who_misses_a_callback_that_took_over_leaves_its_place() -> None:
    house = make()
    booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    again = waiting(house)
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))
    house.tell(door.CallEnded(ringing.leg, Cause.NO_ANSWER), after_s=10.0)
    assert house.router.register.calls[again].place == "booked"
    house.tell(AgentSignedIn(AgentId("02")))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"


@pytest.mark.parametrize("until", ["it rings", "the agent is told", "the caller is dialled"])
def test_who_calls_again_while_the_agent_is_asked_to_call_back_gets_that_agent(until: str) -> None:
    house = make()
    old = booked(house)
    house.wait(50.0)
    later = waiting(house, "13900139000")
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    dialled = None
    if until == "the agent is told":
        house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    elif until == "the caller is dialled":
        accepted(house)
        dialled = house.last(Originate).leg
    again = waiting(house)
    assert old not in house.router.register.calls
    assert HangUp(ringing.leg, Cause.CANCELLED) in house.orders
    if dialled is not None:
        assert HangUp(dialled) in house.orders
        house.tell(door.CallEnded(dialled, Cause.CANCELLED))
    house.tell(door.CallEnded(ringing.leg, Cause.CANCELLED))
    assert house.router.register.calls[again].place == "offered"
    assert house.router.register.calls[later].place == "waiting"
    house.talk(again, 30.0)
    assert rows(house) == ["booked", "came_back"]
    assert house.router.register.calls[later].place == "offered"


def test_a_second_line_of_a_number_that_has_picked_up_takes_nothing_away() -> None:
    house = make()
    call = booked(house)
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    other = waiting(house)
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert house.router.register.calls[call].place == "talking"
    assert house.router.register.calls[other].place == "waiting"


def test_an_answered_caller_is_not_called_back_too() -> None:
    house = make()
    booked(house)
    again = waiting(house)
    house.tell(AgentSignedIn(AgentId("01")))
    house.talk(again, 30.0)
    assert again not in house.router.register.calls
    assert rows(house) == ["booked", "came_back"]
    assert house.last(commands.LogCall).outcome == "answered"


def test_a_restart_and_a_replay_go_on_alike() -> None:
    house = make()
    booked(house)
    house.tell(AgentSignedIn(AgentId("01")))
    accepted(house)
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now, before = house.now, len(house.orders)
    dialled = house.last(Originate)
    for one in (house, heir):
        one.tell(door.CallEnded(dialled.leg, Cause.NO_ANSWER), after_s=20.0)
        one.wait(1_100.0)
    assert house.orders[before:] == heir.orders
    assert [row.outcome for row in heir.given(commands.LogCallback)] == ["booked", "expired"]
    again = house.empty()
    assert [order for at, fact in house.journal for order in again.router.handle(fact, at)] == house.orders


def test_an_agent_hands_on_a_caller_who_was_called_back_and_the_last_talk_ends_the_call() -> None:
    house = make()
    call = booked(house)
    house.tell(AgentSignedIn(AgentId("01")))
    leg = accepted(house)
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    house.tell(AgentSignedIn(AgentId("02")))
    house.tell(door.TransferRequested(leg, "8002"))
    house.tell(door.CallEnded(leg, Cause.NORMAL))
    assert house.last(Originate).to == "phone:8002"
    second = house.take(call)
    house.tell(door.CallEnded(second, Cause.NORMAL), after_s=5.0)
    assert house.last(HangUp).leg == dialled.leg
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL))
    assert (house.last(commands.LogCall).agent, house.last(commands.LogCall).outcome) == ("02", "answered")
    assert rows(house)[-1] == "reached"
    assert house.router.register.calls == {}
    assert house.router.register.handed_on == {}
