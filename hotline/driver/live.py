"""The live driver: journals (now, fact), hands it to the router, performs the orders, and arms one timer."""

import asyncio
import traceback

import msgspec
import structlog

from calls.events import DigitPressed, Tick
from calls.ids import Instant
from control import commands, events
from control.router import Router
from hotline.driver.clock import Clock
from hotline.driver.executor import Performer
from hotline.driver.vault import Vault
from hotline.journal.write_ahead import Tail
from hotline.store import statements
from hotline.store.writer import Writer

log = structlog.get_logger("hotline")

_SNAPSHOT_EVERY = 5_000  # facts: a restart replays at most so many, in well under a second
_LOOK_AT_WALL_CLOCK_S = 1.0

_encoder = msgspec.json.Encoder()


def orders_of(router: Router, seq: int, event: events.RouterEvent, now: Instant) -> list[commands.RouterCommand]:
    """What the router orders. A broken rule is told in full and orders nothing: live, and again in each replay of it,
    or else one broken call would keep the house from ever starting again."""
    try:
        return router.handle(event, now)
    except Exception:  # noqa: BLE001 - one broken call must not take the house down
        log.critical(
            "a rule is broken",
            fact=type(event).__name__,
            seq=seq,
            trace=traceback.format_exc(),
            advice="report this with the journal around seq; other calls go on",
        )
        return []


class LiveDriver:
    """Runs the router against the real world. `take` is the one way in, and is never called from within itself."""

    def __init__(self, router: Router, clock: Clock, writer: Writer, tail: Tail, vault: Vault, seq: int = 0) -> None:
        """`seq` is the number of the last fact in the journal; `tail` is open."""
        self.router = router
        self.performer: Performer
        self._clock = clock
        self._writer = writer
        self._tail = tail
        self._vault = vault
        self._seq = seq
        self._since_snapshot = 0
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at: Instant = 0.0
        self._due: Instant | None = None
        self._wall: asyncio.TimerHandle | None = None
        self.facts_taken = 0

    def start(self) -> None:
        """Tell the wall clock's time and begin to watch it."""
        jumped = self._clock.jumped()
        if jumped is not None:
            self.take(jumped)
        self._wall = self._loop.call_later(_LOOK_AT_WALL_CLOCK_S, self.start)

    def take(self, event: events.RouterEvent) -> None:
        """Take one fact: the sink of the switch, and of everything else."""
        if type(event) is DigitPressed:
            event = self._vault.take(event)
        now = self._clock.now()
        self._seq += 1
        self.facts_taken += 1
        encoded = _encoder.encode(event)
        self._writer.write(statements.JOURNAL, (self._seq, now, encoded))
        self._tail.add(self._seq, now, encoded, self._writer.given, self._writer.committed)
        orders = orders_of(self.router, self._seq, event, now)
        for order in orders:
            self.performer.perform(order)
        self._since_snapshot += 1
        if self._since_snapshot >= _SNAPSHOT_EVERY:
            self.keep_snapshot()
        self._arm()

    def keep_snapshot(self) -> None:
        """Write the whole state, so that the next start need not replay what is before it."""
        self._since_snapshot = 0
        now = self._clock.now()
        utc = now + self.router.register.offset_s
        self._writer.write(statements.SNAPSHOT, (self._seq, now, utc, self.router.snapshot()))

    def close(self) -> None:
        """Stop the timers; calls go on without us. The state is kept as it is."""
        for timer in (self._timer, self._wall):
            if timer is not None:
                timer.cancel()
        self.keep_snapshot()

    def _arm(self) -> None:
        """A timer that rings too early stays, and looks again then: most facts move the deadline further off."""
        due = self._due = self.router.next_deadline()
        if due is None or (self._timer is not None and self._rings_at <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = due
        self._timer = self._loop.call_later(max(0.0, due - self._clock.now()), self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if self._clock.now() < self._due:  # moved meanwhile, or the loop's timers are coarser than the line
            self._arm()
            return
        self.take(Tick(self._due))
