"""The ledger of a running server, opened when the first policy is there: most starts need nothing of what it loads."""

import asyncio
import importlib
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from calls.dependencies import Dependency
from dialer.governor.decisions import Decision
from dialer.governor.history import History
from dialer.governor.questions import Question, Subject
from hotline.ledger.port import (
    DEFAULT_TERMS,
    Decide,
    LedgerAway,
    Record,
    Recorded,
    Reservation,
    Settled,
    Settlement,
    Terms,
)
from hotline.site.site import Site

if TYPE_CHECKING:
    from hotline.ledger.keeping import KeptLedger


class LateLedger:
    """See `hotline.ledger.port.Ledger`. Before `open`, and after a failed one, it is away: nothing is allowed."""

    def __init__(self, site: Site, add: Callable[[Dependency], object]) -> None:
        """`add` is given its state once it is open."""
        self._site = site
        self._add = add
        self._ledger: KeptLedger | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Open it, once, and make its tables, which takes longer than the first call would wait."""
        async with self._opening:
            if self._ledger is None:
                await self._open()

    async def _open(self) -> None:
        opening = await asyncio.to_thread(importlib.import_module, "hotline.ledger.opening")
        place = opening.Place.read(self._site.settings.ledger, self._site.folder, self._site.state)
        self._ledger = opened = opening.open_ledger(place, time.time)
        self._add(opened.state)
        await opened.expire()

    async def reserve(
        self, question: Question, subject: Subject, decide: Decide, terms: Terms = DEFAULT_TERMS
    ) -> Reservation:
        """As the port says."""
        return await self._opened().reserve(question, subject, decide, terms)

    def refused(self, question: Question, category: str, decision: Decision) -> None:
        """As the port says."""
        if self._ledger is not None:
            self._ledger.refused(question, category, decision)

    async def settle(self, settlement: Settlement) -> Settled:
        """As the port says."""
        return await self._opened().settle(settlement)

    async def record(self, records: Sequence[Record]) -> list[Recorded]:
        """As the port says."""
        return await self._opened().record(records)

    async def history(
        self, number: str, person: str, account: str, since: float, caller_ids: Sequence[str] = ()
    ) -> History:
        """As the port says."""
        return await self._opened().history(number, person, account, since, caller_ids)

    async def expire(self) -> int:
        """As the port says."""
        return await self._opened().expire()

    async def close(self) -> None:
        """As the port says."""
        if self._ledger is not None:
            await self._ledger.close()

    def _opened(self) -> "KeptLedger":
        if self._ledger is None:
            raise LedgerAway("the ledger is not open yet")
        return self._ledger
