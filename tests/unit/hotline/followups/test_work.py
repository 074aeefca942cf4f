"""Follow-ups from the closing of a case to the results in its log; nobody is put on a list twice, whatever dies."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from hotline.contacts.importing import Wanted, import_list
from hotline.followups import acts, work
from hotline.followups.work import Worked
from hotline.versions.follow_up_rules import FollowUpRules
from tests.unit.hotline.followups.visits import DAY, LIST, Visits, rules

pytestmark = pytest.mark.unit


@pytest.fixture
def visits(store: Path) -> Visits:
    return Visits(store)


def test_a_closed_case_is_followed_up_by_a_call_and_the_answers_stand_in_it(visits: Visits) -> None:
    case = visits.close_case()
    assert visits.off().planned == 1
    assert visits.states() == ["planned"]
    assert visits.fetch() == []
    assert visits.off(DAY).asked == [1]
    (person,) = visits.fetch()
    assert [one.number for one in person.numbers] == ["+8613800138000"]
    assert (person.name, person.attributes) == ("王小明", {"followup": "1", "case": case})
    assert visits.off() == Worked()
    visits.tried(person, "reached", "214")
    assert visits.off(60.0).done == [1]
    assert visits.events() == ["came_due", "asked", "placed", "answered", "results"]
    (entry,) = visits.entries(case)
    assert entry == (
        "followed_up",
        {
            "followup": 1, "channel": "phone", "questionnaire": "visit", "version": "v1",
            "answers": {"solved": "no", "why": "slow", "satisfied": "4"},
        },
    )  # fmt: skip
    assert visits.query("SELECT DISTINCT followup, person FROM answers") == [(1, "+8613800138000")]
    assert visits.off(10 * DAY) == Worked()


def test_who_does_not_answer_is_tried_within_the_budget_and_then_a_task(visits: Visits) -> None:
    case = visits.close_case()
    visits.off()
    visits.off(DAY)
    (person,) = visits.fetch()
    visits.tried(person, "due", due_in_s=3600.0, answered_at=None, result="no_answer")
    visits.off(60.0)
    assert visits.states() == ["unanswered"]
    visits.now += 3600.0
    (person,) = visits.fetch()
    visits.tried(person, "spent", answered_at=None, result="busy")
    assert visits.off(60.0).given_up == [1]
    assert visits.events()[2:] == ["placed", "not_answered", "placed", "not_answered", "spent"]
    assert visits.entries(case) == [("noted", {"followup": 1, "text": "follow-up 1 was not reached: busy"})]


def test_whom_the_governor_denies_is_held_and_told(visits: Visits) -> None:
    case = visits.close_case()
    visits.off()
    visits.off(DAY)
    (person,) = visits.fetch()
    visits.tried(person, "denied", verdict="deny", rule="complained", placed_at=None, answered_at=None, ended_at=None)
    assert visits.off(60.0).held == [1]
    assert visits.row()["detail"] == "complained"
    assert [kind for kind, _ in visits.entries(case)] == ["noted"]


@pytest.mark.parametrize(("keys", "state"), [("", "given_up"), ("9", "not_wanted"), ("1", "done"), ("15", "done")])
def test_an_answered_call_ends_by_what_was_keyed(visits: Visits, keys: str, state: str) -> None:
    visits.close_case()
    visits.off()
    visits.off(DAY)
    (person,) = visits.fetch()
    visits.tried(person, "reached", keys)
    visits.off(60.0)
    assert visits.states() == [state]


def test_nobody_is_put_on_the_list_twice_when_the_controller_dies_between(visits: Visits) -> None:
    visits.close_case()
    visits.off()
    visits.kill()
    assert visits.off().planned == 0
    visits.off(DAY)
    visits.kill()
    assert visits.off() == Worked()
    (person,) = visits.fetch()
    visits.kill()
    visits.off(60.0)
    assert visits.fetch() == []
    visits.tried(person, "reached", "15")
    visits.kill()
    assert visits.off(60.0).done == [1]
    visits.kill()
    assert visits.off(60.0) == Worked()
    assert visits.fetch() == []


def test_a_case_that_is_reopened_is_followed_up_when_it_is_closed_again(visits: Visits) -> None:
    case = visits.close_case()
    visits.off()
    visits.off(DAY)
    visits.reopen(case)
    assert visits.off(60.0).cancelled == [1]
    assert visits.fetch() == []


def test_a_person_in_hand_is_not_cancelled_away_from_the_telephone(visits: Visits) -> None:
    case = visits.close_case()
    visits.off()
    visits.off(DAY)
    (person,) = visits.fetch()
    visits.reopen(case)
    assert visits.off(60.0).cancelled == []
    visits.tried(person, "due", due_in_s=3600.0, answered_at=None, result="busy")
    assert visits.off(60.0).cancelled == [1]
    visits.now += 2 * 3600.0
    assert visits.fetch() == []


def test_who_was_followed_up_lately_is_spared_and_called_again_later(visits: Visits) -> None:
    visits.close_case()
    visits.off()
    visits.off(DAY)
    (person,) = visits.fetch()
    visits.tried(person, "reached", "15")
    visits.off(60.0)
    visits.close_case()
    visits.off(60.0)
    assert visits.off(2 * DAY).cancelled == [2]
    assert visits.row(2)["detail"] == "asked lately: follow-up 1"
    visits.now += 40 * DAY
    visits.close_case()
    visits.off(60.0)
    assert visits.off(2 * DAY).asked == [3]
    (again,) = visits.fetch()
    assert again.attributes["followup"] == "3"
    assert again.tries == 0
    visits.tried(again, "reached", "15")
    assert visits.off(60.0).done == [3]


def test_two_cases_of_one_person_are_no_two_calls_at_once(visits: Visits) -> None:
    visits.rules = rules(once_in_days=0)
    visits.close_case()
    visits.off(1.0)
    visits.close_case()
    visits.off(1.0)
    assert visits.off(2 * DAY).asked == [1]
    assert visits.states() == ["asked", "due"]
    (person,) = visits.fetch()
    visits.tried(person, "reached", "15")
    done = visits.off(60.0)
    assert (done.done, done.asked) == ([1], [2])
    (person,) = visits.fetch()
    assert person.attributes["followup"] == "2"


def test_grades_that_do_not_fit_and_what_was_closed_long_ago_are_left_out(visits: Visits) -> None:
    visits.close_case(grade="level_3")
    assert visits.off().planned == 0
    visits.close_case("+8613800138001")
    assert visits.off(20 * DAY).planned == 0


def test_who_has_no_number_is_a_visit(visits: Visits) -> None:
    visits.close_case("anonymous")
    visits.off()
    assert (visits.row()["by"], visits.row()["campaign"]) == ("visit", "")
    assert visits.off(DAY).asked == []
    assert visits.states() == ["due"]


def test_an_overdue_one_is_told_once_to_webhooks_and_in_the_notices(visits: Visits) -> None:
    visits.rules = rules(by="visit", campaign="", campaign_list="")
    case = visits.close_case()
    visits.off()
    assert visits.off(2 * DAY).overdue == []
    assert [one.number for one in visits.off(2 * DAY).overdue] == [1]
    visits.kill()
    assert visits.off(DAY).overdue == []
    ((webhook, kind, body),) = visits.query("SELECT webhook, kind, body FROM webhook_outbox")
    told = msgspec.json.decode(body)
    assert (webhook, kind, told["clock"], told["case"], told["kind"]) == ("crm", "clock", "followup r", case, "breach")
    assert visits.query("SELECT count(*) FROM case_notices") == [(1,)]


def test_people_of_a_list_are_due_once_each(visits: Visits, tmp_path: Path) -> None:
    visits.rules = rules(on="list", list="new_business", grades=())
    file = tmp_path / "new.csv"
    file.write_text("客户号,手机\na,13800138001\nb,13800138002\n", encoding="utf-8")
    import_list(visits.store, file, Wanted("new_business", "CN", "test"))
    visits.now = visits.query("SELECT at FROM contact_lists WHERE name = 'new_business'")[0][0] + 1.0
    assert visits.off().planned == 2
    visits.kill()
    assert visits.off().planned == 0
    assert visits.off(2 * DAY).asked == [1, 2]
    assert {one.numbers[0].number for one in visits.fetch()} == {"+8613800138001", "+8613800138002"}


def test_a_rule_that_is_gone_leaves_a_task(visits: Visits) -> None:
    visits.close_case()
    visits.off()
    visits.rules = FollowUpRules()
    assert visits.off(2 * DAY).asked == []
    assert (visits.row()["state"], visits.row()["by"]) == ("due", "visit")


def test_a_list_that_is_taken_away_puts_them_back_and_they_are_put_on_the_next(visits: Visits) -> None:
    visits.close_case()
    visits.off()
    visits.off(DAY)
    with closing(sqlite3.connect(visits.store)) as connection, connection:
        connection.execute("UPDATE contact_lists SET state = 'removed' WHERE name = ?", (LIST,))
    assert visits.off(60.0).asked == []
    assert visits.off(60.0).asked == [1]
    assert len(visits.fetch()) == 1


def test_each_look_is_by_an_index(visits: Visits) -> None:
    queries = {
        name: value
        for name, value in vars(work).items()
        if isinstance(value, str) and value.startswith("SELECT") and name not in ("_LAST_TRY", "SELECT")
    }
    assert len(queries) >= 12
    for name, query in queries.items():
        plan = visits.query(f"EXPLAIN QUERY PLAN {query}", *[0] * query.count("?"))
        scans = [step for *_, step in plan if step.startswith("SCAN") and "contact_lists" not in step]
        assert scans == [], name


def test_a_merged_case_has_its_results_where_the_matter_goes_on(visits: Visits) -> None:
    case = visits.close_case()
    visits.off()
    other = visits.close_case("+8613900139000")
    visits.merge(case, other)
    what = acts.Done("li", "they are content")
    assert acts.done(visits.store, visits.rules, 1, what, None).state == "done"
    assert [kind for kind, _ in visits.entries(other)] == ["followed_up"]
