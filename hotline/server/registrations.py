"""Failed registrations, counted by address: a metric, and an alert when one address tries too often."""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from prometheus_client import Counter

from calls.ids import Instant
from control.messages.commands import Noticed
from hotline.provisioning.port import Provisioning
from switch.failed_registrations import FailedRegistration

log = structlog.get_logger("hotline")

_WINDOW_S = 60.0
_TELL_AGAIN_S = 600.0
_MOST_ADDRESSES = 10_000
_USERS_TOLD = 3


class _Address:
    __slots__ = ("count", "since", "told_at", "total", "users")

    def __init__(self, since: Instant) -> None:
        self.since = since
        self.count = self.total = 0
        self.told_at: Instant | None = None
        self.users: dict[str, None] = {}


class FailedRegistrations:
    """A step of the upkeep. `tell` is given a notice for log, board, metrics and bus."""

    def __init__(
        self,
        provisioning: Mapping[str, Provisioning],
        tell: Callable[[Noticed], None],
        counter: Counter,
        alert: int | None,
    ) -> None:
        """`alert`: so many from one address in a minute are told; None: never."""
        self._provisioning = provisioning
        self._tell = tell
        self._counter = counter
        self._alert = alert
        self._addresses: dict[str, _Address] = {}
        self._now: Instant = 0.0

    def warnings(self) -> list[str]:
        """Addresses that were told of in the last ten minutes, in words, for `/health`."""
        return [
            f"failed registrations: {known.total} from {address}"
            for address, known in self._addresses.items()
            if known.told_at is not None and self._now - known.told_at < _TELL_AGAIN_S
        ]

    async def look(self, now: Instant) -> None:
        """Read what is new in the switches' logs. Raises OSError."""
        self._now = now
        for switch, provisioning in self._provisioning.items():
            failed, skipped = await asyncio.to_thread(provisioning.failed_registrations)
            if failed:
                self._counter.labels(switch).inc(len(failed))
            for one in failed:
                self._count(one, now)
            for address in {one.address for one in failed}:
                self._judge(address, now, flood=skipped > 0)

    def _count(self, failed: FailedRegistration, now: Instant) -> None:
        known = self._addresses.get(failed.address)
        if known is None:
            if len(self._addresses) >= _MOST_ADDRESSES:
                self._addresses.pop(next(iter(self._addresses)))
            known = self._addresses[failed.address] = _Address(now)
        if now - known.since >= _WINDOW_S:
            known.since, known.count = now, 0
        known.count += 1
        known.total += 1
        if len(known.users) < _USERS_TOLD:
            known.users[failed.user] = None

    def _judge(self, address: str, now: Instant, *, flood: bool) -> None:
        known = self._addresses.get(address)
        if known is None or self._alert is None or known.count < self._alert:
            return
        if known.told_at is not None and now - known.told_at < _TELL_AGAIN_S:
            return
        known.told_at = now
        least = "at least " if flood else ""
        users = ", ".join(user for user in known.users if user)
        detail = f"{least}{known.count} from {address} within a minute" + (f", as {users}" if users else "")
        advice = f"is a phone at {address} set up wrongly? If not, block it: asterisk/fail2ban, docs/operators.md"
        self._tell(Noticed("warning", "failed registrations", advice, detail=detail))
