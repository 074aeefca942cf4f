"""The queues core: takes what happens to callers and agents, orders offers. One match, two ways into it.

A caller is in exactly one place: in a line, on offer to one agent, or talking. An agent is offered or talking to one
caller at most. When an agent is idle and an eligible caller waits, the policy held them apart on purpose.
"""

from typing import Literal, assert_never

from acd import presence as attendance
from acd import snapshot
from acd.agents import Agents
from acd.callers import Callers
from acd.commands import AcdCommand, CalledAgain, Offer, ReleaseCall, SuggestWayOut, WaitWidened, WithdrawOffer
from acd.config import Configuration, Provider
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
from acd.policies import FirstCome, Policy
from acd.skills import render
from acd.state import NEVER, Agent, Assignment, Caller, Line, Review
from acd.timers import Timers
from acd.trace import Witness
from acd.weighted import Weighted
from calls.errors import BrokenRule
from calls.events import ClockSet, Tick
from calls.ids import AttemptId, CallId, Instant, QueueName

RarerEvent = CallLeft | OfferMissed | Configured | CallMoved | Tick | ClockSet | attendance.AgentEvent
MissReason = Literal["no_answer", "busy", "rejected", "unreachable", "failed"]

ANSWER_GRACE_S = 60.0
"""An offer about which nothing is heard so long after its ring time (a whisper takes its time) has failed: no agent
stays offered for ever."""


class Acd:
    """Queues, skills, matching. `configurations` gives the rules of a version; see `calls.ports.Core`.

    `announce`: also say each change of an agent's state (`AgentChanged`); a simulation does without. `witness` is told
    the reasons of each offer and of each wait, which costs far more than the match: for replays.
    """

    def __init__(
        self,
        configurations: Provider,
        policy: Policy | None = None,
        announce: bool = True,
        witness: Witness | None = None,
    ) -> None:
        self._witness = witness
        self.configurations = configurations
        self._out: list[AcdCommand] = []
        self.timers = Timers()
        self.offer_count = 0
        self._own_policy = policy
        self.policy: Policy = FirstCome() if policy is None else policy
        self._holds = self.policy.holds
        self.review = Review()
        self.agents = Agents(self._out, announce)
        self.callers = Callers(self.agents)
        self.assignments: dict[AttemptId, Assignment] = {}

    # the core's three calls

    def handle(self, event: AcdEvent, now: Instant) -> list[AcdCommand]:
        """Take one fact. Raises BadInput for a queue or wish that the version does not have, BrokenRule for a call
        that is queued twice."""
        if isinstance(event, CallQueued):  # the three facts of every call: a class pattern costs three times as much
            self._call_queued(event, now)
        elif isinstance(event, OfferTaken):
            self._offer_taken(event.attempt, now)
        elif isinstance(event, TalkEnded):
            self._talk_ended(event.attempt, now)
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
                attendance.take(self, event, now)

    def next_deadline(self) -> Instant | None:
        """When `tick` has something to do."""
        return self.timers.earliest()

    def tick(self, now: Instant) -> list[AcdCommand]:
        """Ends of wrap-up and rests, widening steps, wait limits, offers that nobody answered for."""
        return self.handle(Tick(now), now)

    def snapshot(self) -> bytes:
        """The whole state, between two facts."""
        return snapshot.save(self)

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot, in a core that is new."""
        snapshot.load(self, data)

    def busy_queues(self) -> set[QueueName]:
        """Those where somebody waits, or came from who is offered or talks."""
        waiting = {caller.queue.name for caller in self.callers.by_call.values()}
        return waiting | {assignment.queue.name for assignment in self.assignments.values()}

    def versions(self) -> set[str]:
        """Every version whose rules `restore` will ask for if a snapshot is taken now."""
        waiting = {caller.version for caller in self.callers.by_call.values()}
        return {self.callers.version} | waiting | {self.callers.queues[name].version for name in self.busy_queues()}

    def policy_for(self, configuration: Configuration) -> None:
        """Take the policy of this configuration, unless the core was given one for good."""
        if self._own_policy is None:
            weights = configuration.weights
            self.policy = FirstCome() if weights is None else Weighted(weights)
        self._holds = self.policy.holds
        self.policy.prepare(self.callers, self.agents)

    def _tick(self, now: Instant) -> None:
        while (timed := self.timers.pop(now)) is not None:
            match timed:
                case Caller():
                    self.advance(timed, now)
                case Agent():
                    attendance.is_over(self, timed, now)
                case Assignment():
                    self._out.append(WithdrawOffer(timed.attempt, timed.call, timed.agent.id))
                    self._offer_missed(timed.attempt, "failed", now)
                case Review():
                    pass  # pairs are looked for after every step
                case _:
                    assert_never(timed)

    # callers

    def _call_queued(self, fact: CallQueued, now: Instant) -> None:
        callers = self.callers
        if fact.call in callers.by_call:
            raise BrokenRule(f"call {fact.call} waits already")
        caller, line = callers.admit(fact, now)
        rules = caller.rules
        if not rules.join_empty and not callers.reach(line) & self.agents.present_mask:
            self.release(caller, "no_agents", now)
            return
        if fact.caller:
            self._say_again(caller, now)
        self._place(caller, line, now)
        if rules.max_length and caller.in_line and caller.queue.length > rules.max_length:
            self.release(caller, "full", now)

    def _say_again(self, caller: Caller, now: Instant) -> None:
        """Tell of a caller whose number waits already, or has got back an old place."""
        best = self.callers.best_line(caller)
        if best is not caller or best.place_at < now - caller.fact.waited_s:
            line = None if best is caller else best.fact.call
            self._out.append(CalledAgain(caller.fact.call, caller.fact.attempt, now - best.place_at, line))

    def _place(self, caller: Caller, line: Line, now: Instant) -> None:
        """Offer a caller who is in no line to somebody idle, or let it wait in the place that is due to it."""
        caller.line = line
        free = self.agents.idle_mask & line.eligible
        if free:
            agent = self.policy.agent_for(line, free, self.agents, now)
            if agent is not None:
                self._offer(caller, agent, now)
                return
        line.add(caller)
        if self._witness is not None:
            self._witness.look(self, caller, None, None, now)
        rules = caller.rules
        at = caller.expires_at
        if caller.sticky_until > 0:
            at = min(at, caller.sticky_until)
        if caller.step < len(rules.steps):
            at = min(at, caller.entered_at + rules.steps[caller.step].after_s)
        self.timers.set(caller, at)

    def advance(self, caller: Caller, now: Instant) -> None:
        """Take what is due on a waiting caller: the limit, the end of the sticky step, widening steps."""
        if not caller.in_line:
            return  # on offer: looked at again if it comes back
        if now >= caller.expires_at:
            self.release(caller, "timed_out", now)
            return
        self.callers.detach(caller)
        self._catch_up(caller, now)
        self._place(caller, self.callers.line_of(caller), now)

    def _catch_up(self, caller: Caller, now: Instant) -> None:
        if 0 < caller.sticky_until <= now:
            caller.sticky_until = -NEVER
        fact = caller.fact
        while (number := caller.step) < len(caller.rules.steps):
            step = caller.rules.steps[number]
            if caller.entered_at + step.after_s > now:
                break
            self.callers.widen(caller, now)
            wish = " or ".join(render(part) for part in (caller.wish, *caller.also))
            self._out.append(WaitWidened(fact.call, fact.attempt, caller.queue.name, number, wish))
            if step.offer is not None:
                self._out.append(SuggestWayOut(fact.call, fact.attempt, step.offer))

    def back_in_place(self, caller: Caller, now: Instant) -> None:
        """The offer came to nothing: the old place, unless the time is up."""
        caller.offer = None
        if now >= caller.expires_at:
            self.release(caller, "timed_out", now)
            return
        self._catch_up(caller, now)
        self._place(caller, self.callers.line_of(caller), now)

    def _call_left(self, call: CallId, may_return: bool, now: Instant) -> None:
        caller = self.callers.by_call.get(call)
        if caller is None:
            return  # talking, or released while the fact was under way
        assignment = caller.offer
        heir = self.callers.dismiss(caller, now, may_return)
        if heir is not None:
            self._out.append(CalledAgain(heir.fact.call, heir.fact.attempt, now - heir.place_at, None))
        if assignment is not None:
            agent = self.withdraw(assignment)
            if self.agents.settle(agent, now, in_old_place=True):
                self.match(agent, now)

    def _call_moved(self, call: CallId, queue: QueueName, now: Instant) -> None:
        caller = self.callers.by_call.get(call)
        if caller is None or not caller.in_line or queue not in self.callers.open:
            return  # answered or gone meanwhile, or the queue was unpublished
        self.callers.detach(caller)
        self.callers.move(caller, queue, now)
        self._place(caller, self.callers.line_of(caller), now)

    def release(self, caller: Caller, reason: Literal["no_agents", "timed_out", "full"], now: Instant) -> None:
        """Give a caller back to the flow."""
        self.callers.dismiss(caller, now, may_return=False)
        self._out.append(ReleaseCall(caller.fact.call, caller.fact.attempt, reason))

    # offers

    def _offer(self, caller: Caller, agent: Agent, now: Instant) -> None:
        self.offer_count += 1
        attempt = AttemptId(f"offer-{self.offer_count}")
        call, rules, queue = caller.fact.call, caller.rules, caller.queue
        wrap_up_s = agent.config.wrap_up_s
        if wrap_up_s is None:
            wrap_up_s = rules.wrap_up_s
        if self._witness is not None:
            self._witness.look(self, caller, agent, attempt, now)
        if caller.in_line:
            self.callers.detach(caller)
        assignment = Assignment(attempt, call, caller, agent, queue, wrap_up_s, now)
        self.assignments[attempt] = assignment
        caller.offer = agent.assignment = assignment
        caller.due_at = NEVER
        queue.last_offered = agent.index
        self.agents.become(agent, "offered", "", now)
        ring_s = rules.ring_s
        if ring_s > 0:
            self.timers.set(assignment, now + ring_s + ANSWER_GRACE_S)
        self._out.append(Offer(attempt, call, agent.id, queue.name, ring_s))

    def match(self, agent: Agent, now: Instant) -> None:
        """An agent is idle: the caller who should have this one."""
        if self._holds:
            return  # all are looked at together, at the end of the step
        pair = self.policy.pair(agent, self.callers, self.agents, now)
        if pair is not None:
            self._offer(*pair, now)

    def _pair_up(self, now: Instant) -> None:
        """Make all matches that a policy wants that may also hold back, and note when to look again."""
        callers, agents, review_at = self.callers, self.agents, NEVER
        while callers.occupied and agents.idle_mask:
            pair = self.policy.pair(None, callers, agents, now)
            if pair is None:
                review_at = self.policy.review_at()
                break
            self._offer(*pair, now)
        self.timers.set(self.review, review_at)

    def match_all(self, now: Instant) -> None:
        """Circumstances changed for many at once."""
        for _, agent in list(self.agents.idle):
            self.match(agent, now)

    def withdraw(self, assignment: Assignment) -> Agent:
        """Stop an offer that is under way; the agent is another's from here."""
        self._out.append(WithdrawOffer(assignment.attempt, assignment.call, assignment.agent.id))
        return self._close(assignment)

    def _close(self, assignment: Assignment) -> Agent:
        del self.assignments[assignment.attempt]
        assignment.due_at = NEVER
        assignment.agent.assignment = None
        return assignment.agent

    def _offer_taken(self, attempt: AttemptId, now: Instant) -> None:
        assignment = self.assignments.get(attempt)
        if assignment is None or assignment.caller is None:
            return  # stale: withdrawn, or heard before
        self.callers.dismiss(assignment.caller, now, may_return=False)
        assignment.caller = None
        assignment.due_at = NEVER
        agent = assignment.agent
        agent.missed = 0
        self.agents.become(agent, "talking", "", now)

    def _offer_missed(self, attempt: AttemptId, reason: MissReason, now: Instant) -> None:
        assignment = self.assignments.get(attempt)
        if assignment is None or assignment.caller is None:
            return  # stale
        caller = assignment.caller
        agent = self._close(assignment)
        rules = caller.rules
        match reason:
            case "rejected":
                rest_s = rules.delay_rejected_s
            case "busy":
                rest_s = rules.delay_busy_s
            case "no_answer":
                rest_s = rules.delay_no_answer_s
            case "unreachable" | "failed":
                rest_s = rules.delay_failed_s
            case _:
                assert_never(reason)
        if reason != "busy":  # on another call is no refusal to answer
            agent.missed += 1
            if agent.missed >= rules.miss_limit:
                agent.pause = "rona"
        agent.rest, agent.rest_until = reason, now + rest_s
        if self.agents.settle(agent, now):
            self.match(agent, now)
        elif agent.state == "paused" and not agent.pause:
            self.timers.set(agent, agent.rest_until)
        self.back_in_place(caller, now)

    def _talk_ended(self, attempt: AttemptId, now: Instant) -> None:
        assignment = self.assignments.get(attempt)
        if assignment is None:
            return  # stale
        if assignment.caller is not None:
            raise BrokenRule(f"{attempt} was never taken, so no talk can have ended")
        agent = self._close(assignment)
        if assignment.wrap_up_s > 0 and agent.signed_in:
            self.agents.become(agent, "wrap_up", "", now)
            agent.wrap_up_until = now + assignment.wrap_up_s
            self.timers.set(agent, agent.wrap_up_until)
        elif self.agents.settle(agent, now):
            self.match(agent, now)

    # configuration

    def _configure(self, version: str, now: Instant) -> None:
        configuration = self.configurations(version)
        self.agents.configure(configuration.agents)
        self.callers.configure(version, configuration.queues, self.busy_queues())
        self.policy_for(configuration)
        self.match_all(now)
        attendance.leave_empty(self, now)
