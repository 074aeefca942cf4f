"""Dispatch: the table, load and hours of departments, the ladder, and what lint says of dispatch.yaml."""

import pytest

from complaints.audit import Entry
from complaints.dispatch.choosing import Choice, Matter, Standing, choose
from complaints.dispatch.ladder import Escalation, due, next_due
from complaints.dispatch.reading import read_dispatch
from complaints.dispatch.settings import Dispatch
from dsl.tree import parse

pytestmark = pytest.mark.unit

FILE = """
departments:
  office: {title: 投诉管理处, people: [li, wang], lead: zhou, hours: service, most: 2, assign: true}
  loans: {title: 贷款, people: [chen], lead: sun}
  care: {title: 客服}
table:
  - {level: [level_1], department: office, otherwise: [loans]}
  - {product: [loan, mortgage], region: [fujian], department: loans}
  - {subject: [fee], channel: [email], department: care}
ladders:
  level_1:
    - {after_min: 15, tell: [lead, compliance]}
    - {after_min: 30, to: loans, tell: [lead]}
    - {after_min: 90, tell: [lead], until: first_feedback}
"""


def read(text: str = FILE) -> Dispatch:
    rules, problems = read_dispatch(parse(text, "dialplans/dispatch.yaml"), ["service"], ["level_1", "level_2"])
    assert rules is not None, problems
    return rules


@pytest.mark.parametrize(
    ("matter", "department", "row"),
    [
        (Matter(level="level_1", product="loan"), "office", 1),
        (Matter(product="loan", region="fujian"), "loans", 2),
        (Matter(product="mortgage", region="fujian", subject="fee", channel="email"), "loans", 2),
        (Matter(product="loan", region="beijing"), "care", 0),
        (Matter(subject="fee", channel="email"), "care", 3),
        (Matter(subject="fee", channel="call"), "care", 0),
    ],
)
def test_the_first_row_that_fits(matter: Matter, department: str, row: int) -> None:
    choice = choose(matter, read(), "care", {}, {})
    assert (choice.department, choice.row) == (department, row)


def test_what_no_row_fits_goes_to_the_grades_department_or_the_first_one() -> None:
    assert choose(Matter(), read(), "loans", {}, {}).reasons == ("no row fits: loans",)
    assert choose(Matter(), read(), "", {}, {}).department == "office"


ONE = Matter(level="level_1")
ROW = "row 1: level level_1 to office"


@pytest.mark.parametrize(
    ("standings", "interested", "expected"),
    [
        ({}, {}, Choice("office", "li", (ROW,), 1)),
        ({"office": Standing(loads={"li": 1})}, {}, Choice("office", "wang", (ROW,), 1)),
        ({"office": Standing(loads={"wang": 1})}, {"li": "about them"}, Choice("office", "wang", (ROW,), 1)),
        ({}, {"li": "x", "wang": "y"}, Choice("office", "", (ROW,), 1)),
        ({"office": Standing(is_open=False)}, {}, Choice("loans", "", (ROW, "office is closed"), 1)),
        (
            {"office": Standing(loads={"li": 2, "wang": 1}, waiting=1)},
            {},
            Choice("loans", "", (ROW, "office is full (4 of 4)"), 1),
        ),
        (
            {"office": Standing(is_open=False), "loans": Standing(is_open=False)},
            {},
            Choice("office", "", (ROW, "office is closed", "loans is closed", "it waits in office"), 1),
        ),
    ],
)
def test_load_and_hours(standings: dict[str, Standing], interested: dict[str, str], expected: Choice) -> None:
    assert choose(ONE, read(), "care", standings, interested) == expected


def log(*entries: tuple[float, str, dict]) -> list[Entry]:
    return [Entry(number, at * 60.0, "house", kind, fields) for number, (at, kind, fields) in enumerate(entries, 1)]


SENT = (0.0, "dispatched", {"department": "office"})
FIRST, SECOND, THIRD = (
    Escalation(1, 900.0, "", ("zhou", "compliance")),
    Escalation(2, 1800.0, "loans", ("sun",)),
    Escalation(3, 5400.0, "", ("zhou",)),
)


@pytest.mark.parametrize(
    ("entries", "minute", "expected"),
    [
        ([SENT], 14.9, []),
        ([SENT], 15, [FIRST]),
        ([SENT], 31, [FIRST, SECOND]),
        ([SENT, (15.0, "noted", {"escalation": 1})], 31, [SECOND]),
        ([SENT, (10.0, "taken", {})], 31, []),
        ([SENT, (10.0, "taken", {})], 91, [THIRD]),
        ([SENT, (10.0, "taken", {}), (80.0, "first_feedback", {})], 91, []),
        ([SENT, (5.0, "closed", {})], 91, []),
        ([SENT, (5.0, "merged", {"into": "2"})], 91, []),
        (
            [SENT, (10.0, "taken", {}), (20.0, "dispatched", {"department": "office"})],
            36,
            [Escalation(1, 2100.0, "", ("zhou", "compliance"))],
        ),
        (
            [SENT, (15.0, "noted", {"escalation": 1}), (30.0, "handed_over", {"department": "loans", "escalation": 2})],
            91,
            [Escalation(3, 5400.0, "", ("sun",))],
        ),
    ],
)
def test_the_ladder(entries: list[tuple[float, str, dict]], minute: float, expected: list[Escalation]) -> None:
    rules = read()
    found = due(log(*entries), rules.ladders["level_1"], rules.departments, minute * 60.0)
    assert found == expected


def test_the_next_step_is_known_before_it_is_due() -> None:
    steps = read().ladders["level_1"]
    assert next_due(log(SENT), steps, 0.0) == 900.0
    assert next_due(log(SENT, (1.0, "taken", {})), steps, 60.0) == 5400.0
    assert next_due(log(SENT, (1.0, "closed", {})), steps, 60.0) is None
    assert next_due([], steps, 60.0) is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("hours: service", "hours: servise", "office: there are no hours servise (did you mean service?)"),
        ("people: [li, wang]", "people: [li, li]", "office: somebody is among its people twice"),
        ("people: [li, wang], lead", "lead", "office: assign needs people"),
        ("department: office", "department: offise", "there is no department offise (did you mean office?)"),
        ("otherwise: [loans]", "otherwise: [loan]", "there is no department loan (did you mean loans?)"),
        ("level: [level_1]", "level: [level1]", "there is no grade level1 (did you mean level_1?)"),
        ("  level_1:\n", "  level_9:\n", "there is no grade level_9"),
        ("after_min: 30", "after_min: 15", "each step comes later than the one before it"),
        ("after_min: 15, tell: [lead, compliance]", "after_min: 15", "a step goes to a department"),
        ("to: loans", "to: loan", "there is no department loan (did you mean loans?)"),
        ("title: 客服", "titel: 客服", "care: `titel` is not known here; there are"),
        ("level: [level_1], ", "", "row 2 is never reached: row 1 fits all that it fits"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(old: str, new: str, told: str) -> None:
    assert old in FILE
    root = parse(FILE.replace(old, new, 1), "dialplans/dispatch.yaml")
    _, problems = read_dispatch(root, ["service"], ["level_1", "level_2"])
    assert any(problem.message.startswith(told) for problem in problems), problems
    assert all(problem.mark.line > 2 for problem in problems)
