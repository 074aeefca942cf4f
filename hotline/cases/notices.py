"""Notices of cases: a clock that is due soon, or past its deadline; and what a person is told of a case.

Each stands in the store once, with the rows of the webhooks that want it, and is sent from there.
"""

import sqlite3
from collections.abc import Sequence
from typing import Literal

import msgspec

from complaints.clocks.alarms import AlarmKind
from hotline.store import statements
from hotline.webhooks.outbox import message_id

Kind = Literal["ladder", "lead", "origin", "scene"]
"""A step of the ladder of escalation, a case for the department's lead, a complaint about a call of a scene, a scene
with too many complaints."""
_NOTICE = (
    'INSERT INTO case_notices (id, "case", kind, at, told_at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'
)


class Notice(msgspec.Struct, frozen=True):
    """A notice of a clock. `step` counts the clock's warnings from 1, and is 0 for a breach. `due_at` is UTC epoch
    seconds."""

    case: str
    kind: AlarmKind
    clock: str
    regime: Literal["statutory", "internal", "between_departments"]
    round: int
    step: int
    due_at: float
    category: str = ""
    grade: str = ""
    department: str = ""
    handler: str = ""


class CaseNotice(msgspec.Struct, frozen=True):
    """A notice to people. `tell`: persons, by the names of dispatch.yaml and of scenes; `text` names no customer.

    `case` is empty where it is about a scene as a whole.
    """

    case: str
    kind: Kind
    tell: tuple[str, ...]
    text: str
    category: str = ""
    grade: str = ""
    department: str = ""
    handler: str = ""
    scene: str = ""


def notice_id(notice: Notice) -> str:
    """The same for the same alarm, so it is given once."""
    return message_id("clock", notice.case, notice.clock, notice.round, notice.step, notice.due_at)


def give(
    connection: sqlite3.Connection, notice: CaseNotice, key: object, now: float, webhooks: Sequence[str] = ()
) -> bool:
    """Write a notice down within a transaction, with what webhooks are told; False where it was given before.

    `key` tells it from others of its case and kind. `now` is UTC epoch seconds.
    """
    message = message_id("notice", notice.case, notice.kind, key)
    body = msgspec.json.encode(notice)
    if connection.execute(_NOTICE, (message, notice.case, notice.kind, now, now, body)).rowcount != 1:
        return False
    for webhook in webhooks:
        connection.execute(statements.OUTBOX, (webhook, message, "notice", notice.case, now, body))
    return True
