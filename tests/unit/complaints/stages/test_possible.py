"""Possible acts of one person: none out of turn, and of those in turn why one is not theirs."""

import pytest

from complaints.stages.possible import ALSO, possible
from complaints.stages.rules import FIELDS, KINDS
from complaints.stages.state import CaseState

pytestmark = pytest.mark.unit


def why(state: CaseState, person: str = "li") -> dict[str, str]:
    return {one.kind: one.why_not for one in possible(state, person)}


def test_nothing_out_of_turn_is_among_them() -> None:
    found = why(CaseState(stage="dispatched", handler="li"))
    assert {"taken", "first_feedback", "handed_over"} <= found.keys()
    assert not {"decided", "closed", "opened", "struck"} & found.keys()
    assert found["first_feedback"] == ""


def test_what_comes_before_is_named() -> None:
    assert why(CaseState(stage="dispatched"))["first_feedback"] == "nobody has taken it yet: taken comes first"
    decided = CaseState(stage="decided", grade="level_1", four_eyes=True, decider="li", handler="li")
    assert "approved comes first" in why(decided)["notified"]
    assert "a second person must agree" in why(decided)["approved"]
    assert why(decided, "wang")["approved"] == ""


def test_money_that_nobody_is_owed_is_not_ordered_and_what_is_owed_is() -> None:
    notified = CaseState(stage="notified", handler="li")
    assert why(notified)["refund_ordered"].startswith("0 is owed")
    assert why(notified)["root_cause"] == ""
    notified.awarded = 300.0
    found = why(notified)
    assert (found["refund_ordered"], "refund_ordered comes first" in found["root_cause"]) == ("", True)


def test_whoever_has_an_interest_handles_nothing_but_may_note() -> None:
    found = why(CaseState(stage="dispatched", handler="sun", interested={"li": "it is about them"}))
    assert found["taken"].startswith("li has an interest in the matter")
    assert (found["noted"], found["recused"]) == ("", "")


def test_a_merged_case_is_only_taken_apart_again() -> None:
    assert list(why(CaseState(stage="graded", link="merged", into="1"))) == ["unmerged", "contact", "noted"]


def test_each_act_tells_the_fields_that_it_asks_for() -> None:
    acts = {one.kind: one for one in possible(CaseState(stage="accepted"), "li")}
    assert acts["graded"].needs == ("grade", "reason")
    assert acts["extended"].needs == ("clock", "approver", "reason")
    assert ALSO.keys() <= KINDS
    assert not [kind for kind, also in ALSO.items() if set(also) & set(FIELDS.get(kind, ()))]
