"""Acts of people on cases in a real store: grades by hand, merging and its undoing, matches answered."""

import sqlite3
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from calls.errors import BadInput
from complaints.intake.contact import Contact
from complaints.stages.rules import Refused
from complaints.stages.state import CaseState
from dsl.tree import parse
from hotline.cases import acts, intake, reading
from hotline.cases.work import Work
from hotline.store import case_log
from hotline.versions.case_rules import CaseRules, read_case_rules

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
GRADES = """
kinds: {complaint: {grades: [level_1, level_2], categories: [complaint]}}
grades:
  level_1: {title: one, department: office, clocks: [fast], flow: {four_eyes: true}}
  level_2: {title: two, department: care}
signals: {regulator: [银保监]}
rules: [{grade: level_1, when: regulator, because: regulator}]
"""
DISPATCH = "departments: {office: {title: one}, care: {title: two}}"


@pytest.fixture(scope="module")
def rules() -> CaseRules:
    texts = {"dialplans/grades.yaml": GRADES, "dialplans/dispatch.yaml": DISPATCH}
    found, problems = read_case_rules({path: parse(text, path) for path, text in texts.items()}, {})
    assert not problems
    return found


class House:
    """A store with cases in it, and people who act a second apart."""

    def __init__(self, database: Path, rules: CaseRules) -> None:
        self.database, self.rules, self.now = database, rules, NOW

    def take_in(self, source: str, text: str, **changes: object) -> str:
        contact = msgspec.structs.replace(Contact("http", source, self.now, text), **changes)
        (taken,) = intake.take_in(self.database, [contact], ZoneInfo("Asia/Shanghai"))
        Work(self.database).off(self.rules, self.now)
        return taken.case

    def do(self, case: str, kind: str, author: str = "li", **fields: object) -> CaseState:
        self.now += 1
        return acts.do(self.database, self.rules, acts.Wanted(case, kind, author, self.now, fields), self.now)

    def log(self, case: str) -> list[str]:
        with closing(sqlite3.connect(self.database)) as connection:
            assert case_log.verify(connection).fault == ""
            return [entry.kind for entry in case_log.entries(connection, case)]


@pytest.fixture
def house(database: Path, rules: CaseRules) -> House:
    return House(database, rules)


def test_a_person_grades_otherwise_with_a_reason(house: House) -> None:
    case = house.take_in("m1", "收费不对")
    with pytest.raises(Refused, match="regraded needs reason"):
        house.do(case, "graded", grade="level_1")
    state = house.do(case, "graded", grade="level_1", reason="the customer is a minor")
    assert (state.grade, state.four_eyes, state.stage) == ("level_1", True, "dispatched")
    told = reading.story(house.database, case, house.now)
    assert told["grade"] == "level_1"
    assert told["entries"][-1]["kind"] == "regraded"
    assert told["entries"][-1]["fields"]["clocks"] == ["fast"]


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        ("graded", {"grade": "level_9", "reason": "x"}, "there is no grade level_9"),
        (
            "handed_over",
            {"department": "offise", "reason": "x"},
            "there is no department offise (did you mean office?)",
        ),
        ("closed", {}, "closed cannot follow: the case is dispatched"),
        ("clse", {}, "there is no act clse (did you mean closed?)"),
        ("merged", {"into": "26113000017"}, "there is no case 26113000017"),
    ],
)
def test_what_is_refused_leaves_nothing(house: House, kind: str, fields: dict[str, object], told: str) -> None:
    case = house.take_in("m1", "收费不对")
    before = house.log(case)
    with pytest.raises(BadInput) as error:
        house.do(case, kind, **fields)
    assert told in str(error.value)
    assert house.log(case) == before


def test_nothing_has_happened_later_than_now(house: House) -> None:
    case = house.take_in("m1", "收费不对")
    with pytest.raises(BadInput, match="later than now"):
        acts.do(house.database, house.rules, acts.Wanted(case, "taken", "li", house.now + 60), house.now)


def test_merging_is_undone_and_both_histories_stay(house: House) -> None:
    first, second = house.take_in("m1", "停车不便"), house.take_in("m2", "发票抬头错误")
    house.do(first, "taken")
    house.do(second, "merged", into=first)
    assert reading.story(house.database, first, house.now)["merged"] == [second]
    assert len(reading.story(house.database, first, house.now)["contacts"]) == 2
    with pytest.raises(Refused, match="act there, or undo the merging"):
        house.do(second, "taken")
    state = house.do(second, "unmerged", reason="another card")
    assert (state.link, state.stage) == ("own", "dispatched")
    assert house.log(second)[-2:] == ["merged", "unmerged"]
    assert house.log(first)[-2:] == ["contact", "noted"]
    assert len(reading.story(house.database, first, house.now)["contacts"]) == 1


def test_a_case_goes_into_no_closed_one_and_not_into_itself(house: House) -> None:
    first, second = house.take_in("m1", "停车不便"), house.take_in("m2", "发票抬头错误")
    house.do(first, "withdrawn")
    with pytest.raises(Refused, match="it takes nothing in"):
        house.do(second, "merged", into=first)
    with pytest.raises(Refused, match="not merged into itself"):
        house.do(second, "merged", into=second)


def test_a_proposed_match_is_answered(house: House) -> None:
    first = house.take_in("m1", "提前还款被收取违约金三千元，要求退还", caller="+8613800138000")
    second = house.take_in("m2", "违约金三千元是怎么算的，请发合同给我看", caller="+8613800138000")
    (asked,) = reading.matches(house.database)
    assert (asked["case"], asked["other"]) == (second, first)
    assert "the same number" in asked["reasons"]
    acts.keep_apart(house.database, second, first, "li", house.now)
    assert reading.matches(house.database) == []
    with pytest.raises(BadInput, match="was not proposed"):
        acts.keep_apart(house.database, first, second, "li", house.now)


def test_lists_are_filtered_and_masked(house: House) -> None:
    one = house.take_in("m1", "我去银保监", caller="+8613800138000", account="A1234567")
    two = house.take_in("m2", "发票抬头错误")
    house.do(two, "withdrawn")
    rows = reading.listing(house.database)
    assert [row["case"] for row in rows] == [two, one]
    assert [row["case"] for row in reading.listing(house.database, open=True)] == [one]
    assert [row["case"] for row in reading.listing(house.database, grade="level_1", department="office")] == [one]
    shown = reading.masked_head(rows[1])
    assert "13800138000" not in str(shown)
    assert "A1234567" not in str(shown)


def test_a_story_shows_no_number_to_who_need_not_know_it(house: House) -> None:
    case = house.take_in(
        "m1", "打我13800138000，我叫王芳芳", caller="+8613800138000", name="王芳芳", account="A1234567"
    )
    told = reading.story(house.database, case, house.now)
    shown = str(reading.masked_story(told, "CN"))
    assert "13800138000" in str(told)
    assert "13800138000" not in shown
    assert "A1234567" not in shown
    with pytest.raises(BadInput, match="there is no case 1;"):
        reading.story(house.database, "1", house.now)
