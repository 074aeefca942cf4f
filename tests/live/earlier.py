"""An earlier run of a house: its journal, as its controller would have left it, with hours of talks.

The events go through a router like the controller's own, so the journal holds what such a run holds; a controller that
starts on it replays it as it would after any stop.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TypeVar

import msgspec

from acd.events import AgentSignedIn, AgentSignedOut
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play
from calls.ids import AgentId, LegId, Seconds
from control.messages import commands, events
from control.routing.assembly import make_router
from hotline.site.site import Site
from hotline.store import opening, statements
from hotline.versions.directory import VersionedDirectory
from hotline.versions.store import Programs, Versions

_GAP_S = 20.0
_Order = TypeVar("_Order")


class EarlierRun:
    """A day's end until now. `key` is what each caller presses in the menu, `number` what is dialled."""

    def __init__(self, site: Site, number: str, key: str) -> None:
        self._site = site
        self._number, self._key = number, key
        versions = Versions(site.versions)
        self._version = versions.current() or ""
        self._router = make_router(Programs(versions), versions.configuration, VersionedDirectory(versions))
        self._now = 0.0
        self._journal: list[tuple[float, events.RouterEvent]] = []
        self._commands: list[commands.RouterCommand] = []

    def of(self, agent: str, talks_s: list[Seconds]) -> None:
        """One agent, who takes these talks one after another and goes home; written down, to end now."""
        lasted_s = sum(talks_s) + (len(talks_s) + 1) * (_GAP_S + 5.0)
        self._tell(door.ClockSet(time.time() - lasted_s))
        self._tell(events.VersionPublished(self._version))
        self._tell(AgentSignedIn(AgentId(agent)))
        for number, talk_s in enumerate(talks_s):
            self._talk(f"earlier-{number}", f"1360000{number:04}", talk_s)
        self._tell(AgentSignedOut(AgentId(agent)))
        self._tell(door.ClockSet(time.time() - self._now))
        opening.migrate(self._site.database)
        rows = [(seq, at, msgspec.json.encode(event)) for seq, (at, event) in enumerate(self._journal, 1)]
        with contextlib.closing(sqlite3.connect(self._site.database)) as connection, connection:
            connection.executemany(statements.JOURNAL, rows)

    def _talk(self, leg: str, caller: str, talk_s: Seconds) -> None:
        mine = LegId(leg)
        self._tell(door.CallArrived(mine, caller, self._number), after_s=_GAP_S)
        self._tell(door.DigitPressed(mine, self._key), after_s=2.0)
        ringing = self._last(Originate)
        self._tell(door.CallAnswered(ringing.leg, ringing.attempt), after_s=2.0)
        self._tell(door.PlaybackFinished(ringing.leg, self._last(Play).attempt, Outcome.FINISHED), after_s=1.0)
        bridge = self._last(Bridge)
        self._tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
        self._tell(door.CallEnded(mine, Cause.NORMAL), after_s=talk_s)
        self._tell(door.CallEnded(ringing.leg, Cause.NORMAL))

    def _tell(self, event: events.RouterEvent, after_s: Seconds = 0.0) -> None:
        until = self._now + after_s
        while (due := self._router.next_deadline()) is not None and due <= until:
            self._now = max(self._now, due)
            self._take(door.Tick(due))
        self._now = until
        self._take(event)

    def _take(self, event: events.RouterEvent) -> None:
        self._journal.append((self._now, event))
        self._commands += self._router.handle(event, self._now)

    def _last(self, kind: type[_Order]) -> _Order:
        return next(command for command in reversed(self._commands) if isinstance(command, kind))
