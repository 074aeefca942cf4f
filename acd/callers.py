"""The callers: the queue, the skills asked for and the place of each. Agents are known here only as sets of bits."""

from collections.abc import Set

import msgspec

from acd.agents import Agents
from acd.commands import Refusal
from acd.config import QueueConfig
from acd.events import CallQueued, Class
from acd.skills import Has, SkillExpression, conjunction, lowered, parse, parse_all, without
from acd.state import MINUTE, NEVER, Agent, Caller, Queue, SubQueue
from calls.errors import BadInput
from calls.ids import AgentId, CallId, Instant, QueueName, Seconds

OVERFLOW_RETRY_S = 15.0

SUBQUEUES_KEPT = 4096
"""Empty sub-queues are kept for the next caller with that expression, until there are so many."""

SubQueueKey = tuple[QueueName, SkillExpression, tuple[SkillExpression, ...], AgentId | None, Seconds]
_EntryKey = tuple[QueueName, tuple[str, ...], str, Class, float, bool]


class Callers:
    """All queues, and all callers who wait or are on offer.

    `queues`: those of the configuration, and those no longer in it while they are busy; `open` take new callers.
    `by_call`: the callers. `occupied`: the sub-queues in which somebody waits. `left`: by queue and number, the place
    kept for a caller who was cut off, and when that was.
    """

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self.queues: dict[QueueName, Queue] = {}
        self.open: frozenset[QueueName] = frozenset()
        self.by_call: dict[CallId, Caller] = {}
        self.arrivals = 0
        self.version = ""
        self.occupied: dict[SubQueue, None] = {}
        self._subqueues_kept = SUBQUEUES_KEPT
        self._subqueues: dict[SubQueueKey, SubQueue] = {}
        self._members: dict[QueueName, int] = {}
        self._entries: dict[_EntryKey, tuple[Queue, SkillExpression, Seconds, SubQueue]] = {}
        self.left: dict[tuple[QueueName, str], tuple[float, Instant]] = {}
        self._of_number: dict[str, list[Caller]] = {}

    def configure(self, version: str, queues: dict[QueueName, QueueConfig], busy: Set[QueueName]) -> None:
        """Take over the queues of a version. A queue that is gone takes nobody new; those who wait there wait on.

        A queue that is gone is forgotten unless it is in `busy`, the queues with callers or talks: it would need the
        rules of a version that nobody else needs. If it comes back, it is a new one.
        """
        self.version = version
        self.queues = {
            name: queue for name, queue in self.queues.items() if name in busy or (name in self.open and name in queues)
        }
        self.open = frozenset(queues)
        for name, config in queues.items():
            queue = self.queues.get(name)
            if queue is None:
                self.queues[name] = Queue(name, config, version)
            else:
                queue.config, queue.version = config, version
        self.rebuild()

    def rebuild(self) -> None:
        """Form all sub-queues anew, after agents, skills or queues have changed."""
        for agent in self._agents.published:
            agent.subqueues = []
        for queue in self.queues.values():
            queue.subqueues = []
        self.occupied.clear()
        self._subqueues.clear()
        self._entries.clear()
        self._members.clear()
        for caller in self.by_call.values():
            subqueue = self.subqueue_of(caller)
            if caller.offer is None:
                subqueue.add(caller)
            else:
                caller.subqueue = subqueue

    # entering and leaving

    def admit(self, event: CallQueued, now: Instant) -> tuple[Caller, SubQueue]:
        """Take in a caller. Returns them, and their sub-queue, in which they do not wait yet.

        Raises BadInput for a queue that is not open and for skills that cannot be read.
        """
        key = (event.queue, event.skills, event.language, event.class_, event.priority, event.vip)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = self._entry(event)
        queue, expression, head_start_s, subqueue = entry
        self.arrivals += 1
        caller = Caller(event, self.arrivals, head_start_s, now, queue, queue.version, expression)
        if event.waited_s:
            caller.place_at = now - event.waited_s
            caller.key = caller.place_at - caller.head_start_s
        if event.caller:
            self._give_back_place(caller, now)
            self.remember_number(caller)
        if event.most_s > 0:
            caller.expires_at = min(caller.expires_at, now + event.most_s)
        if event.agent is not None:
            self._ask_for(caller, event.agent, now)
            subqueue = self.subqueue_of(caller)
        self.by_call[event.call] = caller
        queue.length += 1
        return caller, subqueue

    def _entry(self, event: CallQueued) -> tuple[Queue, SkillExpression, Seconds, SubQueue]:
        queue = self.queues.get(event.queue)
        if queue is None or event.queue not in self.open:
            raise BadInput(f"there is no queue `{event.queue}` in version {self.version}")
        expression = conjunction((parse_all(queue.config.skills), parse_all(event.skills)))
        for tag in (event.language, event.language.partition("-")[0]):  # zh-CN is asked for as zh where that is a skill
            if tag in self._agents.index.skills:
                expression = conjunction((expression, Has(tag)))
                break
        config = queue.config
        head_start = config.priority + event.priority
        if event.class_ != "general":
            head_start += config.classes.get(event.class_, 0.0)
        if event.vip:
            head_start += config.vip
        head_start_s = MINUTE * head_start
        return queue, expression, head_start_s, self._subqueue(queue, expression, (), None, head_start_s)

    def _ask_for(self, caller: Caller, agent_id: AgentId, now: Instant) -> None:
        agent = self._agents.by_id.get(agent_id)
        if agent is None or agent.state in ("offline", "paused"):
            return
        if caller.event.only:
            caller.sticky_until = caller.expires_at
        elif caller.event.sticky_s > 0:
            caller.sticky_until = now + caller.event.sticky_s

    def _give_back_place(self, caller: Caller, now: Instant) -> None:
        left = self.left.pop((caller.queue.name, caller.event.caller), None)
        if left is not None and now - left[1] <= caller.rules.keep_place_s:
            caller.place_at = min(caller.place_at, left[0])
            caller.key = caller.place_at - caller.head_start_s

    def remember_number(self, caller: Caller) -> None:
        """Know a caller by their number, for the next call from it. Only for a caller who has one."""
        self._of_number.setdefault(caller.event.caller, []).append(caller)

    def same_number(self, caller: Caller) -> list[Caller]:
        """The other callers in the same queue who called from the same number."""
        mine = self._of_number.get(caller.event.caller, ())
        return [other for other in mine if other is not caller and other.queue is caller.queue]

    def best_placed(self, caller: Caller) -> Caller:
        """The caller with the best place among those in this queue with this caller's number, them included."""
        if not caller.event.caller:
            return caller
        return min((caller, *self.same_number(caller)), key=lambda one: (one.key, one.seq))

    def dismiss(self, caller: Caller, now: Instant, may_return: bool) -> Caller | None:
        """Take a caller out. With `may_return` their place goes to another caller of that number behind them, who is
        returned; without such a one it is kept for `keep_place_s`.

        Two callers of one number may be two people behind one switchboard: each has a place of their own, and the
        better one is inherited only when it would be lost.
        """
        del self.by_call[caller.event.call]
        caller.queue.length -= 1
        caller.due_at = NEVER
        if caller.in_line:
            self.detach(caller)
        return self._number_leaves(caller, now, may_return) if caller.event.caller else None

    def _number_leaves(self, caller: Caller, now: Instant, may_return: bool) -> Caller | None:
        mine = self._of_number[caller.event.caller]
        mine.remove(caller)
        if not mine:
            del self._of_number[caller.event.caller]
        if not may_return or caller.rules.keep_place_s <= 0:
            return None
        heirs = [other for other in self.same_number(caller) if other.place_at > caller.place_at]
        if heirs:
            heir = min(heirs, key=lambda one: (one.key, one.seq))
            self._inherit(heir, caller.place_at)
            return heir
        self.left[caller.queue.name, caller.event.caller] = (caller.place_at, now)
        if len(self.left) > 1000:
            self.left = {key: left for key, left in self.left.items() if now - left[1] <= 3600}
        return None

    def _inherit(self, heir: Caller, place_at: Instant) -> None:
        subqueue = heir.subqueue if heir.in_line else None
        self.detach(heir)
        heir.place_at = place_at
        heir.key = place_at - heir.head_start_s
        if subqueue is not None:
            subqueue.add(heir)

    # the place

    def detach(self, caller: Caller) -> None:
        """Take a caller out of their sub-queue, before anything changes that the place depends on."""
        if caller.in_line and caller.subqueue is not None:
            caller.subqueue.remove(caller)

    def subqueue_of(self, caller: Caller) -> SubQueue:
        """The sub-queue in which this caller should wait now."""
        only = self._agents.by_id.get(caller.event.agent) if caller.event.agent and caller.sticky_until > 0 else None
        return self._subqueue(caller.queue, caller.expression, caller.also, only, caller.head_start_s)

    def refusal(self, caller: Caller, name: QueueName) -> Refusal | None:
        """Why this queue does not take a caller from another one: it keeps its own limits. None: it does."""
        queue = self.queues.get(name)
        if queue is None or name not in self.open:
            return "closed"
        if 0 < queue.config.max_length <= queue.length:
            return "full"
        if not queue.config.join_empty:
            expression = conjunction((parse_all(queue.config.skills), caller.expression))
            if not self._reach(name, expression, (), frozenset()) & self._agents.present_mask:
                return "no_agents"
        return None

    def move(self, caller: Caller, name: QueueName, now: Instant) -> None:
        """Move a detached caller to another queue, which has not refused. The time waited goes along and counts for its
        limit; its steps count from now."""
        queue = self.queues[name]
        if caller.event.only:  # a supervisor has decided otherwise
            caller.event = msgspec.structs.replace(caller.event, agent=None, within=msgspec.UNSET)
        caller.queue.length -= 1
        queue.length += 1
        caller.head_start_s += MINUTE * (queue.config.priority - caller.rules.priority)
        caller.key = caller.place_at - caller.head_start_s
        caller.queue, caller.rules, caller.version = queue, queue.config, queue.version
        caller.entered_at, caller.step, caller.also = now, 0, ()
        caller.sticky_until = -NEVER
        caller.expression = conjunction((parse_all(queue.config.skills), caller.expression))
        caller.expires_at = caller.queued_at + queue.config.max_wait_s if queue.config.max_wait_s > 0 else NEVER
        if caller.event.most_s > 0:
            caller.expires_at = min(caller.expires_at, caller.queued_at + caller.event.most_s)
        caller.overflow_to, caller.retry_at = None, NEVER

    def overflow(self, caller: Caller, name: QueueName, now: Instant) -> None:
        """Move a detached caller to the queue of an overflow; where it takes nobody now, they wait on, and it is asked
        again after OVERFLOW_RETRY_S."""
        if self.refusal(caller, name) is None:
            self.move(caller, name, now)
        else:
            caller.overflow_to, caller.retry_at = name, now + OVERFLOW_RETRY_S

    def widen(self, caller: Caller, now: Instant) -> None:
        """Take the next widening step of the queue for a detached caller."""
        step = caller.rules.steps[caller.step]
        caller.step += 1
        if step.lower:
            caller.expression = lowered(caller.expression, step.lower)
        if step.drop:
            caller.expression = without(caller.expression, frozenset(step.drop))
        if step.add:
            caller.also = (*caller.also, parse(step.add))
        if step.overflow is not None:
            self.overflow(caller, step.overflow, now)

    def position(self, caller: Caller) -> int:
        """The place in the queue, from 1: all callers of it who come before count, also those on offer."""
        mine = (caller.key, caller.seq)
        return 1 + sum((other.key, other.seq) < mine for other in self.by_call.values() if other.queue is caller.queue)

    # the agents who may answer

    def members(self, name: QueueName) -> int:
        """The agents who serve this queue, as bits."""
        mask = self._members.get(name)
        if mask is None:
            agents = self._agents.published
            if name in self.open:
                mask = sum(agent.bit for agent in agents if agent.queues is None or name in agent.queues)
            else:  # the queue is gone, and with it its membership: the skills alone decide
                mask = self._agents.index.everybody
            self._members[name] = mask
        return mask

    def _subqueue(
        self,
        queue: Queue,
        expression: SkillExpression,
        also: tuple[SkillExpression, ...],
        only: Agent | None,
        head_start_s: Seconds,
    ) -> SubQueue:
        key = (queue.name, expression, also, None if only is None else only.id, head_start_s)
        subqueue = self._subqueues.get(key)
        if subqueue is None:
            if len(self._subqueues) >= self._subqueues_kept:
                self._drop_empty()
                self._subqueues_kept = max(SUBQUEUES_KEPT, 2 * len(self._subqueues))
            eligible = self.eligible(queue.name, expression, also, only)
            subqueue = SubQueue(queue, expression, also, only, head_start_s, eligible, self.occupied)
            self._subqueues[key] = subqueue
            queue.subqueues.append(subqueue)
            for agent in self._agents.select(subqueue.eligible):
                agent.subqueues.append(subqueue)
        return subqueue

    def eligible(
        self,
        queue: QueueName,
        expression: SkillExpression,
        also: tuple[SkillExpression, ...],
        only: Agent | None = None,
    ) -> int:
        """The agents who may answer such a caller, as bits."""
        if only is not None:
            return only.bit
        mask = self._agents.index.select(expression) & self.members(queue)
        for other in also:
            mask |= self._agents.index.select(other)
        return mask

    def _drop_empty(self) -> None:
        in_use = {id(caller.subqueue) for caller in self.by_call.values()}
        self._subqueues = {key: subqueue for key, subqueue in self._subqueues.items() if id(subqueue) in in_use}
        self._entries = {key: entry for key, entry in self._entries.items() if id(entry[3]) in in_use}
        for agent in self._agents.published:
            agent.subqueues = [subqueue for subqueue in agent.subqueues if id(subqueue) in in_use]
        for queue in self.queues.values():
            queue.subqueues = [subqueue for subqueue in queue.subqueues if id(subqueue) in in_use]

    def reach(self, subqueue: SubQueue) -> int:
        """The agents who could ever answer a caller of this sub-queue, after all widening steps to come, as bits."""
        if subqueue.reach is None:
            later = self._reach(subqueue.queue.name, subqueue.expression, subqueue.also, frozenset())
            subqueue.reach = subqueue.eligible | later
        return subqueue.reach

    def _reach(
        self,
        name: QueueName,
        expression: SkillExpression,
        also: tuple[SkillExpression, ...],
        passed: frozenset[QueueName],
    ) -> int:
        mask = self.eligible(name, expression, also)
        for step in self.queues[name].config.steps:
            expression = lowered(expression, step.lower) if step.lower else expression
            expression = without(expression, frozenset(step.drop)) if step.drop else expression
            also = (*also, parse(step.add)) if step.add else also
            mask |= self.eligible(name, expression, also)
            if step.overflow in self.open and step.overflow not in passed and step.overflow is not None:
                mask |= self._reach(step.overflow, expression, (), passed | {name})
        return mask
