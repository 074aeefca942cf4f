"""The queues core: takes events of callers and agents, returns commands, of which the main one is an offer.

A match is looked for from two sides, when a caller comes and when an agent becomes idle; `acd.matching` makes it.
"""

from typing import Literal, assert_never

from acd import presence, snapshot
from acd.commands import AcdCommand, CalledAgain, MoveDone, MoveRefused, OfferLapsed, WithdrawOffer
from acd.events import (
    AcdEvent,
    CallLeft,
    CallMoved,
    CallQueued,
    Configured,
    OfferMissed,
    OfferTaken,
    TalkEnded,
)
from acd.matching import Matching
from acd.skills import conjunction, parse_all
from acd.state import NEVER, Agent, Assignment, Caller, Review
from calls.errors import BrokenRule
from calls.events import ClockSet, Tick
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName

RarerEvent = CallLeft | OfferMissed | Configured | CallMoved | Tick | ClockSet | presence.AgentEvent
FAULT_REST_S = 60.0
"""The longest rest of an agent whose phone offers do not reach: it doubles with each fault, so that callers are not
held up by a dead phone, and ends by itself."""

MissReason = Literal["no_answer", "busy", "rejected", "unreachable", "failed", "forwarded"]


class Acd(Matching):
    """The queues core, a `calls.ports.Core`. `configurations` gives the rules of a version.

    `announce`: also emit `AgentChanged` at each change of an agent's state; a simulation does without. `witness` notes
    the reasons of each offer and of each wait, which costs far more than the match: for replays.
    """

    # the core's calls

    def handle(self, event: AcdEvent, now: Instant) -> list[AcdCommand]:
        """Take one event. Raises BadInput for a queue that the version does not have and for skills that cannot be
        read, BrokenRule for a call that is queued twice and for the end of a talk that was never taken."""
        if isinstance(event, CallQueued):  # the three events of every call: a class pattern costs three times as much
            self._call_queued(event, now)
        elif isinstance(event, OfferTaken):
            self._offer_taken(event.attempt, now)
        elif isinstance(event, TalkEnded):
            self._talk_ended(event.attempt, event.cut_off, now)
        else:
            self._handle_rarer(event, now)
        if self._holds:
            self._pair_up(now)
        out = self._out
        if not out:
            return []
        commands = out[:]
        out.clear()
        return commands

    def _handle_rarer(self, event: RarerEvent, now: Instant) -> None:
        match event:
            case CallLeft(call=call, reason=reason):
                self._call_left(call, reason != "way_out", now)
            case OfferMissed(attempt=attempt, reason=reason):
                self._offer_missed(attempt, reason, now)
            case Configured(version=version):
                self._configure(version, now)
            case CallMoved(call=call, queue=queue):
                self._call_moved(call, queue, now)
            case Tick():
                self._tick(now)
            case ClockSet():
                pass  # queues know durations only; opening hours are the flow's business
            case _:
                presence.take(self, event, now)

    def next_deadline(self) -> Instant | None:
        """The instant of the next `tick` that has something to do, None for none."""
        return self.timers.earliest()

    def tick(self, now: Instant) -> list[AcdCommand]:
        """Do what is due: ends of wrap-up and rests, widening steps, wait limits, offers never heard of again."""
        return self.handle(Tick(now), now)

    def snapshot(self) -> bytes:
        """The whole state, between two events, as bytes."""
        return snapshot.save(self)

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot. Only in a new core."""
        snapshot.load(self, data)

    def versions(self) -> set[str]:
        """The versions whose rules `restore` needs of a snapshot taken now."""
        waiting = {caller.version for caller in self.callers.by_call.values()}
        return {self.callers.version} | waiting | {self.callers.queues[name].version for name in self.busy_queues()}

    def free_agent(self, queue: QueueName, skills: tuple[str, ...]) -> AgentId | None:
        """The agent who has been idle for longest of those who serve this queue and have the skills; changes nothing.

        Raises SkillExpressionError for skills that cannot be read.
        """
        known = self.callers.queues.get(queue)
        if known is None:
            return None
        wanted = conjunction((parse_all(known.config.skills), parse_all(skills)))
        eligible = self.callers.eligible(queue, wanted, ())
        return next((agent.id for _, agent in self.agents.idle if agent.bit & eligible), None)

    def _tick(self, now: Instant) -> None:
        while (timed := self.timers.pop(now)) is not None:
            match timed:
                case Caller():
                    self.advance(timed, now)
                case Agent():
                    presence.end_rest(self, timed, now)
                case Assignment():
                    self._out.append(WithdrawOffer(timed.attempt, timed.call, timed.agent.id))
                    self._offer_missed(timed.attempt, "failed", now)
                case Review():
                    pass  # pairs are looked for after every event
                case _:
                    assert_never(timed)

    # callers

    def _call_queued(self, event: CallQueued, now: Instant) -> None:
        callers = self.callers
        if event.call in callers.by_call:
            raise BrokenRule(f"call {event.call} waits already")
        caller, subqueue = callers.admit(event, now)
        rules = caller.rules
        if event.only and caller.sticky_until <= now:  # asked for by name, and not there
            self.release(caller, "no_agents", now)
            return
        if not rules.join_empty and not callers.reach(subqueue) & self.agents.present_mask:
            self.release(caller, "no_agents", now)
            return
        if event.caller:
            self._say_again(caller, now)
        self._place(caller, subqueue, now)
        if rules.max_length and caller.in_line and caller.queue.length > rules.max_length and not event.only:
            self.release(caller, "full", now)

    def _say_again(self, caller: Caller, now: Instant) -> None:
        """Emit CalledAgain for a caller whose number waits already, or who has got an old place back."""
        best = self.callers.best_placed(caller)
        if best is not caller or best.place_at < now - caller.event.waited_s:
            first = None if best is caller else best.event.call
            self._out.append(CalledAgain(caller.event.call, caller.event.attempt, now - best.place_at, first))

    def _call_left(self, call: CallId, may_return: bool, now: Instant) -> None:
        caller = self.callers.by_call.get(call)
        if caller is None:
            return  # talking, or released while the event was under way
        assignment = caller.offer
        heir = self.callers.dismiss(caller, now, may_return)
        if heir is not None:
            self._out.append(CalledAgain(heir.event.call, heir.event.attempt, now - heir.place_at, None))
        if assignment is not None:
            agent = self.withdraw(assignment)
            if self.agents.settle(agent, now, in_old_place=True):
                self.match(agent, now)

    def _call_moved(self, call: CallId, queue: QueueName, now: Instant) -> None:
        caller = self.callers.by_call.get(call)
        if caller is None or not caller.in_line:
            return  # answered or gone meanwhile
        refusal = None if caller.queue.name == queue else self.callers.refusal(caller, queue)
        if refusal is not None:
            self._out.append(MoveRefused(call, queue, refusal))
            return
        self._out.append(MoveDone(call, queue))
        self.callers.detach(caller)
        self.callers.move(caller, queue, now)
        self._place(caller, self.callers.subqueue_of(caller), now)

    # offers

    def _offer_taken(self, attempt: AttemptId, now: Instant) -> None:
        assignment = self.assignments.get(attempt)
        if assignment is None or assignment.caller is None:
            return  # stale: withdrawn, or heard before
        self.callers.dismiss(assignment.caller, now, may_return=False)
        assignment.caller = None
        assignment.due_at = NEVER
        agent = assignment.agent
        agent.missed = agent.faults = 0
        self.agents.become(agent, "talking", "", now)

    def _offer_missed(self, attempt: AttemptId, reason: MissReason, now: Instant) -> None:
        assignment = self.assignments.get(attempt)
        if assignment is None or assignment.caller is None:
            return  # stale
        caller = assignment.caller
        agent = self._close(assignment)
        rules = caller.rules
        match reason:
            case "rejected" | "forwarded":
                rest_s = rules.delay_rejected_s
            case "busy":
                rest_s = rules.delay_busy_s
            case "no_answer":
                rest_s = rules.delay_no_answer_s
            case "unreachable" | "failed":
                agent.faults += 1
                rest_s = min(rules.delay_failed_s * 2 ** (agent.faults - 1), max(FAULT_REST_S, rules.delay_failed_s))
            case _:
                assert_never(reason)
        fault = reason in ("unreachable", "failed")
        if not fault:
            agent.faults = 0
            if reason != "busy":  # on another call is no refusal to answer
                agent.missed += 1
                if agent.missed >= rules.miss_limit:
                    agent.pause = "rona"
        in_a_row = agent.faults if fault else agent.missed
        self._out.append(OfferLapsed(attempt, assignment.call, agent.id, reason, fault, in_a_row))
        agent.rest, agent.rest_until = reason, now + rest_s
        if self.agents.settle(agent, now):
            self.match(agent, now)
        elif agent.state == "paused" and not agent.pause:
            self.timers.set(agent, agent.rest_until)
        self.back_in_place(caller, now)

    def _talk_ended(self, attempt: AttemptId, cut_off: bool, now: Instant) -> None:
        assignment = self.assignments.get(attempt)
        if assignment is None:
            return  # stale
        if assignment.caller is not None:
            raise BrokenRule(f"{attempt} was never taken, so no talk can have ended")
        agent = self._close(assignment)
        if cut_off:  # no next caller to a phone that has just died
            agent.faults += 1
            agent.rest, agent.rest_until = "unreachable", now + FAULT_REST_S
        if assignment.wrap_up_s > 0 and agent.signed_in:
            self.agents.become(agent, "wrap_up", "", now)
            agent.wrap_up_until = now + assignment.wrap_up_s
            self.timers.set(agent, agent.wrap_up_until)
        elif self.agents.settle(agent, now):
            self.match(agent, now)
        elif cut_off and agent.state == "paused" and not agent.pause:
            self.timers.set(agent, agent.rest_until)

    # configuration

    def _configure(self, version: str, now: Instant) -> None:
        configuration = self.configurations(version)
        self.agents.configure(configuration.agents)
        self.callers.configure(version, configuration.queues, self.busy_queues())
        self.policy_for(configuration)
        self.match_all(now)
        presence.leave_empty(self, now)
