"""A contact centre for the simulation: callers who come, wait and give up, agents who answer, talk and write up.

All chance is drawn beforehand, one stream for each purpose, so the n-th call of a seed has the same kind, patience and
service whatever the policy: two policies are compared on the same calls.
"""

from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from acd.commands import AcdCommand, Offer, ReleaseCall, WithdrawOffer
from acd.events import AcdEvent, CallLeft, CallQueued, OfferMissed, OfferTaken, TalkEnded, WrapUpEnded
from calls.events import Tick
from calls.ids import AgentId, AttemptId, CallId, Instant
from sim.chance import Draws
from sim.driver import FOREVER

NEVER = float("nan")
NO_ATTEMPT = AttemptId("")


class Calls:
    """The calls of one run, as columns: arrival instants in order, index of the kind, patience, service and wrap-up in
    seconds, seconds until the agent answers (NaN: this ring is not answered)."""

    def __init__(
        self,
        arrivals: Draws,
        kinds: NDArray[np.int64],
        patience: Draws,
        service: Draws,
        wrap_up: Draws | None = None,
        answer: Draws | None = None,
    ) -> None:
        self.arrivals = arrivals
        self.kinds = kinds
        self.patience = patience
        self.service = service
        self.wrap_up = wrap_up
        self.answer = answer


class Centre:
    """The world around one queues core.

    `entries` has the CallQueued of each kind; `roster`, events of agents with their instants. After the run
    `answered_at` and `left_at` tell of each call, NaN for neither; a call that the queue released left by that.
    """

    def __init__(self, calls: Calls, entries: list[CallQueued], roster: list[tuple[Instant, AcdEvent]]) -> None:
        count = len(calls.arrivals)
        self._ids = [CallId(str(number)) for number in range(count)]
        self._arrivals: list[float] = [*calls.arrivals.tolist(), FOREVER]
        self._kinds: list[int] = calls.kinds.tolist()
        self._patience: list[float] = calls.patience.tolist()
        self._service: list[float] = calls.service.tolist()
        self._wrap_up: list[float] | None = None if calls.wrap_up is None else calls.wrap_up.tolist()
        self._answer: list[float] | None = None if calls.answer is None else calls.answer.tolist()
        self._entries = [(entry.queue, entry.skills, entry.class_, entry.language, entry.priority) for entry in entries]
        self._upcoming = 0
        self._arrival_at = self._arrivals[0]
        self._undecided = -1
        self._agenda: list[tuple[Instant, int, AcdEvent]] = [(FOREVER, 0, Tick(FOREVER))]
        self._planned = 0
        self._rings = 0
        self._offers: dict[AttemptId, tuple[int, AgentId]] = {}
        self.answered_at: list[float] = [NEVER] * count
        self.left_at: list[float] = [NEVER] * count
        self.agent_of: list[AgentId | None] = [None] * count
        self.was_released: list[bool] = [False] * count
        for at, event in roster:
            self._plan(at, event)

    def next_at(self) -> Instant:
        """The instant of the next event; FOREVER when all calls are over."""
        index = self._undecided
        if index >= 0:
            self._undecided = -1
            if self.answered_at[index] != self.answered_at[index]:
                patience_s = self._patience[index]
                if patience_s < FOREVER:
                    self._plan(self._arrivals[index] + patience_s, CallLeft(self._ids[index], "hung_up"))
        arrival_at, planned_at = self._arrival_at, self._agenda[0][0]
        return arrival_at if arrival_at <= planned_at else planned_at

    def happen(self) -> AcdEvent | None:
        """The next event: a call, or a planned one."""
        agenda = self._agenda
        if self._arrival_at <= agenda[0][0]:
            index = self._undecided = self._upcoming
            self._upcoming = following = index + 1
            self._arrival_at = self._arrivals[following]
            queue, skills, class_, language, priority = self._entries[self._kinds[index]]
            return CallQueued(self._ids[index], NO_ATTEMPT, queue, skills, class_, language, "", priority)
        at, _, event = heappop(agenda)
        if type(event) is TalkEnded:
            if self._wrap_up is not None:
                index, agent = self._offers.pop(event.attempt)
                self._plan(at + self._wrap_up[index], WrapUpEnded(agent))
        elif type(event) is CallLeft:
            index = int(event.call)
            if self.answered_at[index] == self.answered_at[index] or self.left_at[index] == self.left_at[index]:
                return None
            self.left_at[index] = at
        elif type(event) is OfferTaken:
            return self._answered(event, at)
        elif type(event) is OfferMissed and self._offers.pop(event.attempt, None) is None:
            return None
        return event

    def carry_out(self, command: AcdCommand, now: Instant) -> AcdEvent | None:
        """Let a phone ring; other commands are only noted."""
        if type(command) is Offer:
            index = int(command.call)
            if self._answer is None:
                self.answered_at[index] = now
                self.agent_of[index] = command.agent
                attempt = command.attempt
                if self._wrap_up is not None:
                    self._offers[attempt] = (index, command.agent)
                self._planned += 1
                heappush(self._agenda, (now + self._service[index], self._planned, TalkEnded(attempt)))
                return OfferTaken(attempt)
            self._ring(command, index, now)
        elif type(command) is WithdrawOffer:
            self._offers.pop(command.attempt, None)
        elif type(command) is ReleaseCall:
            self.left_at[int(command.call)] = now
            self.was_released[int(command.call)] = True
        return None

    def _plan(self, at: Instant, event: AcdEvent) -> None:
        self._planned += 1
        heappush(self._agenda, (at, self._planned, event))

    def _ring(self, offer: Offer, index: int, now: Instant) -> None:
        assert self._answer is not None
        delay_s = self._answer[self._rings % len(self._answer)]
        self._rings += 1
        self._offers[offer.attempt] = (index, offer.agent)
        if delay_s <= offer.ring_s:
            self._plan(now + delay_s, OfferTaken(offer.attempt))
        else:
            self._plan(now + offer.ring_s, OfferMissed(offer.attempt, "no_answer"))

    def _answered(self, event: OfferTaken, now: Instant) -> OfferTaken | None:
        offer = self._offers.get(event.attempt)
        if offer is None:
            return None  # withdrawn while it rang
        index, agent = offer
        self.answered_at[index] = now
        self.agent_of[index] = agent
        if self._wrap_up is None:
            del self._offers[event.attempt]
        self._plan(now + self._service[index], TalkEnded(event.attempt))
        return event
