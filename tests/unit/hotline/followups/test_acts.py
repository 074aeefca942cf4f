"""Acts of people on follow-ups: results by the questionnaire's ways, ends with reasons, and nobody cut off a talk."""

from pathlib import Path
from typing import Any

import pytest

from calls.errors import BadInput
from hotline.followups import acts, reading
from tests.unit.hotline.followups.visits import DAY, Visits, rules

pytestmark = pytest.mark.unit


@pytest.fixture
def visits(store: Path) -> Visits:
    made = Visits(store)
    made.case = made.close_case()  # type: ignore[attr-defined]
    made.off()
    return made


def done(visits: Visits, **words: Any) -> str:
    what = acts.Done(**{"author": "li", **words})
    return acts.done(visits.store, visits.rules, 1, what, None).state


def end(visits: Visits, event: Any, reason: str = "because") -> str:
    return acts.end(visits.store, 1, event, "li", reason, None).state


def case_entries(visits: Visits) -> list[Any]:
    return visits.entries(visits.case)  # type: ignore[attr-defined]


def test_a_visit_is_done_with_the_answers_of_a_form(visits: Visits) -> None:
    assert done(visits, answers={"solved": "no", "why": "rude", "satisfied": "4"}, text="at home") == "done"
    ((kind, fields),) = case_entries(visits)
    assert kind == "followed_up"
    assert fields["answers"] == {"satisfied": "4", "solved": "no", "why": "rude"}
    assert (fields["channel"], fields["text"], fields["version"]) == ("visit", "at home", "v1")
    story = reading.story(visits.store, 1)
    assert (story["author"], [one["event"] for one in story["log"]]) == ("li", ["done_by_hand"])
    assert {(one["question"], one["word"]) for one in story["answers"]} == {
        ("solved", "no"), ("why", "rude"), ("satisfied", "4"),
    }  # fmt: skip
    visits.off(2 * DAY)
    assert visits.fetch() == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({}, "say what came of it"),
        ({"answers": {"solved": "no"}}, "an answer to why is missing"),
        ({"answers": {"solved": "perhaps"}}, "no answer perhaps"),
        ({"answers": {"satisfied": "4"}}, "satisfied is not asked"),
    ],
)
def test_half_a_form_is_no_result_and_changes_nothing(visits: Visits, words: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        done(visits, **words)
    assert visits.states() == ["planned"]
    assert case_entries(visits) == []


def test_what_is_over_stays_so(visits: Visits) -> None:
    assert end(visits, "cancelled") == "cancelled"
    for act in (lambda: done(visits, text="x"), lambda: end(visits, "refused"), lambda: end(visits, "released")):
        with pytest.raises(BadInput, match="is cancelled already"):
            act()
    with pytest.raises(BadInput, match="there is no follow-up 9"):
        acts.end(visits.store, 9, "refused", "li", "x", None)


def test_an_end_has_a_reason_that_the_case_keeps(visits: Visits) -> None:
    with pytest.raises(BadInput, match="a reason is needed"):
        end(visits, "refused", " ")
    assert end(visits, "refused", "said so") == "not_wanted"
    assert case_entries(visits) == [("noted", {"followup": 1, "text": "follow-up 1 is not wanted: said so"})]


def test_a_skipped_one_leaves_the_list_before_it_is_called(visits: Visits) -> None:
    visits.off(DAY)
    assert end(visits, "cancelled") == "cancelled"
    assert visits.fetch() == []


def test_who_may_be_on_the_telephone_is_left_alone_but_for_the_agents_own_result(visits: Visits) -> None:
    visits.off(DAY)
    (person,) = visits.fetch()
    with pytest.raises(BadInput, match="its campaign has it in hand"):
        end(visits, "cancelled")
    with pytest.raises(BadInput, match="its campaign has it in hand"):
        done(visits, text="x")
    assert done(visits, answers={"solved": "yes", "satisfied": "5"}, how="phone") == "done"
    visits.tried(person, "reached", result="talked")
    visits.off(60.0)
    assert visits.states() == ["done"]


def test_one_that_was_held_is_asked_for_again_and_only_then(visits: Visits) -> None:
    with pytest.raises(BadInput, match="only one that is held or given up"):
        end(visits, "released")
    visits.off(DAY)
    (person,) = visits.fetch()
    visits.tried(person, "denied", verdict="deny", rule="complained", placed_at=None, answered_at=None, ended_at=None)
    visits.off(60.0)
    assert end(visits, "released", "the hold was lifted") == "due"
    assert visits.off(60.0).asked == [1]
    (again,) = visits.fetch()
    visits.tried(again, "reached", "15")
    assert visits.off(60.0).done == [1]


def test_lists_have_what_is_open_overdue_and_of_a_case_with_numbers_masked(visits: Visits) -> None:
    (row,) = reading.listing(visits.store, is_open=True, case=visits.case)  # type: ignore[attr-defined]
    shown = reading.masked_head(row, "CN")
    assert "13800138000" not in str(shown)
    assert shown["name"] != "王小明"
    assert reading.listing(visits.store, overdue_at=visits.now) == []
    assert len(reading.listing(visits.store, overdue_at=visits.now + 5 * DAY)) == 1
    assert reading.listing(visits.store, state="done") == []
    assert rules().questionnaires["visit"].version == "v1"
