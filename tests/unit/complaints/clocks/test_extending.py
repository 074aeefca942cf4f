"""More time that would not count, or other than it was asked for, is refused before it is written."""

import pytest

from complaints.audit import Entry
from complaints.clocks.book import ClockBook
from complaints.clocks.extending import why_not
from complaints.clocks.reading import read_clocks
from dsl.calendars import read_hours
from dsl.tree import parse

pytestmark = pytest.mark.unit

CLOCKS = """
clocks:
  decision:
    regime: statutory
    unit: natural_days
    calendar: always
    start: opened
    stop: decided
    target: 15 days
    extend: [{to: 30 days, approver: lead, notice: customer}, {to: 60 days, approver: board, notice: customer}]
  closure:
    regime: internal
    unit: natural_minutes
    calendar: always
    start: opened
    stop: closed
    target: 48 h
"""
DAY_S = 86_400.0
AT = 1_796_000_000.0
SIGNED = {"clock": "decision", "approver": "zhou", "notice": "letter", "reason": "x"}


@pytest.fixture(scope="module")
def book() -> ClockBook:
    always = read_hours(parse("always: {zone: Asia/Shanghai, week: {mon-sun: 00:00-24:00}}", "hours.yaml"), None)[0]
    found, problems = read_clocks(parse(CLOCKS, "dialplans/clocks.yaml"), always)
    assert not [problem for problem in problems if not problem.warning]
    return found


def more(days: float = 1.0, number: int = 2, **changes: str) -> Entry:
    return Entry(number, AT + days * DAY_S, "li", "extended", {**SIGNED, **changes})


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (more(), ""),
        (more(to="30 days"), ""),
        (more(by="15 days"), ""),
        (more(clock="decison"), "there is no clock decison (did you mean decision?)"),
        (more(clock="closure"), "it may not be extended"),
        (more(to="90 days"), "the next step of decision is to 30 days, not 90 days"),
        (more(by="30 days"), "the next step of decision is by 15 days, not 30 days"),
        (more(to="3 parsecs"), "write such as 15 days"),
        (more(notice=""), "the notice is missing: customer"),
        (more(approver="li"), "nobody approves their own request"),
        (more(days=40), "the deadline had passed"),
    ],
)
def test_what_an_extension_would_come_to(book: ClockBook, wanted: Entry, told: str) -> None:
    said = why_not(book, [Entry(1, AT, "house", "opened")], wanted)
    assert (said == "") if told == "" else told in said


def test_the_second_step_is_the_next_one(book: ClockBook) -> None:
    log = [Entry(1, AT, "house", "opened"), more(to="30 days")]
    assert why_not(book, log, more(2, 3, to="60 days", by="30 days")) == ""
    assert "to 60 days" in why_not(book, log, more(2, 3, to="30 days"))
    assert "2 times" in why_not(book, [*log, more(2, 3)], more(3, 4))


def test_a_clock_that_has_stopped_gets_no_more_time(book: ClockBook) -> None:
    log = [Entry(1, AT, "house", "opened"), Entry(2, AT + 9, "li", "decided", {"decision": "founded"})]
    assert why_not(book, log, more(2, 3)) == "decision does not run in this case"
    assert why_not(ClockBook(), log, more(2, 3)) == "", "a house without clocks has nothing to hold it against"
