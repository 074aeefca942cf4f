"""The port of provisioning: accounts of agents' phones, trunks and the fallback dialplan, put in force at a switch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from calls.ids import AgentId, CallId, Seconds
from calls.numbers import e164
from calls.overrides import Override
from calls.trunks import Tls, Trunk
from control.messages.log_commands import CallOutcome, LogCall, LogRecording
from hotline.versions.routing import RoutingConfiguration
from ivr.program import Program
from switch.failed_registrations import FailedRegistration
from switch.registrations import Registration
from switch.trunk_lines import Seen


@dataclass(frozen=True, slots=True)
class MissedCall:
    """A call that met the fallback. Instants are UTC epoch seconds; `message` is the path of a voicemail, or empty, and
    `message_s` its length."""

    call: CallId
    caller: str
    called: str
    began_at: float
    ended_at: float
    outcome: CallOutcome
    agent: AgentId | None
    message: str
    message_s: Seconds = 0.0

    def rows(self, region: str) -> list[LogCall | LogRecording]:
        """Its rows of the call log, as version `fallback`; its numbers as dialled in `region` (ISO 3166)."""
        row = LogCall(
            call=self.call,
            caller=e164(self.caller, region),
            called=e164(self.called, region),
            version="fallback",
            language="",
            arrived_at=self.began_at,
            queued_at=None,
            answered_at=None,
            ended_at=self.ended_at,
            queue="",
            agent=self.agent,
            outcome=self.outcome,
            cause="normal",
        )
        message = LogRecording(self.call, self.message, self.message_s, "message", "fallback")
        return [row, message] if self.message else [row]


class Provisioning(Protocol):
    """Writes accounts and the fallback for one kind of switch."""

    async def provide(
        self,
        routing: RoutingConfiguration,
        program: Program,
        utc: float,
        overrides: Sequence[Override] = (),
        announcements: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Put this version in force at the switch, as of `utc` (epoch seconds, for holidays to come), with
        the overrides that are in force. `announcements` are the sounds of those that are words, by number: absolute
        paths at this switch, without ending.

        Raises OSError, ValueError or HotlineError with what to do.
        """
        ...

    async def set_phones(self, routing: RoutingConfiguration) -> None:
        """Put the accounts of agents' phones in force, and nothing else: some are lent to browsers, or no more.

        Raises as `provide`.
        """
        ...

    def web_phones_url(self) -> str:
        """Where browsers' phones speak SIP over WebSocket; for the controller alone. Empty: the switch takes none."""
        ...

    async def keep_trunks(self, trunks: Mapping[str, Trunk], tls: Tls | None) -> Mapping[str, Seen]:
        """Put these trunks in force, where they are not yet or a password has changed; what the switch says of each.

        Raises OSError, ValueError or HotlineError.
        """
        ...

    async def registrations(self) -> Mapping[str, Registration]:
        """The phone that is registered with each account now.

        Raises OSError, TimeoutError or HotlineError when the switch does not answer.
        """
        ...

    def missed(self) -> Sequence[MissedCall]:
        """Calls that met the fallback since the last `forget`. Raises OSError."""
        ...

    def failed_registrations(self) -> tuple[Sequence[FailedRegistration], int]:
        """Those since the last look, and the bytes of a flood in the log that were not read. Raises OSError."""
        ...

    def forget(self) -> None:
        """They are durable."""
        ...


class NoProvisioning:
    """For a switch whose configuration is somebody else's."""

    async def provide(
        self,
        routing: RoutingConfiguration,
        program: Program,
        utc: float,
        overrides: Sequence[Override] = (),
        announcements: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Nothing to write."""

    async def set_phones(self, routing: RoutingConfiguration) -> None:
        """Nothing to write."""

    def web_phones_url(self) -> str:
        """Nobody whose password a browser could have."""
        return ""

    async def keep_trunks(self, trunks: Mapping[str, Trunk], tls: Tls | None) -> Mapping[str, Seen]:
        """Nothing to write, and nobody to ask."""
        return {}

    async def registrations(self) -> Mapping[str, Registration]:
        """Nobody to ask."""
        return {}

    def missed(self) -> Sequence[MissedCall]:
        """Whoever writes the fallback knows of its calls."""
        return ()

    def failed_registrations(self) -> tuple[Sequence[FailedRegistration], int]:
        """Its log is somebody else's."""
        return (), 0

    def forget(self) -> None:
        """Nothing to forget."""
