"""Picking of contacts: whom a campaign is handed next of one list, and the rows by which they are its own.

A person is handed out once. The same fetch again, after a restart, is given the same contacts as they were; another
row of somebody who was handed out already, on another list of the campaign, ends at once; of a list that has been
replaced since, the new row goes on where the old one stopped.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, get_args

import msgspec

from dialer.campaigns.contacts import ENDS, Contact, ContactKey, ContactState, Number
from hotline.campaigns.rows import CONTACT, contact_row
from hotline.store.statements import upsert

CURSOR = upsert("campaign_cursors", "campaign list", "low high")
FORGET = "DELETE FROM campaign_contacts WHERE campaign = ? AND list = ? AND row = ?"
_END_OF_ROWS = 2**62
_OLD_HAND_S = 600.0
"""Somebody whose row on a list of before is in hand may be on the phone: they are looked at again so much later."""
_KNOWN = (
    "k.person, k.state, k.due_at, k.tries, k.asked, k.next_number, k.bad, k.waits, k.last_result, k.agent, k.detail"
)
_PERSON = "c.row, c.person, c.account, c.name, c.attributes"
_FROM = f"SELECT {_PERSON}, {_KNOWN} FROM campaign_contacts AS k INDEXED BY"
_MINE = "CROSS JOIN contacts AS c USING (list, row) WHERE k.campaign = ?"
"""Each query names its index: without statistics SQLite takes the primary key, and walks along all of a list."""
_REPEATED = f"{_FROM} campaign_contacts_in_hand {_MINE} AND k.fetch = ? AND k.fetch <> '' AND k.list = ? ORDER BY k.row"
_ONE = (
    f"SELECT {_PERSON}, {_KNOWN} FROM campaign_contacts AS k {_MINE} AND k.list = ? AND k.row = ? "
    "AND EXISTS (SELECT 1 FROM contact_lists AS l WHERE l.id = k.list AND l.state = 'ready')"
)
_DUE = (
    f"{_FROM} campaign_contacts_due {_MINE} AND k.list = ? AND k.state = 'due' AND k.due_at <= ? "
    "ORDER BY k.due_at LIMIT ?"
)
_TRIES = (
    "SELECT min(tries) FROM campaign_contacts INDEXED BY campaign_contacts_due_by_tries "
    "WHERE campaign = ? AND list = ? AND state = 'due' AND tries > ?"
)
_DUE_BY_TRIES = (
    f"{_FROM} campaign_contacts_due_by_tries {_MINE} AND k.list = ? AND k.state = 'due' AND k.tries = ? "
    "AND k.due_at <= ? ORDER BY k.due_at LIMIT ?"
)
_GIVEN_BACK = f"{_FROM} campaign_contacts_again {_MINE} AND k.list = ? AND k.state = 'fresh' ORDER BY k.row LIMIT ?"
_NEW = (
    f"SELECT {_PERSON} FROM contacts AS c WHERE c.list = ? AND c.row > ? AND c.row < ? AND NOT EXISTS "
    "(SELECT 1 FROM campaign_contacts AS k WHERE k.campaign = ? AND k.list = c.list AND k.row = c.row) "
    "ORDER BY c.row {} LIMIT ?"
)
_NEXT_DUE = (
    "SELECT min(due_at) FROM campaign_contacts INDEXED BY campaign_contacts_due "
    "WHERE campaign = ? AND list = ? AND state = 'due' AND due_at > ?"
)
_NUMBERS = (
    "SELECT number, zone FROM contact_numbers INDEXED BY contact_numbers_by_row WHERE list = ? AND row = ? "
    "ORDER BY place"
)
_SAME_PERSON = (
    "SELECT k.list, k.row, k.state, k.due_at, k.tries, k.next_number, k.bad, k.waits, k.last_result, k.agent, "
    "k.detail, l.name "
    "FROM campaign_contacts AS k INDEXED BY campaign_contacts_by_person "
    "LEFT JOIN contact_lists AS l ON l.id = k.list AND l.state = 'ready' "
    "WHERE k.campaign = ? AND k.person = ? AND NOT (k.list = ? AND k.row = ?) ORDER BY l.name IS NULL LIMIT 1"
)

Row = tuple[str, tuple[Any, ...]]
_Waits = tuple[tuple[str, float], ...]


@dataclass(slots=True)
class Picked:
    """Contacts that are handed out once `rows` are durable, and what else `Fetched` tells."""

    contacts: list[Contact] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    next_due_at: float | None = None
    error: str = ""


class Picking:
    """One pick; `connection` reads the store with all that was written before."""

    def __init__(self, connection: sqlite3.Connection, campaign: str, fetch: str, now: float) -> None:
        """`now`: UTC epoch seconds."""
        self._store = connection
        self._campaign = campaign
        self._fetch = fetch
        self._now = now
        self._list = 0
        self._done = Picked()
        self._later: list[float] = []

    def pick(self, name: str, order: str, count: int) -> Picked:
        """Up to `count` contacts of the list of this name. Fewer: there are no more now."""
        found = self._rows("SELECT id FROM contact_lists WHERE name = ? AND state = 'ready'", (name,))
        if not found:
            self._done.error = f"no list {name} was imported"
            return self._done
        self._list = found[0][0]
        repeated = self._rows(_REPEATED, (self._campaign, self._fetch, self._list))
        for row in repeated:
            self._done.contacts.append(self._known(row))
        waiting = [] if repeated else self._in_order(order, count)
        for part in waiting:
            for contact in part:
                self._hand_out(contact)
                if len(self._done.contacts) >= count:
                    return self._done
        if len(self._done.contacts) < count:
            (after,) = self._rows(_NEXT_DUE, (self._campaign, self._list, self._now))
            self._done.next_due_at = min([*self._later, *(due for due in after if due is not None)], default=None)
        return self._done

    def one(self, key: ContactKey) -> Contact | None:
        """A contact as the campaign knows it now; None: its list is not there any more, or it was never handed out."""
        self._list = key.list
        found = self._rows(_ONE, (self._campaign, key.list, key.row))
        return self._known(found[0]) if found else None

    def _in_order(self, order: str, count: int) -> list[Iterator[Contact]]:
        mine = self._campaign, self._list
        given_back = (self._known(row) for row in self._rows(_GIVEN_BACK, (*mine, count)))
        new = self._new(order == "newest", count)
        if order == "fewest_tries":
            return [given_back, new, self._due_by_tries(count)]
        due = (self._known(row) for row in self._rows(_DUE, (*mine, self._now, count)))
        return [due, given_back, new]

    def _due_by_tries(self, count: int) -> Iterator[Contact]:
        mine, tries = (self._campaign, self._list), -1
        while (found := self._rows(_TRIES, (*mine, tries))[0][0]) is not None:
            tries = found
            for row in self._rows(_DUE_BY_TRIES, (*mine, tries, self._now, count)):
                yield self._known(row)

    def _new(self, from_the_end: bool, count: int) -> Iterator[Contact]:
        """Contacts who were never handed out and are to be; others are passed over, each with its row. The cursor moves
        with them."""
        known = self._rows(
            "SELECT low, high FROM campaign_cursors WHERE campaign = ? AND list = ?", (self._campaign, self._list)
        )
        low, high = known[0] if known else (0, _END_OF_ROWS)
        query = _NEW.format("DESC" if from_the_end else "ASC")
        while part := self._rows(query, (self._list, low, high, self._campaign, count)):
            for row in part:
                low, high = (low, row[0]) if from_the_end else (row[0], high)
                contact = self._taken_on(self._contact(row))
                if contact is not None:
                    self._moved(low, high)
                    yield contact
        self._moved(low, high)

    def _moved(self, low: int, high: int) -> None:
        mine = (CURSOR, (self._campaign, self._list, low, high))
        rows = self._done.rows
        if rows and rows[-1][0] == CURSOR:
            rows[-1] = mine
        else:
            rows.append(mine)

    def _taken_on(self, contact: Contact) -> Contact | None:
        """The contact as it is handed out now; None: not now, and `rows` say why."""
        same = self._rows(_SAME_PERSON, (self._campaign, contact.person_key, self._list, contact.key.row))
        if not same:
            return contact
        list_, row, state, due_at, tries, next_number, bad, waits, last_result, agent, detail, there = same[0]
        if there is not None:
            self._keep(contact, "spent", None, f"the same person as in row {row} of {there}")
            return None
        numbers = {one.number for one in contact.numbers}
        contact = msgspec.structs.replace(
            contact,
            tries=tries,
            next_number=min(next_number, len(contact.numbers) - 1),
            bad=tuple(one for one in msgspec.json.decode(bad, type=list[str]) if one in numbers),
            waits=tuple(one for one in msgspec.json.decode(waits, type=_Waits) if one[0] in numbers),
            last_result=last_result,
            agent=agent,
        )
        self._done.rows.append((FORGET, (self._campaign, list_, row)))
        if state in ENDS:
            self._keep(contact, state, None, detail)
        elif state == "in_hand":
            self._keep(contact, "due", self._now + _OLD_HAND_S, detail)
        elif due_at is not None and due_at > self._now:
            self._keep(contact, "due", due_at, detail)
        else:
            return contact
        return None

    def _hand_out(self, contact: Contact) -> None:
        self._done.contacts.append(contact)
        self._done.rows.append((CONTACT, contact_row(self._campaign, contact, "in_hand", None, fetch=self._fetch)))

    def _keep(self, contact: Contact, state: ContactState, due_at: float | None, detail: str) -> None:
        self._done.rows.append((CONTACT, contact_row(self._campaign, contact, state, due_at, detail)))
        if due_at is not None:
            self._later.append(due_at)

    def _contact(self, row: tuple[Any, ...]) -> Contact:
        place, person, account, name, attributes = row[:5]
        numbers = tuple(Number(*one) for one in self._store.execute(_NUMBERS, (self._list, place)))
        return Contact(
            key=ContactKey(self._list, place),
            numbers=numbers,
            person=person,
            account=account,
            name=name,
            attributes=msgspec.json.decode(attributes, type=dict[str, str]),
        )

    def _known(self, row: tuple[Any, ...]) -> Contact:
        _, _, _, tries, asked, next_number, bad, waits, last_result, agent, _ = row[5:]
        return msgspec.structs.replace(
            self._contact(row),
            tries=tries,
            asked=asked,
            next_number=next_number,
            bad=tuple(msgspec.json.decode(bad, type=list[str])),
            waits=msgspec.json.decode(waits, type=_Waits),
            last_result=last_result,
            agent=agent,
        )

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._store.execute(query, values).fetchall()


STATES: tuple[str, ...] = get_args(ContactState)
