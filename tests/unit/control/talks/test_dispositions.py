"""Dispositions of queues' talks: said in a talk or in wrap-up, which they end; owed where the queue requires one."""

import pytest

from acd.events import AgentSignedOut, WrapUpEnded
from calls import events as door
from calls.causes import Cause
from calls.commands import Play
from calls.ids import AgentId, AttemptId, CallId, LegId
from control.machines.disposition_states import DISPOSITIONS
from control.messages.log_commands import LogDisposition
from control.rules.treatment import QueueDisposition, QueueTreatment
from dialer.campaigns.events import Dispositioned
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

ONE = AgentId("01")
WORDS = {"solved": QueueDisposition("Solved", "1"), "call_again": QueueDisposition(code="2")}


def talking(*, required: bool = True) -> tuple[ControlHarness, CallId, LegId]:
    habits = QueueTreatment(dispositions=WORDS, disposition_required=required)
    house = ControlHarness("01", habits=habits)
    call = house.arrive()
    house.press(call, "1")
    return house, call, house.take(call)


def says(house: ControlHarness, name: str, note: str = "") -> None:
    attempt = house.router.register.dispositions[ONE].offer
    house.tell(Dispositioned(attempt, name, note=note))


def state(house: ControlHarness) -> str:
    standing = house.router.agent(ONE, house.now)
    assert standing is not None
    return standing.state


def rows(house: ControlHarness) -> list[tuple[int, str, str]]:
    return [(row.talk, row.disposition, row.note) for row in house.given(LogDisposition)]


def test_wrap_up_is_ended_by_the_disposition_and_by_nothing_else() -> None:
    house, call, agent = talking()
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    house.tell(WrapUpEnded(ONE))
    assert state(house) == "wrap_up", "one is owed"
    says(house, "solved", "sent the form")
    assert state(house) == "idle"
    row = house.last(LogDisposition)
    assert (row.call, row.talk, row.agent, row.disposition, row.note) == (call, 1, "01", "solved", "sent the form")


def test_where_none_is_required_wrap_up_ends_without_and_is_counted_as_unsaid() -> None:
    house, _, agent = talking(required=False)
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    house.tell(WrapUpEnded(ONE))
    assert state(house) == "idle"
    assert rows(house) == [(1, "", "")]
    says(house, "solved")
    assert rows(house)[-1] == (1, "solved", ""), "late, and the last word counts"


def test_the_limit_ends_wrap_up_without_a_word() -> None:
    house, _, agent = talking()
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    house.wait(600.0)
    assert state(house) == "idle"
    assert rows(house) == [(1, "", "")]


def test_said_in_the_talk_wrap_up_ends_with_it() -> None:
    house, _, agent = talking()
    says(house, "call_again")
    says(house, "solved")
    assert state(house) == "talking"
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    assert state(house) == "idle"
    assert rows(house) == [(1, "call_again", ""), (1, "solved", "")]


def test_an_agent_who_goes_home_owes_nothing() -> None:
    house, _, agent = talking()
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    house.tell(AgentSignedOut(ONE))
    assert state(house) == "offline"
    assert rows(house) == [(1, "", "")]


def test_a_word_that_is_none_changes_nothing() -> None:
    house, _, agent = talking()
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    says(house, "solvd")
    house.tell(Dispositioned(AttemptId("offer-99"), "solved"))
    assert (state(house), rows(house)) == ("wrap_up", [])


@pytest.mark.parametrize(("dialled", "said"), [("*672", "call_again"), ("*679", ""), ("*67", ""), ("*65", "")])
def test_the_phone_says_it_by_its_code(dialled: str, said: str) -> None:
    house, _, agent = talking()
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    house.tell(door.CallArrived(LegId("code-1"), "8001", dialled, device="8001"))
    assert state(house) == ("idle" if said else "wrap_up")
    assert [one for _, one, _ in rows(house)] == ([said] if said else [])
    assert house.given(Play), "it is answered in words"


def test_a_queue_without_dispositions_asks_for_none() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    agent = house.take(call)
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    house.tell(WrapUpEnded(ONE))
    assert (state(house), rows(house), house.router.register.dispositions) == ("idle", [], {})


def test_a_snapshot_in_wrap_up_knows_what_is_owed() -> None:
    house, _, agent = talking()
    house.tell(door.CallEnded(agent, Cause.NORMAL))
    house.router.restore(house.router.snapshot())
    house.tell(WrapUpEnded(ONE))
    assert state(house) == "wrap_up"
    says(house, "solved")
    assert state(house) == "idle"


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        ("talking", "said", "talking"),
        ("talking", "wrap_up_began", "noting"),
        ("talking", "wrap_up_over", "over"),
        ("noting", "said", "over"),
        ("noting", "wrap_up_over", "over"),
        ("noting", "wrap_up_began", None),
        ("over", "said", "over"),
        ("over", "wrap_up_began", None),
        ("over", "wrap_up_over", None),
    ],
)
def test_the_table(before: str, event: str, after: str | None) -> None:
    assert DISPOSITIONS.after(before, event) == after  # type: ignore[arg-type]
