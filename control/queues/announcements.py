"""Announcements to callers who wait: place and wait; and the alarm to the operator when a wait is long.

An announcement is a prompt over the music and nothing more. It holds nothing up: an agent is rung meanwhile, and the
bridge cuts it off. Figures that rise are said only for a cause, and the cause goes to the log.
"""

from heapq import heapify, heappop, heappush
from typing import Any, assert_never

from acd.commands import CalledAgain
from acd.forecast.announce import Said, Unsaid, band
from calls.commands import Media, Play
from calls.ids import CallId, Instant, LegId
from control.hub.hub import Hub
from control.register.call import Call
from control.rules.treatment import Announce

_QUIET_S = 35.0
"""After a prompt of the flow: longer than the flow waits for a key in the queue."""
_AT_ONCE_S = 1.0
"""The announcement to a caller who calls again: after the music has begun."""
_HERE = ("waiting", "offered")


class Announcements:
    """Announcements and alarms. `announced.due_at` of a call says when it wants to be looked at; the heap finds it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._heap: list[tuple[Instant, CallId]] = []

    def entered(self, call: Call, again: bool) -> None:
        """A caller waits from now on; one who calls `again` is told at once."""
        announce = self._hub.directory.treatment(call.version, call.queue).announce
        first_s = _AT_ONCE_S if again else (0.0 if announce is None else announce.first_s)
        call.announced.next_at = None if announce is None else self._hub.now + first_s
        call.announced.place = None
        self._arm(call)

    def moved(self, call: Call) -> None:
        """A caller waits in another queue now, whose words and alarms hold from here on."""
        announce = self._hub.directory.treatment(call.version, call.queue).announce
        if call.place in _HERE:
            if call.announced.next_at is None and announce is not None:
                call.announced.next_at = self._hub.now + announce.first_s
            self._arm(call)

    def called_again(self, again: CalledAgain) -> None:
        """The caller's number waits already, or has got an earlier place: tell it at once."""
        call = self._hub.register.calls.get(again.call)
        if call is None or call.flow_attempt != again.attempt:
            return  # a callback, to whom nothing can be said
        call.announced.first_call = again.first_call
        if again.first_call is None and call.queued_at is not None:
            call.queued_at = min(call.queued_at, self._hub.now - again.waited_s)
        if call.announced.next_at is not None:
            call.announced.next_at = min(call.announced.next_at, self._hub.now + _AT_ONCE_S)
        self._arm(call)

    def flow_speaks(self, leg: LegId) -> None:
        """The flow offers a way out, or asks something of a caller who waits: no announcement into that."""
        call = self._hub.register.call_of(leg)
        if call is not None and call.place in _HERE and call.announced.next_at is not None:
            call.announced.next_at = max(call.announced.next_at, self._hub.now + _QUIET_S)
            self._arm(call)

    def wait_of(self, call: Call) -> dict[str, Any]:
        """The wait of a caller, as they may know it: place, since when, figures and the band of minutes, or why none.

        It only looks: nothing changes by it, so it is no event of the journal.
        """
        queue_view = self._hub.queue_view
        forecast = queue_view.forecast(call.call)
        figures: dict[str, Any] | None = None
        if forecast is not None and forecast.layer == "silent":
            figures = {"reason": forecast.reason}
        elif forecast is not None:
            minutes = band(forecast.median_s, forecast.quantiles_s[3])
            figures = {"median_s": forecast.median_s, "low_s": forecast.low_s, "high_s": forecast.high_s}
            figures["minutes"] = [minutes.low_min, minutes.high_min]
        return {
            "place": call.place,
            "queue": call.queue,
            "position": queue_view.position(call.call),
            "queued_at": None if call.queued_at is None else call.queued_at + self._hub.register.offset_s,
            "forecast": figures,
        }

    def next_deadline(self) -> Instant | None:
        """When somebody is to be told something."""
        while self._heap:
            due_at, call_id = self._heap[0]
            call = self._hub.register.calls.get(call_id)
            if call is not None and call.announced.due_at == due_at:
                return due_at
            heappop(self._heap)
        return None

    def tick(self) -> None:
        """Say and alarm what is due."""
        while (due_at := self.next_deadline()) is not None and due_at <= self._hub.now:
            call = self._hub.register.calls[heappop(self._heap)[1]]
            if call.place not in _HERE:
                call.announced.due_at = None  # not before: a replay, which asks for no deadline, must find the same one
                continue
            self._alarm(call)
            if call.announced.next_at is not None and call.announced.next_at <= self._hub.now:
                self._announce(call)
            self._arm(call)

    def restored(self) -> None:
        """The register is another one: find its deadlines."""
        calls = self._hub.register.calls.values()
        self._heap = [(call.announced.due_at, call.call) for call in calls if call.announced.due_at is not None]
        heapify(self._heap)

    def _arm(self, call: Call) -> None:
        due = [call.announced.next_at, self._alarm_at(call)]
        call.announced.due_at = min((instant for instant in due if instant is not None), default=None)
        if call.announced.due_at is not None:
            heappush(self._heap, (call.announced.due_at, call.call))

    # alarms

    def _alarm_at(self, call: Call) -> Instant | None:
        limits = self._hub.directory.treatment(call.version, call.queue).alert_s
        if call.queued_at is None or call.announced.alarms >= len(limits):
            return None
        return call.queued_at + limits[call.announced.alarms]

    def _alarm(self, call: Call) -> None:
        while (alarm_at := self._alarm_at(call)) is not None and alarm_at <= self._hub.now:
            call.announced.alarms += 1
            detail = f"{call.queue} {(alarm_at - (call.queued_at or 0.0)) / 60.0:g} min"
            advice = "sign agents in, move some to the queue, or let a step of queues.yaml widen the skills sooner"
            self._hub.notice("warning", "long wait", call=call.call, detail=detail, advice=advice)

    # announcements

    def _announce(self, call: Call) -> None:
        announce = self._hub.directory.treatment(call.version, call.queue).announce
        if announce is None:  # not so when the caller came: an overflow to a queue that tells nothing
            call.announced.next_at = None
            return
        call.announced.next_at = self._hub.now + announce.every_s
        if call.place != "waiting":
            return  # a phone rings for this caller
        media = self._first_call(call, announce) or self._place(call, announce)
        of, call.announced.first_call = call.announced.first_call or call.call, None
        media += self._wait(call, of, announce) if announce.wait else ()
        if media:
            self._hub.give(Play(call.leg, self._hub.mint(call.call), media))

    def _first_call(self, call: Call, announce: Announce) -> tuple[Media, ...]:
        """To a caller who calls again while their first call waits: where that stands, and that it stays there."""
        place = None if call.announced.first_call is None else self._hub.queue_view.position(call.announced.first_call)
        if place is None:
            call.announced.first_call = None
            return ()
        return () if announce.position == "no" else self._say(call, "queue_again", position=place)

    def _place(self, call: Call, announce: Announce) -> tuple[Media, ...]:
        place = self._hub.queue_view.position(call.call)
        if place is None or announce.position == "no":
            return ()
        before = call.announced.place
        if before is not None and announce.only_if_improved and place >= before:
            return ()
        limit = announce.limit
        if limit is not None and place > limit:
            if announce.position.startswith("limit"):
                return ()
            return self._say(call, "queue_more", limit=limit)
        if before is not None and place > before:
            cause = f"{place - before} more ahead, by their priority or an earlier place"
            if call.announced.queue != call.queue:
                cause = (
                    f"{place - before} more ahead: it waits in {call.queue} now, no longer in {call.announced.queue}"
                )
            self._hub.notice("info", "a later place is announced", call=call.call, detail=cause)
        call.announced.place, call.announced.queue = place, call.queue
        return self._say(call, "queue_next") if place == 1 else self._say(call, "queue_position", position=place)

    def _wait(self, call: Call, of: CallId, announce: Announce) -> tuple[Media, ...]:
        decision = self._hub.queue_view.announce(of, self._hub.now, announce.only_if_improved)
        match decision:
            case Unsaid(reason):
                if reason != call.announced.unsaid:
                    self._hub.notice("info", "no wait is announced", call=call.call, detail=reason)
                call.announced.unsaid = reason
                return ()
            case Said(band, cause):
                if cause:
                    self._hub.notice("info", "a longer wait is announced", call=call.call, detail=cause)
                call.announced.unsaid = ""
                figures = {"low": band.low_min, "high": band.high_min} if band.high_min else {"low": band.low_min}
                return self._say(call, band.phrase, **figures)
            case _:
                assert_never(decision)

    def _say(self, call: Call, phrase: str, **values: int | None) -> tuple[Media, ...]:
        return self._hub.directory.say(call.version, call.language, phrase, **values)
