"""What a switch is told of a version, beside calls: whose phones there are, and what callers hear while we are away."""

from typing import Protocol

from hotline.versions import People
from ivr.program import Program


class Provisioning(Protocol):
    """Writes accounts and the fallback for one kind of switch."""

    async def provide(self, people: People, program: Program) -> None:
        """Put this version in force at the switch. Raises OSError, ValueError or HotlineError with what to do."""
        ...


class NoProvisioning:
    """For a switch whose configuration is somebody else's."""

    async def provide(self, people: People, program: Program) -> None:
        """Nothing to write."""
