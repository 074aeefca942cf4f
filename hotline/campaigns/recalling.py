"""Recalling: a try that is over and its contact, out of the store, for a word that was said late."""

import contextlib
import sqlite3
from pathlib import Path

from calls.errors import BadInput
from calls.ids import AgentId, AttemptId
from dialer.campaigns.commands import LogTry, Recall
from dialer.campaigns.contacts import ContactKey
from dialer.campaigns.events import Recalled
from hotline.campaigns.picking import Picking
from hotline.campaigns.reading import reading
from hotline.store import opening

_TRY = (
    "SELECT list, row, number, asked_at, verdict, rule, placed_at, answered_at, connected_at, ended_at, agent, result, "
    "disposition, abandoned, call, said_before, notice, reservation FROM campaign_tries "
    "WHERE attempt = ? AND campaign = ?"
)
_LIST = "SELECT name FROM contact_lists WHERE id = ?"
_DUE = "SELECT due_at FROM campaign_contacts WHERE campaign = ? AND list = ? AND row = ?"


def recalled(database: Path, wanted: Recall) -> Recalled:
    """The try of this name; without a row where the store has none. Raises sqlite3.Error."""
    with contextlib.closing(opening.to_read(database)) as connection:
        found = connection.execute(_TRY, (wanted.attempt, wanted.campaign)).fetchone()
        if found is None:
            return Recalled(wanted.attempt)
        row = _row(wanted, found)
        key = row.contact
        contact = Picking(connection, wanted.campaign, "", 0.0).one(key)
        if contact is None:
            return Recalled(wanted.attempt, row)
        (name,) = connection.execute(_LIST, (key.list,)).fetchone()
        (due_at,) = connection.execute(_DUE, (wanted.campaign, key.list, key.row)).fetchone()
        return Recalled(wanted.attempt, row, contact, name, due_at)


def past_try(database: Path, attempt: AttemptId) -> LogTry | None:
    """A try that is over; None where the store has none of this name. Raises BadInput where it cannot be read."""
    with contextlib.closing(reading(database)) as connection:
        wanted = Recall(attempt, attempt.partition("/")[0])
        try:
            found = connection.execute(_TRY, (wanted.attempt, wanted.campaign)).fetchone()
        except sqlite3.Error as error:
            raise BadInput(f"{database.name}: {error}") from error
    return None if found is None else _row(wanted, found)


def _row(wanted: Recall, found: sqlite3.Row) -> LogTry:
    list_, place, number, asked_at, verdict, rule, placed, answered, connected, ended, agent, *said = found
    result, disposition, abandoned, call, said_before, notice, reservation = said
    return LogTry(
        attempt=wanted.attempt,
        campaign=wanted.campaign,
        contact=ContactKey(list_, place),
        number=number,
        asked_at=asked_at,
        verdict=verdict,
        rule=rule,
        placed_at=placed,
        answered_at=answered,
        connected_at=connected,
        ended_at=ended,
        agent=AgentId(agent),
        result=result,
        disposition=disposition,
        abandoned=bool(abandoned),
        call=call,
        said_before=said_before,
        notice=notice,
        reservation=reservation,
    )
