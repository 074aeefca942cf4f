"""A notice that a clock of a case is due soon, or is past its deadline: what every receiver is told."""

from typing import Literal

import msgspec

from complaints.clocks.alarms import AlarmKind
from hotline.webhooks.outbox import message_id


class Notice(msgspec.Struct, frozen=True):
    """`step` counts the clock's warnings from 1, and is 0 for a breach. `due_at` is UTC epoch seconds."""

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


def notice_id(notice: Notice) -> str:
    """The same for the same alarm, so it is given once."""
    return message_id("clock", notice.case, notice.clock, notice.round, notice.step, notice.due_at)
