"""Putting people of follow-ups on the list that a campaign calls: each once, and again only after their end there."""

import sqlite3

import msgspec

from dialer.campaigns.contacts import ENDS
from hotline.contacts.importing import CONTACT, NUMBER
from hotline.followups.keeping import FollowUp

_READY = "SELECT id, rows FROM contact_lists WHERE name = ? AND state = 'ready'"
_NEW = (
    "INSERT INTO contact_lists (name, state, file, sha256, region, zone, form, rows, contacts, numbers, merged, "
    "rejected, author, at) VALUES (?, 'ready', 'followups.yaml', '', '', '', '{}', 0, 0, 0, 0, 0, 'house', ?)"
)
_GROWN = "UPDATE contact_lists SET rows = ?, contacts = contacts + 1, numbers = numbers + 1 WHERE id = ?"
_SHRUNK = "UPDATE contact_lists SET contacts = contacts - 1, numbers = numbers - ? WHERE id = ?"
_THERE = "SELECT row FROM contact_numbers WHERE list = ? AND number = ?"
_STATE = "SELECT state FROM campaign_contacts WHERE campaign = ? AND list = ? AND row = ?"
_LAST = "SELECT coalesce(max(row), 0) FROM contacts WHERE list = ?"
_ENDED = ", ".join(f"'{state}'" for state in sorted(ENDS))
_FORGET = f"DELETE FROM campaign_contacts WHERE campaign = ? AND person = ? AND state IN ({_ENDED})"
_TAKE_OFF = "UPDATE campaign_contacts SET state = 'denied', due_at = NULL, detail = ? WHERE campaign = ? AND list = ? AND row = ? AND state IN ('due', 'fresh')"  # noqa: E501 - one statement
_DROP = ("DELETE FROM contact_numbers WHERE list = ? AND row = ?", "DELETE FROM contacts WHERE list = ? AND row = ?")


def ensure_list(connection: sqlite3.Connection, name: str, now: float) -> int:
    """The list of this name, made empty where there is none: a campaign without a list would say that it is missing."""
    found = connection.execute(_READY, (name,)).fetchone()
    if found is None:
        connection.execute(_NEW, (name, now))
        found = connection.execute(_READY, (name,)).fetchone()
    return int(found[0])


def put(connection: sqlite3.Connection, one: FollowUp, name: str, now: float) -> bool:
    """Put the person on the list `name` of the follow-up's campaign; False while they are on it for another matter.

    Where they were called for an earlier one, that is at an end: their old row goes, or they would count as called.
    """
    list_ = ensure_list(connection, name, now)
    there = connection.execute(_THERE, (list_, one.caller)).fetchone()
    if there is not None:
        state = connection.execute(_STATE, (one.campaign, list_, there[0])).fetchone()
        if state is None or state[0] not in ENDS:
            return False
        drop(connection, list_, there[0])
    connection.execute(_FORGET, (one.campaign, one.caller))
    (rows,) = connection.execute("SELECT rows FROM contact_lists WHERE id = ?", (list_,)).fetchone()
    row = 1 + max(rows, connection.execute(_LAST, (list_,)).fetchone()[0])
    attributes = {"followup": str(one.number), **({"case": one.case} if one.case else {})}
    connection.execute(CONTACT, (list_, row, "", one.account, one.name, msgspec.json.encode(attributes).decode()))
    connection.execute(NUMBER, (list_, one.caller, row, 1, ""))
    connection.execute(_GROWN, (row, list_))
    one.list, one.row, one.attempt = list_, row, ""
    connection.execute(
        "UPDATE followups SET list = ?, row = ?, attempt = '' WHERE number = ?", (list_, row, one.number)
    )
    return True


def take_off(connection: sqlite3.Connection, one: FollowUp, why: str) -> bool:
    """Take the person off the list; False where the campaign has them in hand: they may be on the telephone."""
    if one.list is None or one.row is None:
        return True
    place = (one.campaign, one.list, one.row)
    state = connection.execute(_STATE, place).fetchone()
    if state is None:
        drop(connection, one.list, one.row)
        return True
    return state[0] in ENDS or connection.execute(_TAKE_OFF, (why, *place)).rowcount == 1


def drop(connection: sqlite3.Connection, list_: int, row: int) -> None:
    """Take a row out of a list."""
    numbers, contacts = (connection.execute(statement, (list_, row)).rowcount for statement in _DROP)
    if contacts:
        connection.execute(_SHRUNK, (numbers, list_))
