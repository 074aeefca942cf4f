"""The judge of a soak: a clean one passes every check, and each fault fails the check that is for it, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.soak.found import CallRow, Found, Held, Log, RecordingRow, Sample, TalkRow
from bench.soak.judge import judge, reference_at, shown
from bench.soak.script import KINDS, NEVER_SENT, Line, Talk

pytestmark = pytest.mark.unit

ROWS, OUTCOMES, LOST, RECORDINGS, TALKS, CASES, SCORES, QUIET, LEFT, MEMORY, JOURNAL, RULES, BUS = (
    "every call has one row, every row its call",
    "calls went as callers expected, and the log says so",
    "no call was lost",
    "every recording fits its talk",
    "every talk is in the log",
    "every case is open once",
    "every score is kept",
    "nobody waits",
    "nothing is left over",
    "memory is flat",
    "journal and snapshots agree",
    "no rule was broken",
    "every call was told on the bus",
)

TALKER = Line("+861", "complains", 100.0, 110.0, True, 200, "", (Talk("agent-1001", 104.0, 107.0),), "5")
WRITER = Line("+862", "leaves_message", 120.0, 125.0, True, 200)
GIVES_UP = Line("+863", "gives_up_waiting", 130.0, 136.0, True, 200)
TALK_FILE, MESSAGE_FILE = "/rec/a-1.wav", "/rec/b.wav"
LOG = Log(
    calls=[
        CallRow("a", "+861", "answered", "0001-x", "", 100.0, 110.0),
        CallRow("b", "+862", "message", "0001-x", "", 120.0, 125.0),
        CallRow("c", "+863", "abandoned", "0001-x", "", 130.0, 136.0),
    ],
    talks=[TalkRow("a", 1, "agent", "desk", 104.0, 107.0)],
    recordings=[
        RecordingRow(TALK_FILE, "a", 2.9, "talk", 1),
        RecordingRow(MESSAGE_FILE, "b", 3.0, "message", 0),
    ],
    callbacks={"d": "reached"},
    cases=[("a", "complaint"), ("b", "callback")],
    scores=[("a", 5)],
)
HELD = Held(
    {"controller descriptors": 26, "controller tasks": 21},
    {"channel": frozenset(), "file": frozenset({"etc"})},
)


def sample(at: float, controller_mb: float | None = 100.0, asterisk_mb: float = 80.0) -> Sample:
    return Sample(at, 1, 1, 0, 1, 0, 2, controller_mb, asterisk_mb)


CLEAN = Found(
    ledger=[TALKER, WRITER, GIVES_UP],
    log=LOG,
    files={TALK_FILE: 2.9, MESSAGE_FILE: 3.0},
    away=[],
    not_over=[],
    waiting=[],
    before=HELD,
    after=HELD,
    samples=[sample(at) for at in (10.0, 20.0, 30.0, 40.0, 50.0)],
    controller_mb=101.0,
    asterisk_mb=79.0,
    kill_every_s=None,
    journal=[],
    complaints=[],
    told=frozenset("abc"),
)


def failed(found: Found) -> list[str]:
    return [check.check for check in judge(found) if not check.passed]


def log(**changes: Any) -> Log:
    return replace(LOG, **changes)


def with_log(**changes: Any) -> Found:
    return replace(CLEAN, log=log(**changes))


def call(place: int, **changes: Any) -> Found:
    rows = list(LOG.calls)
    rows[place] = replace(rows[place], **changes)
    return with_log(calls=rows)


def line(place: int, **changes: Any) -> Found:
    """The clean soak, one caller of which says something else."""
    lines = list(CLEAN.ledger)
    fields = {name: getattr(lines[place], name) for name in lines[place].__struct_fields__}
    lines[place] = Line(**{**fields, **changes})
    return replace(CLEAN, ledger=lines)


def after(**counts: int) -> Found:
    named = {name.replace("_", " "): count for name, count in counts.items()}
    return replace(CLEAN, after=replace(HELD, counts={**HELD.counts, **named}))


def thing(kind: str, name: str) -> Found:
    return replace(CLEAN, after=replace(HELD, things={**HELD.things, kind: frozenset({name, "etc"})}))


def test_a_clean_soak_passes_everything() -> None:
    assert failed(CLEAN) == []
    assert all(not check.found for check in judge(CLEAN))


FAULTS: dict[str, tuple[Found, list[str]]] = {
    "a row that is missing": (with_log(calls=LOG.calls[:2]), [ROWS]),
    "a row that is there twice": (
        replace(with_log(calls=[*LOG.calls, replace(LOG.calls[2], call="c2")]), told=frozenset({"a", "b", "c", "c2"})),
        [ROWS],
    ),
    "a row of nobody": (
        replace(
            with_log(calls=[*LOG.calls, CallRow("x", "+869", "abandoned", "1", "", 1.0, 2.0)]),
            told=frozenset({"a", "b", "c", "x"}),
        ),
        [ROWS],
    ),
    "an outcome that nobody saw": (call(2, outcome="self_service"), [OUTCOMES]),
    "a caller who heard nothing": (line(2, wrong="did not hear the menu"), [OUTCOMES]),
    "a caller who was not handed on": (line(0, kind="is_handed_on"), [OUTCOMES]),
    "a lost call": (call(2, outcome="lost"), [OUTCOMES, LOST]),
    "a recording that was removed": (replace(CLEAN, files={MESSAGE_FILE: 3.0}), [RECORDINGS]),
    "a recording of half a talk": (
        replace(
            with_log(recordings=[replace(LOG.recordings[0], duration_s=1.5), LOG.recordings[1]]),
            files={TALK_FILE: 1.5, MESSAGE_FILE: 3.0},
        ),
        [RECORDINGS],
    ),
    "a length that the file has not": (replace(CLEAN, files={TALK_FILE: 2.9, MESSAGE_FILE: 30.0}), [RECORDINGS]),
    "a recording that cannot be read": (replace(CLEAN, files={TALK_FILE: None, MESSAGE_FILE: 3.0}), [RECORDINGS]),
    "a talk without a recording": (
        replace(with_log(recordings=LOG.recordings[1:]), files={MESSAGE_FILE: 3.0}),
        [RECORDINGS],
    ),
    "a recording that was declined": (call(0, consent="declined"), [RECORDINGS]),
    "a recording of no talk": (
        replace(
            with_log(recordings=[*LOG.recordings, RecordingRow("/rec/z.wav", "a", 1.0, "talk", 7)]),
            files={**CLEAN.files, "/rec/z.wav": 1.0},
        ),
        [RECORDINGS],
    ),
    "half a recording that nobody knows": (replace(CLEAN, files={**CLEAN.files, "/rec/side-a.wav": 1.0}), [RECORDINGS]),
    "a talk that is not in the log": (
        replace(with_log(talks=[], recordings=LOG.recordings[1:]), files={MESSAGE_FILE: 3.0}),
        [TALKS],
    ),
    "a talk that is longer in the log": (
        replace(
            with_log(
                talks=[replace(LOG.talks[0], ended_at=117.0)],
                recordings=[replace(LOG.recordings[0], duration_s=13.0), LOG.recordings[1]],
            ),
            files={TALK_FILE: 13.0, MESSAGE_FILE: 3.0},
        ),
        [TALKS],
    ),
    "a case that was not opened": (with_log(cases=LOG.cases[1:]), [CASES]),
    "a case that is open twice": (with_log(cases=[*LOG.cases, LOG.cases[0]]), [CASES]),
    "a score that is not kept": (with_log(scores=[]), [SCORES]),
    "another score": (with_log(scores=[("a", 1)]), [SCORES]),
    "somebody on the line": (replace(CLEAN, not_over=["3 people are still on the line"]), [QUIET]),
    "a call without a caller": (replace(CLEAN, waiting=["call a is waiting"]), [QUIET]),
    "a callback that nobody makes": (with_log(callbacks={"d": "booked"}), [QUIET]),
    "descriptors that stay open": (after(controller_descriptors=29), [LEFT]),
    "a task that goes on": (after(controller_tasks=22), [LEFT]),
    "a lock that is held": (after(controller_locks=1), [LEFT]),
    "a channel": (thing("channel", "PJSIP/trunk-0001"), [LEFT]),
    "a bridge": (thing("bridge", "talk-1"), [LEFT]),
    "a file": (thing("file", "sounds/half.wav"), [LEFT]),
    "Asterisk that grows": (replace(CLEAN, asterisk_mb=85.0), [MEMORY]),
    "a controller that grows": (
        replace(CLEAN, samples=[sample(at, 100.0 + at) for at in (10.0, 20.0, 30.0, 40.0, 50.0)]),
        [MEMORY],
    ),
    "a controller that is large when all is quiet": (replace(CLEAN, controller_mb=106.0), [MEMORY]),
    "nothing seen of memory": (replace(CLEAN, samples=[]), [MEMORY]),
    "a journal with a gap": (replace(CLEAN, journal=["2 are missing"]), [JOURNAL]),
    "a broken rule": (replace(CLEAN, complaints=["a rule is broken"]), [RULES]),
    "a call that the bus was not told of": (replace(CLEAN, told=frozenset("ab")), [BUS]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_check(fault: str) -> None:
    found, checks = FAULTS[fault]
    assert failed(found) == checks


def test_every_check_can_fail() -> None:
    assert {check for _, checks in FAULTS.values() for check in checks} == {check.check for check in judge(CLEAN)}


def test_a_call_that_a_kill_disturbed_may_go_otherwise_but_has_its_row() -> None:
    killed = replace(line(2, wrong="did not hear the menu"), away=[(133.0, 135.0)])
    assert failed(killed) == []
    assert failed(replace(killed, log=log(calls=LOG.calls[:2]))) == [ROWS]
    settled = replace(killed, away=[(100.0, 126.9)])  # three seconds after it is back all is as before
    assert failed(settled) == [OUTCOMES]


def test_who_hung_up_while_the_controller_was_away_may_be_owed_a_call() -> None:
    lost = call(2, outcome="lost")
    gone = replace(line(2, hung_up=True), log=lost.log, away=[(133.0, 137.0)])
    assert failed(gone) == []
    assert failed(replace(gone, away=[(100.0, 120.0)])) == [OUTCOMES, LOST]
    assert failed(replace(lost, away=[(133.0, 137.0)])) == [LOST], "we have hung up, and know of no loss"


def test_a_talk_of_milliseconds_has_no_recording() -> None:
    without = with_log(recordings=[LOG.recordings[1]], talks=[replace(LOG.talks[0], ended_at=104.05)])
    assert RECORDINGS not in failed(replace(without, files={MESSAGE_FILE: 3.0}))
    longer = with_log(recordings=[LOG.recordings[1]], talks=[replace(LOG.talks[0], ended_at=104.3)])
    assert RECORDINGS in failed(replace(longer, files={MESSAGE_FILE: 3.0}))


def test_a_talk_that_began_just_before_a_kill_and_ended_before_the_heir_came_is_recorded_by_nobody() -> None:
    without = with_log(recordings=[LOG.recordings[1]])
    unheard = replace(without, files={MESSAGE_FILE: 3.0}, away=[(104.4, 107.0)])
    assert failed(unheard) == []
    assert failed(replace(unheard, away=[])) == [RECORDINGS]
    assert failed(replace(unheard, away=[(105.1, 107.0)])) == [RECORDINGS], "a second is long enough to ask"
    assert failed(replace(unheard, away=[(103.0, 103.9)])) == [RECORDINGS], "the heir bridged it"
    lasted = replace(LOG.talks[0], ended_at=111.0)
    standing = replace(unheard, log=replace(unheard.log, talks=[lasted]))
    assert RECORDINGS in failed(standing), "the heir found it standing"


def test_a_talk_that_ended_while_the_controller_was_away_may_be_longer_than_its_recording() -> None:
    """The next controller takes the moment at which it hears of the end."""
    longer = replace(with_log(talks=[replace(LOG.talks[0], ended_at=110.0)]), away=[(106.0, 110.0)])
    assert failed(longer) == []
    assert failed(replace(longer, away=[(109.9, 110.0)])) == [RECORDINGS]


def test_a_call_that_our_phone_could_not_place_needs_no_row() -> None:
    ghost = Line("+869", "talks", 140.0, 140.1, False, NEVER_SENT, "no RTP port free")
    assert failed(replace(CLEAN, ledger=[*CLEAN.ledger, ghost])) == []


def test_memory_is_compared_with_that_after_ten_minutes_or_a_fifth_of_less() -> None:
    assert reference_at(3_600.0) == 600.0
    assert reference_at(180.0) == 36.0


def test_a_controller_that_was_just_started_is_not_compared_with_one_that_has_lived() -> None:
    """A whole life between two kills is looked at: the one that ran at the end may have as much as the one then."""
    lives = [sample(at, mb) for at, mb in ((10.0, 100.0), (20.0, 110.0), (30.0, 100.0), (40.0, 110.0), (100.0, 112.0))]
    assert failed(replace(CLEAN, samples=lives, kill_every_s=20.0, controller_mb=110.0)) == []


def test_without_a_broker_nothing_is_owed_to_the_bus() -> None:
    assert failed(replace(CLEAN, told=None)) == []


def test_long_lists_are_shown_in_part() -> None:
    many = next(check for check in judge(replace(CLEAN, journal=list("abcdefgh"))) if not check.passed)
    assert shown(many) == ["a", "b", "c", "d", "e", "and 3 more"]


def test_shares_of_the_kinds_are_a_hundred() -> None:
    assert sum(kind.weight for kind in KINDS.values()) == 100
