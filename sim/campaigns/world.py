"""The world of campaigns: people who answer or not, agents who say what came of it, a controller that dies.

Chance comes from streams of one seed, one for each purpose, so a run is the same each time.
"""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from random import Random

import msgspec

from calls.events import ClockSet
from calls.ids import AgentId, AttemptId, Instant, Seconds
from dialer.campaigns import commands, events
from dialer.campaigns.commands import CampaignCommand
from dialer.campaigns.core import Campaigns
from dialer.campaigns.settings import CampaignSettings
from sim.campaigns.law import Law, SimulatedGate
from sim.campaigns.rows import Rows
from sim.chance import Streams

_GATE_S = 0.005
_MESSAGE_S = 8.0


class Habits(msgspec.Struct, frozen=True):
    """What becomes of calls, as shares of all that are placed; the rest rings out. Durations are means."""

    answer: float = 0.3
    busy: float = 0.1
    invalid: float = 0.02
    ring_s: Seconds = 11.0
    talk_s: Seconds = 90.0
    note_s: Seconds = 12.0
    said: tuple[str, ...] = ()
    """The dispositions that agents say, one as often as another."""


class Told(msgspec.Struct):
    """What happened in a run, by one campaign after another."""

    placed: list[tuple[float, AttemptId, str]] = msgspec.field(default_factory=list)
    """(UTC epoch seconds, attempt, number)."""
    denied: int = 0
    deferred: int = 0
    talks: int = 0
    abandoned: int = 0
    restarts: int = 0
    outside_hours: int = 0
    overlapping: int = 0
    """Calls to a person who was in one already."""
    states: list[str] = msgspec.field(default_factory=list)


class World:
    """One run of the campaigns core. `kill_every_s`: the controller dies so often, and goes on from its snapshot."""

    def __init__(
        self,
        campaigns: Sequence[CampaignSettings],
        rows: Rows,
        agents: int,
        habits: Habits,
        law: Law,
        seed: int,
        begins_at: float,
        kill_every_s: Seconds | None = None,
    ) -> None:
        self._versions = {"v1": {one.name: one for one in campaigns}}
        self.core = Campaigns(self._versions.__getitem__)
        self.rows = rows
        self.gate = SimulatedGate(law)
        self.told = Told()
        self._habits = habits
        streams = Streams(seed)
        self._people, self._agents = (Random(int(streams.of(name).integers(2**62))) for name in ("people", "agents"))
        self._heap: list[tuple[Instant, int, events.CampaignEvent | str]] = []
        self._seq = 0
        self.now: Instant = 0.0
        self._begins_at = begins_at
        self._kill_every_s = kill_every_s
        self._queue = next((one.queue for one in campaigns if one.queue), "")
        self._free = deque(AgentId(f"agent-{number}") for number in range(agents))
        self._waiting: dict[AttemptId, Instant] = {}
        self._up: dict[AttemptId, str] = {}
        self._talks: dict[AttemptId, AgentId] = {}
        self._lost: list[events.CampaignEvent] = []

    @property
    def utc(self) -> float:
        """The wall clock there."""
        return self._begins_at + self.now

    def run(self, until_s: Seconds) -> Told:
        """Start every campaign, and let time go by."""
        self._do(ClockSet(self._begins_at))
        self._do(events.SettingsInForce("v1"))
        for agent in self._free:
            self._do(events.AgentSeen(self._queue, agent, "free"))
        for name in self._versions["v1"]:
            self._do(events.CampaignOrdered(name, "start", "world"))
        if self._kill_every_s:
            self._later(self._kill_every_s, "kill")
        while True:
            due = self.core.next_deadline()
            first = self._heap[0][0] if self._heap else None
            if due is not None and (first is None or due < first):
                if due > until_s:
                    return self.told
                self.now = max(self.now, due)
                self._carry_out(self.core.tick(self.now))
            elif first is not None and first <= until_s:
                self.now, _, what = heappop(self._heap)
                self._happen(what)
            else:
                return self.told

    def _happen(self, what: events.CampaignEvent | str) -> None:
        if isinstance(what, str):
            self._kill()
        elif isinstance(what, events.Answered) and what.attempt in self._up:
            self._do(what)
        elif isinstance(what, events.Unserved):
            if self._waiting.pop(what.attempt, None) is not None:
                self.told.abandoned += 1
                self._do(what)
                self._later(_MESSAGE_S, events.Ended(what.attempt, "abandoned"))
        elif isinstance(what, events.Ended):
            self._ended(what)
        elif isinstance(what, events.AgentSeen) and what.state == "free":
            self._back(what.agent)
        else:
            self._do(what)

    def _kill(self) -> None:
        """The controller dies between two events, and another takes up what it had written."""
        data = self.core.snapshot()
        self.core = Campaigns(self._versions.__getitem__)
        self.core.restore(data)
        self.told.restarts += 1
        self._do(events.Resumed())
        assert self._kill_every_s is not None
        self._later(self._kill_every_s, "kill")

    def _do(self, event: events.CampaignEvent) -> None:
        self._carry_out(self.core.handle(event, self.now))

    def _later(self, after_s: Seconds, what: events.CampaignEvent | str) -> None:
        self._seq += 1
        heappush(self._heap, (self.now + after_s, self._seq, what))

    def _carry_out(self, wanted: list[CampaignCommand]) -> None:
        for command in wanted:
            match command:
                case commands.Fetch():
                    self._later(_GATE_S, self.rows.fetch(command, self.utc))
                case commands.KeepContact():
                    self.rows.keep(command)
                case commands.LogTry():
                    self.rows.log(command)
                case commands.Recall():
                    self._later(_GATE_S, self.rows.recall(command))
                case commands.Ask():
                    self._ask(command)
                case commands.Place():
                    self._place(command)
                case commands.TakeToAgent():
                    self._take(command)
                case commands.TakeToFlow():
                    self._later(0.1, events.Connected(command.attempt))
                    self._later(self._habits.talk_s / 3, events.Ended(command.attempt, "flow_done"))
                case commands.ShowPreview():
                    self._later(3.0, events.PreviewAnswered(command.attempt, command.agent, taken=True))
                case commands.DoNotCall():
                    self.gate.do_not_call[command.number] = None
                case commands.EndWrapUp():
                    self._later(0.0, events.AgentSeen(self._queue, command.agent, "free"))
                case commands.CampaignChanged():
                    self.told.states.append(f"{command.campaign} {command.state}")
                case _:
                    pass

    def _ask(self, ask: commands.Ask) -> None:
        answer = self.gate.answer(ask, self.utc)
        self.told.denied += isinstance(answer, events.Denied)
        self.told.deferred += isinstance(answer, events.Deferred)
        self._later(_GATE_S, answer)

    def _place(self, place: commands.Place) -> None:
        self.told.placed.append((self.utc, place.attempt, place.number))
        self.told.outside_hours += not self.gate.is_open(self.utc)
        self.told.overlapping += place.number in self._up.values()
        self._up[place.attempt] = place.number
        habits, chance = self._habits, self._people.random()
        ring_s = min(1.0 + self._people.expovariate(1.0 / habits.ring_s), place.ring_s)
        if chance < habits.answer:
            self._later(0.3, events.Rang(place.attempt))
            self._later(ring_s, events.Answered(place.attempt))
        elif chance < habits.answer + habits.busy:
            self._later(0.5, events.Ended(place.attempt, "busy"))
        elif chance < habits.answer + habits.busy + habits.invalid:
            self._later(0.5, events.Ended(place.attempt, "invalid_number"))
        else:
            self._later(0.3, events.Rang(place.attempt))
            self._later(place.ring_s, events.Ended(place.attempt, "no_answer"))

    def _take(self, taken: commands.TakeToAgent) -> None:
        agent = taken.agent if taken.agent in self._free else (self._free[0] if self._free else None)
        if agent is None:
            self._waiting[taken.attempt] = self.now
            self._later(taken.patience_s, events.Unserved(taken.attempt))
        else:
            self._free.remove(agent)
            self._connect(taken.attempt, agent)

    def _connect(self, attempt: AttemptId, agent: AgentId) -> None:
        self._talks[attempt] = agent
        self.told.talks += 1
        self._do(events.Connected(attempt, agent))
        self._do(events.AgentSeen(self._queue, agent, "talk", attempt.partition("/")[0]))
        self._later(self._agents.expovariate(1.0 / self._habits.talk_s), events.Ended(attempt, "talked"))

    def _ended(self, ended: events.Ended) -> None:
        if self._up.pop(ended.attempt, None) is None:
            return
        agent = self._talks.pop(ended.attempt, None)
        if agent is not None:
            self._do(events.AgentSeen(self._queue, agent, "wrap_up", ended.attempt.partition("/")[0]))
            name = self._agents.choice(self._habits.said)
            self._later(self._agents.expovariate(1.0 / self._habits.note_s), events.Dispositioned(ended.attempt, name))
        self._do(ended)

    def _back(self, agent: AgentId) -> None:
        if self._waiting:
            attempt = next(iter(self._waiting))
            del self._waiting[attempt]
            self._connect(attempt, agent)
        else:
            self._free.append(agent)
            self._do(events.AgentSeen(self._queue, agent, "free"))
