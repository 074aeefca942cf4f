"""What the house does with clocks of cases by itself: keep their alarms, and give notice when one is due.

Looked at once a second, beside the event loop. Only cases whose log grew are read, and of all others only those whose
alarm is due. A notice, the rows of the webhooks that want it, and the alarms that are left are one transaction: killed
at any moment, each notice is given, and once.

Where clocks or calendars were changed, the open cases are computed anew, some each time, and a deadline that moved is
noted in the log of its case.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from complaints.audit import Entry, known_at
from complaints.clocks.alarms import Alarm, alarms_of
from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendars
from complaints.clocks.rounds import rounds_of
from complaints.clocks.schedule import Schedule, Told
from hotline.cases.notices import Notice, notice_id
from hotline.store import case_log, statements
from hotline.store.standing_reader import StandingReader
from hotline.store.transactions import writing

_AT_ONCE = 200
_CHANGED = 'SELECT "case", max(row) FROM case_entries WHERE row > ? GROUP BY "case" ORDER BY max(row) LIMIT ?'
_SEEN = "SELECT coalesce(max(row), 0) FROM case_clocks"
_OTHER_BOOK = 'SELECT "case" FROM case_clocks WHERE book < ?1 OR book > ?1 LIMIT ?2'
_ALL = 'SELECT "case", alarms FROM case_clocks WHERE next_at IS NOT NULL AND book = ?'
_OF_CASE = 'SELECT row, alarms FROM case_clocks WHERE "case" = ?'
_PUT = (
    'INSERT INTO case_clocks ("case", row, book, next_at, alarms, due_at) VALUES (?, ?, ?, ?, ?, ?)'
    ' ON CONFLICT ("case")'
    " DO UPDATE SET row = excluded.row, book = excluded.book, next_at = excluded.next_at, alarms = excluded.alarms,"
    " due_at = excluded.due_at"
)
_LEFT = 'UPDATE case_clocks SET next_at = ?, alarms = ? WHERE "case" = ?'
_NOTICE = (
    'INSERT INTO case_notices (id, "case", kind, at, told_at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'
)
_FORM = b"2"
"""Of what is kept for a case; with another one every case is computed anew."""
_encode = msgspec.json.Encoder().encode
_alarms = msgspec.json.Decoder(list[Alarm]).decode


class _Computed(NamedTuple):
    """What the clocks of a case come to: alarms by time, and the first deadline of one that is not stopped."""

    alarms: list[Alarm]
    due_at: float | None


class ClockWork:
    """Keeps the alarms of all cases; safe to call from one thread at a time. `webhooks`: those that want notices."""

    def __init__(self, database: Path, webhooks: Sequence[str] = ()) -> None:
        self._database = database
        self._reader = StandingReader(database)
        self._webhooks = webhooks
        self._schedule = Schedule()
        self._book = ClockBook()
        self._digest = ""
        self._calendars = Calendars({})
        self._row = 0

    def off(self, book: ClockBook, now: float) -> list[Notice]:
        """Do all that is to be done at `now` (UTC epoch seconds), and return the notices that were given.

        Raises BadInput where the store cannot be read or written; what was done before stays done.
        """
        if book is not self._book or not self._digest:
            self._take_up(book)
        with self._reader.looking() as connection:
            changed = connection.execute(_CHANGED, (self._row, _AT_ONCE)).fetchall()
            stale = [case for (case,) in connection.execute(_OTHER_BOOK, (self._digest, _AT_ONCE))]
        if changed or stale:
            self._compute_all(changed, stale, now)
        try:
            return self._tell(self._schedule.tick(now, _AT_ONCE), now)
        except Exception:
            self._digest = ""  # what the schedule gave away is still in the store: begin from there
            raise

    def _take_up(self, book: ClockBook) -> None:
        """Begin with what the store has of these clocks; cases computed by others follow in `off`."""
        digest = hashlib.sha256(_FORM + msgspec.json.encode(book, order="deterministic")).hexdigest()[:32]
        schedule = Schedule()
        with self._reader.looking() as connection:
            (self._row,) = connection.execute(_SEEN).fetchone()
            for case, alarms in connection.execute(_ALL, (digest,)):
                schedule.put(case, _alarms(alarms))
        self._schedule, self._book, self._digest, self._calendars = schedule, book, digest, book.laid_out()

    def _compute_all(self, changed: Sequence[tuple[str, int]], stale: Sequence[str], now: float) -> None:
        """Compute the alarms of cases whose log grew, up to its row, and of those that other clocks were used for."""
        computed: dict[str, _Computed] = {}
        with writing(self._database) as connection:
            for case, row in changed:
                computed[case] = self._computed(case_log.entries(connection, case), now)
                self._keep(connection, case, row, computed[case])
            for case in stale:
                row, stored = connection.execute(_OF_CASE, (case,)).fetchone()
                if case in computed:
                    continue
                log = case_log.entries(connection, case)
                found = computed[case] = self._computed(log, now)
                moved = _moved(_alarms(stored), found.alarms)
                if moved and log:
                    told = {"text": "clocks or calendars were changed: deadlines moved", "deadlines": moved}
                    entry = Entry(log[-1].number + 1, now, "house", "noted", told, now)
                    case_log.append(connection, case, [entry])
                self._keep(connection, case, row, found)
        for case, found in computed.items():
            self._schedule.put(case, found.alarms)
        if changed:
            self._row = changed[-1][1]

    def _keep(self, connection: sqlite3.Connection, case: str, row: int, found: _Computed) -> None:
        next_at = found.alarms[0].at if found.alarms else None
        connection.execute(_PUT, (case, row, self._digest, next_at, _encode(found.alarms).decode(), found.due_at))

    def _computed(self, log: Sequence[Entry], now: float) -> _Computed:
        entries = [entry for entry in known_at(log, now) if entry.at <= now]
        found: list[Alarm] = []
        due: list[float] = []
        for clock in self._book.clocks.values():
            rounds = rounds_of(clock, entries, self._calendars, now)
            if rounds:
                reached = rounds[-1].reached_at()
                if rounds[-1].finished_at is None and reached is not None:
                    due.append(reached)
                alarms = alarms_of(clock, rounds[-1], self._calendars, now)
                # of those that are past already the last one says all
                past = [alarm for alarm in alarms if alarm.at <= now]
                found += [*past[-1:], *alarms[len(past) :]]
        return _Computed(sorted(found, key=lambda alarm: (alarm.at, alarm.clock)), min(due, default=None))

    def _tell(self, due: Sequence[Told], now: float) -> list[Notice]:
        if not due:
            return []
        given = []
        with writing(self._database) as connection:
            for case in dict.fromkeys(told.case for told in due):
                count = sum(told.case == case for told in due)
                row = connection.execute(_OF_CASE, (case,)).fetchone()
                left = _alarms(row[1])[count:] if row is not None else []
                next_at = left[0].at if left else None
                connection.execute(_LEFT, (next_at, _encode(left).decode(), case))
            # where the server was away, a clock may have several alarms at once: the last one says all
            for told in {(one.case, one.alarm.clock, one.alarm.round): one for one in due}.values():
                notice = self._notice(connection, told)
                if notice is not None and self._put(connection, notice, told.alarm, now):
                    given.append(notice)
        return given

    def _notice(self, connection: sqlite3.Connection, told: Told) -> Notice | None:
        """What is told; None where a clock is no longer one of the house's."""
        alarm, clock = told.alarm, self._book.clocks.get(told.alarm.clock)
        if clock is None:
            return None
        head = connection.execute(
            'SELECT category, grade, department, handler FROM case_heads WHERE "case" = ?', (told.case,)
        ).fetchone()
        category, grade, department, handler = head or ("", "", "", "")
        plain: dict[str, Any] = {"category": category, "grade": grade, "department": department, "handler": handler}
        return Notice(told.case, alarm.kind, clock.name, clock.regime, alarm.round, alarm.step, alarm.due_at, **plain)

    def _put(self, connection: sqlite3.Connection, notice: Notice, alarm: Alarm, now: float) -> bool:
        """Write a notice down with what webhooks are told; False where it was given before."""
        message, body = notice_id(notice), _encode(notice)
        values = (message, notice.case, notice.kind, alarm.at, now, body)
        if connection.execute(_NOTICE, values).rowcount != 1:
            return False
        for webhook in self._webhooks:
            connection.execute(statements.OUTBOX, (webhook, message, "clock", notice.case, now, body))
        return True


def _moved(before: Sequence[Alarm], after: Sequence[Alarm]) -> list[dict[str, Any]]:
    """The deadlines of clocks that ran before and run now, and are not the same."""
    was = {(one.clock, one.round): one.due_at for one in before if one.kind == "breach"}
    now = {(one.clock, one.round): one.due_at for one in after if one.kind == "breach"}
    return [
        {"clock": clock, "round": number, "from": was[clock, number], "to": due}
        for (clock, number), due in now.items()
        if was.get((clock, number), due) != due
    ]
