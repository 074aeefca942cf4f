"""The directory reads the published versions; the demonstration's own numbers are the house's."""

import pytest

from hotline.versions.directory import VersionedDirectory
from hotline.versions.store import Versions
from ivr.program import Program

pytestmark = pytest.mark.unit


def test_the_numbers_of_the_entries_are_the_houses_own(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {"default": "main", "95183": "main", "400-123-4567": "loans", "+85221234567": "main"}
    program = Program(version="1", languages=("en",), entries=entries, phrases={}, flows={})
    monkeypatch.setattr(Versions, "program", lambda of, version: program)
    directory = VersionedDirectory(Versions.__new__(Versions))
    own = ["95183", "+864001234567", "+85221234567"]
    assert [number for number in (*own, "default", "+8613800138000", "95184") if directory.is_own("1", number)] == own
