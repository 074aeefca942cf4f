"""The state of the fake switch: legs, talks, phones, recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from calls import commands
from calls.causes import Cause, DeviceState
from calls.events import LiveLeg
from calls.ids import AttemptId, Instant, LegId, Seconds
from switch.fake.timeline import Due


@dataclass(frozen=True)
class PickUp:
    """Ring, then answer after so many seconds; then say `voice`, a name that tests look for.

    `says`: so many seconds after the answer (before it where that is negative) another one, or nothing.
    """

    after_s: Seconds = 0.0
    voice: str = ""
    says: tuple[tuple[Seconds, str], ...] = ()


@dataclass(frozen=True)
class Refuse:
    """Ring, then refuse: busy, declined, or congestion."""

    cause: Cause = Cause.REJECTED
    after_s: Seconds = 0.0


@dataclass(frozen=True)
class LeaveRinging:
    """Nobody comes."""


Reaction = PickUp | Refuse | LeaveRinging


@dataclass
class Phone:
    """An account of ours, or a number in the network."""

    reaction: Reaction = field(default_factory=PickUp)
    registered: bool = True
    state: DeviceState = DeviceState.IDLE


@dataclass
class Recorded:
    """A file that a recording left: what was said on each side (a voicemail has the left one), and how long it is.

    `silent_s` is how much of it is silence that was asked for.
    """

    left: set[str] = field(default_factory=set)
    right: set[str] = field(default_factory=set)
    duration_s: Seconds = 0.0
    silent_s: Seconds = 0.0


@dataclass
class Leg:
    """One leg of the fake."""

    id: LegId
    caller: str
    called: str
    inbound: bool
    device: str | None = None
    voice: str = ""
    answered: bool = False
    originate: AttemptId | None = None
    cancelled: bool = False
    play: commands.Play | None = None
    play_rest: tuple[str, ...] = ()  # clips still to be heard, the first is heard now
    record: commands.Record | None = None
    record_began_at: Instant = 0.0
    recorded: Recorded = field(default_factory=Recorded)
    music: bool = False
    rings: bool = False
    """An arrival that was told that it rings."""
    held: bool = False
    """The far end has put us on hold."""
    watched: bool = False
    """It is told when its voice begins and ends."""
    heard_since: Instant | None = None
    """Of a voice of which it was told that it has begun."""
    voices: int = 0
    talk: AttemptId | None = None
    watching: tuple[LegId, Literal["listen", "whisper", "barge"]] | None = None
    timers: list[Due] = field(default_factory=list)


@dataclass
class Talk:
    """A bridge of the fake."""

    attempt: AttemptId
    a: LegId
    b: LegId
    record: str | None
    began_at: Instant
    recorded: Recorded
    muted_at: Instant | None = None

    def other(self, leg: LegId) -> LegId:
        """The partner."""
        return self.b if leg == self.a else self.a


def live_leg(leg: Leg, talks: Mapping[AttemptId, Talk]) -> LiveLeg:
    """A leg as it is told of for re-adoption."""
    talk = talks.get(leg.talk) if leg.talk is not None else None
    return LiveLeg(
        leg=leg.id,
        caller=leg.caller,
        called=leg.called,
        answered=leg.answered,
        inbound=leg.inbound,
        device=leg.device,
        bridged_with=talk.other(leg.id) if talk is not None else None,
        bridge=leg.talk,
        in_music=leg.music and talk is None,
        held=leg.held,
    )
