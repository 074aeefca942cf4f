"""A real day of the house as a scenario: its calls, talks and patience, and who was there, from the journal.

The journal is replayed through the router from the nearest snapshot; what the queues were told of each caller gives
the skills, what they said of each agent gives the presence, and the call log's rows give the talks.
"""

import contextlib
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec
import numpy as np

from acd.commands import AgentChanged, AgentState
from acd.config import Configuration
from acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, CallQueued, Class
from acd.matching import Matching
from acd.state import Agent, Caller
from calls.errors import BadInput
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName
from control.messages import commands, events, log_commands
from control.routing.router import Router
from hotline.journal import reading
from hotline.journal.reading import Entry
from hotline.journal.replaying import replayed, restored
from hotline.replay.routers import routers_of
from hotline.site.site import Site
from hotline.store import opening
from sim.chance import NEVER, Distribution, Draws
from sim.recorded import Recorded, mean_patience
from sim.scenario import Coming, Goal, Kind, Scenario, Seeds, Shift

Presence = Literal["there", "paused", "offline"]
Watch = Callable[[Instant, events.RouterEvent, list[commands.RouterCommand]], None]
"""Sees each event of a day with its instant and what the router ordered."""


class _Entries:
    """An `acd.matching.Observer` that keeps the event with which each caller came, and works out no reasons."""

    def __init__(self) -> None:
        self.told: dict[CallId, CallQueued] = {}

    def look(
        self, matching: Matching, caller: Caller, chosen: Agent | None, attempt: AttemptId | None, now: Instant
    ) -> None:
        """The first look at a caller is when it comes to the queue."""
        self.told.setdefault(caller.event.call, caller.event)


class Day(msgspec.Struct):
    """What happened between two instants (UTC epoch seconds). `presence` by agent: what from when on."""

    first: float
    last: float
    version: str
    rows: list[log_commands.LogCall]
    told: dict[CallId, CallQueued]
    presence: dict[AgentId, list[tuple[float, Presence]]]
    rung: list[log_commands.LogLeg]
    """Agents' phones that were answered."""
    talked: dict[CallId, log_commands.LogTalk]
    """The first talk of each call with an agent."""

    def connecting_s(self) -> list[float]:
        """From the first ring to the talk, the whisper included: a leg may be logged before its call, or after."""
        talks = {row.call: row.answered_at for row in self.rows if row.answered_at is not None}
        legs = [(leg, talks[leg.call]) for leg in self.rung if leg.call in talks]
        return [at - leg.began_at for leg, at in legs if leg.began_at <= at <= leg.ended_at]

    def waits(self) -> Draws:
        """Seconds from the queue to the talk of each caller, NaN for who was not answered."""
        return np.array(
            [math.nan if row.answered_at is None else row.answered_at - (row.queued_at or 0.0) for row in self.rows]
        )


def read(
    site: Site,
    first: float,
    last: float,
    told: Callable[[int, int], None] = lambda done, total: None,
    watch: Watch = lambda now, event, ordered: None,
) -> Day:
    """Replay the journal through the day; `told` hears how many events of how many, `watch` each of those within the
    day, with what was ordered. Raises BadInput when the journal does not hold it."""
    entries = _Entries()
    day = Day(first, last, "", [], entries.told, defaultdict(list), [], {})
    began = False
    with contextlib.closing(opening.to_read(site.database)) as connection:
        router, snapshot = restored(routers_of(site, entries), reading.snapshots(connection, utc=first))
        begin = 1 if snapshot is None else snapshot.seq + 1
        total = connection.execute("SELECT COALESCE(MAX(seq), 0) FROM journal").fetchone()[0] - begin + 1

        def until_the_end() -> Iterator[Entry]:
            nonlocal began
            for entry in reading.entries_between(connection, begin, reading.END):
                told(entry.seq - begin + 1, total)
                utc = entry.at + router.register.offset_s
                if utc >= last:
                    break
                if not began and utc >= first:
                    began = True
                    _note_presence(day, router, first)
                yield entry

        for entry, ordered in replayed(router, until_the_end()):
            if began:
                watch(entry.at, entry.event, ordered)
                for command in ordered:
                    _note(day, command, entry.at + router.register.offset_s)
    day.version = router.register.version
    if not day.rows:
        raise BadInput("no call of that day came to a queue and ended, or the journal no longer holds it")
    return day


def _note_presence(day: Day, router: Router, utc: float) -> None:
    for changed in router.agents():
        day.presence[changed.agent].append((utc, _presence(changed.state)))


def _presence(state: AgentState) -> Presence:
    return state if state in ("paused", "offline") else "there"


def _note(day: Day, order: commands.RouterCommand, utc: float) -> None:
    match order:
        case AgentChanged(agent, state):
            presence, seen = _presence(state), day.presence[agent]
            if not seen or seen[-1][1] != presence:
                seen.append((utc, presence))
        case log_commands.LogCall() if order.queued_at is not None and order.queued_at >= day.first:
            if order.call in day.told:
                day.rows.append(order)
        case log_commands.LogTalk(role="agent"):
            day.talked.setdefault(order.call, order)
        case log_commands.LogLeg(role="agent") if order.answered_at is not None:
            day.rung.append(order)
        case _:
            pass


def scenario(day: Day, configuration: Configuration, seeds: Seeds, goal: Goal) -> Scenario:
    """The day, to be lived again. A kind is what the same was asked for: queue, skills, class, language, priority."""
    rows = sorted(day.rows, key=lambda row: row.queued_at or 0.0)
    asked = [_ask(day.told[row.call], configuration) for row in rows]
    names = {one: number for number, one in enumerate(dict.fromkeys(asked))}
    kinds = np.array([names[one] for one in asked], dtype=np.int64)
    talks = np.array([_talk_s(day, row) for row in rows])
    left = [row.ended_at if row.answered_at is None else row.answered_at for row in rows]
    waited = np.array([max(0.0, at - (row.queued_at or at)) for at, row in zip(left, rows, strict=True)])
    abandoned = np.array([row.outcome == "abandoned" for row in rows])
    service, patience = [], []
    for number in names.values():
        mine = kinds == number
        known = talks[mine & ~np.isnan(talks)]
        service.append(measured(known if known.size else talks[~np.isnan(talks)]))
        mean_s = mean_patience(waited[mine], abandoned[mine])
        patience.append(NEVER if mean_s is None else Distribution("exponential", mean_s))
    connecting_s = day.connecting_s()
    answer = measured(np.array(connecting_s)) if connecting_s else None
    if answer is None:
        quick = {name: msgspec.structs.replace(queue, ring_s=0.0) for name, queue in configuration.queues.items()}
        configuration = msgspec.structs.replace(configuration, queues=quick)
    return Scenario(
        "day",
        {
            _name(one): Kind(one[0], {}, skills=one[1], class_=one[2], language=one[3], priority=one[4], goal=goal)
            for one in names
        },
        tuple(service),
        None,
        tuple(patience),
        _present(day, configuration),
        configuration,
        0,
        0,
        86_400.0,
        seeds,
        answer,
        recorded=Recorded(
            np.array([(row.queued_at or 0.0) - day.first for row in rows]), kinds, talks, waited, abandoned
        ),
        roster=roster_of(day, configuration),
    )


def _talk_s(day: Day, row: log_commands.LogCall) -> float:
    """The length of the talk for which the call waited, NaN for none: a survey after it keeps no agent."""
    talk = day.talked.get(row.call)
    return math.nan if talk is None or row.answered_at is None else talk.ended_at - talk.began_at


_Ask = tuple[QueueName, tuple[str, ...], Class, str, float]


def _ask(told: CallQueued, configuration: Configuration) -> _Ask:
    vip = configuration.queues[told.queue].vip if told.vip and told.queue in configuration.queues else 0.0
    return told.queue, told.skills, told.class_, told.language, told.priority + vip


def _name(one: _Ask) -> str:
    return " ".join((one[0], *one[1], *(word for word in one[2:4] if word not in ("", "general"))))


def measured(values_s: np.ndarray) -> Distribution:
    """Durations as they were, each as likely as the other."""
    return Distribution("measured", values=tuple(values_s.tolist()) or (0.0,))


def _present(day: Day, configuration: Configuration) -> dict[AgentId, Shift]:
    """For how long each was there."""
    shifts = {}
    for agent, seen in day.presence.items():
        ends = [utc for utc, _ in seen[1:]] + [day.last]
        there_s = sum(end - utc for (utc, presence), end in zip(seen, ends, strict=True) if presence == "there")
        if agent in configuration.agents and there_s > 0:
            shifts[agent] = Shift(0.0, there_s)
    return shifts


def _coming(agent: AgentId, presence: Presence) -> tuple[Coming, ...]:
    """What the queues are told; what they know already changes nothing."""
    match presence:
        case "there":
            return AgentSignedIn(agent), AgentResumed(agent)
        case "paused":
            return AgentSignedIn(agent), AgentPaused(agent, "as on the day")
        case "offline":
            return (AgentSignedOut(agent),)


def roster_of(day: Day, configuration: Configuration) -> tuple[tuple[Instant, Coming], ...]:
    """When each agent of the configuration came, paused and went, in seconds of the day."""
    roster: list[tuple[Instant, Coming]] = []
    for agent, seen in day.presence.items():
        if agent in configuration.agents:
            for utc, presence in seen:
                roster += [(max(0.0, utc - day.first), fact) for fact in _coming(agent, presence)]
    return tuple(sorted(roster, key=lambda one: one[0]))
