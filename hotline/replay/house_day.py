"""A real day for the whole house: the same people with the keys that they pressed, in other flows or by other rules.

Beside what `hotline.replay.day` reads, the journal tells which number each caller dialled, what was keyed in each step
and how the step ended, what services answered, and how agents' phones were answered.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from acd.commands import SuggestWayOut
from calls.ids import AttemptId, CallId, Instant, QueueName, Seconds
from control.messages import commands, events, log_commands
from hotline.replay.day import Day, measured, roster_of
from ivr.commands import Lookup, StepTaken
from ivr.events import LookupFinished
from sim.chance import NEVER, Distribution, Draws, Streams
from sim.house.dialplan import Dialplan
from sim.house.scenario import (
    Agents,
    Answered,
    Arrival,
    Behaviour,
    Group,
    HouseScenario,
    Manner,
    Outside,
    Visit,
    Worker,
)
from sim.recorded import mean_patience
from sim.scenario import Goal, Seeds, Shift

_WITH_OTHERS = frozenset({"queue", "transfer"})
_THINK = Distribution("lognormal", 1.5, sigma=0.5)
_BETWEEN_KEYS = Distribution("constant", 0.4)
_PICKS_UP_AFTER = Distribution("exponential", 6.0)
_MESSAGE = Distribution("lognormal", 20.0, sigma=0.5)
_PAUSE = Distribution("constant", 120.0)
_RINGS = Distribution("lognormal", 4.0, sigma=0.5)
_TALK = Distribution("lognormal", 180.0, sigma=0.8)


class People:
    """People of a day as the flows and the phones show them, collected while the journal is replayed."""

    def __init__(self) -> None:
        self.calls: dict[CallId, log_commands.LogCall] = {}
        self.steps: dict[CallId, list[StepTaken]] = defaultdict(list)
        self.legs: list[log_commands.LogLeg] = []
        self.looked_up: dict[CallId, dict[str, list[Answered]]] = defaultdict(lambda: defaultdict(list))
        self.offered: dict[str, set[CallId]] = defaultdict(set)
        self.callbacks: dict[CallId, str] = {}
        self._asked: dict[AttemptId, tuple[Lookup, Instant]] = {}

    def watch(self, now: Instant, event: events.RouterEvent, ordered: list[commands.RouterCommand]) -> None:
        """One event of the day, and what came of it."""
        if isinstance(event, LookupFinished) and event.attempt in self._asked:
            asked, since = self._asked.pop(event.attempt)
            self.looked_up[asked.call][asked.url].append(Answered(event.outcome, event.value, now - since))
        for command in ordered:
            match command:
                case log_commands.LogCall():
                    self.calls[command.call] = command
                case log_commands.LogStep():
                    self.steps[command.step.call].append(command.step)
                case log_commands.LogLeg(role="agent"):
                    self.legs.append(command)
                case log_commands.LogCallback():
                    self.callbacks[command.call] = command.outcome
                case SuggestWayOut():
                    self.offered[command.way].add(command.call)
                case Lookup():
                    self._asked[command.attempt] = (command, now)
                case _:
                    pass


class _Waited(NamedTuple):
    queue: str
    seconds: Seconds
    gave_up: bool


def house_scenario(day: Day, people: People, dialplan: Dialplan, seeds: Seeds, goal: Goal) -> HouseScenario:
    """The day, to be lived again in the house of `dialplan`."""
    rows = sorted((row for row in people.calls.values() if row.arrived_at >= day.first), key=lambda row: row.arrived_at)
    talks = _talks(people)
    of_queue: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.call in talks:
            of_queue[row.queue].append(talks[row.call])
    everything = [talk for some in of_queue.values() for talk in some]
    talk = {queue: measured(np.array(some)) for queue, some in of_queue.items()}
    talk["default"] = measured(np.array(everything)) if everything else _TALK
    configuration = dialplan.configuration
    answered = [leg.answered_at - leg.began_at for leg in people.legs if leg.answered_at is not None]
    causes = [leg.cause for leg in people.legs]
    work = Agents(
        shift=Shift(),
        misses=_share(causes.count("no_answer"), len(causes), 0.0),
        rejects=_share(causes.count("rejected") + causes.count("busy"), len(causes), 0.0),
    )
    worker = Worker(work, measured(np.array(answered)) if answered else _RINGS, None, _PAUSE, _PAUSE)
    manner = Manner(_behaviour(people), _THINK, _BETWEEN_KEYS, _PICKS_UP_AFTER, _MESSAGE)
    return HouseScenario(
        "day",
        day.first,
        day.last - day.first,
        1800.0,
        seeds,
        (Group("day", "", (0.0,), (), NEVER, manner),),
        {},
        talk,
        {},
        dict.fromkeys(configuration.queues, goal),
        dict.fromkeys(configuration.agents, worker),
        {},
        (Outside(), _PICKS_UP_AFTER, _TALK),
        arrivals=_arrivals(day, people, rows, talks),
        roster=roster_of(day, configuration),
    )


def _arrivals(
    day: Day, people: People, rows: list[log_commands.LogCall], talks: dict[CallId, Seconds]
) -> Callable[[int], list[Arrival]]:
    """The calls of a seed: only how long those would have waited on who were answered is drawn."""
    waited = {row.call: _waited(day, row) for row in rows}
    means = _mean_patience(list(waited.values()))
    queued = [waited[row.call] for row in rows]
    mean_s = np.array([means.get(one.queue if one is not None else "", math.inf) for one in queued])
    so_far = np.array([one.seconds if one is not None else 0.0 for one in queued])
    gave_up = np.array([one.gave_up if one is not None else False for one in queued])

    def draw(seed: int) -> list[Arrival]:
        further: Draws = np.full(len(rows), np.inf)
        known = np.isfinite(mean_s)
        drawn = Streams(seed).of("patience").exponential(1.0, len(rows))
        further[known] = drawn[known] * mean_s[known]
        patience = np.where(gave_up, so_far, so_far + further).tolist()
        return [
            _arrival(day, people, row, patience_s, talks.get(row.call))
            for row, patience_s in zip(rows, patience, strict=True)
        ]

    return draw


def _arrival(
    day: Day, people: People, row: log_commands.LogCall, patience_s: Seconds, talk_s: Seconds | None
) -> Arrival:
    steps = people.steps.get(row.call, [])
    keyed: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    ends_talk = None
    for step in steps:
        outcome = step.outcome.partition(";")[0]
        if step.kind in _WITH_OTHERS:
            ends_talk = outcome == "caller_left"
        else:
            keyed[step.flow, step.step].append(Visit(step.keys, outcome))
    told = day.told.get(row.call)
    return Arrival(
        row.arrived_at - day.first,
        0,
        row.caller,
        patience_s,
        talk_s,
        dials=row.called,
        wants=told.queue if told is not None else (steps[-1].flow if steps else ""),
        ends_talk=ends_talk if row.answered_at is not None else None,
        keyed=keyed,
        looked_up=people.looked_up.get(row.call, {}),
    )


def _waited(day: Day, row: log_commands.LogCall) -> _Waited | None:
    told = day.told.get(row.call)
    if told is None or row.queued_at is None:
        return None
    until = row.answered_at if row.answered_at is not None else row.ended_at
    return _Waited(QueueName(told.queue), max(0.0, until - row.queued_at), row.outcome == "abandoned")


def _mean_patience(waited: list[_Waited | None]) -> dict[str, Seconds]:
    """By queue; the empty name is of all, for whoever did not wait that day."""
    known = [one for one in waited if one is not None]
    means = {}
    for queue in {"", *(one.queue for one in known)}:
        some = [one for one in known if queue in ("", one.queue)]
        mean_s = mean_patience(np.array([one.seconds for one in some]), np.array([one.gave_up for one in some], bool))
        if mean_s is not None:
            means[queue] = mean_s
    return means


def _talks(people: People) -> dict[CallId, Seconds]:
    """How long each call's first talk was: to the end of the agent's leg, not to that of the survey after it."""
    talks: dict[CallId, Seconds] = {}
    for leg in sorted(people.legs, key=lambda leg: leg.began_at):
        row = people.calls.get(leg.call)
        at = None if row is None else row.answered_at
        if at is not None and leg.answered_at is not None and leg.answered_at <= at <= leg.ended_at:
            talks.setdefault(leg.call, leg.ended_at - at)
    return talks


def _behaviour(people: People) -> Behaviour:
    ends = list(people.callbacks.values())
    reached, unreached = ends.count("reached"), ends.count("unreached")
    ways = [step.outcome.partition(";")[0] for steps in people.steps.values() for step in steps if step.kind == "queue"]
    usual = Behaviour()
    return Behaviour(
        takes_callback=_share(len(people.callbacks), len(people.offered["callback"]), usual.takes_callback),
        takes_message=_share(ways.count("message"), len(people.offered["message"]), usual.takes_message),
        picks_up=_share(reached, reached + unreached, usual.picks_up),
    )


def _share(part: int, whole: int, otherwise: float) -> float:
    return min(1.0, part / whole) if whole else otherwise
