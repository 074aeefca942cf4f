"""Agents in virtual time: they come by shift, answer or miss, write up, pause, and go home."""

from collections.abc import Callable, Mapping

from acd.commands import AgentChanged, AgentState
from acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, WrapUpEnded
from calls.causes import Cause
from calls.ids import AgentId, Instant, LegId, Seconds
from control.messages.events import RouterEvent
from sim.chance import Columns
from sim.driver import FOREVER
from sim.house.scenario import HouseScenario
from switch.fake import LeaveRinging, PickUp, Refuse, Timeline, World
from switch.fake.state import Phone

RONA = "rona"
_BUSY = frozenset({"offered", "talking", "wrap_up"})
_BREAK = "break"
_THINKS_S = 1.0


class Presence:
    """Seconds that an agent was there (not paused), and busy."""

    def __init__(self) -> None:
        self.there_s: Seconds = 0.0
        self.busy_s: Seconds = 0.0
        self.state: AgentState = "offline"
        self.since: Instant = 0.0

    def become(self, state: AgentState, now: Instant) -> None:
        """Another state from `now` on."""
        if self.state not in ("offline", "paused"):
            self.there_s += now - self.since
        if self.state in _BUSY:
            self.busy_s += now - self.since
        self.state, self.since = state, now

    def share(self) -> float:
        """The occupancy: busy, of the time there."""
        return self.busy_s / self.there_s if self.there_s > 0 else 0.0


class AgentsAtWork:
    """Moves the agents of a scenario: `take` is where what they do is told."""

    def __init__(
        self,
        scenario: HouseScenario,
        columns: Columns,
        timeline: Timeline,
        phones: Mapping[str, Phone],
        world: World,
        take: Callable[[RouterEvent], None],
    ) -> None:
        self._scenario = scenario
        self._columns = columns
        self._timeline = timeline
        self._phones = phones
        self._world = world
        self._take = take
        self._rings = 0
        self._pauses = 0
        self._number = {agent: number for number, agent in enumerate(scenario.workers)}
        self.presence = {agent: Presence() for agent in scenario.workers}

    def come(self) -> None:
        """Plan who comes and goes when: those who are there from the beginning are signed in now."""
        if self._scenario.roster is not None:
            for at, event in self._scenario.roster:
                self._at(at, event)
            return
        for agent, worker in self._scenario.workers.items():
            self._at(worker.of.shift.from_s, AgentSignedIn(agent))
            if worker.of.shift.to_s < FOREVER:
                self._at(worker.of.shift.to_s, AgentSignedOut(agent))
            self._plan_pause(agent, worker.of.shift.from_s)

    def ring(self, agent: AgentId, account: str) -> None:
        """The phone is about to ring: decide what becomes of it."""
        worker, ring = self._scenario.workers[agent], self._rings
        self._rings += 1
        chance = self._columns.uniform("a phone rings", 0, ring)
        after_s = self._columns.duration("answer", worker.answer, ring)
        phone = self._phones[account]
        if chance < worker.of.rejects:
            phone.reaction = Refuse(Cause.REJECTED, after_s)
        elif chance < worker.of.rejects + worker.of.misses:
            phone.reaction = LeaveRinging()
        else:
            phone.reaction = PickUp(after_s)

    def asked_to_call_back(self, agent: AgentId, leg: LegId, words_s: Seconds) -> None:
        """The agent hears who wants to be called: accepts by 1, or declines by another key."""
        worker = self._scenario.workers[agent]
        declines = self._columns.uniform("a callback is offered", 0, self._rings) < worker.of.declines_callback
        self._timeline.after(words_s + _THINKS_S, lambda: self._world.press(leg, "2" if declines else "1"))

    def changed(self, changed: AgentChanged, wrap_up_s: Seconds | None) -> None:
        """The queues say that an agent is in another state; `wrap_up_s`: how long this one writes up."""
        presence = self.presence.get(changed.agent)
        if presence is None:
            return
        presence.become(changed.state, changed.since)
        if changed.state == "wrap_up" and wrap_up_s is not None:
            since = changed.since

            def ready() -> None:
                if presence.state == "wrap_up" and presence.since == since:
                    self._take(WrapUpEnded(changed.agent))

            self._timeline.after(wrap_up_s, ready)
        elif changed.state == "paused" and changed.reason == RONA:
            number = self._number[changed.agent]
            worker = self._scenario.workers[changed.agent]
            after_s = self._columns.duration(f"back after rona {number}", worker.back_after_rona, self._rings)
            self._timeline.after(after_s, lambda: self._resume(changed.agent))

    def close(self, now: Instant) -> None:
        """The end of the run: what goes on ends here."""
        for presence in self.presence.values():
            presence.become(presence.state, now)

    def _at(self, at: Instant, event: RouterEvent) -> None:
        self._timeline.after(max(0.0, at - self._timeline.now()), lambda: self._take(event))

    def _plan_pause(self, agent: AgentId, from_s: Instant) -> None:
        worker, number = self._scenario.workers[agent], self._number[agent]
        if worker.pause_every is None:
            return
        self._pauses += 1
        at = from_s + self._columns.duration(f"pause every {number}", worker.pause_every, self._pauses)
        if at < min(self._scenario.lasts_s, worker.of.shift.to_s):
            self._timeline.after(at - self._timeline.now(), lambda: self._pause(agent))

    def _pause(self, agent: AgentId) -> None:
        worker, number = self._scenario.workers[agent], self._number[agent]
        lasts_s = self._columns.duration(f"pause {number}", worker.pause, self._pauses)
        self._take(AgentPaused(agent, _BREAK))

        def back() -> None:
            self._resume(agent)
            self._plan_pause(agent, self._timeline.now())

        self._timeline.after(lasts_s, back)

    def _resume(self, agent: AgentId) -> None:
        if self.presence[agent].state != "offline":
            self._take(AgentResumed(agent))
