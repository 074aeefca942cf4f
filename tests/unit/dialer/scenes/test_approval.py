"""Approvals: who may, how many it takes, and what ends one."""

import pytest

from dialer.scenes.approval import Approval, ApprovalRules, read_approvals, refusal, standing
from dialer.scenes.settings import Settings
from dsl.tree import Problem, parse

pytestmark = pytest.mark.unit

NOW = 1_000_000.0
OFFER = Settings(category="marketing", channel="human", owner="sales", author="zhang")
RULES = """
approvers: [wang, li, zhao]
rules:
  - {for: {category: [marketing, collection]}, need: 2}
  - {for: {channel: ai}, approvers: zhao}
"""


def rules(text: str = RULES) -> ApprovalRules:
    problems: list[Problem] = []
    read = read_approvals(parse(text, "dialplans/approvals.yaml"), problems)
    assert problems == []
    return read


def by(approver: str, version: str = "v1", **more: float) -> Approval:
    return Approval(scene="offer", version=version, approver=approver, at=NOW - 100, reason="read", **more)


def refused(*approvals: Approval, settings: Settings = OFFER, of: ApprovalRules | None = None) -> str:
    return standing(of or rules(), "offer", settings, "publisher", "v1", approvals, NOW).refused


def test_two_approvers_are_needed_where_the_rules_say_so() -> None:
    assert refused() == "it is not approved"
    assert refused(by("wang")) == "it has 1 of 2 approvals"
    assert refused(by("wang"), by("wang")) == "it has 1 of 2 approvals"
    assert refused(by("wang"), by("li")) == ""
    service = Settings(category="service", channel="human")
    assert refused(by("wang"), settings=service) == ""


def test_one_of_those_that_a_rule_names_must_be_among_them() -> None:
    machine = Settings(category="survey", channel="ai", script_elsewhere="B 7")
    assert refused(by("wang"), settings=machine) == "it needs the approval of zhao"
    assert refused(by("wang"), by("zhao"), settings=machine) == ""


@pytest.mark.parametrize("author", ["zhang", "publisher", "sales"])
def test_nobody_approves_what_they_wrote_published_or_own(author: str) -> None:
    one = ApprovalRules()
    assert refused(by(author), of=one) == "only those have approved it who may not"
    assert "somebody else must approve it" in refusal(one, OFFER, "publisher", author)
    assert refused(by("wang"), of=one) == ""


def test_who_is_no_approver_counts_for_nothing() -> None:
    assert refusal(rules(), OFFER, "publisher", "stranger") == "stranger is no approver of dialplans/approvals.yaml"
    assert refused(by("wang"), by("stranger")) == "it has 1 of 2 approvals"
    assert refusal(rules(), OFFER, "publisher", "li") == ""


def test_a_changed_scene_is_not_approved() -> None:
    assert refused(by("wang", "v0"), by("li", "v0")) == "it has changed since it was approved"
    assert refused(by("wang", "v0"), by("li", "v1")) == "it has 1 of 2 approvals"


def test_a_withdrawal_ends_it() -> None:
    gone = {"withdrawn_at": NOW - 10}
    assert refused(by("wang", **gone), by("li", **gone)) == "its approval was withdrawn"
    assert refused(by("wang", **gone), by("li", **gone), by("wang"), by("zhao")) == ""


def test_what_is_said_later_does_not_count_yet() -> None:
    one = ApprovalRules()
    late = Approval(scene="offer", version="v1", approver="wang", at=NOW + 1)
    assert refused(late, of=one) == "it is not approved"
    assert refused(by("wang", withdrawn_at=NOW + 1), of=one) == ""


def test_dates_are_the_narrowest_of_all_approvers() -> None:
    found = standing(
        rules(),
        "offer",
        OFFER,
        "publisher",
        "v1",
        [by("wang", effective_from=NOW + 5, effective_until=NOW + 500), by("li", effective_until=NOW + 50)],
        NOW,
    )
    assert (found.refused, found.since, found.until) == ("", NOW + 5, NOW + 50)
    assert found.approvers == ("wang", "li")


def test_an_end_is_not_included() -> None:
    one = ApprovalRules()
    assert refused(by("wang", effective_until=NOW + 1), of=one) == ""
    assert refused(by("wang", effective_until=NOW), of=one) == "its approval has ended"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("approvrs: [a]", "1:1: approvals: `approvrs` is not known here"),
        ("approvers: [a]\nrules: [{need: 2}]", "2:16: 2 approvers are needed, and there are 1"),
        ("need: 0", "1:7: approvals: a whole number of at least 1 is wanted"),
        ("rules: [{for: {category: marketng}}]", "did you mean marketing?"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_with_its_place(text: str, problem: str) -> None:
    problems: list[Problem] = []
    read_approvals(parse(text, "a.yaml"), problems)
    assert [one for one in problems if problem in str(one)], problems


def test_without_the_file_one_other_person_is_enough() -> None:
    assert read_approvals(None, []) == ApprovalRules()
