"""The world of a campaign: what becomes of each call, how long agents talk, and what is counted of it."""

import math
from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from random import Random
from typing import Literal, Protocol

import msgspec

from calls.ids import AgentId, CallId, Instant, Seconds
from dialer.pacing.commands import Dial, PacingCommand
from dialer.pacing.events import (
    Abandoned,
    AgentBusy,
    AgentFree,
    Answered,
    CallingUntil,
    Cell,
    Connected,
    Dialled,
    Ended,
    PacingEvent,
    WindowRolled,
)
from sim.chance import Distribution, Streams

CAMPAIGN = "campaign"
LIST = "list"
_HOUR_S = 3600.0


class Method(Protocol):
    """Whoever says how many to dial: `dialer.pacing.core.Pacing`, or a method to compare it with."""

    def handle(self, event: PacingEvent, now: Instant) -> list[PacingCommand]:
        """Take one event."""
        ...

    def next_deadline(self) -> Instant | None:
        """The instant of the next `tick`."""
        ...

    def tick(self, now: Instant) -> list[PacingCommand]:
        """Decide anew."""
        ...


class Answering(msgspec.Struct, frozen=True):
    """What becomes of a call. Shares are of those that nobody answers, the rest rings until `no_answer_s`."""

    rate: float
    ring: Distribution = Distribution("lognormal", 11.5, sigma=0.5)
    """Until an answer; one that would come after `no_answer_s` does not come."""
    failed_share: float = 0.2
    """Busy or invalid."""
    failed_s: tuple[Seconds, Seconds] = (4.0, 7.0)
    machine_share: float = 0.3
    machine_s: tuple[Seconds, Seconds] = (8.0, 22.0)
    no_answer_s: Seconds = 25.0


class Scene(msgspec.Struct, frozen=True):
    """One campaign, simulated. `drift`: each `drift_every_s` the answer rate is `answering.rate` times a new factor,
    uniform between these two."""

    agents: int
    answering: Answering
    talk: Distribution = Distribution("lognormal", 120.0, sigma=0.7033)  # a coefficient of variation of .8
    wrap_up: Distribution = Distribution("exponential", 15.0)
    patience_s: Seconds = 2.0
    warm_up_s: Seconds = 0.5 * _HOUR_S
    measured_s: Seconds = 8 * _HOUR_S
    drift: tuple[float, float] | None = None
    drift_every_s: Seconds = 0.5 * _HOUR_S


class Outcome(msgspec.Struct, frozen=True):
    """What was measured of one run, after the warm-up."""

    minutes: float
    """Of talk and after-call work, an agent and hour."""
    answered: int
    abandoned: int
    dialled: int
    worst: float
    """The highest percentage abandoned since the window began, at any instant after the first 200 answers."""

    @property
    def abandoned_percent(self) -> float:
        """Of those who answered."""
        return 100.0 * self.abandoned / max(1, self.answered)


_Kind = Literal["tick", "answer", "end", "talked", "free", "lost", "drift", "open"]


class World:
    """One run. `method` hears what happens, and dials."""

    def __init__(self, scene: Scene, method: Method, seed: int) -> None:
        self.scene = scene
        self.method = method
        streams = Streams(seed)
        self._ring, self._talk, self._wrap_up, self._drift = (
            Random(int(streams.of(purpose).integers(2**62))) for purpose in ("ring", "talk", "wrap up", "drift")
        )
        self._heap: list[tuple[Instant, int, _Kind, str]] = []
        self._seq = 0
        self._free: deque[AgentId] = deque(AgentId(f"a{number}") for number in range(scene.agents))
        self._busy: dict[str, tuple[AgentId, Instant]] = {}
        self._waiting: dict[str, None] = {}
        self._rate = scene.answering.rate
        self._armed: Instant | None = None
        self._ends = scene.warm_up_s + scene.measured_s
        self._measuring = False
        self._worked_s = 0.0
        self._answered = self._abandoned = self._dialled = self._placed = 0
        self._worst = 0.0

    def run(self) -> Outcome:
        """From sign-in to the end."""
        scene = self.scene
        self._push(scene.warm_up_s, "open", "")
        if scene.drift is not None:
            self._push(0.0, "drift", "")
        self._tell(CallingUntil(self._ends), 0.0)
        for agent in self._free:
            self._tell(AgentFree(agent), 0.0)
        while self._heap:
            now, _, kind, what = heappop(self._heap)
            if now > self._ends:
                break
            self._happen(kind, what, now)
            self._arm(now)
        for _, since in self._busy.values():
            self._count_work(since, self._ends)
        hours = scene.measured_s / _HOUR_S
        minutes = self._worked_s / 60 / scene.agents / hours
        return Outcome(minutes, self._answered, self._abandoned, self._dialled, self._worst)

    def _happen(self, kind: _Kind, what: str, now: Instant) -> None:
        match kind:
            case "tick":
                if self._armed is not None and now >= self._armed:
                    self._armed = None
                    self._obey(self.method.tick(now), now)
            case "answer":
                self._answer(what, now)
            case "end":
                self._tell(Ended(CallId(what)), now)
            case "talked":
                agent, since = self._busy[what]
                self._count_work(since, now)
                self._busy[what] = agent, now
                self._push(now + _one(self.scene.wrap_up, self._wrap_up), "free", what)
                self._tell(AgentBusy(agent, "wrap_up", CAMPAIGN), now)
            case "free":
                self._agent_free(what, now)
            case "lost":
                if what in self._waiting:
                    del self._waiting[what]
                    self._abandoned += 1
                    if self._answered >= 200:
                        self._worst = max(self._worst, 100.0 * self._abandoned / self._answered)
                    self._tell(Abandoned(CallId(what)), now)
            case "drift":
                assert self.scene.drift is not None
                self._rate = self.scene.answering.rate * self._drift.uniform(*self.scene.drift)
                self._push(now + self.scene.drift_every_s, "drift", "")
            case "open":
                self._open(now)

    def _open(self, now: Instant) -> None:
        """The warm-up is over: windows begin, and counts."""
        self._measuring = True
        self._answered = self._abandoned = self._dialled = 0
        self._worked_s = self._worst = 0.0
        for window in ("24 h", "campaign, 30 days", "month"):
            self._tell(WindowRolled(window), now)

    def _answer(self, call: str, now: Instant) -> None:
        self._answered += 1
        self._tell(Answered(CallId(call)), now)
        if self._free:
            self._connect(call, now)
        else:
            self._waiting[call] = None
            self._push(now + self.scene.patience_s, "lost", call)

    def _connect(self, call: str, now: Instant) -> None:
        agent = self._free.popleft()
        self._busy[call] = agent, now
        self._push(now + _one(self.scene.talk, self._talk), "talked", call)
        self._tell(Connected(CallId(call), agent), now)

    def _agent_free(self, call: str, now: Instant) -> None:
        agent, since = self._busy.pop(call)
        self._count_work(since, now)
        self._free.append(agent)
        self._tell(AgentFree(agent), now)
        if self._waiting:
            first = next(iter(self._waiting))
            del self._waiting[first]
            self._connect(first, now)

    def _count_work(self, since: Instant, until: Instant) -> None:
        if self._measuring:
            self._worked_s += until - max(since, self.scene.warm_up_s)

    def _tell(self, event: PacingEvent, now: Instant) -> None:
        self._obey(self.method.handle(event, now), now)

    def _obey(self, commands: Sequence[PacingCommand], now: Instant) -> None:
        for command in commands:
            if isinstance(command, Dial):
                for _ in range(command.count):
                    self._dial(now)

    def _dial(self, now: Instant) -> None:
        self._dialled += 1
        self._placed += 1
        call = f"c{self._placed}"
        answering, chance = self.scene.answering, self._ring
        rings_s = _one(answering.ring, chance)
        if chance.random() < self._rate and rings_s < answering.no_answer_s:
            self._push(now + rings_s, "answer", call)
        else:
            kind = chance.random()
            if kind < answering.failed_share:
                lasts_s = chance.uniform(*answering.failed_s)
            elif kind < answering.failed_share + answering.machine_share:
                lasts_s = chance.uniform(*answering.machine_s)
            else:
                lasts_s = answering.no_answer_s
            self._push(now + lasts_s, "end", call)
        self._tell(Dialled(CallId(call), Cell(LIST, 1, int(now // _HOUR_S) % 24)), now)

    def _arm(self, now: Instant) -> None:
        deadline = self.method.next_deadline()
        if deadline is not None and (self._armed is None or deadline < self._armed):
            self._armed = max(now, deadline)
            self._push(self._armed, "tick", "")

    def _push(self, at: Instant, kind: _Kind, what: str) -> None:
        self._seq += 1
        heappush(self._heap, (at, self._seq, kind, what))


def _one(distribution: Distribution, chance: Random) -> Seconds:
    """One duration."""
    match distribution.kind:
        case "lognormal":
            return chance.lognormvariate(math.log(distribution.mean) - distribution.sigma**2 / 2, distribution.sigma)
        case "exponential":
            return chance.expovariate(1.0 / distribution.mean)
        case "constant":
            return distribution.mean
        case _:
            raise NotImplementedError(f"no single draws of {distribution.kind}")
