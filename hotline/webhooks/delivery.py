"""Deliveries: what is in the outbox goes to its receiver, by HTTP POST, in tasks of its own.

Of each call one event is under way at a time, the oldest: so a receiver hears a call's events in their order, and one
event that it will not take holds up no other call. An event is done with an answer of 2xx. Any other answer, and it is
tried again after a pause that grows. Where nobody answers, or the receiver says that it cannot now, or events
of several calls in a row got bad answers, all of it rests; then a single event is sent, until one is taken.
"""

import asyncio
import contextlib
import random
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
import structlog

from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.site.webhooks import WebhookSettings
from hotline.store import statements
from hotline.store.outbox import OutboxReader, State, Waiting
from hotline.store.writer import Writer
from hotline.webhooks import message, signing

log = structlog.get_logger("hotline")

IN_FLIGHT = 16
"""Events that are under way to one receiver, each of another call."""
_PAUSE_S = (1.0, 300.0)
"""Of a receiver that is away: the first pause, and the longest one; each is twice the one before."""
_EVENT_PAUSE_S = (2.0, 3_600.0)
"""Of one event that is not taken."""
_LONGEST_ASKED_S = 3_600.0
"""Of the pauses that a receiver asks for by Retry-After."""
_BAD_IN_A_ROW = 5
"""Calls with a bad answer without a good one between, after which the whole receiver rests."""
_AWAY = frozenset({408, 429, 502, 503, 504})
"""What a receiver, or what stands before it, says when it takes nothing now."""
_LOOK_EVERY_S = 1.0
_TIDY_EVERY_S = 10.0
_DROPPED_AT_A_TIME = 500
_FAILURES_KEPT = 10
_ANSWER_READ = 64 * 1024
_LONGEST_ERROR = 200
_SAVE_EVERY_S = 1.0

T = TypeVar("T")


class TryFailed(Exception):
    """A try came to nothing. `away`: of the receiver, not of this event. `wait_s`: it asked for so long a pause."""

    def __init__(self, told: str, away: bool, wait_s: float = 0.0) -> None:
        super().__init__(told)
        self.away = away
        self.wait_s = wait_s


def new_session() -> aiohttp.ClientSession:
    """A session that keeps no cookies, and asks no proxy."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT), cookie_jar=aiohttp.DummyCookieJar())


async def post(
    session: aiohttp.ClientSession, webhook: WebhookSettings, secrets: signing.Secrets, id_: str, body: bytes
) -> int:
    """Send one message; the status of the answer, a 2xx. Raises TryFailed. A redirect is such a failure: where the
    answer points may be anywhere, also behind the site's own walls."""
    headers = {**signing.headers(secrets, id_, int(time.time()), body), "content-type": "application/json"}
    try:
        async with (
            asyncio.timeout(webhook.timeout_s),
            session.post(webhook.url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            if 200 <= answer.status < 300:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    await answer.content.read(_ANSWER_READ)  # so that the connection serves again
                return answer.status
            if 300 <= answer.status < 400:
                raise TryFailed(f"answers {answer.status}: redirects are not followed, name the place itself", False)
            away = answer.status in _AWAY
            raise TryFailed(f"answers {answer.status}", away, _asked_for(answer.headers) if away else 0.0)
    except TimeoutError as error:
        raise TryFailed(f"no answer within {webhook.timeout_s:g} s", True) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        told = str(error).replace(webhook.url, webhook.shown_url) or type(error).__name__
        raise TryFailed(told[:_LONGEST_ERROR], True) from error


def _asked_for(headers: Mapping[str, str]) -> float:
    """Seconds of `Retry-After` (RFC 9110); a date there, or nonsense, asks for nothing."""
    given = headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdecimal() else 0.0


class Delivery:
    """Delivers to one webhook. `run` until cancelled; `written` when a row of it has been given to the writer."""

    def __init__(
        self,
        webhook: WebhookSettings,
        secrets: Callable[[], signing.Secrets],
        database: Path,
        writer: Writer,
        region: Callable[[], str],
        utc: Callable[[], float] = time.time,
        receiver: Dependency | None = None,
    ) -> None:
        """`receiver` is told whether it takes what is sent. `region` (ISO 3166) is where numbers in fields are dialled.
        `secrets` reads them, some times a minute: a new one holds without a restart, and one that cannot be read keeps
        nobody from calling."""
        self._webhook = webhook
        self._read_secrets = secrets
        self._secrets: signing.Secrets | BadInput = BadInput("no secret was read yet")
        self._reader = OutboxReader(database)
        self._writer = writer
        self._region = region
        self._utc = utc
        self.receiver = receiver or Dependency(f"webhook {webhook.name}", utc)
        self.state = State()
        self._refused: set[str] = set()
        """Calls of which an event got a bad answer, since something was taken."""
        self._rounds = 0
        """Pauses of the whole receiver since then."""
        self._busy: dict[int, asyncio.Task[None] | None] = {}
        """Rows under way; None: done or put off, which the store does not show yet."""
        self._settling: deque[tuple[int, int]] = deque()
        """Rows of that kind, and what the writer must have committed for the store to show it."""
        self._news = asyncio.Event()
        self._mark = 0
        self._watching: asyncio.Task[None] | None = None
        self._unsaved = False
        self._saved_at = 0.0
        self._tidy_at = 0.0
        self._said = ""
        self._loaded = False

    def written(self) -> None:
        """Look for what is due as soon as the store has all that it was given. Costs the caller nothing."""
        self._mark = self._writer.given
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def run(self) -> None:
        """Deliver for ever."""
        async with new_session() as session:
            try:
                while True:
                    self._news.clear()
                    try:
                        await self._load()
                        await self._tidy()
                        await self._send_due(session)
                    except Exception as error:  # noqa: BLE001 - whatever it is, it may work the next time
                        self._broken(error)
                    else:
                        self._said = ""
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._until_next_look_s()):
                            await self._news.wait()
            finally:
                await self._stop()

    async def _load(self) -> None:
        """Take up the state that the controller before has left; once."""
        if not self._loaded:
            self.state = await self._read(lambda: self._reader.state(self._webhook.name))
            self.state.next_at = None  # whoever was away may be back: the first try is now
            self._loaded = True
            if self.state.failing_since is not None and self.state.failures:
                self.receiver.down(self.state.failures[0]["error"])
                self.receiver.since = self.state.failing_since

    def _broken(self, error: Exception) -> None:
        """Say once what keeps the outbox from being looked at. A store in trouble is told of elsewhere, too."""
        if (said := repr(error)) != self._said:
            self._said = said
            advice = "events are kept, and it is tried again by itself; mend what `error` names, or report it"
            log.error("webhook outbox not read", webhook=self._webhook.name, error=said, advice=advice)

    async def _stop(self) -> None:
        tasks = [task for task in (self._watching, *self._busy.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._loaded:
            self._save()
        await asyncio.to_thread(self._reader.close)

    def _until_next_look_s(self) -> float:
        rests_s = (self.state.next_at or 0.0) - self._utc()
        return min(_LOOK_EVERY_S, rests_s) if rests_s > 0 else _LOOK_EVERY_S

    async def _watch(self) -> None:
        """Until the store has what it was given; and again, where it was given more meanwhile."""
        while True:
            mark = self._mark
            await self._writer.durable(hurry=False)
            self._news.set()
            if mark == self._mark:
                self._watching = None
                return

    async def _send_due(self, session: aiohttp.ClientSession) -> None:
        now = self._utc()
        while self._settling and self._settling[0][1] <= self._writer.committed:
            del self._busy[self._settling.popleft()[0]]
        if self._rests(now):
            return
        free = (IN_FLIGHT if self.state.failing_since is None else 1) - sum(
            task is not None for task in self._busy.values()
        )
        if free <= 0:
            return
        most = free + len(self._busy)
        for waiting in await self._read(lambda: self._reader.due(self._webhook.name, now, most)):
            if waiting.row not in self._busy and free > 0 and not self._rests(now):
                free -= 1
                self._busy[waiting.row] = asyncio.create_task(self._send(session, waiting))

    def _rests(self, now: float) -> bool:
        """Whether nothing is sent at present. A pause that no pause can be: the wall clock was set back."""
        return self.state.next_at is not None and now < self.state.next_at < now + 2 * _LONGEST_ASKED_S

    async def _send(self, session: aiohttp.ClientSession, waiting: Waiting) -> None:
        try:
            region = self._region()
            body = await self._read(lambda: message.body(self._webhook, waiting, self._reader, region))
            if isinstance(self._secrets, BadInput):
                raise TryFailed(str(self._secrets), True)
            await post(session, self._webhook, self._secrets, waiting.id, body)
        except TryFailed as failed:
            self._failed(waiting, failed)
        except sqlite3.Error as error:
            self._failed(waiting, TryFailed(f"the store cannot be read: {error}", True))
        except Exception as error:  # noqa: BLE001 - a row that cannot be made a message must not stop the others
            self._failed(waiting, TryFailed(f"it cannot be sent: {error!r}"[:_LONGEST_ERROR], False))
        else:
            self._delivered(waiting)
        self._news.set()

    def _delivered(self, waiting: Waiting) -> None:
        state = self.state
        state.delivered += 1
        state.delivered_at = self._utc()
        self.receiver.up()
        if state.failing_since is not None:
            log.info("webhook delivers again", webhook=self._webhook.name)
            state.failing_since = state.next_at = None
        self._refused.clear()
        self._rounds = 0
        self._settle(waiting.row, statements.OUTBOX_DONE, (waiting.row,))

    def _failed(self, waiting: Waiting, failed: TryFailed) -> None:
        state, now = self.state, self._utc()
        if not failed.away:
            self._refused.add(waiting.call)
        told = {"at": now, "kind": waiting.kind, "call": waiting.call, "error": str(failed)}
        state.failures = [told, *state.failures[: _FAILURES_KEPT - 1]]
        if failed.away or len(self._refused) >= _BAD_IN_A_ROW:
            if state.next_at is None or now >= state.next_at:  # else it rests already: what was under way ends so, too
                self._rounds += 1
                state.next_at = now + max(_pause_s(_PAUSE_S, self._rounds), min(failed.wait_s, _LONGEST_ASKED_S))
            self.receiver.down(str(failed), state.next_at - now)
            if state.failing_since is None:
                state.failing_since = now
                advice = "events are kept and sent when it is back; `hotline webhooks` has the last failures"
                log.warning("webhook fails", webhook=self._webhook.name, error=str(failed), advice=advice)
        if failed.away:  # no fault of the event: it keeps its turn
            self._busy.pop(waiting.row, None)
            self._unsaved = True
        else:
            tries = waiting.tries + 1
            values = (tries, now + _pause_s(_EVENT_PAUSE_S, tries), str(failed), waiting.row)
            self._settle(waiting.row, statements.OUTBOX_FAILED, values)

    def _settle(self, row: int, statement: str, values: tuple[object, ...]) -> None:
        self._busy[row] = None
        self._writer.write(statement, values)
        self._settling.append((row, self._writer.given))
        self._unsaved = True
        self.written()

    async def _tidy(self) -> None:
        """Drop what is too old, and keep the state, now and then."""
        now = self._utc()
        if self._unsaved and not self._saved_at <= now < self._saved_at + _SAVE_EVERY_S:
            self._saved_at = now
            self._save()
        if now < self._tidy_at:
            return
        self._tidy_at = now + _TIDY_EVERY_S
        try:
            self._secrets = await asyncio.to_thread(self._read_secrets)
        except BadInput as error:
            self._secrets = error
        than = now - self._webhook.keep_hours * 3_600.0
        old = await self._read(lambda: self._reader.older(self._webhook.name, than, _DROPPED_AT_A_TIME))
        old = [found for found in old if found[0] not in self._busy]
        for row, _, _ in old:
            self._settle(row, statements.OUTBOX_DONE, (row,))
        if old:
            self.state.dropped += len(old)
            self._tidy_at = now if len(old) == _DROPPED_AT_A_TIME else self._tidy_at
            advice = "the receiver was away for longer than keep_hours: what it missed is in the call log"
            log.error("webhook events dropped", webhook=self._webhook.name, events=len(old), advice=advice)

    def _save(self) -> None:
        self._unsaved = False
        state = msgspec.structs.asdict(self.state)
        failures = msgspec.json.encode(state.pop("failures")).decode()
        self._writer.write(statements.WEBHOOK_STATE, (self._webhook.name, *state.values(), failures))

    async def _read(self, question: Callable[[], T]) -> T:
        return await asyncio.to_thread(question)


def _pause_s(bounds: tuple[float, float], rounds: int) -> float:
    """The pause after so many failures; a little uneven, so that several do not come back together."""
    least, most = bounds
    return float(min(most, least * 2 ** min(rounds - 1, 20)) * random.uniform(0.9, 1.1))


class Deliveries:
    """Deliveries to all webhooks of a site."""

    def __init__(self, deliveries: Iterable[tuple[str, Delivery]]) -> None:
        self._by_name = dict(deliveries)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to deliver."""
        self._tasks = [asyncio.create_task(delivery.run()) for delivery in self._by_name.values()]

    def written(self, webhook: str) -> None:
        """A row of this webhook was given to the writer."""
        if self._tasks:
            self._by_name[webhook].written()

    def receivers(self) -> list[Dependency]:
        """Each webhook's receiver."""
        return [delivery.receiver for delivery in self._by_name.values()]

    async def close(self) -> None:
        """Stop; what was not delivered stays in the store."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
