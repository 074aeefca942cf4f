"""What is wrong in clocks.yaml is told with its place and what to write."""

import pytest

from complaints.clocks.amounts import amount, in_words, warning_step
from complaints.clocks.clock import Condition, ExtensionStep, WarningStep
from complaints.clocks.reading import read_clocks
from dsl.calendars import read_hours
from dsl.tree import parse

pytestmark = pytest.mark.unit

HOURS, _ = read_hours(
    parse(
        "office: {zone: Asia/Shanghai, week: {mon-fri: 09:00-18:00}}\n"
        "berlin: {zone: Europe/Berlin, week: {mon-fri: 09:00-18:00}}\n"
        "never: {zone: Asia/Shanghai, week: {mon-fri: closed}}\n",
        "hours.yaml",
    ),
    None,
)
GOOD = {
    "regime": "internal", "unit": "business_minutes", "calendar": "office", "start": "[opened, reopened]",
    "stop": "first_feedback", "target": "2 h",
}  # fmt: skip


def problems(text: str, grades: tuple[str, ...] | None = None) -> list[str]:
    return [str(problem) for problem in read_clocks(parse(text, "clocks.yaml"), HOURS, grades)[1]]


def of_clock(grades: tuple[str, ...] | None = None, **words: str) -> list[str]:
    lines = "".join(f"    {word}: {value}\n" for word, value in {**GOOD, **words}.items() if value)
    return problems(f"clocks:\n  it:\n{lines}", grades)


def test_all_words_are_read() -> None:
    words = {
        **GOOD, "target": "{level_1: 2 h, else: 1 h 30 min}", "pause": "{waiting: {for: [customer, regulator]}}",
        "warn": "[1 h, 1 day]", "extend": "{to: 5 h, approver: lead, notice: letter}", "share": "80 %", "again": "true",
    }  # fmt: skip
    text = "clocks:\n  it: {" + ", ".join(f"{word}: {value}" for word, value in words.items()) + "}\n"
    book, found = read_clocks(parse(text, "clocks.yaml"), HOURS)
    assert found == []
    clock = book.clocks["it"]
    assert clock.targets == {"level_1": 7200.0, "else": 5400.0}
    assert clock.pause == Condition({"waiting": ({"for": ("customer", "regulator")},)})
    assert clock.resume == Condition({"resumed": (), "contact": ()})
    assert clock.warnings == (WarningStep(seconds=3600.0), WarningStep(days=1))
    assert clock.extensions == (ExtensionStep(18_000.0, "lead", "letter"),)
    assert (clock.share, clock.again) == (0.8, True)
    assert list(book.calendars) == ["office"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"unit": "busines_minutes"}, "clocks.yaml:4:11: it: unit is one of natural_minutes, business_minutes"),
        ({"unit": "busines_minutes"}, "did you mean business_minutes?"),
        ({"regime": "legal"}, "regime is one of statutory, internal, between_departments, not 'legal'"),
        ({"calendar": "ofice"}, "calendar: neither calendars nor hours.yaml has 'ofice' (did you mean office?)"),
        ({"stop": ""}, "clocks.yaml:2:3: it: stop is missing"),
        ({"warm": "1 h"}, "clocks.yaml:9:5: it: warm is not a word of clocks (did you mean warn?)"),
        (
            {"stop": "first_feedbak"},
            "'first_feedbak' is no kind of entry in a case's log (did you mean first_feedback?)",
        ),
        ({"start": "[opened, reopened, {contact: {chanel: mail}}]"}, "contact has no field 'chanel' to ask for"),
        ({"start": "[opened, reopened, {waiting: {for: custmer}}]"}, "not for 'custmer' (did you mean customer?)"),
        ({"start": "struck"}, "'struck' is no kind of entry"),
        ({"start": "[opened, 7]"}, "a kind of entry such as first_feedback is wanted, not number"),
        ({"target": "2 days"}, "this clock counts minutes: write such as 2 h or 1 h 30 min, not '2 days'"),
        ({"target": "{}"}, "target: at least one is wanted"),
        ({"unit": "working_days"}, "this clock counts days: write such as 15 days, not '2 h'"),
        ({"warn": "soon"}, "warn: working time before the deadline is wanted, such as 30 min or 2 days, not 'soon'"),
        ({"warn": "3 h"}, "a warning 3 h before a deadline of 2 h comes at once"),
        ({"share": "0.8"}, "share: the part of the cases in which it is kept, such as 80 %, not '0.8'"),
        ({"again": "often"}, "again: true or false is wanted, not text"),
        ({"extend": "5 h"}, "extend: {to: 30 days, approver: lead, notice: customer} is wanted"),
        ({"extend": "{to: 1 h}"}, "an extension to 1 h gives no more time: it was 2 h before"),
        ({"regime": "statutory", "extend": "{to: 3 h}"}, "by an approver and with notice: write both"),
        ({"calendar": "never"}, "never has no working time, so this clock would never be due"),
        ({"day_end": "closing"}, "day_end is for clocks of days"),
        ({"first_day": "true"}, "first_day is for clocks of days"),
        ({"start": "opened"}, "a reopened case has a new clock: start names opened, and not reopened"),
        ({"stop": "[opened, closed]"}, "opened starts it and stops it: with again: true it starts anew each time"),
        (
            {"unit": "natural_minutes", "pause": "{waiting: {for: customer}}"},
            "waiting for the customer stops working time only",
        ),
        ({"pause": "waiting", "resume": "resumed"}, "any sign of life of the customer counts"),
        ({"pause": "{waiting: {for: regulator}}", "resume": "[]"}, "nothing ends its pause"),
        ({"resume": "resumed"}, "it never pauses, so nothing resumes it"),
    ],
)
def test_what_is_wrong_with_a_clock_is_told(words: dict[str, str], said: str) -> None:
    found = of_clock(**words)
    assert [one for one in found if said in one], found


def test_a_natural_clock_may_wait_for_others() -> None:
    assert of_clock(unit="natural_minutes", pause="{waiting: {for: regulator}}") == []


def test_a_target_of_no_grade_is_told() -> None:
    (found,) = of_clock(("level_1", "level_2"), target="{levl_1: 2 h, else: 3 h}")
    assert "clocks.yaml:8:14: it: grades.yaml has no grade or category 'levl_1' (did you mean level_1?)" in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clocks: [a]\n", "a mapping of names to clocks is wanted, not list"),
        ("clock: {}\n", "clock is not known here (did you mean clocks?)"),
        ("- a\n", "a mapping with clocks is wanted, not list"),
        ("clocks: {It: {}}\n", "'It' is no name"),
        ("clocks: {it: soon}\n", "it: a mapping with regime, unit, calendar, start, stop, target is wanted, not text"),
        ("calendars: {a: ofice}\n", "a: hours.yaml has no 'ofice' (did you mean office?)"),
        ("calendars: {a: []}\n", "a: it has no version"),
        ("calendars: [a]\n", "a mapping of names to versions is wanted, not list"),
        ("calendars: {A: office}\n", "'A' is no name"),
        ("calendars: {a: [{from: 2026-12-01}]}\n", "hours of hours.yaml are wanted"),
        ("calendars: {a: [{hours: office, form: 2026-12-01}]}\n", "form is not known here (did you mean from?)"),
        ("calendars: {a: [office, {hours: never, from: soon}]}\n", "a day such as 2026-12-01 is wanted"),
        ("calendars: {a: [office, {hours: never, from: 2026-12-01, entered: soon}]}\n", "an instant such as"),
        ("calendars: {a: [office, never]}\n", "every later version says from which day on it holds"),
        ("calendars: {a: [{hours: office, from: 2026-12-01}]}\n", "the first version holds for ever"),
        ("calendars: {a: [office, {hours: berlin, from: 2026-12-01}]}\n", "berlin is of another zone than office"),
        (
            "calendars:\n  a:\n    - office\n    - {hours: never, from: 2026-12-01, entered: 2026-11-20 10:00}\n"
            "    - {hours: office, from: 2026-12-02, entered: 2026-11-19 10:00}\n",
            "versions stand in the order in which they were entered",
        ),
        (
            "calendars:\n  a:\n    - office\n    - {hours: never, from: 2026-12-01, entered: 2026-11-20 10:00}\n"
            "    - {hours: office, from: 2026-12-02}\n",
            "a version after one with `entered` says, too, when it was entered",
        ),
    ],
)
def test_what_is_wrong_with_the_file_is_told(text: str, said: str) -> None:
    found = problems(text)
    assert [one for one in found if said in one], found


@pytest.mark.parametrize(
    ("text", "seconds"), [("2 h", 7200), ("90 min", 5400), ("1 h 30 min", 5400), ("2h", 7200), ("1h30min", 5400)]
)
def test_minutes(text: str, seconds: float) -> None:
    assert amount(text, in_days=False) == seconds


@pytest.mark.parametrize("text", ["", "0 h", "2", "h", "-2 h", "1.5 h", "2 hours"])
def test_no_minutes(text: str) -> None:
    with pytest.raises(ValueError, match="counts minutes"):
        amount(text, in_days=False)


@pytest.mark.parametrize(
    ("value", "in_days", "words"),
    [(5400, False, "1 h 30 min"), (60, False, "1 min"), (30, False, "30 s"), (0, False, "0 min"), (1, True, "1 day"),
     (15, True, "15 days"), (-5400, False, "-1 h 30 min")],
)  # fmt: skip
def test_in_words(value: float, in_days: bool, words: str) -> None:
    assert in_words(value, in_days=in_days) == words


def test_a_warning_is_of_minutes_or_working_days() -> None:
    assert warning_step("2 days") == WarningStep(days=2)
    assert warning_step("30 min") == WarningStep(seconds=1800.0)
