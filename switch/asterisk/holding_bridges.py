"""Holding bridges play music to callers who wait, a few dozen in each, and are opened as they are needed.

Not one bridge for all: each 20 ms its music wakes everybody who is in it, one after the other and under its lock, and
who comes or goes waits for that lock and is told of with a list of all the others. With 500 callers in one bridge a
request to add one more took 56 ms on average and up to 4 s (22.10.1, a busy machine), and all other requests waited
behind it.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from itertools import count

from calls.ids import LegId, Seconds
from switch.asterisk import wire
from switch.asterisk.announcers import Announcers, announcer_of, bridge_of, is_announcer
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session

PLACES = 32
"""In one bridge. Its announcer costs about as much as two callers."""
_SPARE = PLACES // 2
"""Another bridge is opened once there are no more free places than this."""
_ASKED_AFTER_S = (0.0, 0.1, 1.0)
"""Where there is no announcer of ours, what plays the music leaves a bridge in which it is alone (22.10.1: its channel
is a "lonely" one) for good. It takes a moment to go, during which Asterisk would not begin anew; and whoever is with an
agent by then needs none."""
_AGAIN_AFTER_S: Seconds = 0.5
"""An announcer that is gone is asked for anew, once its channel is: the other has the same id."""


class HoldingBridges:
    """The holding bridge of each leg with music, and the legs that are in each by now."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.first = f"{session.options.application}-music"
        """Id of the bridge that is made at each connect; the others are numbered from 2 on."""
        self._name = re.compile(re.escape(self.first) + r"(-[0-9]+)?\Z")
        self._members: dict[str, set[LegId]] = {self.first: set()}  # sent into each bridge that stands
        self._bridge_of: dict[LegId, str] = {}
        self._inside: dict[str, set[LegId]] = {}  # as events tell
        self._asking: dict[str, list[asyncio.TimerHandle]] = {}
        self._announcers = Announcers(session, self.first)
        self._announced: set[str] = set()
        """Bridges whose announcer is there or on its way."""
        self._opening = False

    def is_one(self, bridge: str | None) -> bool:
        """Whether this bridge of Asterisk's is a holding bridge of ours."""
        return bridge is not None and self._name.match(bridge) is not None

    def of(self, leg: LegId) -> str:
        """The holding bridge of a leg; the leg is given one, and keeps it until it is elsewhere or ends."""
        bridge = self._bridge_of.get(leg)
        if bridge is None:
            members = self._members
            bridge = next((bridge for bridge in members if len(members[bridge]) < PLACES), None)
            if bridge is None:  # the next one is not open yet: closer together, for now
                bridge = min(members, key=lambda bridge: len(members[bridge]))
            self._bridge_of[leg] = bridge
            members[bridge].add(leg)
            self._open_in_time()
        return bridge

    def on_announcer(self, channel: str) -> None:
        """An announcer is up, and goes into its bridge."""
        bridge = bridge_of(channel)
        if self.is_one(bridge):
            self._announcers.place(bridge, partial(self._later, bridge))

    def on_entered(self, bridge: str, leg: LegId) -> None:
        """A leg is in. In a bridge without an announcer that was empty, the music is gone, and is asked for anew."""
        if not self.is_one(bridge):
            return
        inside = self._inside.setdefault(bridge, set())
        if not inside and bridge not in self._announced:
            for timer in self._asking.get(bridge, ()):
                timer.cancel()
            later = self._session.loop.call_later
            self._asking[bridge] = [later(after_s, self._ask_for_music, bridge) for after_s in _ASKED_AFTER_S]
        inside.add(leg)

    def on_left(self, bridge: str, leg: LegId) -> None:
        """A leg is out. One that was sent in again meanwhile keeps its place. Or it is an announcer, and comes anew."""
        if is_announcer(leg) and self.is_one(bridge):
            self._later(bridge)
            return
        self._inside.get(bridge, set()).discard(leg)
        known = self._session.legs.get(leg)
        if self._bridge_of.get(leg) == bridge and (known is None or not known.music):
            self._forget(leg)

    def on_end(self, leg: Leg) -> None:
        """A leg ended, wherever it was."""
        for inside in self._inside.values():
            inside.discard(leg.id)
        self._forget(leg.id)

    def adopt(self, bridges: dict[str, tuple[str, ...]]) -> None:
        """Replace the holding bridges by those that stand now, `bridges` with the channels in each."""
        standing = sorted(
            (bridge for bridge in bridges if self.is_one(bridge)), key=lambda bridge: (len(bridge), bridge)
        )
        self._inside = {
            bridge: {LegId(channel) for channel in bridges[bridge] if not is_announcer(channel)} for bridge in standing
        }
        self._members = {bridge: set(self._inside.get(bridge, ())) for bridge in dict.fromkeys([self.first, *standing])}
        self._bridge_of = {leg: bridge for bridge, legs in self._members.items() for leg in legs}
        self._opening = False
        self._announced = {bridge for bridge in standing if announcer_of(bridge) in bridges[bridge]}
        for bridge in self._members.keys() - self._announced:
            self._announce(bridge)

    def _forget(self, leg: LegId) -> None:
        bridge = self._bridge_of.pop(leg, None)
        if bridge is not None:
            self._members[bridge].discard(leg)

    def _open_in_time(self) -> None:
        free = sum(max(0, PLACES - len(members)) for members in self._members.values())
        if free > _SPARE or self._opening:
            return
        self._opening = True
        names = (f"{self.first}-{number}" for number in count(2))
        bridge = next(name for name in names if name not in self._members)
        name = wire.part(bridge)
        self._session.request(
            LegId(bridge), "POST", f"bridges/{name}?type=holding&name={name}", partial(self._opened, bridge)
        )

    def _opened(self, bridge: str, reply: Reply) -> None:
        self._opening = False
        if reply.ok or reply.status == 409:  # 409: it stands since an earlier connection
            self._members.setdefault(bridge, set())
            self._announce(bridge)

    def _announce(self, bridge: str) -> None:
        """Bring the music into a bridge. An Asterisk of an earlier release cannot: there each has one of its own."""
        self._announced.add(bridge)
        self._announcers.ask(bridge, partial(self._later, bridge), partial(self._refused, bridge))

    def _refused(self, bridge: str) -> None:
        self._announced.discard(bridge)
        self._session.request(LegId(bridge), "POST", f"bridges/{wire.part(bridge)}/moh")

    def _later(self, bridge: str) -> None:
        self._session.loop.call_later(_AGAIN_AFTER_S, self._announce, bridge)

    def _ask_for_music(self, bridge: str) -> None:
        if self._inside.get(bridge):
            self._session.request(
                LegId(bridge), "POST", f"bridges/{wire.part(bridge)}/moh"
            )  # where it plays already, it just goes on
