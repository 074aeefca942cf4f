"""A scenario: callers, their patience and talks, agents, and the policy. Read from YAML, checked whole.

scenario: b2
calls: 60000                       # or rates by interval: per_hour as a list, interval_s
arrivals: {log: march.csv.gz, date: 1999-03-01}    # or a real call log: kinds by their names there, no per_hour
warm_up_calls: 0                   # not counted
seeds: {first: 1, count: 8}
kinds:
  loans:
    queue: loans                   # with skills, class, priority as in a flow
    per_hour: 120
    service: {lognormal: 300, sigma: 0.83}     # mean in seconds; exponential, gamma (shape), constant, measured
    wrap_up: {constant: 20}        # optional
    patience: {exponential: 180}   # left out: callers never give up
    goal: {percent: 80, within_s: 20}
groups:
  - {count: 6, queues: [loans], skills: {loans: 4}, shift: {from_s: 0, to_s: 28800}}
queues: {loans: {}}                # as in queues.yaml
policy: {queues: {loans: {goal_s: 20, reserve: 0.5}}}    # weights, or left out
answer: {constant: 3}              # how long a phone rings; left out: answered at once
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
import numpy as np

from acd.config import Configuration, Weights, expression_problems, read, weights_problems
from acd.events import AgentPaused, AgentResumed, AgentSignedIn, AgentSignedOut, Class
from calls.ids import AgentId, Instant, QueueName, Seconds
from dsl.records import Path, Problem
from dsl.spelling import nearest
from sim.chance import NEVER, Distribution
from sim.recorded import Recorded

Coming = AgentSignedIn | AgentSignedOut | AgentPaused | AgentResumed
"""The events of a roster."""


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many percent of all arrivals answered within so many seconds."""

    percent: float = 80.0
    within_s: Seconds = 20.0


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Callers who are alike. `per_hour`: one rate, or one for each interval."""

    queue: QueueName
    service: dict[str, Any]
    per_hour: float | tuple[float, ...] = 0.0
    wrap_up: dict[str, Any] | None = None
    patience: dict[str, Any] | None = None
    goal: Goal = Goal()
    skills: tuple[str, ...] = ()
    class_: Class = msgspec.field(default="general", name="class")
    priority: float = 0.0
    language: str = ""


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time in which a group is there, seconds from the start."""

    from_s: Seconds = 0.0
    to_s: Seconds = math.inf


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Agents who are alike."""

    count: int
    queues: tuple[QueueName, ...] | None = None
    skills: dict[str, int] = msgspec.field(default_factory=dict)
    shift: Shift = Shift()


class Arrivals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call log whose arrivals these are: those of one day (ISO date), or, without a date, all of them."""

    log: str
    date: str = ""


class Seeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The seeds of the runs: `first`, `first` + 1, …"""

    first: int = 1
    count: int = 8


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scenario: str
    kinds: dict[str, Kind]
    groups: tuple[Group, ...]
    queues: dict[str, dict[str, Any]]
    calls: int = 0
    arrivals: Arrivals | None = None
    warm_up_calls: int = 0
    interval_s: Seconds = 1800.0
    seeds: Seeds = Seeds()
    policy: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    about: str = ""


class Scenario(msgspec.Struct, frozen=True):
    """A scenario that was read without a problem."""

    name: str
    kinds: dict[str, Kind]
    service: tuple[Distribution, ...]
    wrap_up: tuple[Distribution, ...] | None
    patience: tuple[Distribution, ...]
    shifts: dict[AgentId, Shift]
    configuration: Configuration
    calls: int
    warm_up_calls: int
    interval_s: Seconds
    seeds: Seeds
    answer: Distribution | None = None
    arrivals: Arrivals | None = None
    recorded: Recorded | None = None
    """The calls of `arrivals`, read where files may be opened."""
    roster: tuple[tuple[Instant, Coming], ...] | None = None
    """The events of agents who come and go; `shifts` are then only the time that occupancy is measured over."""


_SHAPES: dict[str, Literal["exponential", "lognormal", "gamma", "constant"]] = {
    "exponential": "exponential",
    "lognormal": "lognormal",
    "gamma": "gamma",
    "constant": "constant",
}


def read_scenario(document: Mapping[str, Any]) -> tuple[Scenario | None, list[Problem]]:
    """Read a scenario from plain data. With any problem there is no scenario."""
    known = [field.encode_name for field in msgspec.structs.fields(_Document)]
    problems = [
        Problem((str(word),), f"`{word}` is not a setting of a scenario", nearest(str(word), known))
        for word in document
        if word not in known
    ]
    if problems:
        return None, problems
    try:
        raw = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        return None, [_undecoded(error)]
    agents, shifts = _people(raw)
    configuration, problems = read({"queues": raw.queues}, {"agents": agents}, _skills(raw))
    problems = [_of_scenario(problem) for problem in problems] + list(_kind_problems(raw))
    weights, more = read_weights(raw.policy, configuration.queues, ("policy",))
    problems += more
    kinds = list(raw.kinds.items())
    service = tuple(distribution(kind.service, ("kinds", name, "service"), problems) for name, kind in kinds)
    wrap_up = tuple(distribution(kind.wrap_up, ("kinds", name, "wrap_up"), problems) for name, kind in kinds)
    patience = tuple(distribution(kind.patience, ("kinds", name, "patience"), problems) for name, kind in kinds)
    answer = distribution(raw.answer, ("answer",), problems) if raw.answer is not None else None
    if problems:
        return None, problems
    for_all = configuration if weights is None else msgspec.structs.replace(configuration, weights=weights)
    writes = any(kind.wrap_up is not None for _, kind in kinds)
    instant = {name: msgspec.structs.replace(queue, ring_s=0.0) for name, queue in for_all.queues.items()}
    if answer is None:
        for_all = msgspec.structs.replace(for_all, queues=instant)
    no_wrap_up = tuple(Distribution("constant") if one is NEVER else one for one in wrap_up)
    scenario = Scenario(
        raw.scenario,
        raw.kinds,
        service,
        no_wrap_up if writes else None,
        patience,
        shifts,
        for_all,
        raw.calls,
        raw.warm_up_calls,
        raw.interval_s,
        raw.seeds,
        answer,
        raw.arrivals,
    )
    return scenario, []


def _undecoded(error: msgspec.ValidationError) -> Problem:
    path, message = _path_of(error), str(error).partition(" - at `$")[0]
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message)
    if unknown is None:
        return Problem(path, message)
    words = {field for part in (Kind, Goal, Group, Shift, Seeds, Arrivals) for field in part.__struct_encode_fields__}
    return Problem((*path, unknown[1]), f"`{unknown[1]}` is not a setting here", nearest(unknown[1], words))


def _people(raw: _Document) -> tuple[dict[str, dict[str, Any]], dict[AgentId, Shift]]:
    agents: dict[str, dict[str, Any]] = {}
    shifts: dict[AgentId, Shift] = {}
    for number, group in enumerate(raw.groups):
        for member in range(group.count):
            agent = f"{number}-{member}"
            agents[agent] = {"skills": group.skills}
            if group.queues is not None:
                agents[agent]["queues"] = group.queues
            shifts[AgentId(agent)] = group.shift
    return agents, shifts


def _skills(raw: _Document) -> set[str]:
    return {skill for group in raw.groups for skill in group.skills}


def _of_scenario(problem: Problem) -> Problem:
    """A problem of an agent is one of its group."""
    if problem.path[:1] != ("agents",) or len(problem.path) < 2:
        return problem
    group = int(str(problem.path[1]).partition("-")[0])
    return problem._replace(path=("groups", group, *problem.path[2:]))


def _kind_problems(raw: _Document) -> Iterator[Problem]:
    skills = _skills(raw)
    lists = {len(kind.per_hour) for kind in raw.kinds.values() if isinstance(kind.per_hour, tuple)}
    if not raw.kinds:
        yield Problem(("kinds",), "a scenario needs callers: at least one kind")
    if not any(group.count > 0 for group in raw.groups):
        yield Problem(("groups",), "a scenario needs agents: at least one group with a count")
    for number, group in enumerate(raw.groups):
        if group.count < 0:
            yield Problem(("groups", number, "count"), "a count is not negative")
        if not 0 <= group.shift.from_s < group.shift.to_s:
            yield Problem(("groups", number, "shift"), "a shift ends after it begins, and not before the day does")
    for name, kind in raw.kinds.items():
        path: Path = ("kinds", name)
        if not 0 <= kind.goal.percent <= 100 or kind.goal.within_s < 0:
            yield Problem((*path, "goal"), "a goal is 0 to 100 percent, within seconds that are not negative")
        rates = kind.per_hour if isinstance(kind.per_hour, tuple) else (kind.per_hour,)
        if any(rate < 0 or not math.isfinite(rate) for rate in rates):
            yield Problem((*path, "per_hour"), "a rate is not negative")
        if kind.queue not in raw.queues:
            yield Problem((*path, "queue"), f"there is no queue `{kind.queue}`", nearest(kind.queue, raw.queues))
        for position, text in enumerate(kind.skills):
            yield from expression_problems(text, skills, (*path, "skills", position))
    if len(lists) > 1:
        yield Problem(("kinds",), "rates by interval have as many intervals for each kind")
    if raw.arrivals is not None and (raw.calls or any(kind.per_hour for kind in raw.kinds.values())):
        yield Problem(("arrivals",), "a call log says how many calls come, and when: leave `calls` and `per_hour` out")
    if lists and raw.calls:
        yield Problem(("calls",), "rates by interval end with the last interval; leave `calls` out")
    if not lists and raw.calls <= 0 and raw.arrivals is None:
        yield Problem(("calls",), "say how many calls, or give rates by interval")
    if raw.warm_up_calls and raw.warm_up_calls >= raw.calls and raw.arrivals is None:
        yield Problem(("warm_up_calls",), "the warm-up leaves no call to count")
    if raw.seeds.count < 1:
        yield Problem(("seeds", "count"), "at least one seed")
    if raw.interval_s <= 0:
        yield Problem(("interval_s",), "an interval has a length")


def read_weights(
    policy: Mapping[str, Any] | None, queues: Mapping[QueueName, Any], path: Path = ()
) -> tuple[dict[QueueName, Weights] | None, list[Problem]]:
    """A policy: `queues`, and for each the weights of `acd.weighted`; None for first come first served."""
    if policy is None:
        return None, []
    problems = []
    entries = policy.get("queues")
    for word in policy:
        if word not in ("policy", "queues", "about"):
            problems.append(Problem((*path, str(word)), f"`{word}` is not a setting of a policy", "queues"))
    if not isinstance(entries, Mapping):
        return None, [*problems, Problem((*path, "queues"), "a policy has weights by queue")]
    weights: dict[QueueName, Weights] = {}
    fields = [field.name for field in msgspec.structs.fields(Weights)]
    for queue, entry in entries.items():
        at: Path = (*path, "queues", str(queue))
        if queue not in queues:
            problems.append(Problem(at, f"there is no queue `{queue}`", nearest(str(queue), queues)))
        unknown = [str(word) for word in entry if word not in fields] if isinstance(entry, Mapping) else []
        for word in unknown:
            problems.append(Problem((*at, word), f"`{word}` is not a weight", nearest(word, fields)))
        if unknown:
            continue
        try:
            one = weights[QueueName(str(queue))] = msgspec.convert(entry, Weights)
        except msgspec.ValidationError as error:
            problems.append(Problem((*at, *_path_of(error)), str(error).partition(" - at `$")[0]))
            continue
        problems += weights_problems(one, at)
    return weights, problems


def _path_of(error: msgspec.ValidationError) -> Path:
    where = str(error).partition(" - at `$")[2].rstrip("`")
    path: list[str | int] = []
    for part in where.replace("]", "").replace("[", ".").split("."):
        if part and part != "...":
            path.append(int(part) if part.isdigit() else part)
    return tuple(path)


def distribution(entry: Mapping[str, Any] | None, path: Path, problems: list[Problem]) -> Distribution:
    """Read a distribution of durations (`{exponential: 180}`); what is wrong is added to `problems`. None: never."""
    if entry is None:
        return NEVER
    rest = dict(entry)
    measured = rest.pop("measured", None)
    shape = next((word for word in rest if word in _SHAPES), None)
    if measured is not None and not rest:
        values = tuple(float(value) for value in measured) if isinstance(measured, list | tuple) else ()
        if values and min(values) >= 0:
            return Distribution("measured", values=values)
        problems.append(Problem((*path, "measured"), "a list of durations in seconds, none negative"))
        return NEVER
    if shape is None:
        word = next(iter(entry), "")
        problems.append(Problem(path, "say how it is distributed: `exponential: 180`", nearest(word, _SHAPES)))
        return NEVER
    try:
        mean = float(rest.pop(shape))
        one = Distribution(_SHAPES[shape], mean, float(rest.pop("sigma", 0.0)), float(rest.pop("shape", 1.0)))
    except (TypeError, ValueError):
        problems.append(Problem(path, f"`{shape}` is followed by a mean in seconds"))
        return NEVER
    for word in rest:
        problems.append(
            Problem((*path, word), f"`{word}` is not a setting of `{shape}`", nearest(word, ("sigma", "shape")))
        )
    if not math.isfinite(mean) or mean < 0 or (mean == 0 and shape != "constant") or one.sigma < 0 or one.shape <= 0:
        problems.append(Problem((*path, shape), "the mean is above 0, sigma not negative, shape above 0"))
    return one


def rates(scenario: Scenario) -> tuple[np.ndarray[Any, np.dtype[np.float64]], int]:
    """Rates as one row for each kind, calls an hour in each interval, and the number of intervals."""
    listed = [kind.per_hour for kind in scenario.kinds.values()]
    intervals = max((len(rate) for rate in listed if isinstance(rate, tuple)), default=1)
    rows = [rate if isinstance(rate, tuple) else (rate,) * intervals for rate in listed]
    return np.array(rows, dtype=np.float64), intervals
