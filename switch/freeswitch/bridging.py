"""Bridging joins two legs so that they hear each other, and takes them apart when one leaves.

What may follow what is the table of `switch.freeswitch.talk`. The attempt of a talk is written on both channels
(`hotline_bridge`), so that a controller that starts anew finds which attempt a standing talk belongs to.

Of this switch (1.10.12): a uuid_bridge that is answered -ERR has touched neither leg. One that is answered +OK may
meet a hang-up all the same, and never bridges: then the other leg leaves what it was in. It is hung up too, unless its
variable uuid_bridge_park_on_cancel is true; then it parks by itself, or, if the switch took it for the second of the
two, stays nowhere. So a failure is told when each survivor is seen parked, and who is not seen soon is parked on
purpose: by a transfer, because a uuid_park that meets a park leaves the channel deaf.
A leg that is re-bridged leaves its old partner with a CHANNEL_PARK and no CHANNEL_UNBRIDGE.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from calls import commands, events
from calls.causes import FailureReason
from calls.ids import AttemptId, LegId, Seconds
from switch.freeswitch.legs import Leg
from switch.freeswitch.session import Session, Told
from switch.freeswitch.talk import State, Talk
from switch.freeswitch.wire import Event
from switch.talk import refusal

_SETTLE_S: Seconds = 0.5
"""A survivor parks by itself in some 40 ms; past this it is parked."""


class Bridging:
    """Bridge, Bridged, Unbridged.

    `on_ordered`, `on_failed` and `on_apart` are called with a talk that is to be, that will not be, and that stood.
    """

    def __init__(
        self,
        session: Session,
        on_ordered: Callable[[Talk], None],
        on_failed: Callable[[Talk], None],
        on_apart: Callable[[Talk], None],
    ) -> None:
        self._session = session
        self._on_ordered = on_ordered
        self._on_failed = on_failed
        self._on_apart = on_apart
        self.talks: dict[AttemptId, Talk] = {}

    # -- together

    def bridge(self, command: commands.Bridge) -> None:
        """Connect both, whatever they do now."""
        session = self._session
        refused = refusal(command, session.legs, session.missing)
        if refused is not None:
            session.later(refused)
            return
        talk = Talk(command.attempt, command.a, command.b, command.record)
        self.talks[talk.attempt] = talk
        for leg_id in (command.a, command.b):
            leg = session.legs[leg_id]
            leg.heading = command.attempt
            session.clear_floor(leg)
            session.setvar(leg_id, "hotline_bridge", command.attempt)
            session.loop.call_soon(self._gone_on, leg_id)
        self._on_ordered(talk)
        session.api("uuid_bridge", f"{command.a} {command.b}", partial(self._ordered, talk))
        talk.timer = session.loop.call_later(session.options.deadline_s, self._overdue, talk)

    def on_bridge(self, event: Event) -> None:
        """CHANNEL_BRIDGE: both are in. It comes for one leg, and may be told again."""
        pair = {event.get("Bridge-A-Unique-ID"), event.get("Bridge-B-Unique-ID")}
        for talk in self.talks.values():
            if pair == {talk.a, talk.b} and talk.take("bridged"):
                self._up(talk)
                return

    def _up(self, talk: Talk) -> None:
        talk.cancel_timer()
        for leg_id in (talk.a, talk.b):
            leg = self._session.legs[leg_id]
            leg.talk, leg.heading, leg.parked, leg.music = talk.attempt, None, False, False
            self._session.abandon_running(leg)
        self._session.emit(events.Bridged(talk.attempt, (talk.a, talk.b)))

    def _ordered(self, talk: Talk, told: Told) -> None:
        talk.replied = True
        if told.reason is None:
            for leg in self._heading(talk):
                leg.parked = False
        elif told.reason in ("deadline", "switch_lost"):
            if talk.take("unanswered"):
                self._fail(talk, told.reason, told.text)
        elif before := talk.take("refused"):
            if before == "joining":
                # The switch may name the leg that is gone, or say nothing that helps; its end comes as an event anyway.
                talk.fault = ("leg_gone", told.text)
                self._on_failed(talk)
            for leg in self._heading(talk):
                if leg.running is not None:
                    leg.running.stopping = False  # that was left to the talk
                    self._session.stop_running(leg)
            self._failed(talk)

    def _overdue(self, talk: Talk) -> None:
        talk.take("overdue")
        self._fail(talk, "deadline", "the switch did not tell that they are bridged")

    def _fail(self, talk: Talk, reason: FailureReason, detail: str) -> None:
        """It will not stand. Told when both legs have settled."""
        talk.fault = (reason, detail)
        talk.cancel_timer()
        self._on_failed(talk)
        talk.timer = self._session.loop.call_later(_SETTLE_S, self._rescue, talk)

    def _rescue(self, talk: Talk) -> None:
        """Park each leg that did not park by itself."""
        for leg in self._heading(talk):
            self._session.park_anew(leg)
        talk.timer = self._session.loop.call_later(self._session.options.deadline_s, self._given_up, talk)

    def _given_up(self, talk: Talk) -> None:
        talk.take("overdue")
        self._failed(talk)

    def _settled(self, talk: Talk, leg: LegId) -> None:
        talk.left.add(leg)
        if talk.left >= {talk.a, talk.b} or (talk.replied and not self._heading(talk)):
            talk.take("settled")
            self._failed(talk)

    def _failed(self, talk: Talk) -> None:
        self._forget(talk)
        for leg in self._heading(talk):
            leg.heading = None
            self._session.loop.call_soon(self._session.begin_next, leg)
        reason, detail = talk.fault
        self._session.emit(events.CommandFailed(talk.attempt, reason, None, detail))

    def _heading(self, talk: Talk) -> list[Leg]:
        """Its legs that are on their way into it."""
        legs = (self._session.legs.get(leg) for leg in (talk.a, talk.b))
        return [leg for leg in legs if leg is not None and leg.heading == talk.attempt]

    # -- apart

    def on_unbridge(self, event: Event) -> None:
        """CHANNEL_UNBRIDGE: one of them left. Where both are is told by what follows."""
        pair = {event.get("Bridge-A-Unique-ID"), event.get("Bridge-B-Unique-ID")}
        named = [talk for talk in self.talks.values() if {talk.a, talk.b} == pair]
        talk = self._standing(LegId(event.leg))
        if named and talk not in named:
            talk = named[0]
        if talk is not None and talk.state in ("up", "parting") and talk.take("unbridged"):
            self._set_deadline(talk)

    def takes(self, leg: Leg) -> bool:
        """Whether a talk is taking the leg, so that a CHANNEL_PARK tells where it was before."""
        talk = self.talks.get(leg.heading) if leg.heading is not None else None
        return talk is not None and talk.state == "joining"

    def on_parked(self, leg: Leg) -> None:
        """CHANNEL_PARK of a leg: it is in silence, and out of the talk that it was in or should have come to."""
        failing = self.talks.get(leg.heading) if leg.heading is not None else None
        leg.heading = None
        talk = self._standing(leg.id)
        if talk is not None and (before := talk.take("parked")) is not None:
            leg.talk = None
            self._take_apart(talk, before, leg.id)
        if failing is not None and failing.take("parked"):
            self._session.abandon_running(leg)
            self._settled(failing, leg.id)

    def on_end(self, leg: Leg) -> None:
        """A leg ended: a talk that was to have it fails, one that had it is parted."""
        for talk in [talk for talk in self.talks.values() if leg.id in (talk.a, talk.b)]:
            before = talk.take("leg ended")
            if before == "joining":
                self._fail(talk, "leg_gone", f"{leg.id} ended first")
            if before in ("joining", "failing"):
                self._settled(talk, leg.id)
            elif before is not None:
                self._take_apart(talk, before, leg.id)

    def _standing(self, leg: LegId) -> Talk | None:
        """The talk that the leg is in; not the one that it is heading for.

        A leg that has moved on is still one of the two of its talk before, until that is parted.
        """
        talks = [talk for talk in self.talks.values() if talk.state in ("up", "parting") and leg in (talk.a, talk.b)]
        known = self._session.legs.get(leg)
        now = [talk for talk in talks if known is not None and talk.attempt == known.talk]
        return next(iter(now or talks), None)

    def _take_apart(self, talk: Talk, before: State, out: LegId) -> None:
        """One leg is out. Unbridged is told when it is known of both where they are."""
        talk.left.add(out)
        if before == "up":
            self._set_deadline(talk)
        self._look(talk)

    def _gone_on(self, leg: LegId) -> None:
        """A leg heads for another talk: one that it was left alone in is over, whose recording else would go on."""
        for talk in [talk for talk in self.talks.values() if talk.state == "parting" and leg in (talk.a, talk.b)]:
            self._look(talk)

    def _look(self, talk: Talk) -> None:
        if all(leg in talk.left or self._is_elsewhere(leg, talk) for leg in (talk.a, talk.b)):
            talk.take("clear")
            self._part(talk)

    def _set_deadline(self, talk: Talk) -> None:
        talk.timer = self._session.loop.call_later(self._session.options.deadline_s, self._part_overdue, talk)

    def _part_overdue(self, talk: Talk) -> None:
        talk.take("overdue")
        self._part(talk)

    def _part(self, talk: Talk) -> None:
        self._forget(talk)
        legs = self._session.legs
        survivors = []
        for leg_id in (talk.a, talk.b):
            leg = legs.get(leg_id)
            if leg is None or self._is_elsewhere(leg_id, talk):
                continue
            leg.talk = None
            if leg.ending is None and not leg.music:  # one that was sent into music has its place
                survivors.append(leg_id)
            if not leg.parked:
                self._session.park_anew(leg)
        self._on_apart(talk)
        self._session.emit(events.Unbridged(talk.attempt, tuple(survivors)))

    def _is_elsewhere(self, leg_id: LegId, talk: Talk) -> bool:
        leg = self._session.legs.get(leg_id)
        return leg is not None and (leg.heading is not None or leg.talk not in (None, talk.attempt))

    def _forget(self, talk: Talk) -> None:
        self.talks.pop(talk.attempt, None)
        talk.cancel_timer()

    # -- the link

    def on_lost(self) -> None:
        """Fail each talk that was to be joined. A talk that stands most likely goes on standing."""
        for talk in list(self.talks.values()):
            before = talk.take("link lost")
            if before == "joining":
                talk.fault = ("switch_lost", "the link was lost")
                self._on_failed(talk)
            if before is not None:
                self._failed(talk)

    def adopt(self, standing: dict[AttemptId, tuple[LegId, LegId]]) -> None:
        """Replace the talks by those that stand now; those that were begun since the link is back stay."""
        for talk in list(self.talks.values()):
            if talk.attempt not in standing and talk.take("missing"):
                talk.left.update((talk.a, talk.b))
                self._part(talk)
        for attempt, (a, b) in standing.items():
            if attempt not in self.talks:
                talk = Talk(attempt, a, b, None)
                talk.take("found")
                self.talks[attempt] = talk
