"""The store of published versions: each a folder that never changes, and one word naming the one that new calls get.

    var/versions/0007-3f9a21bc/   manifest.json  program.msgpack  people.json  scenes.json  clocks.json  …
    var/versions/current          the id of the version that holds, replaced in one rename

A version is complete before it is named, so a controller that starts, or dies, at any moment finds a whole one.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from acd.config import Configuration
from calls.errors import BadInput
from calls.numbers import REGION
from complaints.clocks.book import ClockBook
from dialer.campaigns.settings import CampaignSettings
from dialer.scenes.approval import APPROVALS
from dialer.scenes.book import EMPTY, Book
from hotline.versions.follow_up_rules import FollowUpRules
from hotline.versions.policies import POLICIES
from hotline.versions.routing import RoutingConfiguration
from ivr.program import Program, decode, encode

_KEPT = 30
_FILES = {
    "people": "people.json",
    "scenes": "scenes.json",
    "campaigns": "campaigns.msgpack",  # JSON has no infinity: the wait after a result that is never tried again
    "clocks": "clocks.json",
    "followups": "followups.json",
}
Part = TypeVar("Part")


class OtherRelease(BadInput):
    """A part of a version is written as this release does not read it. `hotline.versions.remaking` mends that."""

    def __init__(self, version: str, part: str, error: Exception) -> None:
        super().__init__(
            f"version {version}: its {part} were written by another release ({error}); `hotline serve` reads them anew "
            "from its sources"
        )


class Manifest(msgspec.Struct, frozen=True):
    """The origin and size of a version: for `hotline versions`, and to see whether dialplans/ has moved on."""

    version: str
    published_at: float
    source_hash: str
    by: str
    flows: int
    prompts: int
    policy: str = ""
    """The version of its policies; empty in one of before their approvals."""
    policy_by: str = ""
    """The user who first published them as they are."""
    forced: str = ""
    """Why it was published although it understands less than the one before; empty: it does not."""


class Versions:
    """The versions of a site, below `folder`. Reading one twice costs nothing: a few are kept in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs = lru_cache(maxsize=8)(self._read_program)
        self._routings = lru_cache(maxsize=8)(self._read_routing)
        self._books = lru_cache(maxsize=4)(self._read_book)
        self._clocks = lru_cache(maxsize=4)(self._read_clocks)
        self._campaigns = lru_cache(maxsize=4)(self._read_campaigns)
        self._follow_ups = lru_cache(maxsize=4)(self._read_follow_ups)

    def program(self, version: str) -> Program:
        """The flows of a version. Raises BadInput when it is not here."""
        return self._programs(version)

    def routing(self, version: str) -> RoutingConfiguration:
        """Its queues and agents, and how callers are treated. Raises BadInput when it is not here."""
        return self._routings(version)

    def book(self, version: str) -> Book:
        """Its scenes; none in a version of before them. Raises BadInput when the version is not here."""
        return self._books(version)

    def campaigns(self, version: str) -> Mapping[str, CampaignSettings]:
        """Its campaigns by name; none in a version of before them. Raises BadInput when the version is not here."""
        return self._campaigns(version)

    def clocks(self, version: str) -> ClockBook:
        """Its clocks of cases; none in a version of before them. Raises BadInput when the version is not here."""
        return self._clocks(version)

    def follow_ups(self, version: str) -> FollowUpRules:
        """Its follow-ups and questionnaires; none in a version of before them. Raises BadInput when the version is not
        here."""
        return self._follow_ups(version)

    def policies(self, version: str) -> dict[str, str]:
        """The texts of its policies by path, as they were published. Raises BadInput when it is not here."""
        self.manifest(version)
        source = self._folder / version / "source"
        try:
            return {
                path.relative_to(source).as_posix(): path.read_text(encoding="utf-8")
                for path in sorted((source / POLICIES).rglob("*.yaml"))
            }
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"version {version}: its policies cannot be read: {error}") from error

    def below(self, version: str, folder: str) -> dict[str, str]:
        """The texts of the files below `folder` that it was made of, by path. Raises BadInput, as `sources`."""
        source = self._folder / version / "source"
        found = sorted((source / folder).rglob("*.yaml"))
        return self.sources(version, (path.relative_to(source).as_posix() for path in found))

    def ruled(self, version: str) -> dict[str, str]:
        """The texts of its policies by path, and of the file that says who approves. Raises BadInput, as `policies`."""
        return self.policies(version) | self.sources(version, (APPROVALS,))

    def sources(self, version: str, paths: Iterable[str]) -> dict[str, str]:
        """The texts of those of these files that it was made of. Raises BadInput when it is not here."""
        self.manifest(version)
        folder = self._folder / version / "source"
        try:
            return {path: (folder / path).read_text(encoding="utf-8") for path in paths if (folder / path).exists()}
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"version {version}: its sources cannot be read: {error}") from error

    def current(self) -> str | None:
        """The id of the version that new calls get; None before the first publish."""
        try:
            return (self._folder / "current").read_text().strip() or None
        except FileNotFoundError:
            return None

    def all(self) -> list[Manifest]:
        """Every version, oldest first."""
        found = []
        for name in self._names():
            # the server or a `hotline publish` beside us may have pruned it since it was listed
            with suppress(BadInput):
                found.append(self.manifest(name))
        return found

    def manifest(self, version: str) -> Manifest:
        """Raises BadInput for a version that is not here."""
        try:
            return msgspec.json.decode((self._folder / version / "manifest.json").read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError) as error:
            raise BadInput(f"no version {version}; `hotline versions` lists them") from error

    def configuration(self, version: str) -> Configuration:
        """For the queues core."""
        return self.routing(version).configuration

    def region(self, version: str) -> str:
        """The country (ISO 3166) by whose rules the version reads a number without a country code.

        REGION for a version that is not here.
        """
        try:
            return self.program(version).region
        except BadInput:
            return REGION

    def next_id(self, source_hash: str) -> str:
        """A new version's id: a count, and the hash of what it is made of."""
        return f"{max(map(_number, self._names()), default=0) + 1:04d}-{source_hash[:8]}"

    def add(
        self,
        manifest: Manifest,
        program: Program,
        routing: RoutingConfiguration,
        sources: list[tuple[str, Path]],
        book: Book = EMPTY,
        campaigns: Mapping[str, CampaignSettings] = MappingProxyType({}),
        clocks: ClockBook = ClockBook(),  # noqa: B008 - it is frozen
        follow_ups: FollowUpRules = FollowUpRules(),  # noqa: B008 - it is frozen
    ) -> None:
        """Write a version down, whole or not at all."""
        unfinished = self._folder / f".{manifest.version}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        (unfinished / "program.msgpack").write_bytes(encode(program))
        (unfinished / _FILES["people"]).write_bytes(msgspec.json.encode(routing))
        (unfinished / _FILES["scenes"]).write_bytes(msgspec.json.encode(book))
        (unfinished / _FILES["campaigns"]).write_bytes(msgspec.msgpack.encode(dict(campaigns)))
        (unfinished / _FILES["clocks"]).write_bytes(msgspec.json.encode(clocks))
        (unfinished / _FILES["followups"]).write_bytes(msgspec.json.encode(follow_ups))
        (unfinished / "manifest.json").write_bytes(msgspec.json.encode(manifest))
        for name, path in sources:
            target = unfinished / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        for file in unfinished.iterdir():
            if file.is_file():
                _sync(file)
        unfinished.rename(self._folder / manifest.version)
        _sync(self._folder)

    def activate(self, version: str) -> None:
        """Let new calls have `version`. Raises BadInput when it is not here."""
        self.manifest(version)
        unfinished = self._folder / f".current.{os.getpid()}"
        unfinished.write_text(version)
        _sync(unfinished)
        unfinished.replace(self._folder / "current")
        with (self._folder / "history").open("a") as history:
            history.write(json.dumps({"at": time.time(), "version": version}) + "\n")

    def before(self) -> str | None:
        """The version that held before the current one: where a rollback goes."""
        try:
            lines = (self._folder / "history").read_text().splitlines()
        except FileNotFoundError:
            return None
        current = self.current()
        for line in reversed(lines):
            version = str(json.loads(line)["version"])
            if current is not None and _number(version) < _number(current):
                return version
        return None

    def at(self, instant: float) -> str | None:
        """The version that new calls got at an instant (UTC epoch seconds); None before the first. It may have been
        deleted since."""
        try:
            lines = (self._folder / "history").read_text().splitlines()
        except FileNotFoundError:
            return None
        held = [row["version"] for row in map(json.loads, lines) if row["at"] <= instant]
        return str(held[-1]) if held else None

    def prune(self, live: frozenset[str]) -> int:
        """Delete the oldest versions beyond the last thirty; what a live call, or the current one, needs stays."""
        gone = [name for name in self._names()[:-_KEPT] if name not in live and name != self.current()]
        for name in gone:
            # hidden first, so that nobody meets half a version; another process that prunes may have been faster
            with suppress(FileNotFoundError):
                (self._folder / name).rename(self._folder / f".{name}.gone")
        for leaving in self._folder.glob(".*.gone"):
            shutil.rmtree(leaving, ignore_errors=True)
        return len(gone)

    def _names(self) -> list[str]:
        """The ids, oldest first."""
        return sorted((path.name for path in self._folder.glob("[0-9]*-*")), key=_number)

    def unreadable(self, version: str) -> list[str]:
        """The parts of a version, scenes and the like, that another release wrote and this one does not read."""
        return [part for part, read in self._parts().items() if not _is_readable(read, version)]

    def rewrite(self, version: str, parts: Mapping[str, object]) -> None:
        """Write parts of a version as this release does, each whole or not at all."""
        for part, what in parts.items():
            name = _FILES[part]
            encode = msgspec.msgpack.encode if name.endswith(".msgpack") else msgspec.json.encode
            unfinished = self._folder / version / f".{name}.{os.getpid()}"
            unfinished.write_bytes(encode(what))
            _sync(unfinished)
            unfinished.replace(self._folder / version / name)
        for read in (self._routings, self._books, self._campaigns, self._clocks, self._follow_ups):
            read.cache_clear()

    def _parts(self) -> dict[str, Callable[[str], object]]:
        return {
            "people": self.routing,
            "scenes": self.book,
            "campaigns": self.campaigns,
            "clocks": self.clocks,
            "followups": self.follow_ups,
        }

    def _read_program(self, version: str) -> Program:
        try:
            return decode(self._read(version, "program.msgpack"))
        except msgspec.DecodeError as error:
            raise OtherRelease(version, "flows", error) from error

    def _read_routing(self, version: str) -> RoutingConfiguration:
        return self._decoded(version, "people", msgspec.json.Decoder(RoutingConfiguration).decode)

    def _read_book(self, version: str) -> Book:
        return self._decoded(version, "scenes", msgspec.json.Decoder(Book).decode, EMPTY)

    def _read_campaigns(self, version: str) -> Mapping[str, CampaignSettings]:
        return self._decoded(version, "campaigns", msgspec.msgpack.Decoder(dict[str, CampaignSettings]).decode, {})

    def _read_clocks(self, version: str) -> ClockBook:
        return self._decoded(version, "clocks", msgspec.json.Decoder(ClockBook).decode, ClockBook())

    def _read_follow_ups(self, version: str) -> FollowUpRules:
        return self._decoded(version, "followups", msgspec.json.Decoder(FollowUpRules).decode, FollowUpRules())

    def _decoded(self, version: str, part: str, read: Callable[[bytes], Part], without: Part | None = None) -> Part:
        """A part of a version; `without` for a version of before there were any. Raises BadInput."""
        self.manifest(version)
        if without is not None and not (self._folder / version / _FILES[part]).exists():
            return without
        try:
            return read(self._read(version, _FILES[part]))
        except msgspec.DecodeError as error:
            raise OtherRelease(version, part, error) from error

    def _read(self, version: str, name: str) -> bytes:
        try:
            return (self._folder / version / name).read_bytes()
        except OSError as error:
            raise BadInput(f"version {version} is not here: {error.strerror}") from error


class Programs:
    """The flows by version, as the flow machine asks for them."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    def __getitem__(self, version: str) -> Program:
        """Raises KeyError for a version that is not here."""
        try:
            return self._versions.program(version)
        except BadInput as error:
            raise KeyError(version) from error


def _is_readable(read: Callable[[str], object], version: str) -> bool:
    try:
        read(version)
    except OtherRelease:
        return False
    return True


def _number(version: str) -> int:
    """The count that an id begins with: the ten-thousandth has a digit more."""
    return int(version.partition("-")[0])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
