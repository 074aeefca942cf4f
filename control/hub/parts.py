"""Legs have a role, and a role has a part: the part knows what becomes of a leg's events.

The router keeps the order of things and asks `parts[leg.role]`. A new kind of leg is a new part and an entry in that
dictionary (`control.routing.wiring`). Roles are words of the journal's rows (`LogLeg.role`) and of snapshots: one that
was used stays.
"""

from typing import Protocol

from calls.events import CallAnswered, CallEnded, CommandFailed, DigitPressed, PlaybackFinished
from calls.ids import LegId
from control.register.call import Call
from control.register.register import Leg


class Part(Protocol):
    """The part of one role. A leg's own events come with the leg; a connection's with the call that ordered it."""

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The leg is up."""
        ...

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """The leg is gone, and out of the register already."""
        ...

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """A sound to the leg is over. One that a lost link cut off is not told: it is said again."""
        ...

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        """A key was pressed."""
        ...

    def failed(self, leg: Leg, event: CommandFailed) -> None:
        """A command to the leg came to nothing."""
        ...

    def bridged(self, call: Call) -> None:
        """The call's connection with a leg of this role stands."""
        ...

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """That connection came apart, and `survivors` are up; or `failed`: it never was, and both are still ours."""
        ...


class QuietPart:
    """A part to which most things mean nothing: a base for those that need two or three of them.

    Its leg is a guest in somebody's call: it is never connected by a bridge of its own.
    """

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """Nothing follows."""

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """Nothing follows."""

    def played(self, leg: Leg, event: PlaybackFinished) -> None:
        """Nothing follows."""

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        """Nothing follows."""

    def failed(self, leg: Leg, event: CommandFailed) -> None:
        """Nothing follows."""

    def bridged(self, call: Call) -> None:
        """Nothing follows."""

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """Nothing follows."""
