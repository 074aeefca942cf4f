"""The server's gate of outgoing calls: its policy and lists kept up to date, its ledger open, its decisions shown, and
the SIP gate's questions answered."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.gate.attempts import LedgerAttempts
from hotline.gate.decider import Decider
from hotline.governing.feed import Feed
from hotline.governing.gate import Gate
from hotline.governing.list_copies import copy_warnings
from hotline.governing.number_file_lists import NumberFileLists
from hotline.governing.ports import Lists, Persons
from hotline.governing.published import InForce, Published
from hotline.governing.reserving import Reserving
from hotline.governing.site_lists import SiteLists
from hotline.governing.site_persons import site_persons
from hotline.governing.subjects import Subjects
from hotline.other_systems.listening import listening
from hotline.other_systems.watching import Watcher
from hotline.server.late_ledger import LateLedger
from hotline.site import audit
from hotline.site.site import Site
from hotline.suppression.site_lists import lists_of
from hotline.versions.store import Versions


class ServerGate:
    """The gate, and what it needs. `look` once a second; until the first look everything is denied."""

    def __init__(
        self,
        site: Site,
        versions: Versions,
        add: Callable[[Dependency], object] = lambda outer: None,
        lists: Lists | None = None,
        persons: Persons | None = None,
    ) -> None:
        """For a running event loop. `add` is given the states of the outer parts that it needs. `lists` and `persons`
        unless given are those of the site's store, and its do-not-call file."""
        self._site = site
        self.feed = Feed()
        note = partial(audit.note, site.state, "policy that decides")
        self._published = Published(versions, site.database, note=note)
        self._site_lists = SiteLists(NumberFileLists(site.do_not_call, site.settings.region), lambda: lists_of(site))
        self._lists = lists or self._site_lists
        self._site_persons = site_persons(site.database)
        self._persons = persons or self._site_persons
        self.ledger = LateLedger(site, add)
        self.gate = Gate(lambda: self._published.now, self._subjects, self.ledger, self.feed)
        self.reserving = Reserving(self.gate, self.ledger)
        self.looked = asyncio.Event()
        """Set once it is known what is in force."""
        self.sip_gate = Dependency("sip gate", time.time)
        if site.settings.gate is not None:
            add(self.sip_gate)
        self.watched = {
            name: Dependency(f"source {name}", time.time)
            for name, source in site.settings.sources.items()
            if source.watch is not None and source.mode != "off"
        }
        self.watchers: dict[str, Watcher] = {}
        for state in self.watched.values():
            add(state)

    @contextlib.asynccontextmanager
    async def deciding(self) -> AsyncIterator[None]:
        """Answer the SIP gate, where the site has one; at the end let go of the ledger, too."""
        settings, tasks = self._site.settings.gate, []
        if settings is not None:
            decider = Decider(
                "127.0.0.1",
                settings.decider_port,
                self._site.secret("gate"),
                settings.sources,
                LedgerAttempts(self.reserving),
                self._site.settings.region,
                self.sip_gate,
                talk_s=settings.talk_s,
            )
            tasks.append(asyncio.create_task(decider.run()))
        for name, state in self.watched.items():
            watcher = Watcher(
                name,
                self._site.settings.sources[name],
                self._site.settings.region,
                self.reserving,
                self.ledger,
                state,
            )
            self.watchers[name] = watcher
            tasks.append(asyncio.create_task(watcher.run(listening(self._site, name))))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.ledger.close()
            self._site_persons.close()

    async def look(self) -> None:
        """Take up another version, approvals, withdrawals, and a do-not-call file that has changed."""
        await self._published.look()
        if self._published.now.book.scenes:  # else every question is denied, and nothing is to be written
            await self.ledger.open()
        if self._lists is self._site_lists:
            await asyncio.to_thread(self._site_lists.refresh)
        self.looked.set()

    def told(self) -> dict[str, Any] | None:
        """What is in force, for the bus; None before the first look, and of a site without scenes."""
        return self._published.told() if self.looked.is_set() else None

    def warnings(self) -> list[str]:
        """Of a policy that does not rule, and of copies of lists that are missing or too old, for `hotline status`."""
        waiting, governed = self._published.waiting(), self._published.now.governed
        told = [waiting] if waiting else []
        if governed is not None and self.looked.is_set():
            now = time.time()
            with contextlib.suppress(OSError, sqlite3.Error, BadInput):  # lists that cannot be read are told elsewhere
                told += copy_warnings(governed.policy, self._lists.as_of(now), now)
        return told

    def _subjects(self, in_force: InForce) -> Subjects:
        return Subjects(in_force.region, self._lists, self._persons, in_force.own)
