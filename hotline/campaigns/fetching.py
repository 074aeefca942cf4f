"""Fetching: the store's answers to campaigns that want contacts, or a try that is over, one after the other.

Whom it hands out are written as in hand, durably, before the campaign hears of them. So a controller that is killed at
any instant has either told nobody, and the same fetch is given the same contacts again; or the journal has them.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from dialer.campaigns.commands import Fetch, Recall
from dialer.campaigns.events import Fetched, Recalled
from hotline.campaigns.picking import Picked, Picking
from hotline.campaigns.recalling import recalled
from hotline.store import opening
from hotline.store.writer import Writer


class Fetching:
    """Answers fetches out of the store at `database`, whose one writer is `writer`."""

    def __init__(self, database: Path, writer: Writer, utc: Callable[[], float]) -> None:
        """`utc`: UTC epoch seconds."""
        self._database = database
        self._writer = writer
        self._utc = utc
        self._one_at_a_time = asyncio.Lock()

    async def fetch(self, wanted: Fetch) -> Fetched:
        """Hand out contacts. Waits while the store cannot be written; never raises for what is wrong with it."""
        async with self._one_at_a_time:
            await self._writer.durable()  # what was handed out before is in the rows then
            try:
                picked = await asyncio.to_thread(self._pick, wanted)
            except sqlite3.Error as error:
                picked = Picked(error=f"{self._database.name}: {error}")
            if picked.error:
                return Fetched(wanted.campaign, wanted.fetch, error=picked.error)
            for statement, values in picked.rows:
                self._writer.write(statement, values)
            await self._writer.durable()
        return Fetched(wanted.campaign, wanted.fetch, tuple(picked.contacts), picked.next_due_at)

    async def recall(self, wanted: Recall) -> Recalled:
        """A try that is over, with its contact, as of all that was written before. Waits and never raises, as above."""
        async with self._one_at_a_time:
            await self._writer.durable()
            try:
                return await asyncio.to_thread(recalled, self._database, wanted)
            except sqlite3.Error as error:
                return Recalled(wanted.attempt, error=f"{self._database.name}: {error}")

    def _pick(self, wanted: Fetch) -> Picked:
        with contextlib.closing(opening.to_read(self._database)) as connection:
            picking = Picking(connection, wanted.campaign, wanted.fetch, self._utc())
            return picking.pick(wanted.list, wanted.order, wanted.count)
