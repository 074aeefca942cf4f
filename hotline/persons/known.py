"""What is known of a party, as the gate looks it up for each decision: kept in memory, fresh by the row.

A look-up of what is kept costs a question to the store whether anything has changed, some microseconds; of what is not,
four walks along an index. Nobody waits for a writer: the store is read beside it.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path

import msgspec

from dialer.governor.questions import Consent, Listed
from hotline.persons import consents, exceptions, lists
from hotline.persons.changing import IMPORT
from hotline.persons.exceptions import Spell
from hotline.persons.parties import Party
from hotline.persons.register import people_of
from hotline.store.opening import must_be_of_today

_MOST_KEPT = 200_000
_MOST_CHANGES = 10_000
"""Where more has changed, all is forgotten at once."""


class Facts(msgspec.Struct, frozen=True):
    """All that is known of one party. Times are not looked at yet."""

    people: tuple[str, ...] = ()
    """Of a number or an account: whose it is."""
    tier: str = ""
    zone: str = ""
    region: str = ""
    consents: tuple[Consent, ...] = ()
    lists: tuple[Listed, ...] = ()
    exceptions: tuple[Spell, ...] = ()


NOTHING = Facts()


class KnownFacts:
    """The facts of a site's store. Use it from one thread at a time."""

    def __init__(self, database: Path, most: int = _MOST_KEPT) -> None:
        """`most`: parties that are kept. Raises BadInput for a store that is not of today."""
        must_be_of_today(database)
        self._store = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)
        self._most = most
        self._kept: dict[Party, Facts] = {}
        self._seen = -1

    def close(self) -> None:
        """Close the store."""
        with suppress(sqlite3.Error):
            self._store.close()

    def of(self, party: Party) -> Facts:
        """The facts of a party as they are kept; call `refresh` before the first of a decision. Raises sqlite3.Error
        where they cannot be known."""
        found = self._kept.get(party)
        if found is None:
            found = self._read(party)
            if len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[party] = found
        return found

    def refresh(self) -> None:
        """Forget whom something was changed of since the last time, by any process. Raises sqlite3.Error."""
        last = self._store.execute("SELECT max(seq) FROM person_changes").fetchone()[0] or 0
        if last == self._seen:
            return
        if self._kept:
            query = "SELECT kind, subject FROM person_changes WHERE seq > ? ORDER BY seq LIMIT ?"
            changed = self._store.execute(query, (self._seen, _MOST_CHANGES)).fetchall()
            if len(changed) >= _MOST_CHANGES or any(kind == IMPORT for kind, _ in changed):
                self._kept.clear()
            for kind, subject in changed:
                self._kept.pop(Party(kind, subject), None)
        self._seen = last

    def _read(self, party: Party) -> Facts:
        store = self._store
        tier = zone = region = ""
        people: tuple[str, ...] = ()
        if party.kind == "person":
            query = "SELECT tier, zone, region FROM persons WHERE person = ?"
            tier, zone, region = store.execute(query, (party.key,)).fetchone() or ("", "", "")
        else:
            people = people_of(store, party)
        found = Facts(
            people,
            *(tier, zone, region),
            consents.read(store, party),
            lists.read(store, party) if party.kind != "number" else (),
            exceptions.read(store, party),
        )
        return NOTHING if found == NOTHING else found
