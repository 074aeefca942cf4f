"""Intake of cases that no call opened: each message once, durable before it is acknowledged, with a number of its own.

A number is the house's day, a 9, a count and a check digit: thirteen digits, where those of calls have eleven.
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from calls.errors import BadInput
from calls.luhn import check_digit
from calls.numbers import e164
from complaints.intake.contact import CHANNELS, Contact
from hotline.cases.keeping import put_contact
from hotline.store.transactions import writing

_MOST_SOURCE = 200
_MOST_NAME = 64
_KNOWN = 'SELECT "case", subject, text FROM case_contacts WHERE channel = ? AND source = ?'
_OF_DAY = 'SELECT max("{0}") AS number FROM {1} WHERE "{0}" >= ?1 AND "{0}" < ?2 AND length("{0}") = 13'
_OF_BOTH = " UNION ALL ".join((_OF_DAY.format("number", "cases"), _OF_DAY.format("case", "case_entries")))
_LAST = f"SELECT max(number) FROM ({_OF_BOTH})"
"""Of a case that was erased the log is still there: its number is never another one's."""
_CASE = (
    'INSERT INTO cases (number, "call", caller, category, asked_by, opened_at, fields, state)'
    " VALUES (?, '', ?, ?, ?, ?, '{}', 'open')"
)


class Taken(msgspec.Struct, frozen=True):
    """A message that was taken in: its case, and whether it is the first time that it came.

    `differs`: another message of the same name was taken in before, and this one was not.
    """

    case: str
    is_new: bool
    differs: bool = False


def checked(contact: Contact, region: str) -> Contact:
    """The contact as it is kept: its number in E.164, its texts trimmed. Raises BadInput, with the field's name, for
    what cannot be taken in."""
    if contact.channel not in CHANNELS:
        raise BadInput(f"channel: {contact.channel!r} is none of {', '.join(CHANNELS)}")
    if not contact.source.strip() or len(contact.source) > _MOST_SOURCE:
        raise BadInput(
            f"source: a name of the message within its channel is needed, of at most {_MOST_SOURCE} characters"
        )
    if not contact.words:
        raise BadInput("text: a subject or a text is needed")
    for name in ("name", "account", "category", "product", "region", "reference"):
        if len(getattr(contact, name)) > _MOST_NAME:
            raise BadInput(f"{name}: at most {_MOST_NAME} characters")
    caller = e164(contact.caller.strip(), region)[:32] if contact.caller.strip() else ""
    return msgspec.structs.replace(contact, caller=caller, source=contact.source.strip())


def take_in(database: Path, contacts: Iterable[Contact], zone: ZoneInfo) -> list[Taken]:
    """Take messages in, all of them or none, each once; they are on disk when this returns. Raises BadInput.

    What comes of them (grade, match, department) follows by itself: `hotline.cases.work`.
    """
    with writing(database) as connection:
        return [_take_in(connection, contact, zone) for contact in contacts]


def _take_in(connection: sqlite3.Connection, contact: Contact, zone: ZoneInfo) -> Taken:
    known = connection.execute(_KNOWN, (contact.channel, contact.source)).fetchone()
    if known is not None:
        case, subject, text = known
        return Taken(case, False, differs=(subject, text) != (contact.subject, contact.text))
    case = _next_number(connection, contact.at, zone)
    asked_by = "house" if contact.channel in ("abandoned", "report") else "caller"
    connection.execute(_CASE, (case, contact.caller, contact.category, asked_by, contact.at))
    put_contact(connection, case, contact)
    return Taken(case, True)


def _next_number(connection: sqlite3.Connection, at: float, zone: ZoneInfo) -> str:
    day = datetime.fromtimestamp(at, UTC).astimezone(zone).strftime("%y%m%d")
    (last,) = connection.execute(_LAST, (f"{day}9", f"{day}:")).fetchone()  # ":" comes after 9
    count = 1 if last is None else int(last[7:12]) + 1
    if count > 99_999:
        raise BadInput(f"a day has at most 99,999 cases that no call opened; {day} has them all")
    digits = f"{day}9{count:05d}"
    return digits + check_digit(digits)
