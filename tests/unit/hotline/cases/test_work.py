"""Cases at work in a real store: taken in once, graded, dispatched, merged, climbing; and killed in between."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from calls.errors import BadInput
from calls.luhn import is_valid
from complaints.cases import Case
from complaints.intake.contact import Contact
from complaints.stages.rules import Act, Refused
from dsl.tree import parse
from hotline.cases import acts, candidates, intake, turns, work
from hotline.cases.keeping import act, kept
from hotline.cases.work import Work, take_in_abandoned
from hotline.store import case_log, statements
from hotline.store.transactions import writing
from hotline.versions.case_rules import CaseRules, read_case_rules

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
ZONE = ZoneInfo("Asia/Shanghai")
GRADES = """
abandoned_after_s: 600
kinds:
  complaint: {grades: [level_1, level_2, level_3], categories: [complaint], unsure: level_2, silent: level_3}
  problem: {grades: [important, general], categories: [abandoned, agent]}
grades:
  level_1: {title: one, department: office, clocks: [], flow: {four_eyes: true}}
  level_2: {title: two, department: care}
  level_3: {title: three, department: care}
  important: {title: soon, department: care}
  general: {title: some day, department: care}
signals: {regulator: [银保监]}
rules:
  - {grade: level_1, when: regulator, because: regulator}
  - {grade: level_1, when: earlier_cases >= 2, because: the third time}
  - {grade: important, when: waited_s >= 600.0, because: waited}
"""
DISPATCH = """
departments:
  office: {title: one, people: [li, wang], lead: zhou, assign: true, most: 1}
  care: {title: two}
table: [{level: [level_1], department: office, otherwise: [care]}]
ladders:
  level_2: [{after_min: 10, tell: [boss]}, {after_min: 20, to: office, tell: [lead]}]
"""


def read() -> CaseRules:
    texts = {"dialplans/grades.yaml": GRADES, "dialplans/dispatch.yaml": DISPATCH}
    rules, problems = read_case_rules({path: parse(text, path) for path, text in texts.items()}, {})
    assert not problems
    return rules


def contact(source: str, text: str = "收费不对", **changes: object) -> Contact:
    return msgspec.structs.replace(Contact("http", source, NOW, text), **changes)


def taken(database: Path, *contacts: Contact) -> list[str]:
    return [one.case for one in intake.take_in(database, contacts, ZONE)]


def head(database: Path, case: str) -> dict[str, object]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return dict(connection.execute('SELECT * FROM case_heads WHERE "case" = ?', (case,)).fetchone())


def log(database: Path, case: str) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        assert case_log.verify(connection).fault == ""
        return [entry.kind for entry in case_log.entries(connection, case)]


def test_a_message_is_taken_in_once_and_its_number_is_right(database: Path) -> None:
    first, again = taken(database, contact("m1"), contact("m1", "once more"))
    assert first == again
    assert len(first) == 13
    assert first.startswith("2611309") or first[6] == "9"
    assert is_valid(first)
    assert taken(database, contact("m2"), msgspec.structs.replace(contact("m1"), channel="email")) != [first, first]
    assert taken(database, contact("m1")) == [first]


def test_all_or_none_are_taken_in(database: Path) -> None:
    broken = msgspec.structs.replace(contact("m2"), at=float("nan"))
    with pytest.raises(ValueError, match="NaN"):
        intake.take_in(database, [contact("m1"), broken], ZONE)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchone() == (0,)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"channel": "fax"}, "channel: 'fax' is none of"),
        ({"source": " "}, "source: a name of the message"),
        ({"text": " "}, "text: a subject or a text is needed"),
        ({"account": "x" * 65}, "account: at most 64 characters"),
    ],
)
def test_what_cannot_be_taken_in(changes: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput) as error:
        intake.checked(msgspec.structs.replace(contact("m"), **changes), "CN")
    assert told in str(error.value)
    assert intake.checked(contact("m", caller="138 0013 8000"), "CN").caller == "+8613800138000"


def test_a_case_is_accepted_graded_and_dispatched_with_its_reasons(database: Path) -> None:
    (case,) = taken(database, contact("m1", "我去银保监", product="loans"))
    done = Work(database).off(read(), NOW)
    assert done.begun == [case]
    assert log(database, case) == ["opened", "accepted", "graded", "dispatched"]
    found = head(database, case)
    assert (found["stage"], found["grade"], found["kind"], found["department"], found["handler"]) == (
        *("dispatched", "level_1", "complaint", "office"),
        "li",
    )
    with closing(sqlite3.connect(database)) as connection:
        graded, sent = case_log.entries(connection, case)[2:]
    assert graded.fields["reasons"] == ["regulator (regulator: 银保监)"]
    assert graded.fields["four_eyes"] is True
    assert sent.fields["reasons"] == ["row 1: level level_1 to office"]


def test_load_goes_to_the_next_one_and_then_to_another_department(database: Path) -> None:
    cases = taken(database, *(contact(f"m{place}", "我去银保监", account=f"A{place}") for place in range(3)))
    Work(database).off(read(), NOW)
    assert [(head(database, case)["department"], head(database, case)["handler"]) for case in cases] == [
        ("office", "li"),
        ("office", "wang"),
        ("care", ""),
    ]


def test_a_second_look_does_nothing(database: Path) -> None:
    (case,) = taken(database, contact("m1"))
    working = Work(database)
    working.off(read(), NOW)
    before = log(database, case)
    assert not working.off(read(), NOW).begun
    assert not Work(database).off(read(), NOW).begun
    assert log(database, case) == before


def test_the_same_matter_by_three_channels_is_one_case_with_three_contacts(database: Path) -> None:
    text, number = "提前还款被收取违约金三千元，要求退还", "+8613800138000"
    first, second, third = taken(
        database,
        contact("m1", text, caller=number),
        contact("m2", "要求退还提前还款违约金三千元", caller=number, channel="email"),
        contact("m3", text, caller=number, at=NOW + 60, channel="csv"),
    )
    Work(database).off(read(), NOW + 100)
    assert [head(database, case)["is_open"] for case in (first, second, third)] == [1, 0, 0]
    assert head(database, second)["into"] == first
    assert log(database, first).count("contact") == 2
    assert log(database, second) == ["opened", "accepted", "merged"]


def test_a_case_whose_merging_is_undone_is_owed_like_any_other(database: Path) -> None:
    text, number = "我要去银保监投诉，扣了我三千块钱", "+8613800138000"
    first, second = taken(database, contact("m1", text, caller=number), contact("m2", text, caller=number))
    rules, work_ = read(), Work(database)
    work_.off(rules, NOW)
    assert (head(database, second)["link"], head(database, second)["grade"]) == ("merged", "")
    acts.do(database, rules, acts.Wanted(second, "unmerged", "zhou", NOW + 5, {"reason": "another card"}), NOW + 5)
    for _ in range(2):
        work_.off(rules, NOW + 6)
    assert log(database, second) == ["opened", "accepted", "merged", "unmerged", "graded", "dispatched"]
    assert (head(database, second)["grade"], head(database, second)["department"]) == ("level_1", "office")
    assert head(database, first)["is_open"], "the other one goes on as it did"


def test_what_may_be_the_same_is_asked(database: Path) -> None:
    taken(database, contact("m1", "提前还款被收取违约金三千元，要求退还", caller="+8613800138000"))
    (second,) = taken(database, contact("m2", "违约金三千元是怎么算的，请发合同给我看", caller="+8613800138000"))
    done = Work(database).off(read(), NOW + 100)
    assert done.asked == [second]
    assert head(database, second)["stage"] == "dispatched"


def test_strangers_without_a_number_stay_strangers(database: Path) -> None:
    cases = taken(database, *(contact(f"m{place}", f"收费不对{place}", caller="anonymous") for place in range(4)))
    Work(database).off(read(), NOW)
    assert [head(database, case)["grade"] for case in cases] == ["level_2"] * 4
    assert all(head(database, case)["is_open"] for case in cases)


def test_the_third_case_of_a_person_is_seen(database: Path) -> None:
    texts = ("停车不便", "发票抬头错误", "柜员不在")
    cases = taken(
        database,
        *(contact(text, text, caller="+8613800138000", at=NOW + place) for place, text in enumerate(texts)),
    )
    Work(database).off(read(), NOW + 100)
    assert [head(database, case)["grade"] for case in cases] == ["level_2", "level_2", "level_1"]


def test_a_case_of_a_call_begins_its_log(database: Path) -> None:
    case = Case("26113000014", "c1", "+8613800138000", "complaint", "caller", NOW, {"from": "menu"})  # type: ignore[arg-type]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statements.CASE, statements.case_row(case))
        connection.execute(statements.CASE, statements.case_row(case))  # a replay
    Work(database).off(read(), NOW + 1)
    assert log(database, "26113000014") == ["opened", "accepted", "graded", "dispatched"]
    found = head(database, "26113000014")
    assert (found["grade"], found["is_unsure"], found["channel"]) == ("level_3", 1, "call")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statements.CASE, statements.case_row(case))
    Work(database).off(read(), NOW + 2)
    assert len(log(database, "26113000014")) == 4


def test_the_ladder_climbs_until_somebody_takes_it(database: Path) -> None:
    (case,) = taken(database, contact("m1"))
    working = Work(database)
    working.off(read(), NOW)
    assert head(database, case)["climbs_at"] == NOW + 600
    assert not working.off(read(), NOW + 599).climbed
    assert working.off(read(), NOW + 601).climbed == [case]
    assert working.off(read(), NOW + 602).climbed == []
    assert working.off(read(), NOW + 1_300).climbed == [case]
    assert log(database, case)[4:] == ["noted", "handed_over"]
    assert (head(database, case)["department"], head(database, case)["climbs_at"]) == ("office", None)
    (other,) = taken(database, contact("m2", "打不通", at=NOW + 2_000))
    working.off(read(), NOW + 2_000)
    with writing(database) as connection:
        act(connection, kept(connection, other), Act("taken", "chen", NOW + 2_001), NOW + 2_001, read().dispatch)
    assert head(database, other)["climbs_at"] is None
    assert not working.off(read(), NOW + 9_000).climbed


def test_who_gave_up_after_a_long_wait_is_owed_a_case_once(database: Path) -> None:
    row = ("+8613800138000", "95183", "v", "zh-CN", NOW - 900, NOW - 890, None, NOW - 200, "care", None)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statements.CALL, ("c1", *row, "abandoned", "normal", "", "in"))
        short = (*row[:5], NOW - 700, *row[6:])
        connection.execute(statements.CALL, ("c2", *short, "abandoned", "normal", "", "in"))
    assert take_in_abandoned(database, read(), ZONE, NOW) == 1
    assert take_in_abandoned(database, read(), ZONE, NOW + 60) == 0
    (case,) = Work(database).off(read(), NOW).begun
    assert (head(database, case)["grade"], head(database, case)["channel"]) == ("important", "abandoned")


def test_a_refused_act_leaves_nothing(database: Path) -> None:
    (case,) = taken(database, contact("m1"))
    Work(database).off(read(), NOW)
    before = log(database, case)
    with pytest.raises(Refused), writing(database) as connection:
        act(connection, kept(connection, case), Act("closed", "li", NOW), NOW, None)
    assert log(database, case) == before


def test_without_rules_a_case_waits_for_people(database: Path) -> None:
    (case,) = taken(database, contact("m1"))
    Work(database).off(CaseRules(), NOW)
    assert head(database, case)["stage"] == "accepted"


def test_a_store_of_another_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no store of this release"):
        intake.take_in(tmp_path / "none.db", [contact("m1")], ZONE)


def test_two_hundred_are_begun_in_a_look_and_the_next_ones_in_the_next(database: Path) -> None:
    taken(database, *(contact(f"m{place}", f"{place}") for place in range(230)))
    working = Work(database)
    assert [len(working.off(read(), NOW).begun) for _ in range(3)] == [200, 30, 0]


def test_whom_a_step_of_the_ladder_names_is_told_once(database: Path) -> None:
    (case,) = taken(database, contact("m1"))
    working = Work(database, ("crm",))
    assert working.off(read(), NOW).told == 0
    assert working.off(read(), NOW + 601).told == 1
    assert working.off(read(), NOW + 660).told == 0
    assert working.off(read(), NOW + 1201).told == 1
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute('SELECT "case", kind, body FROM case_notices ORDER BY row').fetchall()
        sent = connection.execute("SELECT webhook, kind FROM webhook_outbox").fetchall()
    told = [msgspec.json.decode(body) for _, _, body in rows]
    assert [(number, kind) for number, kind, _ in rows] == [(case, "ladder"), (case, "ladder")]
    assert [one["tell"] for one in told] == [["boss"], ["zhou"]], "the lead of the department that it goes to"
    assert sent == [("crm", "notice"), ("crm", "notice")]


def test_what_errs_is_undone_alone_and_those_before_it_are_kept(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = taken(database, *(contact(f"m{place}", f"{place}" * 20) for place in range(3)))
    whole = work.grade

    def broken(text: str, *rest: Any) -> Any:
        if text.startswith("1"):
            raise ValueError("no grade")
        return whole(text, *rest)

    monkeypatch.setattr(work, "grade", broken)
    begun = Work(database)
    for _ in range(2):
        with pytest.raises(ValueError, match="no grade"):
            begun.off(read(), NOW)
        assert [len(log(database, case)) for case in cases] == [4, 0, 0]
    monkeypatch.undo()
    assert begun.off(read(), NOW).begun == cases[1:]


def test_of_many_that_read_alike_people_are_asked_about_five(database: Path) -> None:
    text = "尊敬的客服，贵行多收了我的年费，请按合同退还，谢谢"
    *_, last = taken(database, *(contact(f"m{place}", text, account=f"A{place}") for place in range(9)))
    assert Work(database).off(read(), NOW).asked.count(last) == 5


def test_cases_near_a_new_one_are_found_by_indexes(database: Path) -> None:
    """Two hundred thousand open cases cost no more than a hundred."""
    with closing(sqlite3.connect(database)) as connection:
        for statement in (
            candidates._NEAR,
            candidates._ALIKE,
            candidates._BY_REFERENCE,
            turns._LOADS,
            work._EARLIER,
            work._UNDONE,
        ):
            bound: Any = dict.fromkeys(re.findall(r":(\w+)", statement), "1") or ("1",) * statement.count("?")
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", bound)]
            assert not [step for step in plan if step.startswith("SCAN") and "COVERING INDEX" not in step], statement
