"""Alarms of cases are kept, and each notice is given once, whatever dies meanwhile."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calls.errors import BadInput
from complaints.audit import Entry
from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendar, Version
from complaints.clocks.clock import Clock, Condition, WarningStep
from dsl.hours import Hours
from hotline.cases.clock_work import ClockWork
from hotline.cases.notices import Notice
from hotline.store import case_log
from hotline.store.transactions import looking, writing

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
H = 3600.0
ALWAYS = Calendar((Version(Hours("UTC", (((0, 1440),),) * 7), "always"),))
SEVEN_DAYS = Calendar((Version(Hours("UTC", (((0, 720),),) * 7), "mornings"),))


def book(hours: float = 2.0, calendar: Calendar = ALWAYS, **more: Any) -> ClockBook:
    clock = Clock(
        "feedback", "internal", "business_minutes", "it", Condition({"opened": (), "reopened": ()}),
        Condition({"first_feedback": ()}), {"else": hours * H}, warnings=(WarningStep(seconds=H),), **more,
    )  # fmt: skip
    return ClockBook({"feedback": clock}, {"it": calendar})


BOOK = book()


def write(database: Path, case: str, *entries: Entry) -> None:
    with writing(database) as connection:
        case_log.append(connection, case, entries)


def opened(at: float = NOW) -> Entry:
    return Entry(1, at, "house", "opened", {}, at)


def told(notices: list[Notice]) -> list[tuple[str, str, float]]:
    return [(one.case, one.kind, one.due_at) for one in notices]


def outbox(database: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT kind, call, body FROM webhook_outbox ORDER BY row").fetchall()
    return [{"kind": kind, "call": call, **msgspec.json.decode(body)} for kind, call, body in rows]


def test_a_warning_comes_before_the_breach_and_each_once(database: Path) -> None:
    work = ClockWork(database)
    write(database, "1", opened())
    assert work.off(BOOK, NOW) == []
    assert told(work.off(BOOK, NOW + H)) == [("1", "warning", NOW + 2 * H)]
    assert work.off(BOOK, NOW + H + 1) == []
    assert told(work.off(BOOK, NOW + 2 * H)) == [("1", "breach", NOW + 2 * H)]
    assert work.off(BOOK, NOW + 9 * H) == []


def test_what_is_stopped_in_time_raises_no_alarm(database: Path) -> None:
    work = ClockWork(database)
    write(database, "1", opened(), Entry(2, NOW + 60, "li", "first_feedback", {}, NOW + 60))
    write(database, "2", opened(), Entry(2, NOW + 60, "li", "closed", {}, NOW + 60))
    assert work.off(BOOK, NOW + 60) == []
    assert work.off(BOOK, NOW + 9 * H) == []


def test_a_log_that_grew_meanwhile_is_counted_in_before_an_alarm_is_told(database: Path) -> None:
    work = ClockWork(database)
    write(database, "1", opened())
    work.off(BOOK, NOW)
    write(database, "1", Entry(2, NOW + H - 1, "li", "first_feedback", {}, NOW + H - 1))
    assert work.off(BOOK, NOW + H) == []


def test_whoever_comes_after_a_kill_goes_on_and_tells_nothing_twice(database: Path) -> None:
    write(database, "1", opened())
    write(database, "2", opened(NOW + 60))
    first = ClockWork(database, ("crm",))
    assert told(first.off(BOOK, NOW + H)) == [("1", "warning", NOW + 2 * H)]
    heir = ClockWork(database, ("crm",))
    assert told(heir.off(BOOK, NOW + H + 60)) == [("2", "warning", NOW + 2 * H + 60)]
    assert told(heir.off(BOOK, NOW + 3 * H)) == [("1", "breach", NOW + 2 * H), ("2", "breach", NOW + 2 * H + 60)]
    assert [(row["call"], row["kind"]) for row in outbox(database)] == [
        ("1", "warning"), ("2", "warning"), ("1", "breach"), ("2", "breach")
    ]  # fmt: skip


def test_one_that_did_not_run_over_the_warning_tells_the_breach_alone(database: Path) -> None:
    write(database, "1", opened())
    assert told(ClockWork(database).off(BOOK, NOW + 5 * H)) == [("1", "breach", NOW + 2 * H)]


def test_a_notice_says_whose_case_it_is(database: Path) -> None:
    write(database, "1", opened())
    ClockWork(database, ("crm",)).off(BOOK, NOW + H)
    (row,) = outbox(database)
    assert {word: row[word] for word in ("case", "clock", "regime", "round", "step", "due_at")} == {
        "case": "1", "clock": "feedback", "regime": "internal", "round": 1, "step": 1, "due_at": NOW + 2 * H
    }  # fmt: skip


def test_other_clocks_are_taken_up_and_the_log_notes_what_moved(database: Path) -> None:
    work = ClockWork(database)
    write(database, "1", opened())
    write(database, "2", opened(), Entry(2, NOW, "li", "closed", {}, NOW))
    work.off(BOOK, NOW)
    longer = book(4.0)
    assert work.off(longer, NOW + 60) == []
    assert told(work.off(longer, NOW + 3 * H)) == [("1", "warning", NOW + 4 * H)]
    with looking(database) as connection:
        _, noted = case_log.entries(connection, "1")
        assert len(case_log.entries(connection, "2")) == 2
        assert case_log.verify(connection).fault == ""
    assert (noted.kind, noted.author) == ("noted", "house")
    assert noted.fields["deadlines"] == [{"clock": "feedback", "round": 1, "from": NOW + 2 * H, "to": NOW + 4 * H}]


def test_another_calendar_moves_deadlines_too(database: Path) -> None:
    work = ClockWork(database)
    midnight = NOW - NOW % 86_400
    write(database, "1", opened(midnight + 11.5 * H))
    work.off(BOOK, midnight + 11.5 * H)
    mornings = book(calendar=SEVEN_DAYS)
    work.off(mornings, midnight + 11.6 * H)
    assert told(work.off(mornings, midnight + 20 * H)) == []
    assert told(work.off(mornings, midnight + 24.6 * H)) == [("1", "warning", midnight + 25.5 * H)]


def test_a_store_that_cannot_be_written_loses_no_notice(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = ClockWork(database)
    write(database, "1", opened())
    work.off(BOOK, NOW)
    with monkeypatch.context() as away:
        away.setattr("hotline.cases.clock_work._NOTICE", "INSERT INTO nowhere VALUES (?, ?, ?, ?, ?, ?)")
        with pytest.raises(BadInput):
            work.off(BOOK, NOW + H)
    assert told(work.off(BOOK, NOW + H + 1)) == [("1", "warning", NOW + 2 * H)]


def test_many_cases_are_taken_in_some_at_a_time(database: Path) -> None:
    with writing(database) as connection:
        for number in range(450):
            case_log.append(connection, str(number), [opened(NOW + number)])
    work = ClockWork(database)
    for _ in range(4):
        work.off(BOOK, NOW + 500)
    given = [notice for second in range(5) for notice in work.off(BOOK, NOW + 10 * H + second)]
    assert len({notice.case for notice in given if notice.kind == "breach"}) == 450
