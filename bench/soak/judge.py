"""The judge of a soak: each check takes what was found and says what is wrong with it. Pure: no switch, no clock.

A call is *disturbed* when the controller was away while it went on: it may then go another way than its kind says, but
it still has one row, and nothing of it is left over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.soak.found import CallRow, Found, Sample, TalkRow
from bench.soak.script import KINDS, NEVER_SENT, Line
from calls.ids import Seconds

MEMORY_MAY_GROW = 1.05
REFERENCE_AT_S: Seconds = 600.0
REFERENCE_SHARE = 0.2
"""Memory is compared with its value after ten minutes, or after a fifth of a shorter soak."""
_FITS_S: Seconds = 1.0  # a recording begins once the snoop channels of its talk are there
_SAME_S: Seconds = 0.1
_ASKED_WITHIN_S: Seconds = 1.0
"""A recording is asked for once both are seen in their talk: a controller that is killed so soon after has not."""
_TOO_SHORT_S: Seconds = 0.2
"""A caller who hangs up as the agent answers has had a talk, and no file of it: recording begins a moment later."""
_SETTLES_S: Seconds = 3.0  # after the controller is back: it adopts what is live
_SHOWN = 5
_MAY_DIFFER = {"descriptors": 2, "threads": 8, "tasks": 0, "locks": 0}
"""By kind, how many more than after the warm-up are nothing: a pool of threads grows up to its bound (asyncio's: four
more than there are cores) as it happens to be needed."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be true, and what speaks against it; nothing does when it has passed."""

    check: str
    found: list[str]

    @property
    def passed(self) -> bool:
        """Whether it is true."""
        return not self.found


def judge(found: Found) -> list[Check]:
    """All checks, in the order in which a call goes."""
    return [Check(name, list(look(found))) for name, look in _CHECKS.items()]


def shown(check: Check) -> list[str]:
    """The first findings, and how many there are besides."""
    more = len(check.found) - _SHOWN
    return [*check.found[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]


def _rows_by_caller(found: Found) -> dict[str, list[CallRow]]:
    rows: defaultdict[str, list[CallRow]] = defaultdict(list)
    for row in found.log.calls:
        rows[row.caller].append(row)
    return rows


def _away(found: Found, begin: float, end: float) -> Seconds:
    """How much of a span the controller was away, the moments in which it settles included."""
    return sum(max(0.0, min(end, back_at + _SETTLES_S) - max(begin, gone_at)) for gone_at, back_at in found.away)


def _is_disturbed(found: Found, line: Line) -> bool:
    return _away(found, line.dialled_at - _SAME_S, line.ended_at + _SAME_S) > 0


def _rows(found: Found) -> Iterator[str]:
    rows = _rows_by_caller(found)
    placed = Counter(line.caller for line in found.ledger if line.status != NEVER_SENT)
    for line in found.ledger:
        have = rows.get(line.caller, [])
        if line.status != NEVER_SENT and len(have) != 1:
            yield f"{_told(line)} has {len(have)} rows: {', '.join(row.outcome for row in have) or 'none'}"
    for caller, have in rows.items():
        if caller not in placed:
            yield f"call {have[0].call} of {caller} ({have[0].outcome}) was placed by nobody"


def _outcomes(found: Found) -> Iterator[str]:
    rows = _rows_by_caller(found)
    for line in found.ledger:
        have = rows.get(line.caller, [])
        if len(have) != 1 or _is_disturbed(found, line):
            continue
        if line.wrong:
            yield f"{_told(line)}: {line.wrong} ({have[0].outcome})"
        elif have[0].outcome not in KINDS[line.kind].outcomes:
            yield f"{_told(line)} ended as {have[0].outcome}"
        elif len(line.talks) < KINDS[line.kind].talks:
            yield f"{_told(line)} talked {len(line.talks)} times, and {KINDS[line.kind].talks} is right"


def _lost(found: Found) -> Iterator[str]:
    """Of callers who hang up while the controller is away nobody knows that it was they: these are owed a call back."""
    hung_up = {line.caller for line in found.ledger if line.hung_up and _is_disturbed(found, line)}
    for row in found.log.calls:
        if row.outcome == "lost" and row.caller not in hung_up:
            yield f"call {row.call} of {row.caller} was lost"


def _recordings(found: Found) -> Iterator[str]:
    calls = {row.call: row for row in found.log.calls}
    by_talk: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for recording in found.log.recordings:
        length_s = found.files.get(recording.path)
        if recording.path not in found.files:
            yield f"{recording.path} of call {recording.call} is not on disk"
        elif length_s is not None and abs(length_s - recording.duration_s) > _SAME_S:
            yield f"{recording.path} has {length_s:.1f} s, its row says {recording.duration_s:.1f}"
        if recording.kind == "talk":
            by_talk[recording.call, recording.talk].append(recording.path)
    for talk in found.log.talks:
        paths = by_talk.pop((talk.call, talk.number), [])
        call = calls.get(talk.call)
        wanted = talk.role == "agent" and (call is None or call.consent != "declined")
        if wanted and not paths and (talk.ended_at - talk.began_at < _TOO_SHORT_S or _nobody_asked(found, talk)):
            continue
        if len(paths) != int(wanted):
            yield f"talk {talk.number} of call {talk.call} has {len(paths)} recordings, and {int(wanted)} is right"
        for path in paths:
            yield from _fits(found, talk, path)
    for (call_id, number), paths in by_talk.items():
        yield f"{paths[0]} is of talk {number} of call {call_id}, and there is none"
    known = {recording.path for recording in found.log.recordings}
    for path in found.files.keys() - known:
        yield f"{path} is in no list"


def _nobody_asked(found: Found, talk: TalkRow) -> bool:
    """It began just before a kill and was over before there was a controller again, which would have asked."""
    return any(
        gone_at - _ASKED_WITHIN_S < talk.began_at <= gone_at and talk.ended_at <= back_at + _SETTLES_S
        for gone_at, back_at in found.away
    )


def _fits(found: Found, talk: TalkRow, path: str) -> Iterator[str]:
    length_s = found.files.get(path)
    talked_s = talk.ended_at - talk.began_at
    may_differ_s = _FITS_S + _away(found, talk.began_at, talk.ended_at)  # when it ended is not known then
    if length_s is None:
        if path in found.files:
            yield f"{path} cannot be read"
    elif abs(length_s - talked_s) > may_differ_s:
        yield f"{path} has {length_s:.1f} s, and its talk of call {talk.call} {talked_s:.1f}"


def _talks(found: Found) -> Iterator[str]:
    """Talks that people had have a row each; those of the fallback have none."""
    rows = _rows_by_caller(found)
    logged: defaultdict[str, list[TalkRow]] = defaultdict(list)
    for talk in found.log.talks:
        logged[talk.call].append(talk)
    for line in found.ledger:
        have = rows.get(line.caller, [])
        if len(have) != 1 or have[0].version == "fallback" or _is_disturbed(found, line):
            continue
        inside = [talk for talk in logged.pop(have[0].call, []) if talk.role == "agent" or line.talks]
        if len(inside) != len(line.talks):
            yield f"{_told(line)} talked {len(line.talks)} times, and the log has {len(inside)} talks"
            continue
        for heard, talk in zip(line.talks, inside, strict=True):
            heard_s, logged_s = heard.ended_at - heard.began_at, talk.ended_at - talk.began_at
            if abs(heard_s - logged_s) > _FITS_S:
                yield f"{_told(line)} talked for {heard_s:.1f} s, and the log has {logged_s:.1f}"


def _cases(found: Found) -> Iterator[str]:
    calls = {row.caller: row.call for row in found.log.calls}
    have = Counter(found.log.cases)
    for line in found.ledger:
        owed = {"complains": "complaint", "leaves_message": "callback"}.get(line.kind)
        if owed is None or line.wrong or _is_disturbed(found, line) or line.caller not in calls:
            continue
        count = have[calls[line.caller], owed]
        if count != 1:
            yield f"{_told(line)} has {count} cases of the kind {owed}"
    for (call, category), count in have.items():
        if count > 1:
            yield f"call {call} has {count} cases of the kind {category}"


def _scores(found: Found) -> Iterator[str]:
    calls = {row.caller: row.call for row in found.log.calls}
    scores = dict(found.log.scores)
    for line in found.ledger:
        if line.score and not line.wrong and not _is_disturbed(found, line) and line.caller in calls:
            score = scores.get(calls[line.caller])
            if str(score) != line.score:
                yield f"{_told(line)} pressed {line.score}, and the log has {score}"


def _quiet(found: Found) -> Iterator[str]:
    yield from found.not_over
    yield from found.waiting
    for call, outcome in found.log.callbacks.items():
        if outcome == "booked":
            yield f"the callback of call {call} is still booked"


def _left_over(found: Found) -> Iterator[str]:
    for what, count in found.after.counts.items():
        before, kind = found.before.counts.get(what, 0), what.rpartition(" ")[2]
        if count > before + _MAY_DIFFER.get(kind, 0):
            yield f"{what}: {count}, and {before} after the warm-up"
    for what, names in found.after.things.items():
        for name in sorted(names - found.before.things.get(what, frozenset())):
            yield f"{what}: {name}"


def reference_at(took_s: Seconds) -> Seconds:
    """The instant whose memory that of the end is compared with."""
    return min(REFERENCE_AT_S, took_s * REFERENCE_SHARE)


def _memory(found: Found) -> Iterator[str]:
    samples = found.samples
    if not samples:
        yield "no sample was taken"
        return
    at = reference_at(samples[-1].at)
    asterisk_mb = _asterisk_at(samples, at)
    if found.asterisk_mb > asterisk_mb * MEMORY_MAY_GROW:
        yield f"Asterisk has {found.asterisk_mb:.0f} MB, and {asterisk_mb:.0f} after {at:.0f} s"
    begun = _peak_of_controller(samples, at, found.kill_every_s)
    ended = _peak_of_controller(samples, samples[-1].at, found.kill_every_s)
    if begun is None or ended is None:
        yield "the controller's memory was not seen"
    elif max(ended, found.controller_mb) > begun * MEMORY_MAY_GROW:
        yield f"the controller has {max(ended, found.controller_mb):.0f} MB, and {begun:.0f} after {at:.0f} s"


def _asterisk_at(samples: Sequence[Sample], at: Seconds) -> float:
    return next((sample.asterisk_mb for sample in samples if sample.at >= at), samples[-1].asterisk_mb)


def _peak_of_controller(samples: Sequence[Sample], at: Seconds, kill_every_s: Seconds | None) -> float | None:
    """The most that a controller had by then: one that was just started has less, so a whole life is looked at."""
    since = at - kill_every_s if kill_every_s is not None else at - REFERENCE_SHARE * samples[-1].at
    seen = [sample.controller_mb for sample in samples if since <= sample.at <= at and sample.controller_mb is not None]
    later = (sample.controller_mb for sample in samples if sample.at > at and sample.controller_mb is not None)
    return max(seen, default=next(later, None))


def _journal(found: Found) -> Iterator[str]:
    yield from found.journal


def _rules(found: Found) -> Iterator[str]:
    yield from found.complaints


def _bus(found: Found) -> Iterator[str]:
    if found.told is None:
        return
    for row in found.log.calls:
        if row.call not in found.told:
            yield f"call {row.call} ({row.outcome}) was not told on the bus"


def _told(line: Line) -> str:
    return f"the call of {line.caller} ({line.kind})"


_CHECKS: dict[str, Callable[[Found], Iterator[str]]] = {
    "every call has one row, every row its call": _rows,
    "calls went as callers expected, and the log says so": _outcomes,
    "no call was lost": _lost,
    "every recording fits its talk": _recordings,
    "every talk is in the log": _talks,
    "every case is open once": _cases,
    "every score is kept": _scores,
    "nobody waits": _quiet,
    "nothing is left over": _left_over,
    "memory is flat": _memory,
    "journal and snapshots agree": _journal,
    "no rule was broken": _rules,
    "every call was told on the bus": _bus,
}
