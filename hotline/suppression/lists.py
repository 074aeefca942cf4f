"""Look-ups in all lists of a site: which lists is this number on, now?

Imports are exact sets in memory. Entries stay in the store: memory has one set of all numbers that an entry was ever
made for, and a number that is in it is asked of the store, which takes some microseconds and happens for few. Numbers
of other sites are known by keyed hashes only: memory has 32 bits of each, the store decides.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
from pyroaring import BitMap

from calls.errors import BadInput
from dialer.governor.questions import Listed
from hotline.site.number_set import NumberSet
from hotline.store import opening, transactions
from hotline.suppression import entries, snapshot
from hotline.suppression.entries import DO_NOT_CALL, GROUP, Entry
from hotline.suppression.imports import Import, not_over
from hotline.suppression.keyed_hashes import NumberHashes
from hotline.suppression.snapshot import Snapshot

FORBIDDING = frozenset({DO_NOT_CALL, GROUP})
"""The lists that forbid a call by themselves, whatever a policy says."""


class Removed(msgspec.Struct, frozen=True):
    """What it took to take a number off a list."""

    ended: tuple[int, ...]
    """Entries that are over now."""
    lifted: int | None
    """The entry that lifts the imports of the list for this number."""
    still_by: tuple[Listed, ...]
    """What it is on still: other lists and scopes, prefixes, other sites."""


class Lists:
    """The lists of one site. Use it from one thread at a time; `refresh` may take seconds, when a file was imported."""

    def __init__(self, database: Path, folder: Path, hashes: NumberHashes | None = None) -> None:
        """`folder` has the snapshots; `hashes` reads what other sites share. Raises BadInput."""
        opening.must_be_of_today(database)
        self._database = database
        self._folder = folder
        self._hashes = hashes
        self._store = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)
        self._seen = -1
        self._heard = (-1, -1.0)
        self._mentioned = NumberSet()
        self._mentioned_short: set[str] = set()
        self._prefixes: dict[str, list[Entry]] = {}
        self._lengths: tuple[int, ...] = ()
        self._imports: list[tuple[Import, Snapshot]] = []
        self._of_others = BitMap()

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def changed(self) -> bool:
        """Whether something was put on a list or taken off since the last `refresh`, by any process. Microseconds."""
        return self._last_change() != self._seen or (self._hashes is not None and self._last_heard() != self._heard)

    def refresh(self, between: Callable[[], None] = lambda: None) -> None:
        """Take up every change. `between` is called after some milliseconds of work. Raises OSError and BadInput for a
        snapshot that cannot be read: then the lists stay as they were, and `changed` stays true."""
        last, heard = self._last_change(), self._last_heard() if self._hashes is not None else self._heard
        if last != self._seen:
            imports = self._loaded(between)
            query = (
                "SELECT DISTINCT number FROM suppression_log AS log JOIN suppression_entries AS entry "
                "ON entry.id = log.entry WHERE log.seq > ? AND kind <> 'prefix'"
            )
            for count, (number,) in enumerate(self._store.execute(query, (self._seen,))):
                if number.startswith("+"):
                    self._mentioned.put(int(number[1:]))
                else:
                    self._mentioned_short.add(number)
                if count % 2_000 == 0:
                    between()
            prefixes: dict[str, list[Entry]] = {}
            for entry in entries.prefixes(self._store):
                prefixes.setdefault(entry.number, []).append(entry)
            self._prefixes, self._lengths = prefixes, tuple(sorted({len(one) for one in prefixes}))
            self._imports = imports
            self._seen = last
        if heard != self._heard:
            hashes = b"".join(row[0] for row in self._store.execute("SELECT hash FROM suppression_hashes"))
            first = np.frombuffer(hashes, ">u4")[::4].astype(np.uint32)
            self._of_others, self._heard = BitMap(first), heard

    def lists_of(self, number: str, at: float | None = None) -> tuple[Listed, ...]:
        """Every list that `number` (as `calls.numbers.e164` gives it) is on at the instant `at`, now unless given.

        Up to date with every process. Raises OSError, sqlite3.Error or BadInput where that cannot be known: then
        nobody is called.
        """
        if self.changed():
            self.refresh()
        return self.lists_as_known(number, time.time() if at is None else at)

    def lists_as_known(self, number: str, at: float) -> tuple[Listed, ...]:
        """As `lists_of`, as of the last `refresh`."""
        found: list[Listed] = []
        plain = int(number[1:]) if number[:1] == "+" and number[1:].isdecimal() else None
        lifted: list[Entry] = []
        if plain in self._mentioned if plain is not None else number in self._mentioned_short:
            own = [entry for entry in entries.of_number(self._store, number) if entry.in_force(at)]
            lifted = [entry for entry in own if entry.kind == "lifted"]
            found += [_listed(entry) for entry in own if entry.kind == "number"]
        for made, numbers in self._imports:
            if (
                made.in_force(at)
                and (plain in numbers.numbers if plain is not None else number in numbers.short)
                and not _is_lifted(made, lifted)
            ):
                found.append(Listed(made.list, made.scope, made.source, made.reason, made.since, made.until))
        if plain is not None:
            for length in self._lengths:
                for entry in self._prefixes.get(number[:length], ()) if length <= len(number) else ():
                    if entry.in_force(at):
                        found.append(_listed(entry, f"prefix:{entry.number}"))
        if self._hashes is not None and len(self._of_others):
            found += self._by_others(self._hashes.of(number), at)
        return tuple(found)

    def scrubbed(self, numbers: Iterable[str], at: float | None = None) -> list[tuple[Listed, ...]]:
        """As `lists_of`, for many, as of one instant."""
        if self.changed():
            self.refresh()
        now = time.time() if at is None else at
        return [self.lists_as_known(number, now) for number in numbers]

    def as_of(self, at: float) -> dict[str, float]:
        """When the files were imported that hold at `at`, by list, as of the last `refresh`: of several the oldest, for
        somebody may stand in that one alone. Files for one campaign, scene or category are no copy of a list."""
        taken: dict[str, float] = {}
        for made, _ in self._imports:
            if not made.scope and made.in_force(at):
                taken[made.list] = min(made.since, taken.get(made.list, made.since))
        return taken

    def remove(self, number: str, list_: str, scope: str, author: str, why: str) -> Removed:
        """Take a number off a list: end its entries, and lift the imports that have it. All stays in the history.

        Raises BadInput for one that is not on it.
        """
        entries.check_place(list_, scope)
        if not why.strip():
            raise BadInput("say why it is taken off: --reason")
        self.refresh()
        at = time.time()
        known = self.lists_as_known(number, at)
        by_import = any(
            made.list == list_ and made.scope == scope and made.in_force(at) and number in numbers
            for made, numbers in self._imports
        )
        lifted = None
        with transactions.writing(self._database) as connection:
            mine = [one for one in entries.of_number(connection, number) if one.list == list_ and one.scope == scope]
            ended = [one.id for one in mine if one.kind == "number"]
            if not any(one.list == list_ and one.scope == scope for one in known):
                raise BadInput("the number is not on this list" + (f" in {scope}" if scope else ""))
            entries.end_entries(connection, ended, author, why, at)
            if by_import:
                wish = entries.Wish(list=list_, scope=scope, source="removed", reason=why, author=author)
                lifted = entries.add_within(connection, number, wish, at, "lifted")
        return Removed(tuple(ended), lifted, self.lists_of(number))

    def numbers(self, list_: str | None = None) -> list[tuple[Import, Snapshot]]:
        """The imports as of the last `refresh`, of one list or all, with their numbers."""
        return [one for one in self._imports if list_ is None or one[0].list == list_]

    def _loaded(self, between: Callable[[], None]) -> list[tuple[Import, Snapshot]]:
        known = {made.snapshot: numbers for made, numbers in self._imports}
        loaded = []
        for made in not_over(self._store):
            numbers = known.get(made.snapshot)
            if numbers is None:
                numbers = snapshot.read(self._folder / made.snapshot, between)
                if len(numbers) != made.numbers:
                    raise BadInput(f"{made.snapshot}: these are not the numbers of import-{made.id}; import it again")
            loaded.append((made, numbers))
        return loaded

    def _last_change(self) -> int:
        return int(self._store.execute("SELECT coalesce(max(seq), 0) FROM suppression_log").fetchone()[0])

    def _last_heard(self) -> tuple[int, float]:
        query = "SELECT coalesce(sum(applied), 0), coalesce(max(heard_at), 0) FROM suppression_peers"
        applied, heard = self._store.execute(query).fetchone()
        return int(applied), float(heard)

    def _by_others(self, hashed: bytes, at: float) -> list[Listed]:
        if int.from_bytes(hashed[:4], "big") not in self._of_others:
            return []
        query = "SELECT list, site, since, until FROM suppression_hashes WHERE hash = ?"
        rows = self._store.execute(query, (hashed,)).fetchall()
        return [
            Listed(list_, "", f"site {site}", "shared by another site", since, until)
            for list_, site, since, until in rows
            if until is None or until > at
        ]

    def __enter__(self) -> "Lists":
        return self

    def __exit__(self, *given: object) -> None:
        with suppress(sqlite3.Error):
            self.close()


def forbidding(listed: Iterable[Listed]) -> tuple[Listed, ...]:
    """Those that forbid any call, whatever it is for."""
    return tuple(one for one in listed if one.list in FORBIDDING and (not one.scope or one.scope.startswith("prefix:")))


def _listed(entry: Entry, scope: str | None = None) -> Listed:
    where = entry.scope if scope is None else scope
    return Listed(entry.list, where, entry.source, entry.reason, entry.since, entry.until)


def _is_lifted(made: Import, lifted: Iterable[Entry]) -> bool:
    """Whether one of these, of one number, lifts this import; none lifts a later one."""
    return any(one.list == made.list and one.scope == made.scope and one.since >= made.since for one in lifted)
