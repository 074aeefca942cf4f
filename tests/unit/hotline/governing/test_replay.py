"""Replays: what a policy would have done to past calls, scene by scene and rule by rule."""

import json
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from dialer.governor.compiling import compile_policy
from dialer.governor.policy import Policy
from dialer.governor.scene import Scene
from dsl.tree import parse
from hotline.governing.past_calls import CallFile, CallLog, PastAttempt
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.replay import Report, replay
from hotline.governing.subjects import Subjects
from hotline.store import opening
from tests.unit.hotline.governing.asking import MONDAY, NUMBER, ZONE

pytestmark = pytest.mark.unit

SCENES = (
    Scene(name="offer", category="marketing", channel="human"),
    Scene(name="remind", category="collection", channel="ai"),
)
HOUR, DAY = 3600.0, 86400.0


def policy(rules: str = "") -> Policy:
    text = f"policy: house\nlayer: group\nrules:{rules or ' {}'}\n"
    compiled = compile_policy({"p": parse(text, "p")}, {}, SCENES)
    assert compiled.policy is not None, compiled.problems
    return compiled.policy


TWO_A_DAY = policy("\n  often: {frequency: {at_most: 2, in: 24 h}, cite: article 12}")
MARKETING_BY_DAY = policy(
    "\n  often: {frequency: {at_most: 2, in: 24 h}, cite: article 12}"
    "\n  day: {for: {category: marketing}, hours: {week: {mon-sun: 09:00-12:00}}}"
)


def attempt(hours: float, scene: str = "offer", number: str = NUMBER, **more: str) -> PastAttempt:
    return PastAttempt(at=MONDAY + hours * HOUR, number=number, scene=scene, **more)  # type: ignore[arg-type]  # texts


def run(
    after: Policy,
    *attempts: PastAttempt,
    before: Policy | None = None,
    earlier: tuple[PastAttempt, ...] = (),
    **more: object,
) -> Report:
    subjects = Subjects("CN", MemoryLists(), MemoryPersons())
    return replay(before or policy(), after, earlier, attempts, subjects, **more)  # type: ignore[arg-type]  # of a test


def test_a_call_that_would_have_been_blocked_counts_for_none_after_it() -> None:
    calls = [attempt(hours) for hours in (0, 1, 2, 3, 24.5)]
    report = run(TWO_A_DAY, *calls)
    assert (report.scenes["offer"].calls, report.scenes["offer"].blocked_after) == (5, 2)
    as_made = run(TWO_A_DAY, *calls, as_made=True)
    assert as_made.scenes["offer"].blocked_after == 3


def test_calls_of_before_count_and_are_not_told() -> None:
    report = run(TWO_A_DAY, attempt(1), earlier=(attempt(-3), attempt(-2), attempt(-30)))
    assert (report.calls, report.scenes["offer"].blocked_after) == (1, 1)


def test_both_policies_are_compared_for_each_scene_and_each_rule() -> None:
    calls = [attempt(0), attempt(1), attempt(3), attempt(0, "remind", "+8613900139000"), attempt(4, "remind")]
    report = run(MARKETING_BY_DAY, *calls, before=TWO_A_DAY, most=10)
    offer, remind = report.scenes["offer"], report.scenes["remind"]
    assert (offer.calls, offer.blocked_before, offer.blocked_after, offer.newly_blocked) == (3, 1, 1, 0)
    assert offer.rules == {"house.day": 1, "house.often": 1}
    assert (remind.blocked_before, remind.blocked_after) == (1, 1)
    assert (report.rules["house.often"].calls, report.rules["house.often"].alone) == (2, 1)
    assert report.rules["house.day"].scenes == {"offer"}
    assert report.rules["house.often"].reason.clause == "article 12"
    assert [(one.scene, one.number) for one in report.blocked] == [
        ("offer", "+86*******8000"),
        ("remind", "+86*******8000"),
    ]


def test_the_same_person_by_two_numbers_is_one_person() -> None:
    calls = [attempt(hours, number=f"+861380013800{hours}", person="p1") for hours in range(3)]
    assert run(TWO_A_DAY, *calls).scenes["offer"].blocked_after == 1
    assert run(TWO_A_DAY, *calls).scenes["offer"].callees_blocked == {"p1"}
    strangers = [attempt(hours, number=f"+861380013800{hours}") for hours in range(3)]
    assert run(TWO_A_DAY, *strangers).scenes["offer"].blocked_after == 0


def test_a_call_without_a_scene_would_have_been_denied() -> None:
    report = run(policy(), attempt(0, scene=""), before=policy())
    assert (report.scenes[""].blocked_before, report.scenes[""].blocked_after) == (1, 1)
    assert list(report.rules) == ["governor.scene"]


def test_a_file_of_calls_is_read_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    rows = [
        {"at": "2026-11-23 11:00", "number": "13800138000", "scene": "offer", "state": "effective"},
        {"at": MONDAY, "number": 13900139000},
        {"at": "2026-11-22 11:00", "number": "13800138000"},
    ]
    file.write_text("\n\n".join(json.dumps(row) for row in rows))
    found = list(CallFile(file, "CN", ZONE).between(MONDAY, MONDAY + DAY))
    assert [(one.at, one.number, one.state) for one in found] == [
        (MONDAY, "+8613900139000", "attempted"),
        (MONDAY + HOUR, NUMBER, "effective"),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "calls.jsonl:2: "),
        ('{"at": 1, "number": "nobody"}', "calls.jsonl:2: nobody: no telephone number"),
        ('{"at": "soon", "number": "13800138000"}', "calls.jsonl:2: Invalid isoformat"),
        ('{"at": 1, "number": "13800138000", "scen": "x"}', "unknown field `scen`"),
        ('{"at": 1, "number": "13800138000", "state": "lost"}', "Invalid enum value 'lost'"),
    ],
)
def test_a_line_that_is_no_call_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text(f'{{"at": 1, "number": "13800138000"}}\n{line}\n')
    with pytest.raises(BadInput, match=said):
        list(CallFile(file, "CN", ZoneInfo("UTC")).between(0.0, 10.0))


def test_the_call_log_has_agents_calls_and_callbacks(tmp_path: Path) -> None:
    database = tmp_path / "hotline.db"
    opening.migrate(database)
    with sqlite3.connect(database) as store:
        call = "INSERT INTO calls VALUES (?, ?, ?, 'v', 'en', ?, NULL, ?, ?, '', ?, 'answered', ?, '', ?)"
        store.execute(call, ("out", "8001", NUMBER, 100.0, 105.0, 150.0, "8001", "normal", "out"))
        store.execute(call, ("busy", "8001", "+8613900139000", 200.0, None, 210.0, "8001", "busy", "out"))
        store.execute(call, ("in", "+8613700137000", "95183", 300.0, None, 310.0, None, "normal", "in"))
        store.execute(
            "INSERT INTO talks VALUES ('out', 1, 'dialled', '8001', 'x', '', 'l', 105, 150, 'normal', 0, 0, 0, 0)"
        )
        store.execute(
            "INSERT INTO callbacks VALUES ('in', '+8613700137000', 'care', 310, 500, 900, 1, 'reached', '8002', '')"
        )
        leg = "INSERT INTO legs VALUES (?, 'in', 'caller', '+8613700137000', ?, ?, ?, 'normal')"
        store.execute(leg, ("first", 300.0, 301.0, 310.0))
        store.execute(leg, ("back", 400.0, None, 420.0))
    store.close()
    found = list(CallLog(database, "CN", "by_hand", "call_back").between(0.0, 1000.0))
    assert [(one.at, one.number, one.state, one.scene, one.origin) for one in found] == [
        (100.0, NUMBER, "effective", "by_hand", "agent"),
        (200.0, "+8613900139000", "attempted", "by_hand", "agent"),
        (400.0, "+8613700137000", "attempted", "call_back", "callback"),
    ]
    assert (found[0].talked_until, found[1].result, found[2].agent) == (150.0, "busy", "8002")
    assert list(CallLog(database, "CN").between(150.0, 200.0)) == []
