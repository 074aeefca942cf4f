"""A person who asks twice is called once; and nobody's phone rings for a callback that may not be made yet."""

import pytest

from acd.config import Configuration, read
from acd.events import AgentSignedIn, CallMoved
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Originate, Play
from calls.ids import AgentId, CallId, LegId, QueueName
from control.messages import commands, events, log_commands
from control.rules.treatment import CallbackRules, QueueTreatment
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

NUMBER, E164 = "13800138000", "+8613800138000"
ELSEWHERE = "13900139000"
RULES = CallbackRules(tries=2, retry_s=60.0, expires_s=1_000.0, hours="day")


@pytest.fixture(autouse=True)
def _two_queues_that_offer_a_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    def configuration() -> Configuration:
        rules = {"ring_s": 10, "wrap_up_s": 5, "steps": [{"after_s": 10, "offer": "callback"}]}
        people, problems = read(
            {"queues": {"care": rules, "loans": rules}},
            {"agents": {name: {"account": f"80{name}", "skills": {"care": 3}} for name in ("01", "02")}},
        )
        assert not problems
        return people

    monkeypatch.setattr(harness, "configuration", configuration)


class Night(ControlHarness):
    """The house, whose hours `day` end when `closes_at` has come, and begin again at `opens_at` (monotonic)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *agents: str) -> None:
        self.closes_at, self.opens_at = float("inf"), float("inf")
        monkeypatch.setattr(harness.Directory, "open", lambda of, version, hours, utc, others: self.is_open())
        super().__init__(*agents, habits=QueueTreatment(callback=RULES))

    def is_open(self) -> bool:
        return self.now < self.closes_at or self.now >= self.opens_at

    def waiting(self, caller: str) -> CallId:
        call = self.arrive(caller=caller)
        self.press(call, "1")
        return call

    def asks(self, caller: str = NUMBER, typed: str = "") -> CallId:
        """A caller who waited, and confirmed their own number, or another one."""
        call = self.waiting(caller)
        self.wait(10.5)
        self.press(call, f"12{typed}#1" if typed else "11")
        return call

    def allow(self) -> None:
        check = self.last(commands.AskGate)
        self.tell(events.NumberChecked(check.call, check.attempt, True))

    def booked(self, caller: str = NUMBER, typed: str = "") -> CallId:
        call = self.asks(caller, typed)
        self.allow()
        self.tell(door.PlaybackFinished(LegId(call), self.last(Play).attempt, Outcome.FINISHED))
        self.tell(door.CallEnded(LegId(call), Cause.NORMAL))
        return call

    def accept(self) -> Originate:
        """The agent whose phone rang last accepts; what is dialled then."""
        ringing = self.last(Originate)
        self.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        self.tell(door.PlaybackFinished(ringing.leg, self.last(Play).attempt, Outcome.FINISHED))
        self.press(ringing.leg, "1")
        self.allow()
        return self.last(Originate)

    def dialled(self) -> list[str]:
        return [command.to for command in self.given(Originate) if command.to.startswith("tel:")]

    def rung(self) -> list[str]:
        return [command.to for command in self.given(Originate) if command.to.startswith("phone:")]

    def rows(self, call: CallId) -> list[tuple[str, str]]:
        return [(row.outcome, row.detail) for row in self.given(log_commands.LogCallback) if row.call == call]

    def place(self, call: CallId) -> str:
        known = self.router.register.calls.get(call)
        return known.place if known is not None else "gone"


def test_a_number_booked_from_its_own_line_and_typed_from_another_is_called_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = Night(monkeypatch)
    first, second = house.booked(), house.booked(ELSEWHERE, typed=NUMBER)
    assert (house.place(first), house.place(second)) == ("booked", "gone")
    assert house.rows(second) == [("joined", f"call {first}")]
    assert house.last(log_commands.LogCall).outcome == "callback"
    house.tell(AgentSignedIn(AgentId("01")))
    house.tell(AgentSignedIn(AgentId("02")))
    house.accept()
    assert (house.rung(), house.dialled()) == (["phone:8001"], [f"tel:{E164}"])


def test_of_two_requests_the_one_with_the_better_place_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    older = house.waiting(ELSEWHERE)
    house.wait(1.0)
    younger = house.booked()
    house.press(older, f"12{NUMBER}#1")
    house.allow()
    assert (house.place(older), house.place(younger)) == ("booked", "gone")
    assert house.rows(younger) == [("booked", ""), ("joined", f"call {older}")]


def test_two_requests_that_are_checked_at_once_become_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    first = house.asks()
    check = house.last(commands.AskGate)
    house.booked(ELSEWHERE, typed=NUMBER)
    house.tell(events.NumberChecked(check.call, check.attempt, True))
    house.tell(door.CallEnded(LegId(first), Cause.NORMAL))
    assert [call.place for call in house.router.register.calls.values()] == ["booked"]


def test_a_number_whose_phone_rings_already_is_not_rung_for_another_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    first = house.booked()
    house.tell(CallMoved(first, QueueName("loans")))
    second = house.booked(ELSEWHERE, typed=NUMBER)
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.accept().to == f"tel:{E164}"
    house.tell(AgentSignedIn(AgentId("02")))
    agent = house.last(Originate)
    house.accept()
    assert house.dialled() == [f"tel:{E164}"]
    assert house.rows(second)[-1] == ("booked", "the number is in another call")
    assert HangUp(agent.leg, Cause.CANCELLED) in house.commands, "the agent is free at once"


def test_who_talks_to_us_on_another_line_is_not_dialled_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    booked = house.booked(ELSEWHERE, typed=NUMBER)
    house.arrive(caller=NUMBER)
    house.tell(AgentSignedIn(AgentId("01")))
    house.accept()
    assert house.dialled() == []
    assert (house.place(booked), house.rows(booked)[-1]) == ("booked", ("booked", "the number is in another call"))


def test_two_requests_that_meet_in_one_queue_end_with_the_first_talk(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    first = house.booked()
    house.tell(CallMoved(first, QueueName("loans")))
    second = house.booked(ELSEWHERE, typed=NUMBER)
    house.tell(CallMoved(second, QueueName("loans")))
    house.tell(AgentSignedIn(AgentId("01")))
    dialled = house.accept()
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert (house.place(first), house.place(second)) == ("talking", "gone")
    assert house.rows(second)[-1] == ("joined", f"call {first}")


def test_a_callback_outside_of_its_hours_rings_no_phone_and_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    call = house.booked()
    house.closes_at = house.now + 30.0
    house.wait(60.0)
    house.tell(AgentSignedIn(AgentId("01")))
    house.wait(900.0)
    assert (house.rung(), house.dialled()) == ([], [])
    assert [notice.detail for notice in house.given(commands.Noticed) if notice.event == "callback postponed"] == [
        "outside of the hours day"
    ], "said once"
    house.wait(100.0)
    assert house.place(call) == "gone"
    assert house.rows(call) == [
        ("booked", ""),
        ("booked", "outside of the hours day"),
        ("expired", "outside of the hours day"),
    ]
    assert [agent.state for agent in house.router.agents()] == ["idle", "offline"], "and nobody is blamed"


def test_it_waits_until_the_hours_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    call = house.booked()
    house.closes_at, house.opens_at = house.now, house.now + 600.0
    house.tell(AgentSignedIn(AgentId("01")))
    house.wait(590.0)
    assert house.rung() == []
    house.wait(30.0)
    assert (house.rung(), house.place(call)) == (["phone:8001"], "offered")
    assert house.accept().to == f"tel:{E164}"


def test_who_hangs_up_outside_of_the_hours_under_a_ringing_phone_is_called_when_they_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = Night(monkeypatch)
    house.booked()
    house.closes_at, house.opens_at = house.now, house.now + 600.0
    again = house.waiting(NUMBER)
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))
    assert HangUp(ringing.leg, Cause.CANCELLED) in house.commands
    assert (house.place(again), len(house.rung())) == ("booked", 1)
    house.wait(700.0)
    assert len(house.rung()) > 1


def test_one_who_is_not_reached_before_the_hours_end_is_not_tried_after(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Night(monkeypatch)
    call = house.booked()
    house.tell(AgentSignedIn(AgentId("01")))
    dialled = house.accept()
    house.closes_at = house.now
    house.tell(door.CallEnded(dialled.leg, Cause.NO_ANSWER), after_s=20.0)
    house.wait(500.0)
    assert (len(house.rung()), len(house.dialled()), house.place(call)) == (1, 1, "booked")
