"""The ledger over any store: the port, with a deadline for every reservation."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from calls.dependencies import Dependency
from calls.errors import BadInput
from dialer.governor.decisions import Decision
from dialer.governor.history import History
from dialer.governor.questions import Question, Subject
from hotline.ledger.books import Refusal
from hotline.ledger.committing import GroupCommit
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
from hotline.ledger.requests import NO_ANSWER, Enter, Expire, Look, Refuse, Request, Reserve, Settle
from hotline.ledger.store import Store

ANSWER_WITHIN_S = 2.0


class KeptLedger:
    """A ledger in one store. `state` is told whether the store answers. For the running event loop."""

    def __init__(
        self,
        store: Store,
        state: Dependency,
        *,
        answer_within_s: float = ANSWER_WITHIN_S,
        on_late: Callable[[Settlement], None] = lambda told: None,
        on_refused: Callable[[str], None] = lambda error: None,
    ) -> None:
        """`answer_within_s`: a reservation that takes longer is denied. `on_late` is told of each late settlement,
        `on_refused` of what the database would not take of one request: a fault of ours, to be logged."""
        self.state = state
        self._answer_within_s = answer_within_s
        self._on_late = on_late
        self._commits = GroupCommit(store, state, on_refused)
        self._loop = asyncio.get_running_loop()
        self._due: deque[tuple[float, asyncio.Future[Any]]] = deque()
        """What was asked and has a deadline, the first one first; one timer serves them all."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def commits(self) -> int:
        """Transactions so far."""
        return self._commits.commits

    async def reserve(
        self, question: Question, subject: Subject, decide: Decide, terms: Terms = DEFAULT_TERMS
    ) -> Reservation:
        """As the port says."""
        try:
            reservation: Reservation = await self._soon(Reserve(question, subject, decide, terms))
        except LedgerAway:
            return Reservation(NO_ANSWER)
        return reservation

    def refused(self, question: Question, category: str, decision: Decision) -> None:
        """As the port says."""
        with suppress(LedgerAway):
            self._commits.tell(Refuse(Refusal(question, category, decision)))

    async def settle(self, settlement: Settlement) -> Settled:
        """As the port says; raises BadInput for a state or a text that no settlement has."""
        answer: Settled = await self._commits.ask(Settle(settlement))
        if answer.outcome == "late":
            self._on_late(settlement)
        return answer

    async def record(self, records: Sequence[Record]) -> list[Recorded]:
        """As the port says. Records after one that is refused may be written: they are known when they come again."""
        asked = [self._commits.ask(request) for request in [Enter(record) for record in records]]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        done = []
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
            done.append(answer)
        return done

    async def history(
        self, number: str, person: str, account: str, since: float, caller_ids: Sequence[str] = ()
    ) -> History:
        """As the port says."""
        history: History = await self._soon(Look(number, person, account, since, caller_ids))
        return history

    async def expire(self) -> int:
        """As the port says."""
        released: int = await self._commits.ask(Expire())
        return released

    async def close(self) -> None:
        """As the port says."""
        await self._commits.close()
        if self._timer is not None:
            self._timer.cancel()

    async def _soon(self, request: Request[Any]) -> Any:
        future = self._commits.ask(request)
        due_at = self._loop.time() + self._answer_within_s
        self._due.append((due_at, future))
        if self._timer is None:
            self._timer = self._loop.call_at(due_at, self._look_for_late_ones)
        try:
            return await future
        except BadInput as error:
            raise LedgerAway(str(error)) from error

    def _look_for_late_ones(self) -> None:
        due, now = self._due, self._loop.time()
        while due and (due[0][1].done() or due[0][0] <= now):
            _, future = due.popleft()
            if not future.done():
                future.set_exception(LedgerAway(f"no answer within {self._answer_within_s:g} s"))
        self._timer = self._loop.call_at(due[0][0], self._look_for_late_ones) if due else None
