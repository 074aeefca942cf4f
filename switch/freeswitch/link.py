"""A link is one TCP connection to an event socket: bytes both ways, replies to waiters, events to one listener."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import structlog

from calls.errors import SwitchAway
from switch.freeswitch.lag import LagMeter, ReaderLag
from switch.freeswitch.wire import (
    AuthRequested,
    Command,
    CommandReplied,
    Conversation,
    DisconnectNotice,
    Event,
    Limits,
    LogLine,
    PeerFault,
    Received,
    Rejected,
    UnknownFrame,
    wake,
)

log = structlog.get_logger(__name__)


class NoReply(SwitchAway):
    """The switch took a command and did not answer it in time."""


_AT_ONCE = 200
"""Events told before the loop gets a turn: some 10 ms of work, so that timers and web requests are not starved."""

Reply = asyncio.Future[CommandReplied]


class Link(asyncio.Protocol):
    """Carries a `Conversation`. Use `submit` once `ready` is done; `closed` is done when the connection is gone.

    Events go to `on_event` one by one, in order, on the loop. While it is slow nothing is read: the switch notices
    by TCP, and we by `on_lag`.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        on_lag: Callable[[ReaderLag], None],
        limits: Limits | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._talk = Conversation(limits) if limits is not None else Conversation()
        self._on_event = on_event
        self._on_lag = on_lag
        self._lag = LagMeter()
        self._transport: asyncio.Transport | None = None
        self._waiters: dict[int, tuple[Reply, float, Command]] = {}  # by place: who waits, until when, for what
        self._sweep: asyncio.TimerHandle | None = None
        self._paused = False  # the loop has its turn before the rest is told
        self._outgoing: list[bytes] = []
        self._corked = False  # somebody will flush: the code that tells what came, or the loop's next turn
        self._pulse: asyncio.TimerHandle | None = None
        self._pulse_s = 0.0
        self._wrote_at = 0.0
        self._last_words = ""
        self.auth_requested: asyncio.Future[None] = self._loop.create_future()
        self.closed: asyncio.Future[str] = self._loop.create_future()

    async def welcomed(self) -> None:
        """Return once the switch asks who we are. Raises SwitchAway when it turns us away instead."""
        either: tuple[asyncio.Future[Any], ...] = (self.auth_requested, self.closed)
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self.auth_requested.done():
            raise SwitchAway(self.closed.result())

    # -- writing

    def submit(self, command: Command, deadline_s: float) -> Reply:
        """Write a command; its reply comes into the future, or SwitchAway when it does not come in time.

        It leaves at once when no other waits for its reply, else with all others of this turn of the loop: a system
        call costs more than the rest of a command, and so does a turn of the loop for its sake alone. Cancelling the
        future only stops the waiting: the command keeps its place. Raises CommandRefused at once for a command that
        must not be written.
        """
        reply: Reply = self._loop.create_future()
        if self._transport is None or self._transport.is_closing():
            reply.set_exception(SwitchAway("no connection to the event socket"))
            reply.exception()  # seen: a caller that does not wait for it shall not be warned of it
            return reply
        place, data = self._talk.send(command)
        alone = not self._waiters and not self._corked
        self._wrote_at = now = self._loop.time()
        due_at = now + deadline_s
        self._waiters[place] = (reply, due_at, command)
        if self._sweep is None or due_at < self._sweep.when():
            self._sweep_at(due_at)
        if alone:
            self._transport.write(data)
            return reply
        self._outgoing.append(data)
        if not self._corked:
            self._corked = True
            self._loop.call_soon(self._uncork)
        return reply

    def _uncork(self) -> None:
        self._corked = False
        if self._outgoing and self._transport is not None:
            self._transport.write(b"".join(self._outgoing))
        self._outgoing.clear()

    def _sweep_at(self, due_at: float) -> None:
        """One timer for all deadlines: most commands are answered long before theirs, and then cost none."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._sweep = self._loop.call_at(due_at, self._fail_overdue)

    def _fail_overdue(self) -> None:
        self._sweep = None
        now = self._loop.time() + 1e-3  # a timer may come a clock's tick too early
        for place, (reply, due_at, command) in list(self._waiters.items()):
            if due_at <= now:
                del self._waiters[place]
                if not reply.done():
                    reply.set_exception(NoReply(f"no reply to {type(command).__name__} within its deadline"))
                    reply.exception()
        if self._waiters:
            self._sweep_at(min(due_at for _, due_at, _ in self._waiters.values()))

    def attend(self, pulse_s: float) -> None:
        """Wake the switch's listener every `pulse_s`, unless we have just written anyway; 0 to let it sleep.

        A listener with nothing to read sleeps up to 20 ms before it sends the events that wait.
        """
        self._pulse_s = pulse_s
        if pulse_s > 0 and self._pulse is None:
            self._pulse = self._loop.call_later(pulse_s, self._wake_up)

    def _wake_up(self) -> None:
        self._pulse = None
        transport = self._transport
        if self._pulse_s <= 0 or transport is None or transport.is_closing():
            return
        now = self._loop.time()
        since = now - self._wrote_at
        if since >= self._pulse_s * 0.9:
            transport.write(wake())
            self._wrote_at, since = now, 0.0
        self._pulse = self._loop.call_later(self._pulse_s - since, self._wake_up)

    # -- reading

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the socket is open."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came; whole frames are told, the rest waits."""
        self._talk.feed(data)
        if not self._paused:
            self._tell()

    def _tell(self) -> None:
        """Tell what is complete; the commands that this gives rise to leave together."""
        if self._transport is None:
            return
        uncork = not self._corked
        self._corked = True
        try:
            self._tell_some(self._transport)
        except PeerFault as fault:
            log.warning("event_socket_garbled", fault=str(fault))
            self.abort(f"the switch broke the protocol: {fault}")
        finally:
            if uncork:
                self._uncork()

    def _tell_some(self, transport: asyncio.Transport) -> None:
        """Tell `_AT_ONCE` things at most; then pause reading, give the loop a turn, and go on."""
        tell = self._talk.tell
        last: Event | None = None
        events = 0
        for _ in range(_AT_ONCE):
            received = tell()
            if received is None:
                break
            if isinstance(received, Event):
                last, events = received, events + 1
                self._on_event(received)
            else:
                self._understand(received)
        else:
            self._paused = True
            transport.pause_reading()
            self._loop.call_soon(self._tell_more)
        if last is not None:
            self._measure_lag(last, events)

    def _tell_more(self) -> None:
        self._paused = False
        if self._transport is None or self._transport.is_closing():
            return
        self._tell()
        if not self._paused:
            self._transport.resume_reading()

    def _understand(self, received: Received) -> None:
        match received:
            case CommandReplied():
                waiter = self._waiters.pop(received.place, None)
                if waiter is None:
                    log.info("late_reply", command=type(received.command).__name__, ok=received.ok)
                    return
                reply = waiter[0]
                if not reply.done():
                    reply.set_result(received)
            case AuthRequested():
                if not self.auth_requested.done():
                    self.auth_requested.set_result(None)
            case DisconnectNotice(text=text, lingering=lingering):
                log.info("disconnect_notice", text=text.strip(), lingering=lingering)
                if not lingering:
                    self._last_words = text.strip().split("\n")[0]
            case Rejected(text=text):
                self.abort(f"the switch's access list rejects us: {text.strip()}")
            case LogLine(level=level, text=text):
                log.info("switch_log", level_there=level, text=text.rstrip())
            case UnknownFrame(content_type=content_type, body=body):
                log.warning("unknown_frame", content_type=content_type, bytes=len(body))
            case Event():
                raise AssertionError("events are told by _tell")

    def _measure_lag(self, event: Event, events: int) -> None:
        stamp = event.get("Event-Date-Timestamp")
        if stamp.isascii() and stamp.isdigit():
            self._on_lag(self._lag.measure(int(stamp) / 1e6, self._loop.time(), events))

    # -- the end

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the socket is closed; everybody who waits is told."""
        self._transport = None
        self.attend(0)
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None
        reason = self._last_words or (f"{type(exc).__name__}: {exc}" if exc else "the switch closed the connection")
        if self._sweep is not None:
            self._sweep.cancel()
        waiters, self._waiters = self._waiters, {}
        for reply, _, _ in waiters.values():
            if not reply.done():
                reply.set_exception(SwitchAway(f"connection lost: {reason}"))
                reply.exception()
        if not self.closed.done():
            self.closed.set_result(reason)

    def abort(self, reason: str) -> None:
        """Close at once; whoever waits is told SwitchAway."""
        self._last_words = reason
        if self._transport is not None:
            self._transport.abort()
