"""Two legs that hear each other: counted only when the switch tells that both are bridged, taken apart when one leaves.

A talk goes joining -> up -> parting -> gone, or joining -> gone when it fails. Its attempt is written on both channels
(`hotline_bridge`), so that a controller that starts anew finds which attempt a standing talk belongs to.

Of this switch (1.10.12): an order to bridge that meets a hang-up mostly answers -ERR, but may answer +OK and never
bridge; either way the other leg is left neither parked nor bridged. So a leg whose talk failed is parked on purpose.
A leg that is re-bridged leaves its old partner with a CHANNEL_PARK and no CHANNEL_UNBRIDGE.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Literal

from calls import commands, events
from calls.ids import AttemptId, LegId
from switch.freeswitch.door import Door, Told
from switch.freeswitch.legs import Leg, Reason
from switch.freeswitch.wire import Event


class Talk:
    """One Bridge order."""

    __slots__ = ("a", "attempt", "b", "left", "record", "state", "timer")

    def __init__(self, attempt: AttemptId, a: LegId, b: LegId, record: str | None) -> None:
        self.attempt = attempt
        self.a = a
        self.b = b
        self.record = record
        self.state: Literal["joining", "up", "parting", "gone"] = "joining"
        self.left: set[LegId] = set()  # seen to be out: parked, placed elsewhere, or ended
        self.timer: asyncio.TimerHandle | None = None


class Bridging:
    """Bridge, Bridged, Unbridged.

    `on_ordered`, `on_failed` and `on_apart` are called with a talk that is to be, that will not be, and that stood.
    """

    def __init__(
        self,
        door: Door,
        on_ordered: Callable[[Talk], None],
        on_failed: Callable[[Talk], None],
        on_apart: Callable[[Talk], None],
    ) -> None:
        self._door = door
        self._on_ordered = on_ordered
        self._on_failed = on_failed
        self._on_apart = on_apart
        self.talks: dict[AttemptId, Talk] = {}

    # -- together

    def bridge(self, command: commands.Bridge) -> None:
        """Connect both, whatever they do now."""
        door = self._door
        for leg_id in (command.a, command.b):
            leg = door.legs.get(leg_id)
            if leg is None or not leg.answered:
                reason: Reason = "leg_gone" if leg is None else "refused"
                door.later(events.CommandFailed(command.attempt, reason, leg_id, "" if leg is None else "not up"))
                return
        talk = Talk(command.attempt, command.a, command.b, command.record)
        self.talks[talk.attempt] = talk
        for leg_id in (command.a, command.b):
            leg = door.legs[leg_id]
            leg.heading = command.attempt
            leg.parked = False
            door.clear_floor(leg)
            door.setvar(leg_id, "hotline_bridge", command.attempt)
        self._on_ordered(talk)
        door.api("uuid_bridge", f"{command.a} {command.b}", partial(self._ordered, talk))
        talk.timer = door.loop.call_later(door.options.deadline_s, self._overdue, talk)

    def on_bridge(self, event: Event) -> None:
        """CHANNEL_BRIDGE: both are in. It comes for one leg, and may be told again."""
        pair = {event.get("Bridge-A-Unique-ID"), event.get("Bridge-B-Unique-ID")}
        for talk in self.talks.values():
            if talk.state == "joining" and pair == {talk.a, talk.b}:
                self._up(talk)
                return

    def _up(self, talk: Talk) -> None:
        talk.state = "up"
        self._cancel_timer(talk)
        for leg_id in (talk.a, talk.b):
            leg = self._door.legs[leg_id]
            leg.talk, leg.heading, leg.parked = talk.attempt, None, False
            self._door.abandon_running(leg)
        self._door.emit(events.Bridged(talk.attempt, (talk.a, talk.b)))

    def _ordered(self, talk: Talk, told: Told) -> None:
        if told.reason is not None and talk.state == "joining":
            # The switch may name the leg that is gone, or say nothing that helps; its end comes as an event anyway.
            reason: Reason = told.reason if told.reason in ("deadline", "switch_lost") else "leg_gone"
            self._fail(talk, reason, told.text)

    def _overdue(self, talk: Talk) -> None:
        talk.timer = None
        if talk.state == "joining":
            self._fail(talk, "deadline", "the switch did not tell that they are bridged")

    def _fail(self, talk: Talk, reason: Reason, detail: str, dead: LegId | None = None) -> None:
        self._forget(talk)
        self._on_failed(talk)
        for leg_id in (talk.a, talk.b):
            leg = self._door.legs.get(leg_id)
            if leg is not None and leg.heading == talk.attempt:
                leg.heading = None
                self._door.abandon_running(leg)
                if reason != "switch_lost" and leg_id != dead:
                    self._door.api("uuid_park", str(leg_id))
        self._door.emit(events.CommandFailed(talk.attempt, reason, dead, detail))

    # -- apart

    def on_unbridge(self, event: Event) -> None:
        """CHANNEL_UNBRIDGE: one of them left. Where both are is told by what follows."""
        talk = self._standing(LegId(event.leg))
        if talk is not None and talk.state == "up":
            self._parting(talk)

    def on_parked(self, leg: Leg) -> None:
        """CHANNEL_PARK of a leg: it is in silence, and out of the talk that it was in."""
        talk = self._standing(leg.id)
        if talk is None or leg.heading is not None:
            return
        leg.talk = None
        talk.left.add(leg.id)
        self._part_if_clear(talk)

    def on_end(self, leg: Leg) -> None:
        """A leg ended: a talk that was to have it fails, one that had it is parted."""
        for talk in [talk for talk in self.talks.values() if leg.id in (talk.a, talk.b)]:
            if talk.state == "joining":
                self._fail(talk, "leg_gone", "the leg ended first", leg.id)
            else:
                talk.left.add(leg.id)
                self._part_if_clear(talk)

    def _standing(self, leg: LegId) -> Talk | None:
        """The talk that the leg is in; not the one that it is heading for."""
        return next((talk for talk in self.talks.values() if talk.state != "joining" and leg in (talk.a, talk.b)), None)

    def _part_if_clear(self, talk: Talk) -> None:
        if talk.state == "up":
            self._parting(talk)
        if all(leg in talk.left or self._is_elsewhere(leg, talk) for leg in (talk.a, talk.b)):
            self._part(talk)

    def _parting(self, talk: Talk) -> None:
        talk.state = "parting"
        talk.timer = self._door.loop.call_later(self._door.options.deadline_s, self._part, talk)

    def _part(self, talk: Talk) -> None:
        if talk.state == "gone":
            return
        self._forget(talk)
        legs = self._door.legs
        survivors = []
        for leg_id in (talk.a, talk.b):
            leg = legs.get(leg_id)
            if leg is None or self._is_elsewhere(leg_id, talk):
                continue
            leg.talk = None
            if leg.ending is None:
                survivors.append(leg_id)
            if not leg.parked:
                self._door.api("uuid_park", str(leg_id))
        self._on_apart(talk)
        self._door.emit(events.Unbridged(talk.attempt, tuple(survivors)))

    def _is_elsewhere(self, leg_id: LegId, talk: Talk) -> bool:
        leg = self._door.legs.get(leg_id)
        return leg is not None and (leg.heading is not None or leg.talk not in (None, talk.attempt))

    def _forget(self, talk: Talk) -> None:
        talk.state = "gone"
        self.talks.pop(talk.attempt, None)
        self._cancel_timer(talk)

    def _cancel_timer(self, talk: Talk) -> None:
        if talk.timer is not None:
            talk.timer.cancel()
            talk.timer = None

    # -- the link

    def on_lost(self) -> None:
        """What was to be joined has failed; what stands most likely goes on standing."""
        for talk in list(self.talks.values()):
            if talk.state == "joining":
                self._fail(talk, "switch_lost", "the link was lost")

    def adopt(self, standing: dict[AttemptId, tuple[LegId, LegId]]) -> None:
        """Make the talks those that stand now."""
        for talk in list(self.talks.values()):
            if talk.attempt not in standing:
                talk.left.update((talk.a, talk.b))
                self._part(talk)
        for attempt, (a, b) in standing.items():
            if attempt not in self.talks:
                talk = Talk(attempt, a, b, None)
                talk.state = "up"
                self.talks[attempt] = talk
