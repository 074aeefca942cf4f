"""Bridging joins two legs so that they hear each other, and takes them apart when one leaves.

What may follow what is the table of `switch.asterisk.talk`. The bridge of a talk in Asterisk carries the attempt in its
id, so that a controller that starts anew finds which attempt a standing bridge belongs to.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from calls import commands, events
from calls.causes import FailureReason
from calls.ids import AttemptId, LegId, Seconds
from switch.asterisk import wire
from switch.asterisk.legs import Leg, reason_of
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session
from switch.asterisk.talk import State, Talk
from switch.talk import refusal

_DOUBT_S: Seconds = 0.5
"""A leg that left a bridge has hung up; its end follows within milliseconds. After this long it has not."""


class Bridging:
    """Bridge, Bridged, Unbridged. The callables are given a talk: that is to come, that stands, that did not come, that
    stood."""

    def __init__(
        self,
        session: Session,
        on_begun: Callable[[Talk], None],
        on_up: Callable[[Talk], None],
        on_failed: Callable[[Talk], None],
        on_apart: Callable[[Talk], None],
    ) -> None:
        self._session = session
        self._on_begun = on_begun
        self._on_up = on_up
        self._on_failed = on_failed
        self._on_apart = on_apart
        self.prefix = f"{session.options.application}-talk-"
        self.talks: dict[str, Talk] = {}  # by Asterisk's bridge id

    # -- together

    def bridge(self, command: commands.Bridge) -> None:
        """Put both into a bridge of their own, whatever they do now."""
        session = self._session
        refused = refusal(command, session.legs, session.missing)
        if refused is not None:
            session.later(refused)
            return
        talk = Talk(command.attempt, self.prefix + command.attempt, command.a, command.b, command.record)
        self.talks[talk.bridge] = talk
        self._on_begun(talk)
        for leg_id in (command.a, command.b):
            leg = session.legs[leg_id]
            session.quiet(leg)
            leg.music = False
            leg.heading = command.attempt
        bridge = wire.part(talk.bridge)
        both = f"{wire.part(command.a)},{wire.part(command.b)}"
        # Without dtmf_events keys in a talk are not told. The name tells the two from a supervisor who joins them.
        uri = f"bridges/{bridge}?type=mixing,dtmf_events&name={both}"
        session.request(talk.a, "POST", uri)
        session.request(talk.a, "POST", f"bridges/{bridge}/addChannel?channel={both}", partial(self._added, talk))
        talk.timer = session.loop.call_later(session.options.deadline_s, self._overdue, talk)

    def on_entered(self, bridge: str, leg_id: LegId) -> None:
        """A channel is in a bridge of ours."""
        talk = self.talks.get(bridge)
        if talk is None or leg_id not in (talk.a, talk.b):
            return
        talk.inside.add(leg_id)
        leg = self._session.legs.get(leg_id)
        if leg is not None and leg.heading == talk.attempt:
            leg.heading = None
        if len(talk.inside) == 2 and talk.take("both in"):
            talk.cancel_timer()
            self._session.emit(events.Bridged(talk.attempt, (talk.a, talk.b)))
            self._on_up(talk)

    def _added(self, talk: Talk, reply: Reply) -> None:
        if not reply.ok and talk.take("refused"):
            self._fail(talk, "leg_gone" if reply.status in (400, 404) else reason_of(reply), reply.reason)

    def _overdue(self, talk: Talk) -> None:
        talk.timer = None
        if talk.take("overdue"):
            self._fail(talk, "deadline", "not both were seen in the bridge")

    def _fail(self, talk: Talk, reason: FailureReason, detail: str, dead: LegId | None = None) -> None:
        self._forget(talk)
        self._on_failed(talk)
        for leg_id in (talk.a, talk.b):
            leg = self._session.legs.get(leg_id)
            if leg is not None and leg.heading == talk.attempt:
                leg.heading = None
        for leg_id in talk.inside:
            if leg_id != dead:
                self._take_out(talk, leg_id)
        self._session.request(talk.a, "DELETE", f"bridges/{wire.part(talk.bridge)}")
        self._session.emit(events.CommandFailed(talk.attempt, reason, dead, detail))

    # -- apart

    def on_left(self, bridge: str, leg_id: LegId) -> None:
        """A channel is out of a bridge of ours."""
        talk = self.talks.get(bridge)
        if talk is None or leg_id not in talk.inside:
            return
        talk.inside.discard(leg_id)
        before = talk.take("left")
        if before is not None:
            self._take_apart(talk, before, leg_id)

    def on_end(self, leg: Leg) -> None:
        """A leg ended: a talk that was to have it fails, one that had it is parted."""
        for talk in [talk for talk in self.talks.values() if leg.id == talk.a or leg.id == talk.b]:
            before = talk.take("leg ended")
            if before == "joining":
                self._fail(talk, "leg_gone", "the leg ended first", leg.id)
            elif before is not None:
                talk.inside.discard(leg.id)
                self._take_apart(talk, before, leg.id)

    def _take_apart(self, talk: Talk, before: State, out: LegId) -> None:
        """One leg is out. The first of the two takes the other one with it."""
        if before == "up":
            talk.left_first = out
            # The bridge's end would take the other one out, too, but in its own time, and of a channel on its way out
            # Asterisk drops a prompt and never tells (22.10.1). This request is through when the leg is out.
            self._take_out(talk, talk.other(out))
            self._session.request(talk.a, "DELETE", f"bridges/{wire.part(talk.bridge)}")
            talk.timer = self._session.loop.call_later(self._session.options.deadline_s, self._part_overdue, talk)
        self._part_if_clear(talk)

    def _part_if_clear(self, talk: Talk) -> None:
        """Unbridged is told when it is known of both where they are: gone, placed elsewhere, or in silence."""
        assert talk.left_first is not None
        if talk.inside:
            return
        first = self._session.legs.get(talk.left_first)
        if first is None or self._is_elsewhere(first, talk):
            talk.take("clear")
            self._part(talk)
            return
        talk.cancel_timer()
        talk.timer = self._session.loop.call_later(_DOUBT_S, self._part_overdue, talk)

    def _part_overdue(self, talk: Talk) -> None:
        talk.take("overdue")
        self._part(talk)

    def _part(self, talk: Talk) -> None:
        self._forget(talk)
        legs = self._session.legs
        survivors = tuple(
            leg_id
            for leg_id in (talk.a, talk.b)
            if (leg := legs.get(leg_id)) is not None and leg.ending is None and not self._is_elsewhere(leg, talk)
        )
        self._on_apart(talk)
        self._session.emit(events.Unbridged(talk.attempt, survivors))

    def _is_elsewhere(self, leg: Leg, talk: Talk) -> bool:
        return leg.heading is not None or leg.music or leg.in_bridge not in (None, talk.bridge)

    def _take_out(self, talk: Talk, leg_id: LegId) -> None:
        self._session.request(
            talk.a, "POST", f"bridges/{wire.part(talk.bridge)}/removeChannel?channel={wire.part(leg_id)}"
        )

    def _forget(self, talk: Talk) -> None:
        self.talks.pop(talk.bridge, None)
        talk.cancel_timer()

    # -- the link

    def on_lost(self) -> None:
        """Fail each talk that was to be joined. A talk that stands most likely goes on standing."""
        for talk in list(self.talks.values()):
            if talk.take("link lost"):
                self._fail(talk, "switch_lost", "the link was lost")

    def adopt(self, bridges: dict[str, tuple[str, ...]], pairs: dict[str, tuple[LegId, LegId]]) -> None:
        """Replace the talks by those that stand now: see `Inventory` for `bridges` and `pairs`."""
        for talk in list(self.talks.values()):
            inside = set(bridges.get(talk.bridge, ()))
            for leg_id in [leg_id for leg_id in talk.inside if leg_id not in inside]:
                self.on_left(talk.bridge, leg_id)
        for bridge, channels in bridges.items():
            if not bridge.startswith(self.prefix) or bridge in self.talks:
                continue
            attempt = AttemptId(bridge.removeprefix(self.prefix))
            about = LegId(bridge)
            if bridge in pairs:
                talk = Talk(attempt, bridge, *pairs[bridge], None)
                talk.take("found")
                talk.inside = {talk.a, talk.b}
                self.talks[bridge] = talk
            else:
                for channel in channels:
                    uri = f"bridges/{wire.part(bridge)}/removeChannel?channel={wire.part(channel)}"
                    self._session.request(about, "POST", uri)
                self._session.request(about, "DELETE", f"bridges/{wire.part(bridge)}")


def pair_in(bridge: wire.BridgeState) -> tuple[LegId, LegId] | None:
    """The two whom a bridge was made for, while both are in it. One without a name has nobody else in it."""
    pair = bridge.name.split(",") if bridge.name else list(bridge.channels)
    if len(pair) != 2 or not set(pair) <= set(bridge.channels):
        return None
    return LegId(pair[0]), LegId(pair[1])
