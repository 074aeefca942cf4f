"""The live driver: journals (now, event), hands it to the router, has the commands carried out, and arms one timer."""

import asyncio

import msgspec

from calls.events import DigitPressed, Tick
from calls.ids import Instant
from control.messages import events
from control.routing.router import Router
from hotline.driver.clock import Clock
from hotline.driver.executor import CommandExecutor
from hotline.journal import snapshots
from hotline.journal.replaying import commands_of
from hotline.journal.write_ahead import WriteAhead
from hotline.store import statements
from hotline.store.writer import Writer
from ivr.vault import Vault

_LOOK_AT_WALL_CLOCK_S = 1.0

_encoder = msgspec.json.Encoder()


class LiveDriver:
    """Runs the router against the real world. `take` is the one way in, and never calls itself."""

    def __init__(
        self, router: Router, clock: Clock, writer: Writer, write_ahead: WriteAhead, vault: Vault, seq: int = 0
    ) -> None:
        """`seq` is the number of the last event in the journal; `write_ahead` is open. Set `executor` before `take`."""
        self.router = router
        self.executor: CommandExecutor
        self._clock = clock
        self._writer = writer
        self._write_ahead = write_ahead
        self._vault = vault
        self._seq = seq
        self._since_snapshot = 0
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at: Instant = 0.0
        self._due: Instant | None = None
        self._wall: asyncio.TimerHandle | None = None
        self._held = True

    def hold(self, held: bool) -> None:
        """Let nothing fall due while no switch is there, which holds from the beginning on.

        What falls due speaks to callers, who would not hear it, and rings phones, which would count as faults of the
        switch. Once a switch is back its callers are adopted, and then all that is due is done.
        """
        self._held = held
        self._arm()

    def start(self) -> None:
        """Take the wall clock's time and begin to watch it."""
        jumped = self._clock.jumped()
        if jumped is not None:
            self.take(jumped)
        self._wall = self._loop.call_later(_LOOK_AT_WALL_CLOCK_S, self.start)

    def take(self, event: events.RouterEvent) -> None:
        """Take one event, from the switch or from anywhere else."""
        if type(event) is DigitPressed:
            event = self._vault.take(event)
        now = self._clock.now()
        self._seq += 1
        encoded = _encoder.encode(event)
        self._writer.write(statements.JOURNAL, (self._seq, now, encoded))
        self._write_ahead.add(self._seq, now, encoded, self._writer.given, self._writer.committed)
        for command in commands_of(self.router, self._seq, event, now):
            self.executor.execute(command)
        self._since_snapshot += 1
        if self._since_snapshot >= snapshots.EVERY:
            self.keep_snapshot()
        self._arm()

    @property
    def position(self) -> int:
        """The number of the journal's last event."""
        return self._seq

    def keep_snapshot(self) -> None:
        """Write the whole state, so that the next start need not replay what is before it."""
        self._since_snapshot = 0
        now = self._clock.now()
        utc = now + self.router.register.offset_s
        state = snapshots.Packed(self.router.snapshot())
        self._writer.write(statements.SNAPSHOT, (self._seq, now, utc, state))

    def close(self) -> None:
        """Stop the timers; calls go on without us. The state is kept as it is."""
        for timer in (self._timer, self._wall):
            if timer is not None:
                timer.cancel()
        self.keep_snapshot()

    def _arm(self) -> None:
        """A timer that rings too early stays, and looks again then: most events move the deadline further off."""
        due = self._due = self.router.next_deadline()
        if self._held or due is None or (self._timer is not None and self._rings_at <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = due
        self._timer = self._loop.call_later(max(0.0, due - self._clock.now()), self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._due is None or self._held:
            return
        if self._clock.now() < self._due:  # moved meanwhile, or the loop's timers are coarser than the line
            self._arm()
            return
        self.take(Tick(self._due))
