"""The waiting rooms: holding bridges with music, a few dozen callers in each, opened as they are needed.

Not one room for all: each 20 ms its music wakes everybody who is in it, one after the other and under its lock, and who
comes or goes waits for that lock and is told of with a list of all the others. With 500 callers in one room an order to
add one more took 56 ms on average and up to 4 s (22.10.1, a busy machine), and all other orders waited behind it.
"""

from __future__ import annotations

import asyncio
import re
from functools import partial
from itertools import count

from calls.ids import LegId
from switch.asterisk import wire
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply
from switch.asterisk.session import Door

PLACES = 32
"""Of a room. What plays the music costs about as much as two callers."""
_SPARE = PLACES // 2
"""Another room is opened once there are no more free places than this."""
_ASKED_AFTER_S = (0.0, 0.1, 1.0)
"""What plays the music leaves a room in which it is alone (22.10.1: its channel is a "lonely" one) for good.
It takes a moment to go, during which Asterisk would not begin anew; and whoever is with an agent by then needs none."""


class Rooms:
    """Which room each leg with music belongs to, and who is in it by now."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.first = f"{door.options.application}-music"
        """Id of the room that is made at each connect; the others are numbered from 2 on."""
        self._name = re.compile(re.escape(self.first) + r"(-[0-9]+)?\Z")
        self._members: dict[str, set[LegId]] = {self.first: set()}  # ordered into each room that stands
        self._room_of: dict[LegId, str] = {}
        self._inside: dict[str, set[LegId]] = {}  # as events tell
        self._asking: dict[str, list[asyncio.TimerHandle]] = {}
        self._opening = False

    def is_one(self, bridge: str | None) -> bool:
        """Whether this bridge of Asterisk's is a room with music."""
        return bridge is not None and self._name.match(bridge) is not None

    def of(self, leg: LegId) -> str:
        """The room of a leg; it is given one, and keeps it until it is elsewhere or ends."""
        room = self._room_of.get(leg)
        if room is None:
            members = self._members
            room = next((room for room in members if len(members[room]) < PLACES), None)
            if room is None:  # the next one is not open yet: closer together, for now
                room = min(members, key=lambda room: len(members[room]))
            self._room_of[leg] = room
            members[room].add(leg)
            self._open_in_time()
        return room

    def on_entered(self, bridge: str, leg: LegId) -> None:
        """Somebody is in. Who comes into an empty room finds the music gone, and it is asked for anew."""
        if not self.is_one(bridge):
            return
        inside = self._inside.setdefault(bridge, set())
        if not inside:
            for timer in self._asking.get(bridge, ()):
                timer.cancel()
            later = self._door.loop.call_later
            self._asking[bridge] = [later(after_s, self._ask_for_music, bridge) for after_s in _ASKED_AFTER_S]
        inside.add(leg)

    def on_left(self, bridge: str, leg: LegId) -> None:
        """Somebody is out. Who was ordered in again meanwhile keeps the place."""
        self._inside.get(bridge, set()).discard(leg)
        known = self._door.legs.get(leg)
        if self._room_of.get(leg) == bridge and (known is None or not known.music):
            self._forget(leg)

    def on_end(self, leg: Leg) -> None:
        """A leg ended, wherever it was."""
        for inside in self._inside.values():
            inside.discard(leg.id)
        self._forget(leg.id)

    def adopt(self, bridges: dict[str, tuple[str, ...]]) -> None:
        """Make the rooms those that stand now, with the channels in each."""
        standing = sorted((bridge for bridge in bridges if self.is_one(bridge)), key=lambda room: (len(room), room))
        self._inside = {room: set(map(LegId, bridges[room])) for room in standing}
        self._members = {room: set(self._inside.get(room, ())) for room in dict.fromkeys([self.first, *standing])}
        self._room_of = {leg: room for room, legs in self._members.items() for leg in legs}
        self._opening = False

    def _forget(self, leg: LegId) -> None:
        room = self._room_of.pop(leg, None)
        if room is not None:
            self._members[room].discard(leg)

    def _open_in_time(self) -> None:
        free = sum(max(0, PLACES - len(members)) for members in self._members.values())
        if free > _SPARE or self._opening:
            return
        self._opening = True
        names = (f"{self.first}-{number}" for number in count(2))
        room = next(name for name in names if name not in self._members)
        name = wire.part(room)
        self._door.request(LegId(room), "POST", f"bridges/{name}?type=holding&name={name}", partial(self._opened, room))

    def _opened(self, room: str, reply: Reply) -> None:
        self._opening = False
        if reply.ok or reply.status == 409:  # 409: it stands since an earlier connection
            self._members.setdefault(room, set())

    def _ask_for_music(self, room: str) -> None:
        if self._inside.get(room):
            self._door.request(
                LegId(room), "POST", f"bridges/{wire.part(room)}/moh"
            )  # where it plays already, it just goes on
