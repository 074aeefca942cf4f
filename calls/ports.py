"""Ports: what the house needs of the world, and nothing more. Adapters live in switch/, speech/ and hotline/."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol, TypeVar

from calls.commands import SwitchCommand
from calls.events import LiveLeg, SwitchEvent
from calls.ids import Instant, LegId

E = TypeVar("E", contravariant=True)
C = TypeVar("C")

Sink = Callable[[SwitchEvent], None]
"""Takes one event at a time, in order, on the event loop. Synchronous: a slow sink slows the reader (back-pressure)."""


class Switch(Protocol):
    """The door to telephony. One adapter a kind of switch; the same contract tests run against all.

    `start` connects and returns once the first `SwitchBack` has gone to the sink (raises SwitchAway after its
    deadline). From then on the adapter reconnects by itself: `SwitchLost`, later `SwitchBack` with what is live.
    """

    name: str

    async def start(self, sink: Sink) -> None:
        """Connect, subscribe, take stock."""
        ...

    def send(self, command: SwitchCommand) -> None:
        """Give a command. Never blocks, never raises for a leg that is gone: the outcome comes as an event, later."""
        ...

    async def calls(self) -> Sequence[LiveLeg]:
        """All legs of ours that are up now. Raises SwitchAway."""
        ...

    async def close(self) -> None:
        """Leave the switch to itself: calls go on. What is pending gets its outcome first (`switch_lost`)."""
        ...


class SoundSource(Protocol):
    """Beside `Switch`, where a switch can do it: what the far end of a leg says, as sound, for recognisers."""

    sound_rate: int
    """Samples a second."""

    def sound_of(self, leg: LegId) -> AsyncGenerator[bytes]:
        """Signed 16-bit samples, little-endian, mono, some 20 ms at a time, in silence too, while the leg lives.

        Raises SwitchError when it cannot be had. Ends with the leg; whoever has heard enough closes it (`aclose`).
        """
        ...


class Core(Protocol[E, C]):
    """The shape of a core: synchronous, deterministic, no clock, no I/O. Two drivers run the same ones."""

    def handle(self, event: E, now: Instant) -> list[C]:
        """Take one event at `now`; `now` never goes back."""
        ...

    def next_deadline(self) -> Instant | None:
        """When `tick` wants to be called; None for never."""
        ...

    def tick(self, now: Instant) -> list[C]:
        """Do what is due at `now`. Harmless when nothing is."""
        ...

    def snapshot(self) -> bytes:
        """All state, so that a restart need not replay the journal from its first day."""
        ...

    def restore(self, snapshot: bytes) -> None:
        """Go on from `snapshot`, exactly as the one that made it would have."""
        ...
