"""Grades by the rules of a small file: the most severe of those that hold, with its reasons."""

import time

import pytest

from complaints.grading.grading import NO_RULE, Facts, grade
from complaints.grading.reading import read_grades
from complaints.grading.settings import Grades
from dsl.tree import parse

pytestmark = pytest.mark.unit

FILE = """
kinds:
  complaint: {grades: [level_1, level_2, level_3], categories: [complaint], unsure: level_2}
  problem: {grades: [urgent, general], categories: [problem]}
grades:
  level_1: {title: one, department: office, clocks: [fast], flow: {four_eyes: true}}
  level_2: {title: two}
  level_3: {title: three}
  urgent: {title: now}
  general: {title: some day}
negations: [没有]
ignored: [法院路]
misheard: [regulator]
signals:
  regulator: [银保监, 法院]
  everyday: [菜单]
  stolen: [被偷]
rules:
  - {grade: level_2, when: money >= 1000.0, because: money}
  - {grade: level_1, when: regulator, because: regulator}
  - {grade: level_1, when: money >= 50000.0, because: much money}
  - {grade: level_1, when: earlier_cases >= 2, because: third time}
  - {grade: level_1, of: [problem], when: regulator, because: a complaint after all}
  - {grade: level_3, when: everyday, because: everyday}
  - {grade: urgent, when: stolen, because: at risk}
"""


def read(text: str = FILE) -> Grades:
    grades, problems = read_grades(parse(text, "dialplans/grades.yaml"), ["office"], ["fast"])
    assert grades is not None, problems
    return grades


@pytest.mark.parametrize(
    ("text", "facts", "expected", "reasons"),
    [
        (
            "去银保监",
            Facts(),
            "level_1",
            ["regulator (regulator: 银保监)", "a complaint after all (regulator: 银保监)"],
        ),
        ("没有银保监的事，菜单太长", Facts(), "level_3", ["everyday (everyday: 菜单)"]),
        ("扣了3000元", Facts(), "level_2", ["money (money: 3000)"]),
        ("扣了6万元", Facts(), "level_1", ["much money (money: 60000)"]),
        ("菜单", Facts(earlier_cases=2), "level_1", ["third time (earlier_cases: 2)"]),
        ("法院路网点菜单", Facts(), "level_3", ["everyday (everyday: 菜单)"]),
        ("……", Facts(), "level_2", [str(NO_RULE)]),
        ("", Facts(), "level_2", [str(NO_RULE)]),
        ("被偷了", Facts(category="problem"), "urgent", ["at risk (stolen: 被偷)"]),
        ("被偷了", Facts(category="complaint"), "level_2", [str(NO_RULE)]),
        ("扣了6万元", Facts(category="problem"), "general", [str(NO_RULE)]),
        ("我去银保监", Facts(category="problem"), "level_1", ["a complaint after all (regulator: 银保监)"]),
        ("扣了6万元", Facts(category="of no kind"), "level_1", ["much money (money: 60000)"]),
        (
            "找银堡监",
            Facts(),
            "level_1",
            ["regulator (regulator: 银堡监, for 银保监)", "a complaint after all (regulator: 银堡监, for 银保监)"],
        ),
    ],
)
def test_grades(text: str, facts: Facts, expected: str, reasons: list[str]) -> None:
    graded = grade(text, facts, read())
    assert graded.grade == expected
    assert [str(reason) for reason in graded.reasons] == reasons
    assert graded.is_unsure is (graded.reasons == (NO_RULE,))


def test_the_settings_of_the_grade_come_with_it() -> None:
    graded = grade("银保监", Facts(), read())
    assert (graded.kind, graded.settings.department, graded.settings.clocks, graded.flow.four_eyes) == (
        *("complaint", "office", ("fast",)),
        True,
    )


def test_a_condition_that_errs_holds_and_says_so() -> None:
    broken = read(FILE.replace("when: earlier_cases >= 2", "when: 1 / earlier_cases > 2"))
    graded = grade("菜单", Facts(), broken)
    assert graded.grade == "level_1"
    assert "third time; the condition cannot be told" in str(graded.reasons[0])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: one", "titel: one", "level_1: `titel` is not known here"),
        ("[level_1, level_2, level_3]", "[level_1, level_2]", "level_3 is of no kind"),
        ("[urgent, general]", "[urgent, generel]", "there is no grade generel (did you mean general?)"),
        ("grades: [urgent, general]", "grades: [urgent, general, level_3]", "level_3 is of complaint already"),
        ("unsure: level_2", "unsure: urgent", "complaint: unsure is none of its grades"),
        ("department: office", "department: offise", "level_1: there is no department offise (did you mean office?)"),
        ("clocks: [fast]", "clocks: [fas]", "level_1: there is no clock fas (did you mean fast?)"),
        (
            "when: regulator, because: regulator",
            "when: regulater, because: x",
            "regulater is not known here (did you mean regulator?)",
        ),
        ("money >= 1000.0", "money >>= 1000.0", "'money >>= 1000.0': "),
        ("money >= 1000.0", "sizze(channel) > 1", "there is no function sizze (did you mean size?)"),
        ("grade: urgent, when", "grade: urgnt, when", "there is no grade urgnt (did you mean urgent?)"),
        ("of: [problem]", "of: [problems]", "there is no kind problems (did you mean problem?)"),
        ("[菜单]", "['菜单…']", "'菜单…': words at its beginning and its end"),
        ("ignored: [法院路]", "ignored: ['(a']", "'(a': each ( has its )"),
        ("misheard: [regulator]", "misheard: [regulater]", "there is no signal regulater (did you mean regulator?)"),
        ("  stolen: [被偷]", "  stolen: [被偷]\n  money: [钱]", "money is the name of a fact or quantity already"),
        ("  stolen: [被偷]", "  stolen: [被偷]\n  unasked: [钱]", "no rule asks for unasked"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(old: str, new: str, told: str) -> None:
    assert old in FILE
    _, problems = read_grades(parse(FILE.replace(old, new, 1), "dialplans/grades.yaml"), ["office"], ["fast"])
    assert any(told in problem.message for problem in problems), problems
    assert all(problem.mark.line > 1 for problem in problems)


@pytest.mark.parametrize("written", ["1,", "三次", "1元", "没有被偷", "没有法院"])
def test_a_text_that_ends_no_clause_costs_in_proportion_to_its_length(written: str) -> None:
    grades = read()

    def cost_s(length: int) -> float:
        text = (written * length)[:length]
        costs = []
        for _ in range(3):
            began = time.thread_time()
            grade(text, Facts(category="complaint"), grades)
            costs.append(time.thread_time() - began)
        return min(costs)

    cost_s(100)  # what is compiled at the first use
    assert cost_s(8_000) < 8 * cost_s(2_000), "as its square it is sixteen times as much"
