"""What the parts of the adapter share: the link, the legs, the sink, and how an order with one request is done."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from calls import commands, events
from calls.causes import Cause
from calls.events import SwitchEvent
from calls.ids import AttemptId, LegId, Seconds
from switch.asterisk import wire
from switch.asterisk.client import AriClient
from switch.asterisk.legs import Leg, LegCommand, failed, failure_of
from switch.asterisk.requests import Reply, Then


@dataclass(frozen=True)
class AsteriskOptions:
    """How the adapter finds and uses one Asterisk.

    `recordings_dir` is that Asterisk's own folder of recordings (astspooldir/recording). With `media_here` the prompts
    are on this machine too, so a missing file is told before a caller hears a gap. `endings` are tried in that order.
    """

    url: str
    user: str
    password: str
    application: str = "hotline"
    recordings_dir: Path = Path("/var/spool/asterisk/recording")
    device_prefix: str = "agent-"  # account 1001 is the endpoint PJSIP/agent-1001
    gateway: str = "gateway"  # the endpoint that tel: numbers go by
    deadline_s: Seconds = 5.0
    media_here: bool = True
    connections: int = 4
    """Connections that share the requests, see `switch.asterisk.connection`."""
    sound_address: str = "127.0.0.1"
    """An IPv4 address of this machine that Asterisk reaches: what callers say comes here while a recogniser listens."""
    endings: tuple[str, ...] = (".alaw", ".ulaw", ".wav", ".sln", ".g722", ".gsm", ".sln16", ".wav16")


_STILL_LISTED_S = 2.0


def connection_of(leg: LegId) -> int:
    """The same of all legs of a call: their ids have the call's in common, see `calls.ids`."""
    return hash(leg.partition(":")[0])


class Session:
    """One per adapter. `emit` hands a fact to the sink now, `later` after the present order has returned."""

    def __init__(self, options: AsteriskOptions) -> None:
        self.options = options
        self.legs: dict[LegId, Leg] = {}
        self._gone: deque[tuple[float, LegId]] = deque(maxlen=1_000)
        self.emit: Callable[[SwitchEvent], None] = _nowhere
        self.on_end: Callable[[Leg], None] = _nowhere  # what bridges and supervision do when a leg ends
        self.client: AriClient
        self.loop: asyncio.AbstractEventLoop

    def request(self, about: LegId, method: str, uri: str, then: Then | None = None, body: object = None) -> None:
        """A REST request, after all others about legs of the same call; see `AriClient.request`."""
        self.client.request(method, uri, then, body, connection_of(about))

    def request_first(self, about: LegId, method: str, uri: str, then: Then, body: object) -> None:
        """One that depends on none before it: it need not wait for the channels that these move."""
        self.client.request(method, uri, then, body, connection_of(about), first=True)

    def later(self, fact: SwitchEvent) -> None:
        """Hand a fact to the sink once the code that runs now has returned to the loop."""
        self.loop.call_soon(self._emit_later, fact)

    def _emit_later(self, fact: SwitchEvent) -> None:
        self.emit(fact)

    def quick(self, command: LegCommand, method: str, uri: str, body: object = None) -> None:
        """An order that one request does: CommandDone (for Answer CallAnswered) when Asterisk says so."""
        leg = self.legs[command.leg]
        leg.open[command.attempt] = command
        self.request(command.leg, method, uri, partial(self._quick_done, command), body)

    def _quick_done(self, command: LegCommand, reply: Reply) -> None:
        leg = self.legs.get(command.leg)
        if leg is None or leg.open.pop(command.attempt, None) is None:
            return  # the leg died first, and the order had its outcome then
        if not reply.ok:
            self.emit(failure_of(command, reply))
        elif isinstance(command, commands.Answer):
            leg.answered = True
            self.emit(events.CallAnswered(command.leg, command.attempt))
        else:
            self.emit(events.CommandDone(command.attempt, command.leg))

    def quiet(self, leg: Leg) -> None:
        """Stop what plays or records on a leg.

        Needed before each request that waits for the channel's own thread (answer, a bridge's addChannel): while that
        thread plays, such a request blocks the whole connection until the prompt is over (22.10.1: 17 s were seen).
        """
        if leg.playing is not None:
            leg.stopping.add(leg.playing)
            self.request(leg.id, "DELETE", f"playbacks/{wire.part(leg.playing)}")
            leg.playing = None
        if leg.recording is not None:
            leg.stopping.add(leg.recording)
            self.request(leg.id, "POST", f"recordings/live/{wire.part(self.recording_name(leg.recording))}/stop")
            leg.recording = None

    def recording_name(self, attempt: AttemptId) -> str:
        """The name under which Asterisk writes a recording before it is put in its place."""
        return f"{self.options.application}-{attempt}".replace("/", "_")

    def hang_up(self, leg: Leg, cause: Cause, q850: int) -> None:
        """End a channel; its end comes as an event, and is assumed after the deadline."""
        leg.ending = leg.ending or cause
        self.request(leg.id, "DELETE", f"channels/{wire.part(leg.id)}?reason_code={q850}", partial(self._hung_up, leg))
        if leg.end_timer is None:
            leg.end_timer = self.loop.call_later(self.options.deadline_s, self._end_overdue, leg)

    def _hung_up(self, leg: Leg, reply: Reply) -> None:
        if reply.status == 404 and self.legs.get(leg.id) is leg:
            self.end(leg, leg.ending or Cause.LOST, "it was gone already")

    def _end_overdue(self, leg: Leg) -> None:
        leg.end_timer = None
        # With the link down nothing can be said of the leg: the next inventory hangs it up, or lacks it.
        if self.client.connected and self.legs.get(leg.id) is leg:
            self.end(leg, Cause.LOST, "Asterisk did not confirm the end")

    def end(self, leg: Leg, cause: Cause, detail: str = "") -> None:
        """The leg is gone: what is open on it gets its outcome, then CallEnded."""
        if self.legs.pop(leg.id, None) is None:
            return
        leg.cancel_timers()
        self._gone.append((self.loop.time(), leg.id))
        for command in leg.open.values():
            if not isinstance(command, commands.Answer | commands.Redirect):  # theirs is CallEnded itself
                self.emit(failed(command, "leg_gone", "the leg ended"))
        leg.open.clear()
        self.on_end(leg)
        self.emit(events.CallEnded(leg.id, cause, detail))

    def lately_gone(self) -> frozenset[LegId]:
        """Legs whose end was just told. Asterisk lists a channel for a moment after its end has been heard of."""
        since = self.loop.time() - _STILL_LISTED_S
        return frozenset(leg for at, leg in self._gone if at >= since)


def _nowhere(what: object) -> None:
    """Before the adapter has put itself here."""
