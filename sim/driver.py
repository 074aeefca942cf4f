"""Virtual time: a driver of a core and of a world, which keeps its heap of (instant, sequence) and answers commands.

The core is the one that runs live. What the live driver gets from the switch comes here from the world; nothing waits.
"""

import sys
from typing import Generic, Protocol, TypeVar

from calls.ids import Instant
from calls.ports import Core

E = TypeVar("E")
C = TypeVar("C")
E_co = TypeVar("E_co", covariant=True)
C_contra = TypeVar("C_contra", contravariant=True)

FOREVER: Instant = float("inf")
LAST: Instant = sys.float_info.max
"""The instant before FOREVER."""


class World(Protocol[E_co, C_contra]):
    """The port to all that is outside of the core."""

    def next_at(self) -> Instant:
        """The instant of the world's next event, FOREVER for none."""
        ...

    def happen(self) -> E_co | None:
        """Take that event, which is due. None if the core need not know of it."""
        ...

    def carry_out(self, command: C_contra, now: Instant) -> E_co | None:
        """Carry out a command of the core. Returns an event that follows in the same instant, or None."""
        ...


class Driver(Generic[E, C]):
    """Runs a core in a world until neither has anything left to do, or until `until`."""

    def __init__(self, core: Core[E, C], world: World[E, C]) -> None:
        self._core = core
        self._world = world
        self.now: Instant = 0.0

    def run(self, until: Instant = FOREVER) -> None:
        """Let time pass up to and including `until`. At one instant, deadlines of the core come first."""
        core, world = self._core, self._world
        handle, deadline = core.handle, core.next_deadline
        next_at, happen, carry_out = world.next_at, world.happen, world.carry_out
        last = min(until, LAST)
        while True:
            at = next_at()
            due = deadline()
            if due is not None and due <= at:
                if due > until:
                    return
                at = due
                commands = core.tick(due)
            else:
                if at > last:
                    return
                event = happen()
                if event is None:
                    continue
                commands = handle(event, at)
            self.now = at
            for command in commands:
                answer = carry_out(command, at)
                if answer is not None:
                    commands += handle(answer, at)  # seen by this same loop, in order
