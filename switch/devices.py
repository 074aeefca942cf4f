"""Device states of agents' phones are told when they change: the same for each real switch."""

from __future__ import annotations

from collections.abc import Callable

from calls.causes import DeviceState
from calls.events import AgentDeviceChanged, SwitchEvent


class DeviceStates:
    """`prefix` tells our agents' SIP users from others: account 1001 is agent-1001."""

    def __init__(self, prefix: str, emit: Callable[[SwitchEvent], None]) -> None:
        self._prefix = prefix
        self._emit = emit
        self.states: dict[str, DeviceState] = {}

    def _account(self, user: str) -> str | None:
        """The account of a SIP user; None when it is no agent's."""
        return user.removeprefix(self._prefix) if user.startswith(self._prefix) else None

    def _set(self, account: str, state: DeviceState) -> None:
        if self.states.get(account) is not state:
            self.states[account] = state
            self._emit(AgentDeviceChanged(account, state))
