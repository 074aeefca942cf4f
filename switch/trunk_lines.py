"""Trunk lines are the trunks of the version in force, with what is known of each now; one for all switches.

The choice itself is `calls.trunks.choose`. Calls are counted by asking each switch's session which trunks its legs are
on, so nothing is left over after a lost link or a restart.
"""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from calls.ids import Seconds
from calls.numbers import REGION
from calls.trunks import Choice, Trunk, TrunkState, choose

ENDPOINT = "trunk-"
"""The trunk `carrier` is the endpoint, or the gateway, `trunk-carrier` of a switch."""
_KEPT = 5
_RATE_S = 1.0


class Failure(msgspec.Struct, frozen=True):
    """One call that a trunk did not carry: when (UTC, epoch seconds), and why."""

    at: float
    reason: str


class Seen(msgspec.Struct, frozen=True):
    """What a switch says of its gateway: None where it does not ask."""

    reachable: bool | None = None
    registered: bool | None = None
    detail: str = ""


class TrunkLines:
    """Chooses the routes of a call, and tells the state of each trunk."""

    def __init__(self, wall: Callable[[], float] = time.time, line: Callable[[], float] = time.monotonic) -> None:
        """`wall` gives UTC, `line` monotonic seconds."""
        self.trunks: Mapping[str, Trunk] = {}
        self.failures: dict[str, deque[Failure]] = {}
        self._region = REGION
        self._wall, self._line = wall, line
        self._begun: dict[str, deque[float]] = {}
        self._seen: dict[str, dict[str, Seen]] = {}
        self._since: dict[str, float] = {}
        self._counters: list[Callable[[], Iterable[str]]] = []

    def use(self, trunks: Mapping[str, Trunk], region: str) -> None:
        """From now on these are the trunks; `region` is the site's."""
        self.trunks, self._region = trunks, region

    def count_by(self, trunks_of_legs: Callable[[], Iterable[str]]) -> None:
        """One more switch has legs on trunks: the trunk of each, empty for none."""
        self._counters.append(trunks_of_legs)

    def see(self, switch: str, seen: Mapping[str, Seen]) -> list[tuple[str, bool]]:
        """Take what a switch says of its gateways. Gives the trunks that are down since now, or up again."""
        before = {name: state.down for name, state in self.states().items()}
        self._seen[switch] = dict(seen)
        changed = [(name, state.down) for name, state in self.states().items() if state.down is not before[name]]
        for name, _ in changed:
            self._since[name] = self._wall()
        return changed

    def choose(self, number: str, caller: str) -> Choice:
        """The routes of a call to `number`, which shows `caller`."""
        return choose(self.trunks, self.states(), number, caller, self._region)

    def begun(self, name: str) -> None:
        """A call begins on this trunk."""
        self._begun.setdefault(name, deque()).append(self._line())

    def failed(self, name: str, reason: str) -> None:
        """This trunk did not carry a call, and the number is not to blame."""
        self.failures.setdefault(name, deque(maxlen=_KEPT)).append(Failure(self._wall(), reason))

    def progress_s(self, name: str) -> Seconds:
        """How long its gateway may say nothing."""
        trunk = self.trunks.get(name)
        return trunk.progress_s if trunk is not None else 0.0

    def states(self) -> dict[str, TrunkState]:
        """What is known of each trunk now."""
        calls = Counter(trunk for counter in self._counters for trunk in counter())
        return {name: self._state(name, calls[name]) for name in self.trunks}

    def by_address(self, address: str) -> str:
        """The trunk that a call from this address came by; empty where its sources do not say so."""
        try:
            given = ipaddress.ip_address(address)
        except ValueError:
            return ""
        found: list[tuple[int, str]] = []
        for name, trunk in self.trunks.items():
            for source in trunk.callers:
                try:
                    network = ipaddress.ip_network(source)
                except ValueError:
                    continue  # the name of a host: its own switch knows
                if given in network:
                    found.append((network.prefixlen, name))
        return max(found)[1] if found else ""

    def down(self) -> list[str]:
        """In words, which trunks are down."""
        return [f"trunk {name} is down: {_why(state)}" for name, state in self.states().items() if state.down]

    def view(self) -> list[dict[str, Any]]:
        """For screens and machines: each trunk with its state, its calls and its last failures, newest first."""
        return [
            {
                "trunk": name,
                "address": self.trunks[name].address,
                "state": "down" if state.down else "up" if state.reachable or state.registered else "unknown",
                "reachable": state.reachable,
                "registered": state.registered,
                "detail": _why(state) if state.down else "",
                "since": self._since.get(name),
                "calls": state.calls,
                "max_calls": self.trunks[name].max_calls or None,
                "failures": [{"at": one.at, "reason": one.reason} for one in reversed(self.failures.get(name, ()))],
            }
            for name, state in self.states().items()
        ]

    def _state(self, name: str, calls: int) -> TrunkState:
        begun = self._begun.get(name, deque())
        while begun and begun[0] <= self._line() - _RATE_S:
            begun.popleft()
        seen = [told[name] for told in self._seen.values() if name in told]
        detail = next((one.detail for one in seen if one.detail), "")
        reachable = _any([one.reachable for one in seen])
        return TrunkState(calls, len(begun), reachable, _any([one.registered for one in seen]), detail)


def trunk_of(endpoint: str) -> str:
    """The trunk of an endpoint, a gateway or a channel's technology part (`trunk-carrier`); empty for any other."""
    return endpoint.removeprefix(ENDPOINT) if endpoint.startswith(ENDPOINT) else ""


def _any(told: Iterable[bool | None]) -> bool | None:
    """By any switch is enough; None where no switch says."""
    known = [one for one in told if one is not None]
    return any(known) if known else None


def _why(state: TrunkState) -> str:
    if state.reachable is False:
        return state.detail or "its gateway does not answer"
    return state.detail or "it is not registered"
