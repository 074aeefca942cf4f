"""Follow-ups: their table, their days over make-up workdays, what a campaign's rows come to, and what lint says."""

import itertools
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BrokenRule
from complaints.clocks.calendars import Calendar, Version
from complaints.followups.days import span_of
from complaints.followups.observing import Try, observed
from complaints.followups.reading import Around, CampaignNamed, read_follow_ups
from complaints.followups.settings import FollowUpBook, FollowUpRule
from complaints.followups.table import BY_HAND, CALLED, FOLLOW_UPS, OPEN, OVER
from dsl.calendars import read_hours
from dsl.tree import parse

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = """
office:
  zone: Asia/Shanghai
  week: {mon-fri: [09:00-12:00, 13:00-18:00], sat-sun: closed}
  holidays: [cn]
  workdays: [09:00-12:00, 13:00-18:00]
"""
CALENDARS = {
    name: Calendar((Version(entry, name),)) for name, entry in read_hours(parse(HOURS, "hours.yaml"), None)[0].items()
}


def instant(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


def days(at: str, after: int = 1, within: int = 3) -> tuple[str, str]:
    rule = FollowUpRule(name="r", on="list", by="call", after_days=after, within_days=within, calendar="office")
    span = span_of(rule, FollowUpBook(calendars=CALENDARS).laid_out(), instant(at))
    assert span is not None
    since, until = (datetime.fromtimestamp(one, ZONE).strftime("%Y-%m-%d %H:%M") for one in span)
    return since, until


@pytest.mark.parametrize(
    ("at", "span"),
    [
        ("2026-11-30 10:00", ("2026-12-01 09:00", "2026-12-03 18:00")),
        ("2026-11-30 23:59", ("2026-12-01 09:00", "2026-12-03 18:00")),
        ("2026-11-27 17:00", ("2026-11-30 09:00", "2026-12-02 18:00")),
        ("2026-11-28 12:00", ("2026-11-30 09:00", "2026-12-02 18:00")),
        # The National Day of 2025 was from 1 to 8 October; 28 September and 11 October, days of weekends, were worked.
        ("2025-09-26 10:00", ("2025-09-28 09:00", "2025-09-30 18:00")),
        ("2025-09-30 10:00", ("2025-10-09 09:00", "2025-10-11 18:00")),
    ],
)
def test_days_are_working_days_after_the_occasion_and_weekends_that_are_worked_count(
    at: str, span: tuple[str, str]
) -> None:
    assert days(at) == span


def test_one_day_alone_begins_and_ends_with_its_work() -> None:
    assert days("2026-11-30 10:00", 1, 1) == ("2026-12-01 09:00", "2026-12-01 18:00")


def walk(*events: Any) -> str:
    state: Any = "planned"
    for event in events:
        state = FOLLOW_UPS.after(state, event) or state
    return str(state)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (("came_due", "asked", "placed", "answered", "results"), "done"),
        (("came_due", "asked", "placed", "not_answered", "placed", "answered", "results"), "done"),
        (("came_due", "asked", "placed", "not_answered", "spent"), "given_up"),
        (("came_due", "asked", "placed", "answered", "said_nothing"), "given_up"),
        (("came_due", "asked", "denied"), "held"),
        (("came_due", "asked", "denied", "released", "asked"), "asked"),
        (("came_due", "asked", "placed", "not_answered", "denied", "done_by_hand"), "done"),
        (("came_due", "asked", "placed", "answered", "refused"), "not_wanted"),
        (("came_due", "asked", "put_back"), "due"),
        (("cancelled",), "cancelled"),
        (("came_due", "done_by_hand", "cancelled"), "done"),
        (("came_due", "asked", "placed", "cancelled"), "placed"),
    ],
)
def test_a_follow_up_goes_its_way(events: tuple[str, ...], state: str) -> None:
    assert walk(*events) == state


def test_what_is_over_stays_so_and_each_state_that_is_not_can_be_ended_by_hand() -> None:
    for state in OVER:
        assert state not in FOLLOW_UPS.moves
        with pytest.raises(BrokenRule):
            FOLLOW_UPS.after(state, "asked")
    for state in FOLLOW_UPS.moves:
        if state not in ("placed", "answered"):
            assert {"done_by_hand", "refused", "cancelled"} <= FOLLOW_UPS.moves[state].keys()
    known = CALLED | OVER | {"planned", "due", "held", "given_up"}
    assert known == OPEN | OVER
    assert {event for _, _, event in FOLLOW_UPS.edges()} > BY_HAND


def one_try(number: int, answered: bool = True, result: str = "flow_done", placed: bool = True) -> Try:
    at = 100.0 * number
    verdict = "allow" if placed else "deny"
    return Try(
        f"c/1.1/{number}", verdict, "" if placed else "complained", at, at + 1 if placed else None,
        at + 2 if answered and placed else None, at + 9, result, f"call{number}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tries", "end", "said", "events"),
    [
        ([one_try(1)], "reached", "some", ["placed", "answered", "results"]),
        ([one_try(1)], "reached", "", ["placed", "answered", "said_nothing"]),
        ([one_try(1)], "reached", "refused", ["placed", "answered", "refused"]),
        ([one_try(1, answered=False, result="busy")], "", "", ["placed", "not_answered"]),
        ([one_try(1, answered=False), one_try(2)], "reached", "some",
         ["placed", "not_answered", "placed", "answered", "results"]),
        ([one_try(1, answered=False)], "spent", "", ["placed", "not_answered", "spent"]),
        ([one_try(1, placed=False)], "denied", "", ["denied"]),
        ([one_try(1, answered=False), one_try(2, placed=False)], "denied", "", ["placed", "not_answered", "denied"]),
        ([one_try(1, result="abandoned")], "", "", ["placed", "answered", "not_answered"]),
        ([one_try(1, result="talked")], "refused", "", ["placed", "answered", "refused"]),
        ([], "spent", "", ["spent"]),
    ],
)  # fmt: skip
def test_rows_of_a_campaign_are_events_that_the_table_takes(
    tries: list[Try], end: Any, said: Any, events: list[str]
) -> None:
    found = observed(tries, end, "why", said, 5.0)
    assert [one.event for one in found] == events
    assert [one.at for one in found] == sorted(one.at for one in found)
    walk("came_due", "asked", *events)


ENDS: tuple[Any, ...] = ("", "reached", "spent", "refused", "denied")
OUTCOMES = (
    {"answered": True},
    {"answered": True, "result": "abandoned"},
    {"answered": False, "result": "busy"},
    {"placed": False},
)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("said", ["", "some", "refused"])
def test_whatever_a_campaign_did_and_whenever_it_is_looked_at_the_table_takes_it(end: Any, said: Any) -> None:
    over = {"": {"asked", "unanswered"}, "denied": {"held"}, "refused": {"not_wanted"}}
    for count in range(4):
        for outcomes in itertools.product(OUTCOMES, repeat=count):
            tries = [one_try(number, **outcome) for number, outcome in enumerate(outcomes)]  # type: ignore[arg-type]
            for looked in range(count + 1):
                state: Any = "asked"
                for part, seen_end in ((tries[:looked], ""), (tries[looked:], end)):
                    for one in observed(part, seen_end, "why", said, 5.0):  # type: ignore[arg-type]
                        state = FOLLOW_UPS.after(state, one.event)
                expected = {"some": {"done"}, "refused": {"not_wanted"}, "": {"given_up"}}[said]
                assert state in over.get(end, expected), (outcomes, looked)


AROUND = Around(
    CALENDARS,
    ("level_1", "level_2"),
    ("level_1",),
    {"calls": CampaignNamed(("closed",), "listed", "questionnaires/q")},
    ("broken",),
    ("q", "other"),
)


def read(rule: str, around: Around = AROUND) -> tuple[FollowUpBook, list[str]]:
    book, problems = read_follow_ups(parse(f"followups:\n  r: {{{rule}}}\n", "f.yaml"), around)
    return book, [str(problem) for problem in problems]


def test_a_rule_has_its_list_its_days_and_the_grades_that_are_followed_up() -> None:
    book, problems = read("campaign: calls, questionnaire: q, calendar: office, after: 2 days")
    assert problems == []
    rule = book.rules["r"]
    assert (rule.campaign_list, rule.after_days, rule.within_days, rule.grades) == ("closed", 2, 3, ("level_1",))
    assert rule.fits("complaint", "level_1")
    assert not rule.fits("complaint", "level_2")
    assert list(book.calendars) == ["office"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("campaign: calls", "calendar: whose working days they are is missing"),
        ("campaign: cals, calendar: office", "there is no campaign cals (did you mean calls?)"),
        ("campaign: calls, calendar: ofice", "there is no calendar ofice (did you mean office?)"),
        ("campaign: calls, calendar: office, grades: [level_3]", "there is no grade level_3 (did you mean"),
        ("campaign: calls, calendar: office, questionnaire: p", "there is no questionnaire p"),
        ("campaign: calls, calendar: office, questionnaire: other", "campaign calls asks q, and not other"),
        ("campaign: calls, calendar: office, after: 4 days", "within 3 days is over before after 4 days begins"),
        ("campaign: calls, calendar: office, list: people", "write on: list beside it"),
        ("on: list, by: visit, calendar: office", "on: list needs the name of a list"),
        ("on: list, list: l, by: visit, calendar: office, grades: [level_1]", "people of a list have none"),
        ("on: list, list: closed, campaign: calls, calendar: office", "calls the list closed itself, at once"),
        ("by: visit, campaign: calls, calendar: office", "a visit is a task of people"),
        ("calendar: office", "whose calls they are is missing, or write by: visit"),
        ("campaign: calls, calendar: office, after: soon", "r:"),
        ("campain: calls, calendar: office", "did you mean campaign?"),
    ],
)
def test_lint_tells_what_is_wrong(rule: str, told: str) -> None:
    book, problems = read(rule)
    assert book.rules == {}
    assert any(told in problem for problem in problems), problems


def test_a_campaign_that_cannot_be_read_is_told_once_elsewhere() -> None:
    assert read("campaign: broken, calendar: office")[1] == []


def test_two_rules_do_not_share_a_list() -> None:
    text = "{campaign: calls, calendar: office}"
    _, problems = read_follow_ups(parse(f"followups:\n  a: {text}\n  b: {text}\n", "f.yaml"), AROUND)
    assert "a puts its people on the list closed already" in str(problems[0])
