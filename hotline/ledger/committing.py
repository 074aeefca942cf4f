"""Group commit: one thread carries out what has gathered while the disk was busy, in one transaction.

A reservation that the database does not answer in time is denied; a settlement waits. While the database is away every
reservation is denied at once, and one try after the other is made with growing pauses.
"""

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.ledger.port import LedgerAway, Reservation
from hotline.ledger.requests import NO_ANSWER, Expire, Look, Refuse, Request, Reserve, Withdraw
from hotline.ledger.store import NotStored, Store

_BACKOFF = Backoff(first_s=0.05, longest_s=2.0)
_SWEEP_S = 30.0
_CLOSE_S = 5.0


class Asked(NamedTuple):
    """A request, and who waits for its answer; None: nobody."""

    request: Request[Any]
    future: asyncio.Future[Any] | None


class GroupCommit:
    """The thread. Asked from one event loop only."""

    def __init__(
        self, store: Store, state: Dependency, on_refused: Callable[[str], None], sweep_s: float = _SWEEP_S
    ) -> None:
        """`on_refused` is told, on the loop, what the database would not take of one request: a fault of ours."""
        self._on_refused = on_refused
        self._store = store
        self._state = state
        self._sweep_s = sweep_s
        self._jitter = random.Random()
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Asked | None] = SimpleQueue()  # None: there will be no more
        self._waiting: deque[Asked] = deque()
        """Of the thread: taken from the queue, not yet committed."""
        self._failures = 0
        self._again_at = 0.0
        self._closing = False
        self._closed = False
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def ask(self, request: Request[Any]) -> asyncio.Future[Any]:
        """The answer, once what it says is durable. Raises LedgerAway after `close`."""
        if self._closing or not self._thread.is_alive():
            raise LedgerAway("the ledger is closed")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put(Asked(request, future))
        return future

    def tell(self, request: Request[Any]) -> None:
        """As `ask`, and nobody waits for an answer."""
        if self._closing or not self._thread.is_alive():
            raise LedgerAway("the ledger is closed")
        self._queue.put(Asked(request, None))

    async def close(self) -> None:
        """Write what is left; what the database does not take by then is told LedgerAway."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join, _CLOSE_S)

    def _run(self) -> None:
        sweep_at = time.monotonic() + self._sweep_s
        try:
            while not self._closed or self._waiting:
                self._gather(sweep_at)
                if time.monotonic() >= sweep_at:
                    sweep_at = time.monotonic() + self._sweep_s
                    self._waiting.append(Asked(Expire(), None))
                self._work()
        finally:
            self._fail_all(LedgerAway("the ledger is closed"))
            self._store.close()

    def _gather(self, sweep_at: float) -> None:
        """Take what is there; wait for something while there is nothing to be done."""
        wake_at = sweep_at
        if self._waiting:
            wake_at = min(wake_at, self._again_at)
        if wake_at > time.monotonic() and not self._closed:
            try:
                self._take(self._queue.get(timeout=wake_at - time.monotonic()))
            except (Empty, ValueError):  # the instant has come, or was past just now
                return
        while not self._queue.empty():
            self._take(self._queue.get())

    def _take(self, asked: Asked | None) -> None:
        if asked is None:
            self._closed = True
        else:
            self._waiting.append(asked)

    def _work(self) -> None:
        if self._failures and time.monotonic() < self._again_at and not self._closed:
            self._deny_reservations(self._waiting)
            return
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._store.most))]
            group = [asked for asked in group if not _given_up(asked)]
            if group and not self._commit(group):
                return

    def _commit(self, group: list[Asked]) -> bool:
        """Commit and answer; False while the database is away."""
        try:
            answers = self._store.transact([asked.request for asked in group])
        except NotStored as error:
            if len(group) == 1:
                self._refuse(group[0], error)
                return True
            return all([self._commit([asked]) for asked in group])  # the good ones are not to suffer from the bad one
        except LedgerAway as error:
            if not self._failures:  # a connection that was cut meanwhile: try a new one at once
                self._failures = 1
                return self._commit(group)
            self._away(group, error)
            return False
        if self._failures:
            self._failures = 0
        if self._state.state != "up":
            self._on_loop(self._state.up)
        self.commits += 1
        self._on_loop(self._deliver, group, answers)
        return True

    def _away(self, group: list[Asked], error: LedgerAway) -> None:
        self._failures += 1
        pause_s = _BACKOFF.delay_s(self._failures - 1, self._jitter)
        self._again_at = time.monotonic() + pause_s
        self._on_loop(self._state.down, str(error), pause_s)
        self._waiting.extendleft(reversed(group))
        self._deny_reservations(self._waiting)
        if self._closed:
            self._fail_all(error)

    def _deny_reservations(self, waiting: deque[Asked]) -> None:
        """No answer, no call, and no row of a refusal. What may be written all the same is taken back when the database
        is there again."""
        kept = []
        for asked in waiting:
            if isinstance(asked.request, Refuse):
                continue  # nobody waits, and there may be thousands by the time the database is back
            if not isinstance(asked.request, Reserve):
                kept.append(asked)
                continue
            if (mine := asked.request.written) is not None:
                kept.append(Asked(Withdraw(mine.id, mine.at, mine.number), None))
            self._on_loop(_answer, asked.future, Reservation(NO_ANSWER))
        waiting.clear()
        waiting.extend(kept)

    def _refuse(self, asked: Asked, error: NotStored) -> None:
        self._on_loop(self._on_refused, str(error))
        if isinstance(asked.request, Reserve):
            self._on_loop(_answer, asked.future, Reservation(NO_ANSWER))
        else:
            self._on_loop(_fail, asked.future, BadInput(f"the ledger's database refuses it: {error}"))

    def _fail_all(self, error: LedgerAway) -> None:
        self._deny_reservations(self._waiting)
        while self._waiting:
            self._on_loop(_fail, self._waiting.popleft().future, error)
        while not self._queue.empty():
            if (asked := self._queue.get()) is not None:
                self._on_loop(_fail, asked.future, error)

    def _deliver(self, group: list[Asked], answers: list[Any]) -> None:
        """On the loop. An attempt whose asker is gone, or was told no when the time was up, is taken back: only here it
        is known for sure."""
        for asked, answer in zip(group, answers, strict=True):
            future = asked.future
            if future is None:
                continue
            if not future.done():
                future.set_result(answer)
            elif isinstance(asked.request, Reserve) and answer.fresh and (mine := asked.request.written) is not None:
                self._queue.put(Asked(Withdraw(mine.id, mine.at, mine.number), None))

    def _on_loop(self, call: Callable[..., object], *values: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *values)


def _given_up(asked: Asked) -> bool:
    """What nobody waits for any more; a settlement is written all the same."""
    return isinstance(asked.request, Reserve | Look) and asked.future is not None and asked.future.done()


def _answer(future: asyncio.Future[Any] | None, answer: Any) -> None:
    if future is not None and not future.done():
        future.set_result(answer)


def _fail(future: asyncio.Future[Any] | None, error: Exception) -> None:
    if future is not None and not future.done():
        future.set_exception(error)
