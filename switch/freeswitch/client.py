"""The client stays connected to one event socket.

It connects, proves itself, subscribes, lets its listener take an inventory, and then tells events; when the connection
goes it says so once, fails all who wait, and starts again. Nobody waits for ever: each wait ends by its reply, its job,
the end of its leg, its deadline, or the loss of the connection, whichever is first.
"""

import asyncio
import random
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.errors import SwitchAway, SwitchError
from switch.freeswitch.lag import ReaderLag
from switch.freeswitch.link import Link, Reply
from switch.freeswitch.wire import Api, Auth, BackgroundApi, Command, Event, Execute, Limits, Subscribe

log = structlog.get_logger(__name__)

_REMEMBERED_ENDS = 4096
_LAG_LOGGED_EVERY_S = 10.0


class ClientSettings(msgspec.Struct, frozen=True):
    """Where the switch is, and how patient we are. Durations in seconds."""

    password: str
    host: str = "127.0.0.1"
    port: int = 8021
    connect_deadline_s: float = 5.0
    command_deadline_s: float = 5.0
    heartbeat_s: float = 1.0
    heartbeat_deadline_s: float = 3.0
    pulse_s: float = 0.005  # while attended: the longest that an event waits in a sleeping listener
    lag_warning_s: float = 1.0
    backoff: Backoff = Backoff(longest_s=2.0)
    limits: Limits = Limits()

    def __repr__(self) -> str:
        return f"ClientSettings({self.host}:{self.port})"


class LegGone(SwitchError):
    """The leg ended before it was done."""


class Refused(SwitchError):
    """The switch answered `-ERR`; the message has its words."""


class Listener(Protocol):
    """The listener is told what comes. All are called on the loop and must not block."""

    async def resync(self) -> None:
        """Connected and subscribed: ask what is live. Events wait until this returns; raising starts anew."""
        ...

    def event(self, event: Event) -> None:
        """One event, in the order of the wire."""
        ...

    def lost(self, reason: str) -> None:
        """The connection is gone; `resync` will be called when it is back."""
        ...

    def lagging(self, lag: ReaderLag) -> None:
        """We read slower than the switch writes: it will cut us off if that goes on."""
        ...


class EventSocketClient:
    """One event socket, kept connected. `subscription` must hold BACKGROUND_JOB, CHANNEL_EXECUTE_COMPLETE and
    CHANNEL_HANGUP_COMPLETE for `job` and `execute`. `heartbeat` makes the command that is sent every `heartbeat_s`.
    """

    def __init__(
        self,
        settings: ClientSettings,
        listener: Listener,
        subscription: Subscribe,
        jitter: random.Random,
        heartbeat: Callable[[], Command] | None = None,
        state: Dependency | None = None,
    ) -> None:
        """`state` is told of each try that failed, and when the next one is."""
        self.settings = settings
        self._listener = listener
        self._subscription = subscription
        self._jitter = jitter
        self._state = state
        self._heartbeat = heartbeat or (lambda: Api("uptime", "s"))
        self._link: Link | None = None
        self._task: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self._attended = False
        self._jobs: dict[str, tuple[asyncio.Future[str], asyncio.TimerHandle]] = {}
        self._executions: dict[str, tuple[str, asyncio.Future[Event], asyncio.TimerHandle]] = {}
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._held: list[Event] | None = None
        self._lag_logged_at = float("-inf")
        self._last_failure = "not tried yet"

    # -- life

    async def start(self, deadline_s: float) -> None:
        """Connect; return once the first `resync` is through. Raises SwitchAway after `deadline_s`."""
        if self._task is not None:
            raise RuntimeError("started already")
        self._task = asyncio.create_task(self._run(), name=f"event socket {self.settings.host}:{self.settings.port}")
        self._task.add_done_callback(_tell_crash)
        try:
            async with asyncio.timeout(deadline_s):
                await self._up.wait()
        except TimeoutError:
            await self.close()
            raise SwitchAway(f"no event socket within {deadline_s} s: {self._last_failure}") from None

    async def close(self) -> None:
        """Disconnect. All who wait get SwitchAway; the switch's calls go on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._fail_waiters("closed by us")

    @property
    def connected(self) -> bool:
        """Whether the link is up and the inventory was taken."""
        return self._up.is_set()

    @property
    def linked(self) -> bool:
        """Whether commands can be written now: from the start of `resync` until the link is lost."""
        return self._link is not None

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                await self._one_connection()
                failures = 0
            except (OSError, SwitchError, TimeoutError) as fault:
                failures += 1
                self._last_failure = str(fault) or type(fault).__name__
                log.warning("event_socket_unreachable", fault=self._last_failure, failures=failures)
            pause_s = self.settings.backoff.delay_s(max(1, failures), self._jitter)
            if self._state is not None:
                self._state.down(self._last_failure, pause_s)
            await asyncio.sleep(pause_s)

    async def _one_connection(self) -> None:
        """From connecting to the loss of the connection. Raises if it was never up."""
        settings = self.settings
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(settings.connect_deadline_s):
            _, link = await loop.create_connection(
                lambda: Link(self._on_event, self._on_lag, settings.limits), settings.host, settings.port
            )
        self._link = link
        was_up = False
        try:
            async with asyncio.timeout(settings.connect_deadline_s):
                await self._log_in(link)
            self._held = []
            await self._ask(link, self._subscription)
            self._ended.clear()
            link.attend(settings.pulse_s if self._attended else 0.0)
            await self._listener.resync()
            was_up = True
            self._last_failure = ""
            self._up.set()
            self._release()
            await self._keep(link)
        finally:
            reason = link.closed.result() if link.closed.done() else "closed by us"
            self._up.clear()
            self._link = None
            link.abort(reason)
            self._fail_waiters(reason)
            if was_up:
                if self._task is not None:
                    log.warning("event_socket_lost", reason=reason)
                self._listener.lost(reason)

    async def _log_in(self, link: Link) -> None:
        await link.welcomed()
        await self._ask(link, Auth(self.settings.password))

    async def _ask(self, link: Link, command: Command) -> None:
        reply = await link.submit(command, self.settings.command_deadline_s)
        if not reply.ok:
            raise Refused(f"{type(command).__name__}: {reply.text.strip()}")

    async def _keep(self, link: Link) -> None:
        """Beat until the connection is lost, or the switch no longer answers."""
        settings = self.settings
        while not link.closed.done():
            beat = link.submit(self._heartbeat(), settings.heartbeat_deadline_s)
            try:
                await beat
            except SwitchAway as away:
                link.abort(f"no heartbeat: {away}")
                await link.closed
                return
            await asyncio.wait([link.closed], timeout=settings.heartbeat_s)

    # -- commands

    def attend(self, on: bool) -> None:
        """While on, events come within `pulse_s` though we say nothing; off, they may take 20 ms and cost nothing."""
        if on != self._attended:
            self._attended = on
            if self._link is not None:
                self._link.attend(self.settings.pulse_s if on else 0.0)

    def submit(self, command: Command, deadline_s: float | None = None) -> Reply:
        """Write a command now. The future ends with its reply, or with SwitchAway. Raises CommandRefused at once."""
        if self._link is None:
            command.encode()  # a command that must not be written is refused in any case
            reply: Reply = asyncio.get_running_loop().create_future()
            reply.set_exception(SwitchAway("no connection to the event socket"))
            reply.exception()
            return reply
        return self._link.submit(command, deadline_s or self.settings.command_deadline_s)

    async def api(self, name: str, arguments: str = "", deadline_s: float | None = None) -> str:
        """Run a quick API command, give its text. Raises Refused, SwitchAway."""
        reply = await self.submit(Api(name, arguments), deadline_s)
        if not reply.ok:
            raise Refused(f"{name}: {reply.text.strip()}")
        return reply.text

    def job(self, name: str, arguments: str, deadline_s: float, job_id: str | None = None) -> asyncio.Future[str]:
        """Run an API command in the background. The future ends with its text, also when that is `-ERR …`; or with
        SwitchAway. Registered before it is written: no result can come too early.
        """
        job_id = job_id or str(uuid.uuid4())
        loop = asyncio.get_running_loop()
        result: asyncio.Future[str] = loop.create_future()
        result.add_done_callback(_seen)
        timer = loop.call_later(deadline_s, self._job_too_late, job_id, name, deadline_s)
        self._jobs[job_id] = (result, timer)
        try:
            accepted = self.submit(BackgroundApi(name, arguments, job_id))
        except SwitchError:
            self._end_job(job_id)
            raise
        accepted.add_done_callback(lambda reply: self._job_accepted(job_id, reply))
        return result

    def execute(
        self, leg: str, application: str, argument: str, deadline_s: float, *, lock: bool = False
    ) -> asyncio.Future[Event]:
        """Run a dialplan application on a leg. The future ends with its CHANNEL_EXECUTE_COMPLETE; or with LegGone,
        Refused, SwitchAway.
        """
        execution = str(uuid.uuid4())
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Event] = loop.create_future()
        done.add_done_callback(_seen)
        timer = loop.call_later(deadline_s, self._execution_too_late, execution, application, deadline_s)
        self._executions[execution] = (leg, done, timer)
        accepted = self.submit(Execute(leg, application, argument, execution, lock=lock))
        accepted.add_done_callback(lambda reply: self._execution_accepted(execution, reply))
        return done

    # -- how waits end

    def _job_accepted(self, job_id: str, reply: Reply) -> None:
        fault = _fault_of(reply)
        if fault is not None:
            waiting = self._end_job(job_id)
            if waiting is not None:
                waiting.set_exception(fault)

    def _job_too_late(self, job_id: str, name: str, deadline_s: float) -> None:
        waiting = self._end_job(job_id)
        if waiting is not None:
            waiting.set_exception(SwitchAway(f"no result of {name} within {deadline_s} s"))

    def _end_job(self, job_id: str) -> asyncio.Future[str] | None:
        """Forget the job; its future if somebody still waits."""
        found = self._jobs.pop(job_id, None)
        if found is None:
            return None
        future, timer = found
        timer.cancel()
        return None if future.done() else future

    def _execution_accepted(self, execution: str, reply: Reply) -> None:
        fault = _fault_of(reply)
        found = self._executions.get(execution)
        if found is None:
            return
        leg = found[0]
        # The leg's last event may have come before the reply: then no other will.
        if fault is None and leg in self._ended:
            fault = LegGone(f"{leg} ended first")
        elif isinstance(fault, Refused) and "invalid session id" in str(fault):
            fault = LegGone(str(fault))
        if fault is not None:
            self._end_execution(execution, fault)

    def _execution_too_late(self, execution: str, application: str, deadline_s: float) -> None:
        self._end_execution(execution, SwitchAway(f"{application} not done within {deadline_s} s"))

    def _end_execution(self, execution: str, outcome: Event | SwitchError) -> None:
        found = self._executions.pop(execution, None)
        if found is None:
            return
        _, future, timer = found
        timer.cancel()
        if future.done():
            return
        if isinstance(outcome, Event):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)

    def _fail_waiters(self, reason: str) -> None:
        for job_id in list(self._jobs):
            waiting = self._end_job(job_id)
            if waiting is not None:
                waiting.set_exception(SwitchAway(f"connection lost: {reason}"))
        for execution in list(self._executions):
            self._end_execution(execution, SwitchAway(f"connection lost: {reason}"))

    # -- events

    def _on_event(self, event: Event) -> None:
        match event.name:
            case "BACKGROUND_JOB":
                waiting = self._end_job(event.get("Job-UUID"))
                if waiting is not None:
                    waiting.set_result(event.body)
            case "CHANNEL_EXECUTE_COMPLETE":
                self._end_execution(event.get("Application-UUID"), event)
            case "CHANNEL_HANGUP_COMPLETE":
                self._leg_ended(event.leg)
        if self._held is None:
            self._listener.event(event)
        else:
            self._held.append(event)

    def _release(self) -> None:
        """Tell what came while the inventory was taken, in order."""
        held, self._held = self._held, None
        for event in held or ():
            self._listener.event(event)

    def _leg_ended(self, leg: str) -> None:
        self._ended[leg] = None
        if len(self._ended) > _REMEMBERED_ENDS:
            self._ended.popitem(last=False)
        for execution in [key for key, (of, _, _) in self._executions.items() if of == leg]:
            self._end_execution(execution, LegGone(f"{leg} ended"))

    def _on_lag(self, lag: ReaderLag) -> None:
        if lag.lag_s < self.settings.lag_warning_s:
            return
        self._listener.lagging(lag)
        now = asyncio.get_running_loop().time()
        if now - self._lag_logged_at >= _LAG_LOGGED_EVERY_S:
            self._lag_logged_at = now
            log.warning("event_socket_lagging", lag_s=round(lag.lag_s, 3), waiting=lag.waiting)


def _fault_of(reply: Reply) -> SwitchError | None:
    """The fault of a reply; None if there is none."""
    if reply.cancelled():
        return SwitchAway("cancelled")
    fault = reply.exception()
    if isinstance(fault, SwitchError):
        return fault
    replied = reply.result()
    return None if replied.ok else Refused(replied.text.strip())


def _seen(future: asyncio.Future[str] | asyncio.Future[Event]) -> None:
    """A failure that nobody waits for is no warning: it is in the log where it began."""
    if not future.cancelled():
        future.exception()


def _tell_crash(task: asyncio.Task[None]) -> None:
    """The task that keeps the connection ends by `close` alone; anything else is a fault of ours, and is said."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.critical("event_socket_client_crashed", exc_info=fault)
