"""The callers: who waits in which queue, with which wish, in which place. Knows agents only as sets of bits."""

from collections.abc import Set

from acd.agents import Agents
from acd.config import QueueConfig
from acd.events import CallQueued, Class
from acd.skills import Has, Wish, conjunction, lowered, parse, parse_all, without
from acd.state import MINUTE, NEVER, Agent, Caller, Line, Queue
from calls.errors import BadInput
from calls.ids import AgentId, CallId, Instant, QueueName, Seconds

LINES_KEPT = 4096
"""Empty lines are kept for the next caller with that wish, until there are so many."""

LineKey = tuple[QueueName, Wish, tuple[Wish, ...], AgentId | None, Seconds]
_EntryKey = tuple[QueueName, tuple[str, ...], str, Class, float, bool]


class Callers:
    """All queues, and all callers who wait or are on offer."""

    def __init__(self, agents: Agents) -> None:
        self._agents = agents
        self.queues: dict[QueueName, Queue] = {}
        self.open: frozenset[QueueName] = frozenset()
        self.by_call: dict[CallId, Caller] = {}
        self.arrivals = 0
        self.version = ""
        self.occupied: dict[Line, None] = {}
        self._lines_kept = LINES_KEPT
        self._lines: dict[LineKey, Line] = {}
        self._members: dict[QueueName, int] = {}
        self._entries: dict[_EntryKey, tuple[Queue, Wish, Seconds, Line]] = {}
        self.left: dict[tuple[QueueName, str], tuple[float, Instant]] = {}
        self._of_number: dict[str, list[Caller]] = {}

    def configure(self, version: str, queues: dict[QueueName, QueueConfig], busy: Set[QueueName]) -> None:
        """Take over the rules. A queue that is gone takes nobody new; those who wait there wait on.

        Of a queue that is gone nothing stays once it is in `busy` no more, the queues with callers or talks: it would
        need the rules of a version that nobody else needs. If it comes back, it is a new one.
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
        """Form all lines anew, after agents, skills or queues have changed."""
        for agent in self._agents.published:
            agent.lines = []
        for queue in self.queues.values():
            queue.lines = []
        self.occupied.clear()
        self._lines.clear()
        self._entries.clear()
        self._members.clear()
        for caller in self.by_call.values():
            line = self.line_of(caller)
            if caller.offer is None:
                line.add(caller)
            else:
                caller.line = line

    # entering and leaving

    def admit(self, fact: CallQueued, now: Instant) -> tuple[Caller, Line]:
        """A caller from the door, and the line for that wish: known from now on, not in it yet. Raises BadInput for a
        queue or wish unknown."""
        key = (fact.queue, fact.skills, fact.language, fact.class_, fact.priority, fact.vip)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = self._entry(fact)
        queue, wish, head_start_s, line = entry
        self.arrivals += 1
        caller = Caller(fact, self.arrivals, head_start_s, now, queue, queue.version, wish)
        if fact.waited_s:
            caller.place_at = now - fact.waited_s
            caller.key = caller.place_at - caller.head_start_s
        if fact.caller:
            self._give_back_place(caller, now)
            self.remember_number(caller)
        if fact.agent is not None:
            self._ask_for(caller, fact.agent, now)
            line = self.line_of(caller)
        self.by_call[fact.call] = caller
        queue.length += 1
        return caller, line

    def _entry(self, fact: CallQueued) -> tuple[Queue, Wish, Seconds, Line]:
        queue = self.queues.get(fact.queue)
        if queue is None or fact.queue not in self.open:
            raise BadInput(f"there is no queue `{fact.queue}` in version {self.version}")
        wish = conjunction((parse_all(queue.config.skills), parse_all(fact.skills)))
        for tag in (fact.language, fact.language.partition("-")[0]):  # zh-CN is asked for as zh where that is a skill
            if tag in self._agents.index.skills:
                wish = conjunction((wish, Has(tag)))
                break
        config = queue.config
        head_start = config.priority + fact.priority
        if fact.class_ != "general":
            head_start += config.classes.get(fact.class_, 0.0)
        if fact.vip:
            head_start += config.vip
        head_start_s = MINUTE * head_start
        return queue, wish, head_start_s, self._line(queue, wish, (), None, head_start_s)

    def _ask_for(self, caller: Caller, agent_id: AgentId, now: Instant) -> None:
        agent = self._agents.by_id.get(agent_id)
        if agent is not None and agent.state not in ("offline", "paused") and caller.fact.sticky_s > 0:
            caller.sticky_until = now + caller.fact.sticky_s

    def _give_back_place(self, caller: Caller, now: Instant) -> None:
        left = self.left.pop((caller.queue.name, caller.fact.caller), None)
        if left is not None and now - left[1] <= caller.rules.keep_place_s:
            caller.place_at = min(caller.place_at, left[0])
            caller.key = caller.place_at - caller.head_start_s

    def remember_number(self, caller: Caller) -> None:
        """Who calls again from this number is known by it."""
        self._of_number.setdefault(caller.fact.caller, []).append(caller)

    def other_lines(self, caller: Caller) -> list[Caller]:
        """Those who wait in the same queue and called from the same number."""
        mine = self._of_number.get(caller.fact.caller, ())
        return [other for other in mine if other is not caller and other.queue is caller.queue]

    def best_line(self, caller: Caller) -> Caller:
        """Of all lines of this caller's number in this queue the one with the best place."""
        if not caller.fact.caller:
            return caller
        return min((caller, *self.other_lines(caller)), key=lambda one: (one.key, one.seq))

    def dismiss(self, caller: Caller, now: Instant, may_return: bool) -> Caller | None:
        """A caller waits no more. With `may_return` the place goes to another line of that number that waits behind it,
        which is returned, or is kept for a while.

        Two lines of one number may be two people behind one switchboard: each has its own place, and the better one is
        inherited only when it would be lost.
        """
        del self.by_call[caller.fact.call]
        caller.queue.length -= 1
        caller.due_at = NEVER
        if caller.in_line:
            self.detach(caller)
        return self._number_leaves(caller, now, may_return) if caller.fact.caller else None

    def _number_leaves(self, caller: Caller, now: Instant, may_return: bool) -> Caller | None:
        lines = self._of_number[caller.fact.caller]
        lines.remove(caller)
        if not lines:
            del self._of_number[caller.fact.caller]
        if not may_return or caller.rules.keep_place_s <= 0:
            return None
        heirs = [other for other in self.other_lines(caller) if other.place_at > caller.place_at]
        if heirs:
            heir = min(heirs, key=lambda one: (one.key, one.seq))
            self._inherit(heir, caller.place_at)
            return heir
        self.left[caller.queue.name, caller.fact.caller] = (caller.place_at, now)
        if len(self.left) > 1000:
            self.left = {key: left for key, left in self.left.items() if now - left[1] <= 3600}
        return None

    def _inherit(self, heir: Caller, place_at: Instant) -> None:
        line = heir.line if heir.in_line else None
        self.detach(heir)
        heir.place_at = place_at
        heir.key = place_at - heir.head_start_s
        if line is not None:
            line.add(heir)

    # the place

    def detach(self, caller: Caller) -> None:
        """Out of the line: before anything changes that the place depends on."""
        if caller.in_line and caller.line is not None:
            caller.line.remove(caller)

    def line_of(self, caller: Caller) -> Line:
        """The line where this caller should stand now."""
        only = self._agents.by_id.get(caller.fact.agent) if caller.fact.agent and caller.sticky_until > 0 else None
        return self._line(caller.queue, caller.wish, caller.also, only, caller.head_start_s)

    def move(self, caller: Caller, name: QueueName, now: Instant) -> bool:
        """Out of line, to another queue with the time waited; its steps count from now. False if it is not there."""
        queue = self.queues.get(name)
        if queue is None or name not in self.open:
            return False
        caller.queue.length -= 1
        queue.length += 1
        caller.head_start_s += MINUTE * (queue.config.priority - caller.rules.priority)
        caller.key = caller.place_at - caller.head_start_s
        caller.queue, caller.rules, caller.version = queue, queue.config, queue.version
        caller.entered_at, caller.step, caller.also = now, 0, ()
        caller.sticky_until = -NEVER
        caller.wish = conjunction((parse_all(queue.config.skills), caller.wish))
        return True

    def widen(self, caller: Caller, now: Instant) -> None:
        """Take the next step of the queue's rules; the caller is out of line."""
        step = caller.rules.steps[caller.step]
        caller.step += 1
        if step.lower:
            caller.wish = lowered(caller.wish, step.lower)
        if step.drop:
            caller.wish = without(caller.wish, frozenset(step.drop))
        if step.add:
            caller.also = (*caller.also, parse(step.add))
        if step.overflow is not None:
            self.move(caller, step.overflow, now)

    def position(self, caller: Caller) -> int:
        """Place in the queue, from 1: callers of any wish who come before, those whose phone rings included."""
        mine = (caller.key, caller.seq)
        return 1 + sum((other.key, other.seq) < mine for other in self.by_call.values() if other.queue is caller.queue)

    # who could answer

    def members(self, name: QueueName) -> int:
        """The agents who serve this queue, as bits."""
        mask = self._members.get(name)
        if mask is None:
            agents = self._agents.published
            if name in self.open:
                mask = sum(agent.bit for agent in agents if agent.queues is None or name in agent.queues)
            else:  # the queue is gone, and with it its membership: the wish alone decides
                mask = self._agents.index.everybody
            self._members[name] = mask
        return mask

    def _line(
        self, queue: Queue, wish: Wish, also: tuple[Wish, ...], only: Agent | None, head_start_s: Seconds
    ) -> Line:
        key = (queue.name, wish, also, None if only is None else only.id, head_start_s)
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= self._lines_kept:
                self._drop_empty()
                self._lines_kept = max(LINES_KEPT, 2 * len(self._lines))
            eligible = self.eligible(queue.name, wish, also, only)
            line = self._lines[key] = Line(queue, wish, also, only, head_start_s, eligible, self.occupied)
            queue.lines.append(line)
            for agent in self._agents.select(line.eligible):
                agent.lines.append(line)
        return line

    def eligible(self, queue: QueueName, wish: Wish, also: tuple[Wish, ...], only: Agent | None = None) -> int:
        """Who may answer such a caller, as bits."""
        if only is not None:
            return only.bit
        mask = self._agents.index.select(wish) & self.members(queue)
        for other in also:
            mask |= self._agents.index.select(other)
        return mask

    def _drop_empty(self) -> None:
        in_use = {id(caller.line) for caller in self.by_call.values()}
        self._lines = {key: line for key, line in self._lines.items() if id(line) in in_use}
        self._entries = {key: entry for key, entry in self._entries.items() if id(entry[3]) in in_use}
        for agent in self._agents.published:
            agent.lines = [line for line in agent.lines if id(line) in in_use]
        for queue in self.queues.values():
            queue.lines = [line for line in queue.lines if id(line) in in_use]

    def reach(self, line: Line) -> int:
        """Who could ever answer a caller of this line, with all widening steps to come, as bits."""
        if line.reach is None:
            line.reach = line.eligible | self._reach(line.queue.name, line.wish, line.also, frozenset())
        return line.reach

    def _reach(self, name: QueueName, wish: Wish, also: tuple[Wish, ...], passed: frozenset[QueueName]) -> int:
        mask = self.eligible(name, wish, also)
        for step in self.queues[name].config.steps:
            wish = lowered(wish, step.lower) if step.lower else wish
            wish = without(wish, frozenset(step.drop)) if step.drop else wish
            also = (*also, parse(step.add)) if step.add else also
            mask |= self.eligible(name, wish, also)
            if step.overflow in self.open and step.overflow not in passed and step.overflow is not None:
                mask |= self._reach(step.overflow, wish, (), passed | {name})
        return mask
