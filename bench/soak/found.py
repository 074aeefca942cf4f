"""What is found after a soak: rows of the store, files, what processes hold. Plain data for `bench.soak.judge`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.soak.script import Line
from calls.ids import Seconds


@dataclass(frozen=True, slots=True)
class CallRow:
    """A row of the call log. Epoch seconds."""

    call: str
    caller: str
    outcome: str
    version: str
    consent: str
    arrived_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class TalkRow:
    """A talk of the call log. Epoch seconds."""

    call: str
    number: int
    role: str
    queue: str
    began_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording of the log: of talk number `talk`, or a message (0)."""

    path: str
    call: str
    duration_s: Seconds
    kind: str
    talk: int


@dataclass(frozen=True, slots=True)
class Log:
    """What the store has of the calls."""

    calls: Sequence[CallRow] = ()
    talks: Sequence[TalkRow] = ()
    recordings: Sequence[RecordingRow] = ()
    callbacks: Mapping[str, str] = field(default_factory=dict)
    """Outcome by call."""
    cases: Sequence[tuple[str, str]] = ()
    """(call, category)."""
    scores: Sequence[tuple[str, int]] = ()
    """(call, score)."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held at a quiet moment: counts by name, and names of things that stand by their kind."""

    counts: Mapping[str, int] = field(default_factory=dict)
    """Of descriptors, threads, tasks, locks: by process and kind."""
    things: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Channels, bridges, files: names by kind."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look while calls went on. `at` seconds since the first call; memory in MB, None while a process was away."""

    at: Seconds
    placed: int
    over: int
    failed: int
    now: int
    owed: int
    channels: int
    controller_mb: float | None
    asterisk_mb: float


@dataclass(frozen=True, slots=True)
class Found:
    """All of it."""

    ledger: Sequence[Line]
    log: Log
    files: Mapping[str, Seconds | None]
    """Files of the folders of recordings and of the fallback's messages by path; None: no length can be read."""
    away: Sequence[tuple[float, float]]
    """From when until when the controller was away. Epoch seconds."""
    not_over: Sequence[str]
    """What did not come to an end although nobody called any more, in words."""
    waiting: Sequence[str]
    """Calls that the controller has although nobody is on the line, in words."""
    before: Held
    """After the warm-up."""
    after: Held
    samples: Sequence[Sample]
    controller_mb: float
    """At the end, when all was quiet and memory was given back."""
    asterisk_mb: float
    kill_every_s: Seconds | None
    journal: Sequence[str]
    """What is wrong with journal and snapshots, in words."""
    complaints: Sequence[str]
    """Lines of the controllers' log that say that a rule of ours is broken."""
    told: frozenset[str] | None = None
    """Calls that the bus was told as ended; None where there was no broker."""
