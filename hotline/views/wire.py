"""The messages of the live wire: one snapshot, then changes from there on. AsyncAPI has them in docs/live.yaml.

Each has the journal's position: the number of the last event that it knows of. A message of changes is for whoever
stands at `after`; at another place there is a gap, and only a new snapshot helps.
"""

from collections.abc import Mapping
from typing import Any, Literal, cast

import msgspec

from hotline.views import states
from hotline.views.days import QueueDay
from hotline.views.live_states import Kind, States


class Switch(states.Message, frozen=True):
    """A switch of the house, and whether it is there."""

    switch: str
    up: bool


class NumberedAlert(states.Message, frozen=True):
    """An alert of the newest ones; `number` counts them since the controller's start."""

    number: int
    alert: states.Alert


class House(states.Message, frozen=True):
    """The house, for a page: its name, its zone (IANA), its languages, the first one first; and what is good: so many
    seconds of waiting, and a service level of so much."""

    title: str
    zone: str
    languages: tuple[str, ...]
    within_s: float
    goal: float


class Snapshot(states.Message, frozen=True, tag_field="is", tag="snapshot"):
    """All live states at `position`; `utc` is the controller's clock."""

    position: int
    utc: float
    house: House
    controller: states.Controller
    agents: tuple[states.Agent, ...]
    queues: tuple[states.Queue, ...]
    days: tuple[QueueDay, ...]
    overrides: tuple[states.Override, ...]
    calls: tuple[states.Call, ...]
    forecasts: tuple[states.CallForecast, ...]
    alerts: tuple[NumberedAlert, ...]
    switches: tuple[Switch, ...]


class Gone(states.Message, frozen=True, omit_defaults=True):
    """Names of what is there no more."""

    agents: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    overrides: tuple[int, ...] = ()
    calls: tuple[str, ...] = ()
    forecasts: tuple[str, ...] = ()
    """By their call."""
    alerts: tuple[int, ...] = ()
    switches: tuple[str, ...] = ()


class Changes(states.Message, frozen=True, tag_field="is", tag="changes", omit_defaults=True):
    """States that are new or other than at `after`, whole, and names of those that are gone. What is left out is as it
    was; with nothing in it the message says that the wire still stands."""

    after: int
    position: int
    utc: float
    controller: states.Controller | None = None
    agents: tuple[states.Agent, ...] = ()
    queues: tuple[states.Queue, ...] = ()
    days: tuple[QueueDay, ...] = ()
    overrides: tuple[states.Override, ...] = ()
    calls: tuple[states.Call, ...] = ()
    forecasts: tuple[states.CallForecast, ...] = ()
    alerts: tuple[NumberedAlert, ...] = ()
    switches: tuple[Switch, ...] = ()
    gone: Gone | None = None


_Named = Literal["agents", "queues", "days", "overrides", "calls", "forecasts", "alerts", "switches"]
_NAMED: tuple[_Named, ...] = ("agents", "queues", "days", "overrides", "calls", "forecasts", "alerts", "switches")
"""The kinds of which there may be several; of the controller there is one."""
_NUMBERED = ("overrides", "alerts")


def snapshot(now: States, position: int, utc: float, house: House) -> Snapshot:
    """All of it."""
    lists: Any = {kind: _told(kind, now[kind]) for kind in _NAMED}
    return Snapshot(position, utc, house, cast(states.Controller, now["controller"][""]), **lists)


def changes(before: States, now: States, after: int, position: int, utc: float) -> Changes:
    """The way from `before`, told at position `after`, to `now`."""
    told: dict[str, Any] = {}
    gone: dict[str, Any] = {}
    for kind in _NAMED:
        old, new = before[kind], now[kind]
        changed = {name: state for name, state in new.items() if _is_other(old.get(name), state)}
        if changed:
            told[kind] = _told(kind, changed)
        if left := [name for name in old if name not in new]:
            gone[kind] = tuple(int(name) for name in left) if kind in _NUMBERED else tuple(left)
    if _is_other(before["controller"][""], now["controller"][""]):
        told["controller"] = now["controller"][""]
    return Changes(after, position, utc, **told, gone=Gone(**gone) if gone else None)


def is_empty(message: Changes) -> bool:
    """Whether nothing is told but that the wire stands."""
    return message == Changes(message.after, message.position, message.utc)


def encoded(message: Snapshot | Changes) -> str:
    """The text that is sent, the same for all who read."""
    return msgspec.json.encode(message).decode()


def _told(kind: Kind, named: Mapping[str, states.Message]) -> tuple[states.Message, ...]:
    if kind == "alerts":
        return tuple(NumberedAlert(int(name), cast(states.Alert, alert)) for name, alert in named.items())
    return tuple(named.values())


def _is_other(old: states.Message | None, new: states.Message) -> bool:
    return old is not new and old != new
