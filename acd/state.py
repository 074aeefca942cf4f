"""The state of the queues core: queues, sub-queues, callers, agents, assignments."""

from bisect import bisect_left, insort

from acd.commands import AgentState
from acd.config import AgentConfig, QueueConfig
from acd.events import CallQueued
from acd.skills import SkillExpression, wanted
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName, Seconds

NEVER: Instant = float("inf")
MINUTE = 60.0


class Queue:
    """A queue by name, which outlives versions of the configuration. `length` counts callers, also those on offer."""

    __slots__ = ("config", "last_offered", "length", "name", "subqueues", "version")

    def __init__(self, name: QueueName, config: QueueConfig, version: str) -> None:
        self.name = name
        self.config = config
        self.version = version
        self.length = 0
        self.last_offered = -1
        self.subqueues: list[SubQueue] = []


class SubQueue:
    """The callers of one queue with one skill expression and one head start, in the order in which they are served.

    Score is minutes waited plus priority. All scores grow alike, so the order between two callers never changes: it is
    that of `key`, the instant of arrival minus the head start. `eligible`: the agents who may answer, as bits; with
    `only`, that agent alone. `also`: further expressions, of which one is enough. `occupied`: all sub-queues of the
    core in which somebody waits.
    """

    __slots__ = (
        "also", "eligible", "expression", "head_start_s", "levels", "occupied", "only", "queue", "reach",
        "tiers", "waiting", "wanted",
    )  # fmt: skip

    def __init__(
        self,
        queue: Queue,
        expression: SkillExpression,
        also: tuple[SkillExpression, ...],
        only: "Agent | None",
        head_start_s: Seconds,
        eligible: int,
        occupied: "dict[SubQueue, None]",
    ) -> None:
        self.queue = queue
        self.expression = expression
        self.also = also
        self.only = only
        self.head_start_s = head_start_s
        self.eligible = eligible
        self.occupied = occupied
        self.reach: int | None = None
        self.waiting: list[tuple[float, int, Caller]] = []
        self.wanted = tuple(dict.fromkeys(wanted(expression)))
        self.levels: dict[int, int] = {}
        self.tiers: list[int] | None = None

    def add(self, caller: "Caller") -> None:
        """Let a caller wait, in the place of their key."""
        caller.subqueue = self
        caller.in_line = True
        if not self.waiting:
            self.occupied[self] = None
        insort(self.waiting, (caller.key, caller.seq, caller))

    def remove(self, caller: "Caller") -> None:
        """Take a waiting caller out."""
        caller.in_line = False
        waiting = self.waiting
        if waiting[0][2] is caller:
            del waiting[0]
        else:
            del waiting[bisect_left(waiting, (caller.key, caller.seq))]
        if not waiting:
            del self.occupied[self]

    def level(self, agent: "Agent") -> int:
        """The proficiency of an agent for these callers: the sum of their levels in the skills wanted."""
        level = self.levels.get(agent.index)
        if level is None:
            skills = agent.config.skills
            level = self.levels[agent.index] = sum([skills.get(skill, 0) for skill in self.wanted])
        return level


class Caller:
    """One caller from entry until answered or gone. `rules` are those at entry, whatever is published since.

    `event` brought them. `place_at`: the instant from which the wait counts, that of entry or of an earlier try that
    keeps its place. `in_line`: they wait in `subqueue`, and are not on offer. `overflow_to`: a queue that took nobody
    when their step came, and is asked again at `retry_at`.
    """

    __slots__ = (
        "also", "due_at", "due_seq", "entered_at", "event", "expires_at", "expression", "head_start_s",
        "in_line", "key", "offer", "overflow_to", "place_at", "queue", "queued_at", "retry_at", "rules", "seq",
        "step", "sticky_until", "subqueue", "version",
    )  # fmt: skip

    def __init__(
        self,
        event: CallQueued,
        seq: int,
        head_start_s: Seconds,
        now: Instant,
        queue: Queue,
        version: str,
        expression: SkillExpression,
    ) -> None:
        self.event = event
        self.seq = seq
        self.head_start_s = head_start_s
        self.place_at = now
        self.key = now - head_start_s
        self.queued_at = now
        self.entered_at = now
        self.queue = queue
        self.rules = queue.config
        self.version = version
        self.expression = expression
        self.also: tuple[SkillExpression, ...] = ()
        self.step = 0
        self.sticky_until: Instant = -NEVER
        self.expires_at: Instant = now + self.rules.max_wait_s if self.rules.max_wait_s > 0 else NEVER
        self.due_at: Instant = NEVER
        self.due_seq = 0
        self.subqueue: SubQueue | None = None
        self.in_line = False
        self.offer: Assignment | None = None
        self.overflow_to: QueueName | None = None
        self.retry_at: Instant = NEVER


class Agent:
    """One person, in however many queues. `idle_seq`: the order in which agents became idle. `missed`: offers in a row
    that they did not take; `faults`: offers in a row that never reached them."""

    __slots__ = (
        "assignment", "bit", "busy_s", "config", "due_at", "due_seq", "engaged", "faults", "id", "idle_seq",
        "index", "missed", "pause", "queues", "reachable", "reason", "rest", "rest_until", "signed_in", "signed_in_at",
        "since", "state", "subqueues", "wrap_up_until",
    )  # fmt: skip

    def __init__(self, agent: AgentId, index: int, config: AgentConfig) -> None:
        self.id = agent
        self.index = index
        self.bit = 1 << index
        self.config = config
        self.queues = config.queues
        self.subqueues: list[SubQueue] = []
        self.state: AgentState = "offline"
        self.reason = ""
        self.since: Instant = 0.0
        self.signed_in = False
        self.signed_in_at: Instant = 0.0
        self.reachable = True
        self.engaged = False
        self.pause = ""
        self.rest = ""
        self.rest_until: Instant = 0.0
        self.wrap_up_until: Instant = 0.0
        self.missed = 0
        self.faults = 0
        self.busy_s = 0.0
        self.idle_seq = 0
        self.due_at: Instant = NEVER
        self.due_seq = 0
        self.assignment: Assignment | None = None

    @classmethod
    def unpublished(cls, agent: AgentId) -> "Agent":
        """An agent of an older version whose talk goes on: in no set of agents."""
        gone = cls(agent, 0, AgentConfig())
        gone.bit = 0
        return gone

    def occupancy(self, now: Instant) -> float:
        """The share of the time signed in that went into offers, talks and wrap-up; 0 to 1."""
        present_s = now - self.signed_in_at
        busy_s = self.busy_s + (now - self.since if self.state in ("offered", "talking", "wrap_up") else 0.0)
        return min(1.0, busy_s / present_s) if present_s > 0 else 0.0


class Assignment:
    """One offer, and the talk that may come of it. `caller` is None once they talk."""

    __slots__ = ("agent", "attempt", "call", "caller", "due_at", "due_seq", "offered_at", "queue", "wrap_up_s")

    def __init__(
        self,
        attempt: AttemptId,
        call: CallId,
        caller: Caller | None,
        agent: Agent,
        queue: Queue,
        wrap_up_s: Seconds,
        now: Instant,
    ) -> None:
        self.attempt = attempt
        self.call = call
        self.caller = caller
        self.agent = agent
        self.queue = queue
        self.wrap_up_s = wrap_up_s
        self.offered_at = now
        self.due_at: Instant = NEVER
        self.due_seq = 0


class Review:
    """The one deadline of a policy that holds callers back, when their worth has grown enough."""

    __slots__ = ("due_at", "due_seq")

    def __init__(self) -> None:
        self.due_at: Instant = NEVER
        self.due_seq = 0


Timed = Caller | Agent | Assignment | Review
"""Things with a deadline, `due_at`, NEVER for none; `due_seq` is the number of the timer that counts for it."""
