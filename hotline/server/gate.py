"""The server's gate of outgoing calls: its policy and lists kept up to date, its decisions shown."""

import asyncio

from hotline.governing.feed import Feed
from hotline.governing.gate import Gate
from hotline.governing.number_file_lists import NumberFileLists
from hotline.governing.ports import Histories, Lists, MemoryPersons, Persons
from hotline.governing.published import InForce, Published
from hotline.governing.subjects import Subjects
from hotline.site.settings import Site
from hotline.versions.store import Versions


class ServerGate:
    """The gate, and what it needs. `look` once a second; until the first look everything is denied."""

    def __init__(
        self,
        site: Site,
        versions: Versions,
        lists: Lists | None = None,
        persons: Persons | None = None,
        histories: Histories | None = None,
    ) -> None:
        """`lists` unless given are the site's do-not-call file; `histories` has the past calls, where they are kept."""
        self.feed = Feed()
        self._published = Published(versions, site.database)
        self._file = NumberFileLists(site.do_not_call, site.settings.region)
        self._lists = lists or self._file
        self._persons = persons or MemoryPersons()
        self.gate = Gate(lambda: self._published.now, self._subjects, histories, self.feed)

    async def look(self) -> None:
        """Take up another version, approvals, withdrawals, and a do-not-call file that has changed."""
        await self._published.look()
        if self._lists is self._file:
            await asyncio.to_thread(self._file.refresh)

    def _subjects(self, in_force: InForce) -> Subjects:
        return Subjects(in_force.region, self._lists, self._persons, in_force.own)
