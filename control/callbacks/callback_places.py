"""Places of callbacks: kept in the queue, given up for a while and taken again, or ended; each with its deadline.

A callback that was tried in vain is out of the queue for a while, and is put back with the time it had waited.
"""

from heapq import heapify, heappop, heappush

import msgspec

from acd.events import CallLeft
from calls.causes import Cause
from calls.commands import HangUp
from calls.ids import CallId, Instant
from control.callbacks.callback_rules import DEFAULTS, hindrance, refusal, row, rules_of
from control.hub.hub import Hub
from control.machines.states import CallbackEvent
from control.messages import log_commands
from control.register.call import Call, Callback

_OUT_OF_THE_QUEUE = frozenset({"resting", "unchecked"})
"""States of a callback that the queues do not know."""


class CallbackPlaces:
    """Keeps the place of each callback, and knows when something is to be done about one."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._heap: list[tuple[Instant, CallId]] = []

    def end(self, call: Call, outcome: log_commands.CallbackOutcome, by: Call) -> CallLeft | None:
        """End a callback, since call `by` does for it. Returns the event for the queues as `taken_from` does."""
        callback = call.callback
        assert callback is not None
        self.row(call, callback, outcome, f"call {by.call}")
        left = self.taken_from(call, callback)
        if call is by or call.leg in self._hub.register.legs:
            call.on("came_back")
        else:
            self._hub.close(call, Cause.NORMAL)
        return left

    def taken_from(self, call: Call, callback: Callback) -> CallLeft | None:
        """The callback is no more; returns the event for the queues to be told later, if an agent is there for it."""
        call.callback = None
        left = CallLeft(call.call, "way_out")
        if call.place == "offered":
            if callback.leg is not None:
                self._hub.give(HangUp(callback.leg))
            callback.on("came_back")
            callback.leg, callback.check = None, None
            return left
        if callback.state not in _OUT_OF_THE_QUEUE:
            self._hub.tell_queues(left)
        callback.on("came_back")
        callback.check = None
        return None

    def rest(self, call: Call, callback: Callback, event: CallbackEvent, why: str) -> None:
        """Take it out of the queue by `event`, to be put back later; the row says `why`."""
        self.leave(call, callback)
        callback.on(event)
        self.again_later(call, callback)
        self.row(call, callback, "booked", why)

    def again_later(self, call: Call, callback: Callback) -> None:
        """Look at one that rests again after the queue's `retry_s`, when the gate lets it pass, or when it expires."""
        hub = self._hub
        again_at = hub.now + (rules_of(hub, call) or DEFAULTS).retry_s
        if callback.not_before > hub.utc:
            again_at = callback.not_before - hub.register.offset_s
        self.due(call, callback, min(again_at, max(callback.expires_at, self._hub.now)))

    def leave(self, call: Call, callback: Callback) -> None:
        """Out of the queue; the agent, if one is there, is free at once and loses nothing."""
        if callback.state not in _OUT_OF_THE_QUEUE:
            self._hub.tell_queues(CallLeft(call.call, "way_out"))
        callback.check = None

    def put_back(self, call: Call, callback: Callback) -> None:
        """Put one that rests back into the queue with the time waited; later, while nobody may or can be called."""
        if call.queued_as is None or call.queued_at is None:
            return
        put_off = callback.not_before > self._hub.utc
        if put_off or refusal(self._hub, rules_of(self._hub, call)) or hindrance(self._hub, call, callback.number):
            self.again_later(call, callback)
            return
        callback.on("put_back")
        callback.ask = self._hub.mint(call.call)
        self.due(call, callback, callback.expires_at)
        waited_s = self._hub.now - call.queued_at
        call.queued_as = msgspec.structs.replace(call.queued_as, attempt=callback.ask, waited_s=waited_s)
        call.enter_queue(call.queued_as.queue)
        self._hub.tell_queues(call.queued_as)

    def give_up(self, call: Call, callback: Callback, outcome: log_commands.CallbackOutcome, why: str) -> None:
        """End it without a talk: the row and the operator's log say why; the call is over, too."""
        hub = self._hub
        self.leave(call, callback)
        callback.on("given_up")
        hub.settle()  # an agent who was asked is let go while the call is still known
        self.row(call, callback, outcome, why)
        advice = "call the person back by hand, or leave it: the caller may come again"
        hub.notice("warning", "callback given up", call=call.call, detail=f"{outcome} {why}".strip(), advice=advice)
        call.callback = None
        call.end_as("unreached")
        if call.leg in hub.register.legs:  # still on the line: it ends like any other
            call.on("given_up")
            hub.give(HangUp(call.leg))
        else:
            hub.close(call, Cause.NORMAL)

    # time

    def next_deadline(self) -> Instant | None:
        """When a callback expires, is tried again, or an agent has not accepted."""
        while self._heap:
            due_at, call_id = self._heap[0]
            call = self._hub.register.calls.get(call_id)
            if call is not None and call.callback is not None and call.callback.due_at == due_at:
                return due_at
            heappop(self._heap)
        return None

    def pop(self) -> Call:
        """The call of the next deadline, which is no more. Only after `next_deadline` gave one."""
        return self._hub.register.calls[heappop(self._heap)[1]]

    def restored(self) -> None:
        """The register is another one: find its deadlines."""
        calls = self._hub.register.calls.values()
        due = [(call.callback.due_at, call.call) for call in calls if call.callback is not None]
        self._heap = [(at_, call) for at_, call in due if at_ is not None]
        heapify(self._heap)

    def due(self, call: Call, callback: Callback, due_at: Instant | None) -> None:
        """Set its deadline; None: it has none."""
        callback.due_at = due_at
        if due_at is not None:
            heappush(self._heap, (due_at, call.call))

    def row(self, call: Call, callback: Callback, outcome: log_commands.CallbackOutcome, why: str) -> None:
        """Write down what became of it."""
        self._hub.give(row(self._hub, call, callback, outcome, why))
