"""A site's house for the simulation: one of its versions, or its folder as it is now; and the journal of a run."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from calls.errors import BadInput
from calls.ids import Instant
from control.messages import events
from dsl.hours import is_open
from hotline.site.site import Site
from hotline.store import opening, statements
from hotline.versions.checking import check
from hotline.versions.directory import Readable, VersionedDirectory
from hotline.versions.draft import Draft
from hotline.versions.store import Versions
from ivr.compiler.test_cases import TestCase, read_test_cases
from ivr.program import Program
from sim.house.dialplan import Dialplan
from sim.house.world import Journal

_MORNING = time(9, 0)
_LOOK_DAYS = 14
_GROUP = 5_000


def dialplan_of(versions: Readable, version: str) -> Dialplan:
    """A version as the simulation takes it. Raises BadInput when it is not here."""
    routing = versions.routing(version)
    return Dialplan(version, versions.program(version), routing.configuration, VersionedDirectory(versions))


def site_dialplan(site: Site, version: str | None) -> tuple[Dialplan, list[TestCase]]:
    """The version, or the folder as it is now, with the folder's test cases. Raises BadInput."""
    checked = check(site)
    if version is not None:
        dialplan = dialplan_of(Versions(site.versions), version)
    else:
        draft = Draft(checked)
        dialplan = dialplan_of(draft, draft.version)
    cases, _ = read_test_cases(checked.files, dialplan.program)
    return dialplan, cases


def begins(program: Program, text: str, today: datetime | None = None) -> float:
    """UTC epoch seconds of `2026-11-23 09:00` in the zone of the hours; of nothing, nine o'clock of the next day from
    Monday on that is open. Raises ValueError."""
    zones = [ZoneInfo(hours.zone) for hours in program.hours.values()]
    zone = zones[0] if zones else UTC
    if text:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp()
    now = (today or datetime.now(UTC)).astimezone(zone)
    monday = now.date() + timedelta(days=(7 - now.weekday()) % 7)
    mornings = [datetime.combine(monday + timedelta(days=day), _MORNING, zone).timestamp() for day in range(_LOOK_DAYS)]
    hours = list(program.hours.values())[:1]
    return next((at for at in mornings if all(is_open(one, at)[0] for one in hours)), mornings[0])


@contextlib.contextmanager
def journal_to(path: Path | None) -> Iterator[Journal]:
    """Write a run's journal to a new store, as a live controller writes its own. None: nowhere. Raises BadInput."""
    if path is None:
        yield lambda now, event: None
        return
    if path.exists():
        raise BadInput(f"{path}: is there already; a simulated journal is a file of its own")
    opening.migrate(path)
    encoder = msgspec.json.Encoder()
    rows: list[tuple[int, Instant, bytes]] = []
    written = 0
    with contextlib.closing(sqlite3.connect(path)) as connection:

        def write() -> None:
            nonlocal written
            with connection:
                connection.executemany(statements.JOURNAL, rows)
            written += len(rows)
            rows.clear()

        def note(now: Instant, event: events.RouterEvent) -> None:
            rows.append((written + len(rows) + 1, now, encoder.encode(event)))
            if len(rows) >= _GROUP:
                write()

        yield note
        write()
