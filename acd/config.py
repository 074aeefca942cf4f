"""The configuration of queues and agents, read and checked: plain data in, frozen records or a list of problems out.

    queues:
      care:
        ring_s: 20                      # how long one phone rings for one caller
        wrap_up_s: 30                   # after-call work; the agent may end it sooner
        max_wait_s: 900                 # then the caller is released (`timed_out`), and the flow says so
        max_length: 100                 # more are released at once (`full`)
        join_empty: false               # take callers although nobody could ever answer?
        leave_empty: true               # release those who wait when the last agent leaves?
        weights: {goal_s: 20, reserve: 0.5}     # with any: the weighted policy, see acd.weighted
        policy: longest_idle            # least_occupied, most_proficient, round_robin
        classes: {urgent: 30, important: 10}    # head start in minutes
        vip: 5
        steps:
          - {after_s: 60, lower: 1}             # every minimum one level lower
          - {after_s: 120, drop: [english]}     # this skill is no longer asked for
          - {after_s: 180, add: back_office}    # these may answer too, whatever queues they are in
          - {after_s: 240, offer: callback}     # or: message
          - {after_s: 300, overflow: front_desk}
    agents:
      "1001": {name: 李明, account: "1001", skills: {complaints: 4, english: 2}, queues: [care]}

An agent without `queues` serves every queue whose callers they have the skills for. The reader of the files knows lines
and columns; here a problem has the path of keys that leads to it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

import msgspec

from acd.events import Class
from acd.skills import MAX_LEVEL, MIN_LEVEL, SkillExpressionError, is_skill, named, parse
from calls.ids import AgentId, QueueName, Seconds
from dsl.records import Path, Problem, decoding_problem
from dsl.spelling import nearest

PolicyName = Literal["longest_idle", "least_occupied", "most_proficient", "round_robin"]
Way = Literal["callback", "message"]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One widening step, `after_s` from the caller's entry into this queue."""

    after_s: Seconds
    lower: int = 0
    drop: tuple[str, ...] = ()
    add: str = ""
    overflow: QueueName | None = None
    offer: Way | None = None


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The worth of one queue's callers to the weighted policy; `acd.weighted` says what each means."""

    goal_s: Seconds = 20.0
    fresh: float = 1.0
    growth: float = 1.0
    late: float = 0.5
    late_growth: float = 0.1
    reserve: float = 0.0
    decay: float = 0.5


class QueueConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The rules of one queue. Times in seconds, priorities in minutes; 0 for `max_wait_s`, `max_length`: no limit."""

    ring_s: Seconds = 20.0
    wrap_up_s: Seconds = 0.0
    max_wait_s: Seconds = 0.0
    max_length: int = 0
    join_empty: bool = True
    leave_empty: bool = False
    policy: PolicyName = "longest_idle"
    priority: float = 0.0
    classes: dict[Class, float] = msgspec.field(default_factory=lambda: {"urgent": 30.0, "important": 10.0})
    vip: float = 5.0
    skills: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    miss_limit: int = 3
    delay_rejected_s: Seconds = 15.0
    delay_busy_s: Seconds = 30.0
    delay_no_answer_s: Seconds = 10.0
    delay_failed_s: Seconds = 5.0
    keep_place_s: Seconds = 120.0
    title: str = ""
    weights: Weights | None = None


class AgentConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One person: skills with their level from 1 to 5, queues (None: all), the account of the phone."""

    name: str = ""
    account: str = ""
    skills: dict[str, int] = msgspec.field(default_factory=dict)
    queues: tuple[QueueName, ...] | None = None
    wrap_up_s: Seconds | None = None


class Configuration(msgspec.Struct, frozen=True):
    """The part of a version of dialplans/ that the queues core is given."""

    queues: dict[QueueName, QueueConfig]
    agents: dict[AgentId, AgentConfig]
    weights: dict[QueueName, Weights] | None = None
    """Of the weighted policy. None: first come first served, by the policy of each queue."""


Provider = Callable[[str], Configuration]
"""The configuration of a version. A version never changes, so a replay reads the same."""

_TIMES = ("wrap_up_s", "max_wait_s", "keep_place_s")
_DELAYS = ("ring_s", "delay_rejected_s", "delay_busy_s", "delay_no_answer_s", "delay_failed_s")


def read(
    queues: Mapping[str, Any], agents: Mapping[str, Any], known_skills: Iterable[str] = ()
) -> tuple[Configuration, list[Problem]]:
    """The configuration in both documents, whose roots are plain dicts. With any problem it must not be used.

    `known_skills` may be asked for though nobody has them yet.
    """
    problems: list[Problem] = []
    people = {AgentId(key): entry for key, entry in _records(agents, "agents", AgentConfig, problems)}
    rules = {QueueName(key): entry for key, entry in _records(queues, "queues", QueueConfig, problems)}
    known = set(known_skills).union(*(person.skills for person in people.values()))
    written = queues.get("queues")
    names = [QueueName(str(name)) for name in written] if isinstance(written, Mapping) else []  # also those with faults
    for agent, person in people.items():
        problems += _agent_problems(agent, person, names)
    problems += _shared_accounts(people)
    for queue, rule in rules.items():
        problems += _queue_problems(queue, rule, names, known)
    problems += _overflow_cycles(rules)
    weights = {queue: rule.weights for queue, rule in rules.items() if rule.weights is not None}
    return Configuration(rules, people, weights or None), problems


Record = TypeVar("Record", QueueConfig, AgentConfig)


def _records(
    document: Mapping[str, Any], root: str, kind: type[Record], problems: list[Problem]
) -> Iterator[tuple[str, Record]]:
    for word in document:
        if word != root:
            problems.append(Problem((str(word),), f"`{word}` is not known here; the file starts with `{root}:`", root))
    entries = document.get(root)
    if not isinstance(entries, Mapping):
        problems.append(Problem((root,), f"`{root}` is a mapping of names to their settings"))
        return
    fields = [field.encode_name for field in msgspec.structs.fields(kind)]
    for key, entry in entries.items():
        entry = {} if entry is None else entry
        path: Path = (root, str(key))
        if not isinstance(entry, Mapping):
            problems.append(Problem(path, f"`{key}` is a mapping of settings"))
            continue
        unknown = [str(word) for word in entry if word not in fields]
        for word in unknown:
            problems.append(Problem((*path, word), f"`{word}` is not a setting of {root}", nearest(word, fields)))
        if unknown:
            continue
        try:
            yield str(key), msgspec.convert(entry, kind)
        except msgspec.ValidationError as error:
            problems.append(decoding_problem(error, kind, path))


def _agent_problems(agent: AgentId, person: AgentConfig, names: Collection[QueueName]) -> Iterator[Problem]:
    path = ("agents", agent)
    for skill, level in person.skills.items():
        if not MIN_LEVEL <= level <= MAX_LEVEL:
            yield Problem((*path, "skills", skill), f"the level of a skill is {MIN_LEVEL} to {MAX_LEVEL}, not {level}")
        if not is_skill(skill):
            yield Problem((*path, "skills", skill), f"`{skill}` cannot stand in a skill expression: a word, no spaces")
    for position, queue in enumerate(person.queues or ()):
        if queue not in names:
            yield Problem((*path, "queues", position), f"there is no queue `{queue}`", nearest(queue, names))
    if person.wrap_up_s is not None and person.wrap_up_s < 0:
        yield Problem((*path, "wrap_up_s"), "a duration is not negative")


def _shared_accounts(people: Mapping[AgentId, AgentConfig]) -> Iterator[Problem]:
    owner: dict[str, AgentId] = {}
    for agent, person in people.items():
        if person.account and owner.setdefault(person.account, agent) != agent:
            yield Problem(
                ("agents", agent, "account"), f"the phone `{person.account}` is agent {owner[person.account]}'s already"
            )


def _queue_problems(
    queue: QueueName, rule: QueueConfig, names: Collection[QueueName], known: Collection[str]
) -> Iterator[Problem]:
    path = ("queues", queue)
    for name in _TIMES:
        if getattr(rule, name) < 0:
            yield Problem((*path, name), "a duration is not negative; 0 means none")
    for name in _DELAYS:
        if getattr(rule, name) < 1:
            yield Problem((*path, name), "at least one second, or the same phone is rung without a pause")
    if rule.max_length < 0:
        yield Problem((*path, "max_length"), "a length is not negative; 0 means no limit")
    if rule.miss_limit < 1:
        yield Problem((*path, "miss_limit"), "at least 1: after so many misses in a row the agent is paused")
    if rule.weights is not None:
        yield from weights_problems(rule.weights, (*path, "weights"))
    for position, text in enumerate(rule.skills):
        yield from expression_problems(text, known, (*path, "skills", position))
    after_s = 0.0
    for position, step in enumerate(rule.steps):
        yield from _step_problems(step, (*path, "steps", position), names, known)
        if step.after_s < after_s:
            yield Problem((*path, "steps", position, "after_s"), "steps are in the order of their time")
        after_s = step.after_s


def weights_problems(weights: Weights, path: Path = ()) -> Iterator[Problem]:
    """The problems of weights with which somebody might wait for ever."""
    if weights.goal_s <= 0:
        yield Problem((*path, "goal_s"), "a goal is longer than 0 seconds")
    if weights.late_growth <= 0:
        yield Problem((*path, "late_growth"), "above 0, or a late caller may wait for ever")
    if weights.growth < 0 or weights.reserve < 0:
        yield Problem(path, "growth and reserve are not negative")
    if not 0 <= weights.decay < 1:
        yield Problem((*path, "decay"), "from 0 to below 1")


def _step_problems(step: Step, path: Path, names: Collection[QueueName], known: Collection[str]) -> Iterator[Problem]:
    if step.after_s < 0:
        yield Problem((*path, "after_s"), "a duration is not negative")
    if not 0 <= step.lower < MAX_LEVEL:
        yield Problem((*path, "lower"), f"lower by 1 to {MAX_LEVEL - 1} levels")
    if not (step.lower or step.drop or step.add or step.overflow or step.offer):
        yield Problem(path, "a step that changes nothing; give lower, drop, add, overflow or offer")
    for position, skill in enumerate(step.drop):
        if skill not in known:
            yield Problem((*path, "drop", position), f"nobody has the skill `{skill}`", nearest(skill, known))
    if step.add:
        yield from expression_problems(step.add, known, (*path, "add"))
    if step.overflow is not None and step.overflow not in names:
        yield Problem((*path, "overflow"), f"there is no queue `{step.overflow}`", nearest(step.overflow, names))


def _overflow_cycles(rules: Mapping[QueueName, QueueConfig]) -> Iterator[Problem]:
    """Each cycle once, at the first of its queues in the file."""
    reported: set[frozenset[QueueName]] = set()
    for start in rules:
        trail: list[QueueName] = []
        todo = [(start, 0)]
        while todo:
            queue, depth = todo.pop()
            del trail[depth:]
            if queue in trail:
                loop = trail[trail.index(queue) :]
                if start == queue and frozenset(loop) not in reported:
                    reported.add(frozenset(loop))
                    drawn = " → ".join([*loop, queue])
                    yield Problem(("queues", start, "steps"), f"overflows go in a circle: {drawn}")
                continue
            trail.append(queue)
            targets = [step.overflow for step in rules[queue].steps if step.overflow in rules]
            todo += [(target, depth + 1) for target in targets if target is not None]


def expression_problems(text: str, known: Collection[str], path: Path = ()) -> Iterator[Problem]:
    """The problems of one skill expression, in queues.yaml or in a flow."""
    try:
        expression = parse(text)
    except SkillExpressionError as error:
        yield Problem(path, f"{error} (column {error.column} of the expression)")
        return
    for skill in dict.fromkeys(named(expression)):
        if skill not in known:
            yield Problem(path, f"nobody has the skill `{skill}`", nearest(skill, known))
