"""Device states of our phones come from Asterisk, and are told when they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from calls.causes import DeviceState
from calls.events import SwitchEvent
from switch.asterisk import answers, wire
from switch.devices import DeviceStates

_STATES = {
    "NOT_INUSE": DeviceState.IDLE,
    "INUSE": DeviceState.BUSY,
    "BUSY": DeviceState.BUSY,
    "ONHOLD": DeviceState.BUSY,
    "RINGING": DeviceState.RINGING,
    "RINGINUSE": DeviceState.BUSY,
}
"""Asterisk's device states; UNAVAILABLE, INVALID and UNKNOWN are unreachable."""

ACCOUNTS_CHANGED = "hotline-accounts"
"""The event that whoever changes accounts sends to the controller's application: of new phones nobody else tells."""

_AT_ONCE = 50  # Asterisk takes a list of up to 128 (22.10.1)


def subscriptions(application: str, users: Iterable[str]) -> Iterator[str]:
    """The URIs to POST for an application to be told of these phones, `users` being their SIP users (agent-1001).

    Each phone by its name, and never `deviceState:` alone, which means all. When a WebSocket closes Asterisk ends that
    subscription under a lock that the delivery of its events takes, too, and waits for their delivery: one phone that
    rings at that moment, and no WebSocket is answered again until Asterisk is restarted (22.10.1). Subscriptions to
    single devices outlive the connection, and are there when the next one comes.
    """
    names = [f"deviceState:{wire.part(f'PJSIP/{user}')}" for user in sorted(users)]
    for first in range(0, len(names), _AT_ONCE):
        several = ",".join(names[first : first + _AT_ONCE])
        yield f"applications/{wire.part(application)}/subscription?eventSource={several}"


class Devices(DeviceStates):
    """`prefix` tells our agents' endpoints from trunks: account 1001 is PJSIP/agent-1001."""

    def __init__(self, prefix: str, emit: Callable[[SwitchEvent], None]) -> None:
        super().__init__(prefix, emit)
        self._technology = f"PJSIP/{prefix}"

    def account_of(self, channel_name: str) -> str | None:
        """The account of a channel such as PJSIP/agent-1001-0000001f; None when it is no phone of ours."""
        if not channel_name.startswith(self._technology):
            return None
        return channel_name.removeprefix(self._technology).rpartition("-")[0] or None

    def on_changed(self, event: wire.DeviceStateChanged) -> None:
        """Asterisk saw a device in another state; trunks are devices too and are left out."""
        name = event.device_state.name
        if name.startswith(self._technology):
            state = _STATES.get(event.device_state.state, DeviceState.UNREACHABLE)
            self._set(name.removeprefix(self._technology), state)

    def adopt(self, endpoints: Sequence[answers.Endpoint]) -> None:
        """All endpoints as they are now; an account that is no longer there is unreachable."""
        seen: set[str] = set()
        for endpoint in endpoints:
            account = self._account(endpoint.resource)
            if account is None:
                continue
            seen.add(account)
            if endpoint.state != "online":
                state = DeviceState.UNREACHABLE
            else:
                state = DeviceState.BUSY if endpoint.channel_ids else DeviceState.IDLE
            self._set(account, state)
        for account in self.states.keys() - seen:
            self._set(account, DeviceState.UNREACHABLE)
