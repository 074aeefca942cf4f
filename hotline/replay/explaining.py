"""Explains why a call was matched as it was: replays the journal around it, with a witness in the queues.

Nothing of this is kept while calls run. The replay starts at the newest snapshot before the call and ends with the
call, so it costs the same on the first day of a journal and after a year.
"""

import contextlib
import sqlite3

import msgspec

from acd.trace import Decision, Standing, Witness
from calls.ids import CallId
from control.messages.events import GateAnswered
from control.register.call import Call
from hotline.journal import reading
from hotline.journal.replaying import replayed, restored
from hotline.replay.routers import routers_of
from hotline.site.site import Site
from hotline.store import opening


class Seen(msgspec.Struct, frozen=True):
    """A decision of the queues, and when, as UTC epoch seconds."""

    utc: float
    decision: Decision


class Answered(msgspec.Struct, frozen=True):
    """An answer of the gate of outgoing calls, and when, as UTC epoch seconds."""

    utc: float
    answer: GateAnswered


class Explanation(msgspec.Struct, frozen=True):
    """The queues' decisions about a call. `call` is as of the end of the journal, None when it has ended by then."""

    decisions: tuple[Seen, ...]
    call: Call | None
    offset_s: float
    direction: str = "in"
    """Of the call: `out` and `internal` are made by an agent."""
    answers: tuple[Answered, ...] = ()
    """Of the gate, to calls to numbers outside."""


def explain(site: Site, call: CallId, arrived_at: float | None = None) -> Explanation | None:
    """Replay the journal around `call`; None when it is not in the journal.

    `arrived_at` (UTC epoch seconds), where it is known, spares the search through what is older. Raises BadInput when
    a version that the replay needs has been deleted, or the learned forecast cannot be read.
    """
    with contextlib.closing(opening.to_read(site.database)) as connection:
        first = _first_entry(connection, call, arrived_at)
        if first is None:
            return None
        witness = Witness(call)
        router, snapshot = restored(routers_of(site, witness), reading.snapshots(connection, before=first))
        begin = 1 if snapshot is None else snapshot.seq + 1
        seen: list[Seen] = []
        answers: list[Answered] = []
        known = False
        for entry, _ in replayed(router, reading.entries_between(connection, begin, reading.END)):
            offset_s = router.register.offset_s
            seen += [Seen(one.at + offset_s, one) for one in witness.decisions[len(seen) :]]
            if isinstance(entry.event, GateAnswered) and entry.event.call == call:
                answers.append(Answered(entry.at + offset_s, entry.event))
            if call in router.register.calls:
                known = True
            elif known:
                break
    register = router.register
    direction = register.direction(call)
    return Explanation(tuple(seen), register.calls.get(call), register.offset_s, direction, tuple(answers))


def _first_entry(connection: sqlite3.Connection, call: CallId, arrived_at: float | None) -> int | None:
    """The number of the first entry that names the call's leg."""
    after = 0
    if arrived_at is not None:
        row = connection.execute("SELECT max(seq) FROM snapshots WHERE utc < ?", (arrived_at,)).fetchone()
        after = row[0] or 0
    for begin in (after, 0):  # the wall clock may have been set between the snapshot and the call
        row = connection.execute(
            "SELECT seq FROM journal WHERE seq > ? AND instr(event, ?) ORDER BY seq LIMIT 1",
            (begin, msgspec.json.encode(call)),
        ).fetchone()
        if row is not None:
            return int(row[0])
    return None


_VERDICTS = {
    "chosen": "chosen",
    "ranked_lower": "free, ranked lower",
    "held_back": "free, kept for others by the policy",
    "busy": "busy",
    "paused": "paused",
    "offline": "offline",
    "unpublished": "unpublished",
    "lacks_skill": "lacks the skill",
    "not_in_queue": "not in this queue",
    "not_asked_for": "not the one asked for",
}
_MOST_LINES = 12


_SAID = {
    "allow": "the gate lets a call outside pass",
    "deny": "the gate denies a call outside",
    "defer": "the gate puts a call outside off",
    "unknown": "nobody can say whether a call outside may be placed",
}


def gate_sentence(answer: GateAnswered) -> str:
    """An answer of the gate in one line, with rule and clause."""
    attempt = f", attempt {answer.reservation} of the ledger" if answer.reservation is not None else ""
    why = f": {answer.why}" if answer.why else ""
    return f"{_SAID[answer.verdict]}{attempt}{why}"


def sentence(decision: Decision) -> str:
    """The decision in one line."""
    expression = f" for {decision.expression}" if decision.expression else ""
    what = f"offered to agent {decision.agent}" if decision.agent is not None else f"waits at place {decision.position}"
    return f"queue {decision.queue}{expression}, score {decision.score:.2f} min, {decision.policy}: {what}"


def reasons(decision: Decision) -> list[str]:
    """A line for each agent, those who came nearest first; then the callers whom the chosen one could have had."""
    order = list(_VERDICTS)
    ranked = sorted(decision.standings, key=lambda one: (order.index(one.verdict), one.score or 0.0, one.agent))
    lines = [_standing(one) for one in ranked[:_MOST_LINES]]
    if len(ranked) > _MOST_LINES:
        lines.append(f"and {len(ranked) - _MOST_LINES} more agents; --json has all")
    lines += [f"went before call {rival.call}, score {rival.score:.2f} min" for rival in decision.rivals[:_MOST_LINES]]
    return lines


def _standing(one: Standing) -> str:
    detail = f" ({one.detail})" if one.detail else ""
    score = f", score {one.score:.2f}" if one.score is not None else ""
    return f"agent {one.agent}: {_VERDICTS[one.verdict]}{detail}{score}"
