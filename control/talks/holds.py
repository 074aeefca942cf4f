"""Holds: a phone of the house puts the other side of its talk on hold, by its own key, and takes it back.

One rule says who plays music then: the switch, by itself, at once, to whoever is held; nothing is ordered for it. Here
a hold is seen, counted and timed for the row of its talk, and supervisors are told of one that takes too long. A hold
by somebody outside, a caller or whoever was called, is nobody's work, and counts for nothing.
"""

from heapq import heapify, heappop, heappush

from calls.events import CallHeld, CallResumed
from calls.ids import CallId, Instant
from control.hub.hub import Hub
from control.register import talks
from control.register.call import Call, Talk
from control.register.register import Leg
from control.talks.talk_recordings import TalkRecordings


class Holds:
    """Takes CallHeld and CallResumed, and keeps the time of each hold."""

    def __init__(self, hub: Hub, recordings: TalkRecordings) -> None:
        self._hub = hub
        self._recordings = recordings
        self._heap: list[tuple[Instant, CallId]] = []

    def changed(self, event: CallHeld | CallResumed) -> None:
        """The far end of a leg holds, or no more."""
        leg = self._hub.register.legs.get(event.leg)
        if leg is None:
            return
        leg.held = isinstance(event, CallHeld)
        call = self._hub.register.call_of(event.leg)
        if call is not None:
            self.look(call)

    def look(self, call: Call) -> None:
        """Note who holds in this call's talk, which may have begun with a phone on hold."""
        talk = call.talk
        if talk is None:
            return
        legs = self._hub.register.legs
        held = [leg for leg in (talk.leg, call.leg) if leg in legs and legs[leg].held and _account(legs[leg])]
        was, talk.held_by = bool(talk.held_by), held
        if bool(held) is was:
            return
        if held:
            self._begin(call, talk)
        else:
            talks.end_hold(talk, self._hub.now)
        self._recordings.hold(call, bool(held))

    def next_deadline(self) -> Instant | None:
        """When the next hold has taken too long."""
        while self._heap:
            due_at, call_id = self._heap[0]
            call = self._hub.register.calls.get(call_id)
            if call is not None and call.talk is not None and call.talk.hold_alert_at == due_at:
                return due_at
            heappop(self._heap)
        return None

    def tick(self) -> None:
        """Tell supervisors of what is due."""
        hub = self._hub
        while (due_at := self.next_deadline()) is not None and due_at <= hub.now:
            call = hub.register.calls[heappop(self._heap)[1]]
            talk = call.talk
            holder = hub.register.legs.get(talk.held_by[0]) if talk is not None and talk.held_by else None
            if talk is None or talk.held_since is None or holder is None:
                continue  # the talk is about to end
            talk.hold_alert_at = None
            account = _account(holder)
            who = hub.directory.agent(hub.register.version, account) or account
            detail = f"{who}: {hub.now - talk.held_since:.0f} s"
            advice = "ask the agent whether they need help; the caller hears music and waits"
            hub.notice("warning", "long hold", call=call.call, detail=detail, advice=advice)

    def restored(self) -> None:
        """The register is another one: find its deadlines."""
        found = ((call.call, call.talk) for call in self._hub.register.calls.values())
        self._heap = [(talk.hold_alert_at, name) for name, talk in found if talk is not None and talk.hold_alert_at]
        heapify(self._heap)

    def _begin(self, call: Call, talk: Talk) -> None:
        hub = self._hub
        talk.holds += 1
        talk.held_since = hub.now
        limit_s = hub.directory.treatment(call.version, call.queue).hold_alert_s
        if limit_s:
            talk.hold_alert_at = hub.now + limit_s
            heappush(self._heap, (talk.hold_alert_at, call.call))


def _account(leg: Leg) -> str:
    """The account of the house's own phone that a leg is on; empty for one of somebody outside."""
    if leg.role in ("agent", "dialling"):
        return leg.party
    kind, _, account = leg.party.partition(":")
    return account if kind == "phone" else ""
