"""A store with lists of people, and a campaign that is handed them."""

import asyncio
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from calls.ids import AttemptId
from dialer.campaigns.commands import Fetch, KeepContact, LogTry
from dialer.campaigns.contacts import Contact, ContactKey, ContactState
from dialer.campaigns.events import Fetched
from dialer.campaigns.settings import CampaignSettings, ListShare, Order
from hotline.campaigns.fetching import Fetching
from hotline.campaigns.rows import CampaignRows
from hotline.contacts.importing import Wanted, import_list
from hotline.store.writer import Writer

NOW = 1_764_500_000.0


def number(of: int) -> str:
    """A mobile number, as a list has it."""
    return f"1380013{of:04d}"


def import_people(
    store: Path, people: Iterable[tuple[str, int]], name: str = "spring", *, replace: bool = False
) -> None:
    """A list of persons' keys, and their numbers."""
    file = store.with_name("people.csv")
    rows = "".join(f"{key},{number(of)}\n" for key, of in people)
    file.write_text(f"客户号,手机\n{rows}", encoding="utf-8")
    import_list(store, file, Wanted(name, "CN", "test", replace=replace))


class Campaign:
    """Fetches, and keeps what it is told; each act has a loop and a writer of its own, as after a restart."""

    def __init__(self, store: Path, name: str = "calls") -> None:
        self.store = store
        self.name = name
        self.now = NOW
        self._count = 0

    def fetch(self, count: int, list_: str = "spring", order: Order = "listed", again: str = "") -> Fetched:
        """The answer to a new fetch; `again`: to one of before."""
        self._count += 1
        fetch = AttemptId(again or f"{self.name}/{list_}/fetch-{self._count}")

        async def run() -> Fetched:
            writer = Writer(self.store, lambda trouble: None)
            found = await Fetching(self.store, writer, lambda: self.now).fetch(
                Fetch(self.name, fetch, list_, order, count)
            )
            await writer.close()
            return found

        return asyncio.run(run())

    def keys(self, count: int, list_: str = "spring", order: Order = "listed") -> list[str]:
        """The persons that a new fetch is given."""
        return [contact.person for contact in self.fetch(count, list_, order).contacts]

    def keep(self, contact: Contact, state: ContactState, due_in_s: float | None = None, detail: str = "") -> None:
        """Write what became of a contact."""

        async def run() -> None:
            writer = Writer(self.store, lambda trouble: None)
            due_at = None if due_in_s is None else self.now + due_in_s
            CampaignRows(writer.write, lambda: NOW).take(KeepContact(self.name, contact, state, due_at, detail))
            await writer.close()

        asyncio.run(run())

    def rows(self) -> dict[str, str]:
        """The state of each person who was handed out, by their key; of another list behind it `/LIST`."""
        with closing(sqlite3.connect(self.store)) as connection:
            return dict(
                connection.execute(
                    "SELECT person || iif(list = 1, '', '/' || list), state FROM campaign_contacts WHERE campaign = ?",
                    (self.name,),
                )
            )


def settings(name: str = "calls", **words: object) -> CampaignSettings:
    """A campaign of the list spring."""
    given = {"scene": "offer", "mode": "progressive", "lists": (ListShare("spring"),), "queue": "care", **words}
    return CampaignSettings(name=name, **given)  # type: ignore[arg-type]


def log_tries(store: Path, *tries: LogTry) -> None:
    """Write them, as the core logs them."""

    async def run() -> None:
        writer = Writer(store, lambda trouble: None)
        rows = CampaignRows(writer.write, lambda: NOW)
        for one in tries:
            rows.take(one)
        await writer.close()

    asyncio.run(run())


def a_try(name: str, row: int = 1, at: float = NOW, **words: object) -> LogTry:
    """A try that was allowed, dialled and not answered; `words` say otherwise. Instants are seconds from NOW."""
    instants = ("placed_at", "answered_at", "connected_at", "ended_at")
    given: dict[str, object] = {"verdict": "allow", "placed_at": 1.0, "ended_at": 31.0, "result": "no_answer", **words}
    if given["verdict"] != "allow":
        given = {"result": "", **words}
    shifted = {word: NOW + value if word in instants else value for word, value in given.items()}  # type: ignore[operator]
    number_ = f"+86{number(row)}"
    return LogTry(AttemptId(name), "calls", ContactKey(1, row), number_, at, **shifted)  # type: ignore[arg-type]
