"""Which call a complaint is about: proposed with reasons, certain only where words or a name say so."""

from typing import Any

import msgspec
import pytest

from complaints.grading.reading import read_grades
from complaints.grading.settings import Grades
from complaints.intake.contact import Contact
from complaints.origin.proposing import Placed, proposals
from dsl.tree import parse

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
DAY = 86_400.0
NUMBER, OTHER = "+8613800138000", "+8613900139000"
GRADES = """
kinds: {complaint: {grades: [level_1], categories: [complaint]}}
grades: {level_1: {title: one}}
negations: [没有]
signals: {our_call: [你们…打电话]}
origin: {about: [our_call], days: 30, certain_days: 7}
rules: [{grade: level_1, when: our_call, because: a call}]
"""


def grades() -> Grades:
    read, problems = read_grades(parse(GRADES, "grades.yaml"), None, None)
    assert read is not None, problems
    return read


def call(attempt: int, days_before: float, **changes: Any) -> Placed:
    one = Placed(attempt=attempt, at=NOW - days_before * DAY, number=NUMBER, state="effective", scene="spring")
    return msgspec.structs.replace(one, **changes)


def complaint(text: str, **changes: Any) -> Contact:
    return msgspec.structs.replace(Contact("http", "m1", NOW, text, caller=NUMBER), **changes)


def found(contact: Contact, *calls: Placed, persons: tuple[str, ...] = ()) -> list[tuple[int, bool]]:
    return [(one.attempt, one.is_certain) for one in proposals(contact, persons, calls, grades())]


ABOUT = "你们昨天给我打电话，我说过不要"


@pytest.mark.parametrize(
    ("text", "calls", "expected"),
    [
        pytest.param(ABOUT, [call(1, 1)], [(1, True)], id="the one call, and their words are about one"),
        pytest.param("收费不对", [call(1, 1)], [(1, False)], id="they were called, and complain of fees: asked"),
        pytest.param("没有你们打电话的事", [call(1, 1)], [(1, False)], id="the words are denied"),
        pytest.param(ABOUT, [call(1, 10)], [(1, False)], id="too long ago to be certain"),
        pytest.param(ABOUT, [call(1, 31)], [], id="too long ago"),
        pytest.param(ABOUT, [call(1, -0.5)], [], id="a call of later"),
        pytest.param(ABOUT, [call(1, -0.001)], [(1, True)], id="another clock is a minute ahead"),
        pytest.param(ABOUT, [call(1, 3), call(2, 1)], [(2, True), (1, False)], id="two calls of one scene: the last"),
        pytest.param(
            ABOUT, [call(1, 3), call(2, 1, scene="debt")], [(2, False), (1, False)], id="two scenes: a person is asked"
        ),
        pytest.param(ABOUT, [call(1, 1, number=OTHER)], [], id="somebody else's call"),
        pytest.param(
            f"{ABOUT}，号码 0591-8765 4321",
            [call(1, 3, caller_id="+8659187654321"), call(2, 1, scene="debt")],
            [(1, True), (2, False)],
            id="the number that was shown decides between two scenes",
        ),
    ],
)
def test_which_call_is_meant(text: str, calls: list[Placed], expected: list[tuple[int, bool]]) -> None:
    assert found(complaint(text), *calls) == expected


@pytest.mark.parametrize("caller", ["", "anonymous", "+860000000", "11111111"])
def test_nobody_was_called_by_nobody(caller: str) -> None:
    assert found(complaint(ABOUT, caller=caller), call(1, 1, number=caller)) == []


def test_account_and_person_are_as_good_as_the_number() -> None:
    other = complaint(ABOUT, caller=OTHER, account="A-1")
    assert found(other, call(1, 1, account="A-1")) == [(1, True)]
    assert found(other, call(1, 1, account="A-2")) == []
    assert found(other, call(1, 1, person="p1"), persons=("p1",)) == [(1, True)]
    assert found(complaint(ABOUT, caller="", fields={"person": "p1"}), call(1, 1, person="p1")) == [(1, True)]


def test_a_call_that_is_named_is_certain_by_whatever_number_they_complain() -> None:
    named = complaint("投诉", caller=OTHER, fields={"attempt": 7})
    assert found(named, call(7, 40), call(8, 1)) == [(7, True)]
    from_the_call = complaint("投诉", fields={"call": "switch-1@17.3"})
    assert found(from_the_call, call(7, 1), call(8, 2, call="switch-1@17.3")) == [(8, True), (7, False)]


def test_reasons_are_told_and_the_time_that_they_tell_counts() -> None:
    told = complaint("投诉", fields={"called_at": NOW - DAY + 600})
    first, second = proposals(told, (), [call(1, 2), call(2, 1)], grades())
    assert first.attempt == 2
    assert first.reasons == ("the same number", "10 minutes from the time that is told", "1.0 days before")
    assert second.score < first.score


def test_at_most_five_are_proposed() -> None:
    assert len(found(complaint("收费"), *(call(number, number / 10) for number in range(1, 9)))) == 5


def test_without_grades_nothing_is_certain_but_what_is_named() -> None:
    (one,) = proposals(complaint(ABOUT), (), [call(1, 1)], None)
    assert not one.is_certain


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("about: [our_cal]", "there is no signal our_cal (did you mean our_call?)"),
        ("of: [complaints]", "there is no kind complaints (did you mean complaint?)"),
        ("{days: 5, certain_days: 7}", "certain_days are within days"),
        ("alarm: {per_10000: 0}", "a number above 0"),
        ("list: Complained", "matching regex"),
    ],
)
def test_lint_names_what_is_wrong_with_origin(wrong: str, told: str) -> None:
    settings = wrong if wrong.startswith("{") else f"{{{wrong}}}"
    text = GRADES.replace("{about: [our_call], days: 30, certain_days: 7}", settings)
    read, problems = read_grades(parse(text, "grades.yaml"), None, None)
    assert read is None
    assert any(told in str(problem) for problem in problems), problems
