"""The rows of campaigns' contacts in memory: what the store does for the core, without a database."""

from collections.abc import Sequence

import msgspec

from calls.ids import AttemptId
from dialer.campaigns.commands import Fetch, KeepContact, LogTry, Recall
from dialer.campaigns.contacts import ENDS, Contact, ContactKey, ContactState, Number
from dialer.campaigns.events import Fetched, Recalled


class Row(msgspec.Struct):
    """A contact in one campaign."""

    contact: Contact
    state: ContactState = "fresh"
    due_at: float | None = None
    detail: str = ""


def people(list_number: int, count: int, numbers: int = 1, first: int = 0) -> tuple[Contact, ...]:
    """So many contacts of a list, each with numbers of their own; pseudo numbers, 139 0000 ...."""
    return tuple(
        Contact(
            key=ContactKey(list_number, first + one),
            numbers=tuple(
                Number(f"+86139{(list_number * 10_000 + first + one) * 10 + number:08d}", "Asia/Shanghai")
                for number in range(numbers)
            ),
            person=f"p{list_number}-{first + one}",
        )
        for one in range(count)
    )


class Rows:
    """Lists of contacts, by name, and what each campaign knows of them."""

    def __init__(self, lists: dict[str, tuple[Contact, ...]]) -> None:
        self.lists = lists
        self.by_campaign: dict[str, dict[ContactKey, Row]] = {}
        self._laid_out: dict[str, int] = {}
        """By campaign: how many contacts the lists had when its rows were laid out. Lists only grow."""
        self._of_person: dict[str, dict[str, list[ContactKey]]] = {}
        """By campaign and person: all rows of theirs."""
        self._fetched: dict[AttemptId, tuple[ContactKey, ...]] = {}
        self.tries: dict[AttemptId, LogTry] = {}

    def of(self, campaign: str) -> dict[ContactKey, Row]:
        """What this campaign knows of each contact of every list."""
        rows = self.by_campaign.setdefault(campaign, {})
        count = sum(map(len, self.lists.values()))
        if self._laid_out.get(campaign) != count:
            self._laid_out[campaign] = count
            persons = self._of_person.setdefault(campaign, {})
            for contacts in self.lists.values():
                for contact in contacts:
                    if contact.key not in rows:
                        rows[contact.key] = Row(contact)
                        persons.setdefault(contact.person_key, []).append(contact.key)
        return rows

    def fetch(self, asked: Fetch, utc: float) -> Fetched:
        """Hand out contacts, as `Fetch` says."""
        rows = self.of(asked.campaign)
        if asked.fetch in self._fetched:
            again = tuple(rows[key].contact for key in self._fetched[asked.fetch])
            return Fetched(asked.campaign, asked.fetch, again, self._next_due(asked, utc))
        keys = [contact.key for contact in self.lists[asked.list]]
        due = [key for key in keys if rows[key].state == "due" and (rows[key].due_at or 0.0) <= utc]
        due.sort(key=lambda key: (rows[key].due_at or 0.0, key.list, key.row))
        fresh = [key for key in keys if rows[key].state == "fresh"]
        handed: list[ContactKey] = []
        for key in (*due, *fresh):
            if len(handed) == asked.count:
                break
            if not self._elsewhere(asked.campaign, key):
                rows[key].state = "in_hand"
                handed.append(key)
        self._fetched[asked.fetch] = tuple(handed)
        contacts = tuple(rows[key].contact for key in handed)
        return Fetched(asked.campaign, asked.fetch, contacts, self._next_due(asked, utc))

    def keep(self, kept: KeepContact) -> None:
        """Write it."""
        row = self.of(kept.campaign)[kept.contact.key]
        row.contact, row.state, row.due_at, row.detail = kept.contact, kept.state, kept.due_at, kept.detail

    def log(self, row: LogTry) -> None:
        """Write a try."""
        self.tries[row.attempt] = row

    def recall(self, asked: Recall) -> Recalled:
        """A try that is over, with its contact, as `Recall` says."""
        row = self.tries.get(asked.attempt)
        if row is None:
            return Recalled(asked.attempt)
        known = self.of(asked.campaign)[row.contact]
        name = next(name for name, people in self.lists.items() if any(one.key == row.contact for one in people))
        return Recalled(asked.attempt, row, known.contact, name, known.due_at)

    def states(self, campaign: str) -> dict[str, int]:
        """How many contacts are in each state."""
        counts: dict[str, int] = {}
        for row in self.of(campaign).values():
            counts[row.state] = counts.get(row.state, 0) + 1
        return counts

    def add(self, name: str, contacts: Sequence[Contact]) -> None:
        """Let a list grow."""
        self.lists[name] = (*self.lists[name], *contacts)

    def _elsewhere(self, campaign: str, key: ContactKey) -> bool:
        """Whether another row of the person is in hand, or at an end that is theirs."""
        rows = self.of(campaign)
        others = (rows[other] for other in self._of_person[campaign][rows[key].contact.person_key] if other != key)
        return any(row.state == "in_hand" or row.state in ENDS for row in others)

    def _next_due(self, asked: Fetch, utc: float) -> float | None:
        rows = self.of(asked.campaign)
        waiting = [rows[contact.key] for contact in self.lists[asked.list]]
        return min((row.due_at for row in waiting if row.state == "due" and row.due_at is not None), default=None)
