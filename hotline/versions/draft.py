"""A folder's files as a version that nobody has published: to be tried, and thrown away."""

from calls.errors import BadInput
from dialer.scenes.book import Book
from hotline.versions.checking import Checked
from hotline.versions.routing import RoutingConfiguration
from ivr.program import Program


class Draft:
    """Beside `Versions`, for one version that is in memory only. Its id is made of what the files are."""

    def __init__(self, checked: Checked) -> None:
        """Raises BadInput, with all that is wrong, for files that could not be published."""
        if checked.program is None or checked.routing is None:
            raise BadInput("\n".join(str(problem) for problem in checked.errors))
        self.version = f"0000-{checked.source_hash[:8]}"
        self._program = checked.program.with_clips(self.version, {})
        self._routing = checked.routing
        self._book = checked.gate.book

    def program(self, version: str) -> Program:
        """Its flows. Raises BadInput for any other version."""
        self._check(version)
        return self._program

    def book(self, version: str) -> Book:
        """Its scenes of outgoing calls. Raises BadInput for any other version."""
        self._check(version)
        return self._book

    def routing(self, version: str) -> RoutingConfiguration:
        """Its queues and agents. Raises BadInput for any other version."""
        self._check(version)
        return self._routing

    def region(self, version: str) -> str:
        """The country by whose rules numbers are read."""
        return self._program.region

    def _check(self, version: str) -> None:
        if version != self.version:
            raise BadInput(f"version {version} is not here; this is the folder's own, {self.version}")
