"""Outsiders do not choose what the house dials: callbacks go to the numbers that the site lets it call."""

import pytest

from acd.config import Configuration, read
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Originate, Play, Sentence
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, events, log_commands
from control.rules.treatment import CallbackRules, QueueTreatment
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

OWN = "+864000950000"


@pytest.fixture(autouse=True)
def _a_queue_that_offers_a_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    def configuration() -> Configuration:
        people, problems = read(
            {"queues": {"care": {"ring_s": 10, "steps": [{"after_s": 10, "offer": "callback"}]}}},
            {"agents": {"01": {"account": "8001", "skills": {"care": 3}}}},
        )
        assert not problems
        return people

    monkeypatch.setattr(harness, "configuration", configuration)
    monkeypatch.setattr(harness.Directory, "is_own", lambda of, version, number: number in ("95183", OWN))


def asks_for(number: str, **rules: tuple[str, ...]) -> tuple[ControlHarness, CallId]:
    """A caller without a number, who typed this one and confirmed it."""
    house = ControlHarness(habits=QueueTreatment(callback=CallbackRules(**rules)))  # type: ignore[arg-type]  # settings by name
    call = house.arrive(caller="anonymous")
    house.press(call, "1")
    house.wait(10.5)
    house.press(call, f"1{number}#1")
    return house, call


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0019005550123", "numbers of the kind premium are not called"),
        ("00882161234567", "numbers of 001 are not called"),
        ("00870773111632", "numbers of 001 are not called"),
        ("0012125551234", "numbers of US are not called"),
        ("0018765550123", "numbers of JM are not called"),
        ("16896123", None),  # eight keys are asked for again, and never confirmed
        ("4008123123", "numbers of the kind shared_cost are not called"),
        ("4000950000", "a number of the house itself"),
    ],
)
def test_it_is_refused_at_booking(typed: str, why: str | None) -> None:
    house, call = asks_for(typed)
    refused = [notice.detail for notice in house.given(commands.Noticed) if notice.event == "callback refused"]
    assert refused == ([] if why is None else [why])
    assert house.given(commands.AskGate) == []
    assert house.router.register.calls[call].place == "waiting", "and the caller waits on"
    said = house.last(Play).media[0]
    assert isinstance(said, Sentence)
    assert said.text == ("Which number?" if why is None else "Not that number.")


@pytest.mark.parametrize(
    ("typed", "rules"),
    [
        ("13800138000", {}),
        ("14912345678", {}),
        ("02088886666", {}),
        ("0012125551234", {"countries": ("CN", "US")}),
        ("00882161234567", {"countries": ("001",)}),
        ("4008123123", {"kinds": ("mobile", "shared_cost")}),
        ("0019005550123", {"countries": ("US",), "kinds": ("premium",)}),
    ],
)
def test_it_is_booked_where_the_site_allows_the_country_and_the_kind(
    typed: str, rules: dict[str, tuple[str, ...]]
) -> None:
    house, _ = asks_for(typed, **rules)
    assert len(house.given(commands.AskGate)) == 1


def test_no_setting_lets_the_house_call_itself() -> None:
    house, _ = asks_for("4000950000", countries=("CN",), kinds=("shared_cost", "short"))
    assert house.given(commands.AskGate) == []


def test_one_that_may_no_longer_be_called_is_given_up_before_it_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    house, call = asks_for("0012125551234", countries=("US",))
    check = house.last(commands.AskGate)
    house.tell(events.NumberChecked(check.call, check.attempt, True))
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    stricter = QueueTreatment(callback=CallbackRules())
    monkeypatch.setattr(harness.Directory, "treatment", lambda of, version, queue: stricter)
    house.tell(AgentSignedIn(AgentId("01")))
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
    house.press(ringing.leg, "1")
    check = house.last(commands.AskGate)
    house.tell(events.NumberChecked(check.call, check.attempt, True))
    row = house.last(log_commands.LogCallback)
    assert (row.outcome, row.detail) == ("refused", "numbers of US are not called")
    assert not [command for command in house.given(Originate) if command.to.startswith("tel:")]
