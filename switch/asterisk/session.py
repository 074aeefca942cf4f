"""The session with one Asterisk holds its options, the link and the legs, and does a command that is one request."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from calls import commands, events
from calls.causes import Cause
from calls.dependencies import Dependency
from calls.ids import AttemptId, LegId, Seconds
from switch import session
from switch.asterisk import wire
from switch.asterisk.client import AriClient
from switch.asterisk.legs import Q850_OF, Leg, failure_of
from switch.asterisk.requests import Reply, Then
from switch.keeping import Keeping
from switch.legs import LegCommand
from switch.trunk_lines import TrunkLines


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
    gateway: str = "gateway"  # the endpoint that tel: numbers go by where there are no trunks
    trunks: TrunkLines | None = None  # the site's trunks; one for all its switches
    state: Dependency | None = None  # told whenever the link is up, down, or tried
    keeping: Keeping = field(default_factory=Keeping)  # says when what was told of recordings is on disk
    talking_s: Seconds = 8.0
    """An agent's phone from which no audio came for so long, and that does not answer SIP either, is gone."""
    deadline_s: Seconds = 5.0
    media_here: bool = True
    connections: int = 4
    """Connections that share the requests, see `switch.asterisk.connection`."""
    sound_address: str = "127.0.0.1"
    """An IPv4 address of this machine that Asterisk reaches: what callers say comes here while a recogniser listens."""
    call_records: Path | None = None
    """Where this Asterisk writes call records of its own, if it does: they tell how legs ended that nobody heard of."""
    endings: tuple[str, ...] = (".alaw", ".ulaw", ".wav", ".sln", ".g722", ".gsm", ".sln16", ".wav16")


_STILL_LISTED_S = 2.0


def connection_of(leg: LegId) -> int:
    """The same of all legs of a call: their ids have the call's in common, see `calls.ids`."""
    return hash(leg.partition(":")[0])


class Session(session.Session[Leg]):
    """The link to one Asterisk, and how a command with one request is done. One per adapter."""

    def __init__(self, options: AsteriskOptions) -> None:
        super().__init__(options.deadline_s, options.trunks)
        self.options = options
        self._gone: deque[tuple[float, LegId]] = deque(maxlen=1_000)
        self.client: AriClient
        self.has_called_context = True
        """Whether this Asterisk's dialplan takes legs that were answered (`called`), as far as we know."""

    @property
    def linked(self) -> bool:
        """Whether a request would leave now."""
        return self.client.connected

    def request(self, about: LegId, method: str, uri: str, then: Then | None = None, body: object = None) -> None:
        """A REST request, after all others about legs of the same call; see `AriClient.request`."""
        self.client.request(method, uri, then, body, connection_of(about))

    def request_first(self, about: LegId, method: str, uri: str, then: Then, body: object = None) -> None:
        """One that depends on none before it: it need not wait for the channels that these move."""
        self.client.request(method, uri, then, body, connection_of(about), first=True)

    def quick(self, command: LegCommand, method: str, uri: str, body: object = None) -> None:
        """A command that one request does: CommandDone (for Answer CallAnswered) when Asterisk says so."""
        leg = self.legs[command.leg]
        leg.open[command.attempt] = command
        self.request(command.leg, method, uri, partial(self._quick_done, command), body)

    def _quick_done(self, command: LegCommand, reply: Reply) -> None:
        leg = self.close(command)
        if leg is None:
            return
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

    def reported(self, leg: Leg) -> None:
        """The phone of a leg has been told of its transfer: what waited for that is done."""
        if leg.report_timer is not None:
            leg.report_timer.cancel()
            leg.report_timer = None
        if leg.end_after_report is not None:
            cause, leg.end_after_report = leg.end_after_report, None
            self._ask_for_end(leg, cause)

    def _ask_for_end(self, leg: Leg, cause: Cause) -> None:
        if leg.report_timer is not None:
            leg.end_after_report = cause
            return
        uri = f"channels/{wire.part(leg.id)}?reason_code={Q850_OF[cause]}"
        self.request(leg.id, "DELETE", uri, partial(self._hung_up, leg))

    def _hung_up(self, leg: Leg, reply: Reply) -> None:
        if reply.status == 404 and self.legs.get(leg.id) is leg:
            self.end(leg, leg.ending or Cause.LOST, "it was gone already")

    def _end_overdue(self, leg: Leg) -> None:
        leg.end_timer = None
        # With the link down nothing can be said of the leg: the next inventory hangs it up, or lacks it.
        if self.linked and self.legs.get(leg.id) is leg:
            self.end(leg, Cause.LOST, "Asterisk did not confirm the end")

    def end(self, leg: Leg, cause: Cause, detail: str = "") -> None:
        """The leg is gone: what is open on it gets its outcome, then CallEnded."""
        if self.legs.pop(leg.id, None) is None:
            return
        leg.cancel_timers()
        self._gone.append((self.loop.time(), leg.id))
        self._tell_end(leg, cause, detail, (commands.Answer, commands.Redirect))

    def lately_gone(self) -> frozenset[LegId]:
        """Legs whose end was just told. Asterisk lists a channel for a moment after its end has been heard of."""
        since = self.loop.time() - _STILL_LISTED_S
        return frozenset(leg for at, leg in self._gone if at >= since)
