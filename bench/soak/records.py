"""What a soak finds in the store: the log's rows; journal and snapshots, replayed and compared."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from acd.matching import Matching
from acd.state import Agent, Caller
from bench.soak.found import CallRow, Log, RecordingRow, TalkRow
from calls.errors import HotlineError
from calls.ids import AttemptId, Instant
from control.register import snapshot as state_of
from control.routing.router import Router
from hotline.journal import reading
from hotline.journal.reading import Snapshot
from hotline.journal.replaying import NewRouter, replayed
from hotline.replay.routers import routers_of
from hotline.site.site import Site
from hotline.store import opening

_SNAPSHOTS_BACK = 10  # versions that the events after it name are kept: thirty are, and each publish takes a snapshot
_COMPLAINTS = ("a rule is broken", "command not carried out", "journal without its beginning", "not looked after")


class _Blind:
    """Sees nothing of the matches: only the state at the end is looked at."""

    def look(
        self, matching: Matching, caller: Caller, chosen: Agent | None, attempt: AttemptId | None, now: Instant
    ) -> None:
        """Nothing."""


def log_of(database: Path) -> Log:
    """The log's rows."""
    with contextlib.closing(opening.to_read(database)) as store:
        return Log(
            calls=[CallRow(*row) for row in store.execute(
                "SELECT call, caller, outcome, version, consent, arrived_at, ended_at FROM calls"
            )],
            talks=[TalkRow(*row) for row in store.execute(
                "SELECT call, number, role, queue, began_at, ended_at FROM talks ORDER BY call, number"
            )],
            recordings=[RecordingRow(*row) for row in store.execute(
                "SELECT path, call, duration_s, kind, talk FROM recordings"
            )],
            callbacks=dict(store.execute("SELECT call, outcome FROM callbacks")),
            cases=list(store.execute("SELECT call, category FROM cases")),
            scores=list(store.execute("SELECT call, score FROM surveys")),
        )  # fmt: skip


def router_of(site: Site) -> NewRouter:
    """Routers as the controller makes them, by the versions that the site has kept."""
    return routers_of(site, _Blind())


def journal_of(database: Path, new_router: NewRouter) -> Iterator[str]:
    """What is wrong with journal and snapshots, of a controller that ended in good order and had nobody on the line."""
    with contextlib.closing(opening.to_read(database)) as store:
        ((count, first, last),) = store.execute("SELECT count(*), min(seq), max(seq) FROM journal")
        if count and count != last - first + 1:
            yield f"the journal has {count} events from {first} to {last}: {last - first + 1 - count} are missing"
        snapshots = list(islice(reading.snapshots(store), _SNAPSHOTS_BACK + 1))
        if snapshots:
            if snapshots[0].seq != last:
                yield f"the last snapshot holds event {snapshots[0].seq}, and the journal ends with {last}"
            yield from _left_in(snapshots[0].state)
            yield from _replay(store, new_router(), snapshots[-1], snapshots[0])
        else:
            yield "there is no snapshot"
    if any(path.stat().st_size for path in database.parent.glob(f"{database.name}-tail*")):
        yield "the write-ahead files hold events although the controller ended in good order"
    yield from _locked(database)


def _replay(store: sqlite3.Connection, router: Router, since: Snapshot, newest: Snapshot) -> Iterator[str]:
    """Take the events between two snapshots again: the router must then be as the newer one has it."""
    try:
        router.restore(since.state)
        for _ in replayed(router, reading.entries_between(store, since.seq + 1, newest.seq)):
            pass
    except HotlineError as error:
        yield f"the journal cannot be replayed: {error}"
        return
    a, b = json.loads(router.snapshot()), json.loads(newest.state)
    for part in sorted(a.keys() | b.keys()):
        if a.get(part) != b.get(part):
            yield f"a replay of the journal gives other {part} than the last snapshot has"


def complaints_in(log: Path) -> Iterator[str]:
    """Lines that say that our own rules are broken."""
    for line in log.read_text(errors="replace").splitlines():
        if not line.startswith("{"):
            continue
        with contextlib.suppress(json.JSONDecodeError):  # the last one of a controller that was killed
            row = json.loads(line)
            if row.get("event") in _COMPLAINTS or row.get("level") == "critical":
                yield f"{row.get('event')}: {row.get('error') or row.get('trace', '')[-300:]}"


def _left_in(state: bytes) -> Iterator[str]:
    """What the register holds although nobody is there."""
    register = state_of.decode(state).register
    for what in ("calls", "legs", "offers", "filing", "bridges", "engaged", "busy_phones", "unwanted", "lost", "aside"):
        for name in getattr(register, what):
            yield f"the register still has {name} among its {what}"


def _locked(database: Path) -> Iterator[str]:
    with contextlib.closing(sqlite3.connect(database, isolation_level=None, timeout=0.5)) as store:
        try:
            store.execute("BEGIN IMMEDIATE")
            store.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            yield f"somebody holds the store's lock: {error}"
