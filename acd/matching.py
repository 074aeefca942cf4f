"""The matching: callers and agents are brought together by offers. The queues core, `acd.core.Acd`, is made of it.

A caller is in exactly one place: in a sub-queue, on offer to one agent, or talking. An agent is offered or talks to one
caller at most. When an agent is idle while an eligible caller waits, the policy held them apart on purpose.
"""

from typing import Literal, Protocol

from msgspec import UNSET

from acd.agents import Agents
from acd.callers import Callers
from acd.commands import AcdCommand, Offer, ReleaseCall, SuggestWayOut, WaitWidened, WithdrawOffer
from acd.config import Configuration, Provider
from acd.policies import FirstCome, Policy
from acd.skills import render
from acd.state import NEVER, Agent, Assignment, Caller, Review, SubQueue
from acd.timers import Timers
from acd.weighted import Weighted
from calls.ids import AttemptId, Instant, QueueName

ANSWER_GRACE_S = 60.0
"""An offer that is not answered for so long after its ring time (a whisper takes its time) has failed: no agent stays
offered for ever."""


class Observer(Protocol):
    """The port to the reasons of decisions; see `acd.trace.Witness`. It only looks."""

    def look(
        self, matching: "Matching", caller: Caller, chosen: Agent | None, attempt: AttemptId | None, now: Instant
    ) -> None:
        """Called before an offer (`attempt`, to `chosen`) takes effect, and after a caller begins to wait (None)."""
        ...


class Matching:
    """Callers, agents, the offers between them, and the deadlines. Commands are collected in `_out`.

    `configurations` gives the rules of a version. `policy`, if given, is used whatever the configuration says.
    `announce`: also emit `AgentChanged` at each change of an agent's state. `witness` is called at each decision.
    """

    def __init__(
        self,
        configurations: Provider,
        policy: Policy | None = None,
        announce: bool = True,
        witness: Observer | None = None,
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

    def busy_queues(self) -> set[QueueName]:
        """The queues with a caller who waits, is on offer or talks."""
        waiting = {caller.queue.name for caller in self.callers.by_call.values()}
        return waiting | {assignment.queue.name for assignment in self.assignments.values()}

    def policy_for(self, configuration: Configuration) -> None:
        """Take the policy of this configuration, unless one was given for good."""
        if self._own_policy is None:
            weights = configuration.weights
            self.policy = FirstCome() if weights is None else Weighted(weights)
        self._holds = self.policy.holds
        self.policy.prepare(self.callers, self.agents)

    # callers

    def _place(self, caller: Caller, subqueue: SubQueue, now: Instant) -> None:
        """Offer a caller who is in no sub-queue to an idle agent, or let them wait in their place in this one."""
        caller.subqueue = subqueue
        free = self.agents.idle_mask & subqueue.eligible
        if free:
            agent = self.policy.agent_for(subqueue, free, self.agents, now)
            if agent is not None:
                self._offer(caller, agent, now)
                return
        if now >= caller.expires_at:  # moved to a queue in which they have waited for too long already
            self.release(caller, "timed_out", now)
            return
        subqueue.add(caller)
        if self._witness is not None:
            self._witness.look(self, caller, None, None, now)
        rules = caller.rules
        at = caller.expires_at
        if caller.sticky_until > 0:
            at = min(at, caller.sticky_until)
        if caller.step < len(rules.steps) and not caller.event.only:
            at = min(at, caller.entered_at + rules.steps[caller.step].after_s)
        at = min(at, caller.retry_at)
        self.timers.set(caller, at)

    def advance(self, caller: Caller, now: Instant) -> None:
        """Do what is due for a waiting caller: the wait limit, the end of the sticky step, widening steps.

        Nothing for a caller on offer: `back_in_place` does it if the offer comes to nothing.
        """
        if not caller.in_line:
            return
        if now >= caller.expires_at:
            self.release(caller, "timed_out", now)
            return
        self.callers.detach(caller)
        self._catch_up(caller, now)
        self._place(caller, self.callers.subqueue_of(caller), now)

    def _catch_up(self, caller: Caller, now: Instant) -> None:
        if caller.event.only:
            return  # nothing widens what is asked for
        if 0 < caller.sticky_until <= now:
            caller.sticky_until = -NEVER
        event = caller.event
        if caller.overflow_to is not None and caller.retry_at <= now:
            number = max(0, caller.step - 1)
            self.callers.overflow(caller, caller.overflow_to, now)
            if caller.overflow_to is None:
                self._widened(caller, number)
        while (number := caller.step) < len(caller.rules.steps):
            step = caller.rules.steps[number]
            if caller.entered_at + step.after_s > now:
                break
            self.callers.widen(caller, now)
            self._widened(caller, number)
            if step.offer is not None:
                self._out.append(SuggestWayOut(event.call, event.attempt, step.offer))

    def _widened(self, caller: Caller, step: int) -> None:
        text = " or ".join(render(part) for part in (caller.expression, *caller.also))
        self._out.append(WaitWidened(caller.event.call, caller.event.attempt, caller.queue.name, step, text))

    def back_in_place(self, caller: Caller, now: Instant) -> None:
        """Return a caller whose offer came to nothing to their place; release them if their time is up, or if nobody
        else may have them."""
        caller.offer = None
        if caller.event.only:
            self.release(caller, "no_agents", now)
            return
        if now >= caller.expires_at:
            self.release(caller, "timed_out", now)
            return
        self._catch_up(caller, now)
        self._place(caller, self.callers.subqueue_of(caller), now)

    def release(self, caller: Caller, reason: Literal["no_agents", "timed_out", "full"], now: Instant) -> None:
        """Give a waiting caller back to the flow."""
        self.callers.dismiss(caller, now, may_return=False)
        self._out.append(ReleaseCall(caller.event.call, caller.event.attempt, reason))

    # offers

    def _offer(self, caller: Caller, agent: Agent, now: Instant) -> None:
        self.offer_count += 1
        attempt = AttemptId(f"offer-{self.offer_count}")
        call, rules, queue = caller.event.call, caller.rules, caller.queue
        wrap_up_s = agent.config.wrap_up_s
        if wrap_up_s is None:
            wrap_up_s = rules.wrap_up_s
        if caller.event.wrap_up_s is not UNSET:
            wrap_up_s = caller.event.wrap_up_s
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
        """Offer an agent who has just become idle the caller who is next for them.

        Nothing under a policy that holds: it looks at all pairs together, at the end of the event.
        """
        if self._holds:
            return
        pair = self.policy.pair(agent, self.callers, self.agents, now)
        if pair is not None:
            self._offer(*pair, now)

    def _pair_up(self, now: Instant) -> None:
        """Make all matches that a holding policy wants, and note when to look again."""
        callers, agents, review_at = self.callers, self.agents, NEVER
        while callers.occupied and agents.idle_mask:
            pair = self.policy.pair(None, callers, agents, now)
            if pair is None:
                review_at = self.policy.review_at(self.review.due_at, now)
                break
            self._offer(*pair, now)
        self.timers.set(self.review, review_at)

    def match_all(self, now: Instant) -> None:
        """Match every idle agent anew, after a change that concerns many at once."""
        for _, agent in list(self.agents.idle):
            self.match(agent, now)

    def withdraw(self, assignment: Assignment) -> Agent:
        """Stop an offer that is under way. Returns its agent, whose next state the caller of this settles."""
        self._out.append(WithdrawOffer(assignment.attempt, assignment.call, assignment.agent.id))
        return self._close(assignment)

    def _close(self, assignment: Assignment) -> Agent:
        del self.assignments[assignment.attempt]
        assignment.due_at = NEVER
        assignment.agent.assignment = None
        return assignment.agent
