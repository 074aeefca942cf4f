"""The client keeps the link to one Asterisk up, events and REST over WebSockets, for as long as the adapter lives.

The first connection carries our application's name, and so all events; the others carry requests only, see
`connection.py`. They live and die together. Of each one task reads, one timer watches all deadlines: no task for an
event or a request. `request` only queues, so that an answer and a prompt leave in one go. On an Asterisk
without REST over WebSocket the same requests go by HTTP (`rest.py`).
"""

from __future__ import annotations

import asyncio
import random
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import aiohttp
import structlog

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.errors import SwitchAway, SwitchError
from calls.ids import Seconds
from switch.asterisk import answers, versions, wire
from switch.asterisk.connection import Connection, Socket
from switch.asterisk.requests import Pending, Reply, Then, reply_of
from switch.asterisk.rest import HttpRest
from switch.asterisk.websocket import GatheringWebSocket

HEARTBEAT_S: Seconds = 2.0
BACKOFF = Backoff(first_s=0.1, longest_s=2.0)
"""A switch that is back has calls for us at once, and a try costs it nothing: a ceiling of two seconds."""
_CONNECT_S: Seconds = 3.0
_ECHO = "hotline-hears"
"""The name of the event that we send ourselves."""
_LOST = Reply(0, failure="switch_lost", reason="no link to Asterisk")

log = structlog.get_logger(__name__)


class NameTaken(SwitchError):
    """Another controller connected with our application name: Asterisk now tells it everything, and us nothing."""


class AriClient:
    """`on_up` is awaited after each connect (the link counts as up when it returns), `on_down` called after each loss.

    `base_url` is such as http://127.0.0.1:8088/ari; `connections` is how many connections share the requests. Errors of
    `on_up` of kind SwitchError drop the link and start anew.
    """

    def __init__(
        self,
        base_url: str,
        user: str,
        password: str,
        application: str,
        *,
        on_event: Callable[[wire.AriEvent], None],
        on_up: Callable[[], Awaitable[None]],
        on_down: Callable[[str], None],
        deadline_s: Seconds = 5.0,
        connections: int = 1,
        state: Dependency | None = None,
    ) -> None:
        """`state` is told of each try that failed, and when the next one is."""
        self._base_url = base_url.rstrip("/")
        self._user = user
        token = b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}
        self._application = application
        self._on_event = on_event
        self._on_up = on_up
        self._on_down = on_down
        self._state = state
        self._jitter = random.Random()
        self._pending = Pending(deadline_s)
        self._session: aiohttp.ClientSession | None = None
        self._connection_count = connections
        self._connections: Sequence[
            Connection | HttpRest
        ] = ()  # HttpRest: only for an Asterisk without REST over WebSocket
        self._connected = False
        self._was_up = False
        self._deadline_timer: asyncio.TimerHandle | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._unknown: set[str] = set()
        self._last_error = "no answer"
        self._echo: asyncio.Future[None] | None = None
        self._by_type: dict[type, Callable[[Any], None]] = {
            wire.RestResponse: self._answered,
            wire.ApplicationReplaced: self._replaced,
            wire.ChannelUserevent: self._user_event,
            wire.Unknown: self._unknown_event,
        }
        """What is done with a message that is no event for the adapter."""
        self.version = ""

    @property
    def connected(self) -> bool:
        """Whether a request would leave now."""
        return self._connected

    async def start(self, within_s: Seconds) -> None:
        """Connect; returns once `on_up` has. Raises SwitchAway after `within_s` and gives up then."""
        self._session = aiohttp.ClientSession(headers=self._headers, ws_response_class=GatheringWebSocket)
        first_up = asyncio.get_running_loop().create_future()
        self._keeper = asyncio.create_task(self._keep_up(first_up), name=f"ari {self._application}")
        try:
            async with asyncio.timeout(within_s):
                await first_up
        except TimeoutError:
            await self.close()
            raise SwitchAway(f"no Asterisk at {self._base_url} within {within_s:g} s: {self._last_error}") from None

    async def close(self) -> None:
        """Drop the link and stay away. Every open request gets its reply (switch_lost) first."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    def request(
        self,
        method: str,
        uri: str,
        then: Then | None = None,
        body: object = None,
        connection: int = 0,
        *,
        first: bool = False,
    ) -> None:
        """Queue a REST request; `then` gets the reply, later. Never raises, never blocks.

        Requests of one `connection`, any number, are carried out in the order given; those of others may overtake
        them, and so does one that goes `first`, of those that have not left yet.
        """
        loop = asyncio.get_running_loop()
        if not self._connected:
            if then is not None:
                loop.call_soon(then, _LOST)
            return
        request_id = self._pending.add(then, loop.time())
        if self._deadline_timer is None:
            self._deadline_timer = loop.call_later(self._pending.deadline_s, self._expire)
        self._connections[connection % len(self._connections)].put(request_id, method, uri, body, first=first)

    async def ask(self, method: str, uri: str, body: object = None, connection: int = 0) -> Reply:
        """A request, awaited."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def settle(reply: Reply) -> None:
            if not future.done():
                future.set_result(reply)

        self.request(method, uri, settle, body, connection)
        return await future

    async def fetch(self, uri: str) -> Reply:
        """A GET over HTTP: for lists, which grow with calls and phones.

        Asterisk's WebSockets are made for short messages: a list of many hundred channels is none (22.10.1).
        """
        if not self._connected or self._session is None:
            return _LOST
        deadline_s = self._pending.deadline_s
        try:
            async with asyncio.timeout(deadline_s), self._session.get(f"{self._base_url}/{uri}") as response:
                return reply_of(response.status, response.reason or "", await response.text())
        except TimeoutError:
            return Reply(0, failure="deadline", reason=f"no answer within {deadline_s:g} s")
        except (aiohttp.ClientError, OSError) as error:
            return Reply(0, failure="switch_lost", reason=str(error) or repr(error))

    async def caught_up(self) -> None:
        """Return when all that was requested so far has been carried out, or has failed."""
        await asyncio.gather(
            *(self.ask("GET", "asterisk/ping", connection=connection) for connection in range(self._connection_count))
        )

    async def hears(self) -> None:
        """Return once an event has come by this link: one that we send ourselves. Raises SwitchError when Asterisk
        does not take it."""
        self._echo = asyncio.get_running_loop().create_future()
        try:
            reply = await self.ask("POST", f"events/user/{_ECHO}?application={wire.part(self._application)}")
            if not reply.ok:
                raise SwitchError(f"no event to ourselves: {reply.reason}")
            await self._echo
        finally:
            self._echo = None

    def drop(self, why: str) -> None:
        """Close the link as if it had failed; it is built anew."""
        log.warning("ari.dropped", application=self._application, why=why)
        if self._keeper is not None and self._connected:
            self._drop_requested.set()

    # -- keeping up

    async def _keep_up(self, first_up: asyncio.Future[None]) -> None:
        failures = 0
        while True:
            try:
                await self._connect_once(first_up)
            except (aiohttp.ClientError, SwitchError, OSError, TimeoutError, wire.BadMessage) as error:
                self._last_error = str(error) or repr(error)
                if isinstance(error, NameTaken):
                    log.error("ari.name_taken", application=self._application, what_to_do="stop one of the controllers")
                    self._tell(f"{self._last_error}: stop one of the controllers, and start this one again")
                    return
                if failures == 0 or self._was_up:
                    log.warning("ari.away", application=self._application, error=self._last_error)
            failures, self._was_up = 1 if self._was_up else failures + 1, False
            pause_s = BACKOFF.delay_s(failures, self._jitter)
            self._tell(self._last_error, pause_s)
            await asyncio.sleep(pause_s)

    def _tell(self, error: str, again_s: Seconds | None = None) -> None:
        if self._state is not None:
            self._state.down(error, again_s)

    async def _connect_once(self, first_up: asyncio.Future[None]) -> None:
        """One link from its beginning to its end; raises or returns when it ended."""
        assert self._session is not None
        async with asyncio.timeout(_CONNECT_S):
            self.version = await self._ask_version()
            connections = await self._open_connections()
        self._drop_requested = asyncio.Event()
        reason = "closed by Asterisk"
        tasks = [asyncio.create_task(connection.read()) for connection in connections]
        try:
            self._connections = connections
            if not versions.speaks_rest_over_websocket(self.version):
                rest = partial(HttpRest, self._session, self._base_url, self._http_answered)
                self._connections = [rest() for _ in range(self._connection_count)]
            self._connected = True
            tasks.append(asyncio.create_task(self._come_up(first_up)))
            tasks.append(asyncio.create_task(self._until_dropped()))
            await asyncio.gather(*tasks)  # raises what ended it first; the one task that may end well is _come_up
        except (aiohttp.ClientError, SwitchError, OSError, TimeoutError, wire.BadMessage) as error:
            reason = str(error) or repr(error)
            raise
        finally:
            await self._disconnect(connections, tasks, reason)

    async def _open_connections(self) -> list[Connection]:
        """The one that has all events, then those for requests only. All or none: raises what any of them does."""
        count = self._connection_count if versions.speaks_rest_over_websocket(self.version) else 1
        names = [self._application, *(f"{self._application}-connection-{number}" for number in range(1, count))]
        connections: list[Connection] = []
        try:
            for name in names:
                connections.append(Connection(await self._open(name), self._take))
        except BaseException:
            await asyncio.gather(*(connection.close() for connection in connections), return_exceptions=True)
            raise
        return connections

    async def _open(self, application: str) -> Socket:
        assert self._session is not None
        socket = await self._session.ws_connect(
            f"{self._base_url}/events",
            params={"app": application},
            heartbeat=HEARTBEAT_S,
            max_msg_size=wire.MAX_MESSAGE_BYTES,
            decode_text=False,
            compress=0,
        )
        assert isinstance(socket, GatheringWebSocket)
        return socket

    async def _disconnect(
        self, connections: Sequence[Connection], tasks: Sequence[asyncio.Task[None]], reason: str
    ) -> None:
        self._connected = False
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in self._connections:
            if isinstance(connection, HttpRest):
                connection.close()
        self._connections = ()
        self._pending.fail_all(reason)
        if self._was_up:
            self._on_down(reason)
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.gather(*(connection.close() for connection in connections), return_exceptions=True)

    async def _come_up(self, first_up: asyncio.Future[None]) -> None:
        await self._on_up()
        self._was_up = True
        log.info(
            "ari.up",
            application=self._application,
            asterisk=self.version,
            over_http=isinstance(self._connections[0], HttpRest),
        )
        if not first_up.done():
            first_up.set_result(None)

    async def _until_dropped(self) -> None:
        await self._drop_requested.wait()
        raise SwitchAway("dropped by us")

    async def _ask_version(self) -> str:
        assert self._session is not None
        async with self._session.get(f"{self._base_url}/asterisk/info") as response:
            if response.status in (401, 403):
                raise SwitchError(f"Asterisk refuses user {self._user!r}: see ari.conf")
            response.raise_for_status()
            return wire.decode_body(await response.read(), answers.Info).system.version

    # -- the two directions

    def _take(self, data: bytes) -> None:
        try:
            message = wire.decode(data)
        except wire.BadMessage as error:
            # One message that we cannot read is no reason to leave every call alone: say so and go on.
            log.error("ari.bad_message", error=str(error))
            return
        try:
            self._by_type.get(type(message), self._on_event)(message)
        except NameTaken:
            raise
        except Exception:  # a fault in what one call does must not take the link from all others
            log.exception("ari.event_failed", message=data[:300])

    def _answered(self, message: wire.RestResponse) -> None:
        reply = reply_of(message.status_code, message.reason_phrase, message.message_body)
        self._pending.answered(message.request_id, reply)

    def _replaced(self, message: wire.ApplicationReplaced) -> None:
        raise NameTaken(f"another connection uses the application name {self._application!r}")

    def _user_event(self, event: wire.ChannelUserevent) -> None:
        if event.eventname != _ECHO:
            self._on_event(event)
        elif self._echo is not None and not self._echo.done():
            self._echo.set_result(None)

    def _unknown_event(self, message: wire.Unknown) -> None:
        if message.type not in self._unknown:
            self._unknown.add(message.type)
            log.info("ari.unknown_event", type=message.type, note="further ones are not mentioned")

    def _http_answered(self, request_id: str, status: int, reason: str, body: str) -> None:
        self._pending.answered(request_id, reply_of(status, reason, body))

    def _expire(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadline_timer = None
        expired = self._pending.expire(loop.time())
        if expired:
            log.error("ari.no_answer", requests=expired, within_s=self._pending.deadline_s)
        due_at = self._pending.next_deadline()
        if due_at is not None and self._deadline_timer is None:
            self._deadline_timer = loop.call_at(due_at, self._expire)
