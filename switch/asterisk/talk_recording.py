"""The recording of one talk: the two sides of it, and how far each has come."""

from __future__ import annotations

import asyncio

from calls.ids import AttemptId, LegId, Seconds
from switch.asterisk.notes import TalkNote


class TalkRecording:
    """The two sides of one talk."""

    __slots__ = (
        "attempt",
        "begun",
        "broken",
        "done",
        "failed",
        "lasted_s",
        "leg_a",
        "muted",
        "name",
        "note",
        "over",
        "snoops",
        "started",
        "timer",
        "up_at",
    )

    def __init__(self, note: TalkNote) -> None:
        self.note = note
        self.attempt = AttemptId(note.attempt)
        self.leg_a = LegId(note.leg_a)
        self.name = note.name
        self.snoops = note.sides  # ids of the snoop channels, and names of their files
        self.started: set[str] = set()
        self.begun: set[str] = set()  # of which a file was asked for
        self.done: set[str] = set()
        self.failed = ""
        self.broken = False
        self.muted = False
        self.over = False
        self.up_at: float | None = None
        """When the two heard each other; None of a talk that another controller had begun."""
        self.lasted_s: Seconds | None = None
        self.timer: asyncio.TimerHandle | None = None
