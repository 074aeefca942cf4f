"""Reading of a scenario of the whole house from YAML, checked against the flows, queues and agents that it is for."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from calls.ids import AgentId, Seconds
from dsl.records import Path, Problem, decoding_problem
from dsl.spelling import nearest
from ivr.compiler.test_cases import Line, TestCase
from ivr.program import Program
from ivr.steps import Const, Lookup
from sim.chance import Distribution
from sim.house.dialplan import Dialplan
from sim.house.routes import Routes
from sim.house.scenario import Agents, Behaviour, Callers, Group, HouseScenario, Manner, Outside, Service, Share, Worker
from sim.scenario import Goal, Seeds, distribution


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scenario: str
    about: str = ""
    begins: str = ""
    lasts_s: Seconds = 28_800.0
    interval_s: Seconds = 1800.0
    seeds: Seeds = Seeds(1, 1)
    callers: dict[str, Callers] = {}
    behaviour: dict[str, Any] = {}
    keys: dict[str, dict[str, float]] = {}
    talk: dict[str, dict[str, Any]] = {}
    wrap_up: dict[str, dict[str, Any]] = {}
    goal: Goal = Goal()
    goals: dict[str, Goal] = {}
    agents: dict[str, dict[str, Any]] = {}
    lookups: dict[str, Service] = {}
    outside: Outside = Outside()
    not_to_be_called: Share = 0.0


WORDS = ("silent", "wrong", "hang_up")
"""What may stand among the keys of a mix."""
_LOAD = 0.8
_DEFAULT_TALK: Mapping[str, Any] = {"lognormal": 180, "sigma": 0.8}
_DEFAULT_PATIENCE: Mapping[str, Any] = {"exponential": 300}


def read_house(
    document: Mapping[str, Any],
    dialplan: Dialplan,
    begins: Callable[[str], float],
    cases: Sequence[TestCase] = (),
) -> tuple[HouseScenario | None, list[Problem]]:
    """Read a scenario from plain data, for the house of `dialplan`. With any problem there is no scenario.

    `begins` makes an instant of the text of that setting, which may be empty; it raises ValueError.
    """
    try:
        raw = msgspec.convert(document, _Document)
    except msgspec.ValidationError as error:
        return None, [decoding_problem(error, _Document, ())]
    reader = _Reader(raw, dialplan, cases)
    at = 0.0
    try:
        at = begins(raw.begins)
    except ValueError as error:
        reader.problems.append(Problem(("begins",), f"no time: {error}; write 2026-11-23 09:00"))
    scenario = reader.read(at)
    return (None if reader.problems else scenario), reader.problems


class _Reader:
    def __init__(self, raw: _Document, dialplan: Dialplan, cases: Sequence[TestCase]) -> None:
        self.problems: list[Problem] = []
        self._raw = raw
        self._program: Program = dialplan.program
        self._configuration = dialplan.configuration
        self._routes = Routes(dialplan.program)
        self._cases = {case.name: case for case in cases}
        self._assumed: list[str] = []

    def read(self, begins: float) -> HouseScenario:
        raw = self._raw
        if raw.lasts_s <= 0 or raw.interval_s <= 0 or raw.seeds.count < 1:
            self._problem(("lasts_s",), "`lasts_s`, `interval_s` and the number of seeds are above 0")
        talk = {name: self._of(entry, ("talk", name)) for name, entry in raw.talk.items()}
        talk.setdefault("default", self._of(_DEFAULT_TALK, ("talk", "default")))
        wrap_up = {name: self._of(entry, ("wrap_up", name)) for name, entry in raw.wrap_up.items()}
        for section in ("talk", "wrap_up", "goals"):
            for name in getattr(raw, section):
                if name != "default" and name not in self._configuration.queues:
                    hint = nearest(name, self._configuration.queues)
                    self._problem((section, name), f"there is no queue `{name}`", hint)
        workers = {agent: self._worker(agent) for agent in self._configuration.agents}
        for name in raw.agents:
            if name != "default" and AgentId(name) not in self._configuration.agents:
                hint = nearest(name, self._configuration.agents)
                self._problem(("agents", name), f"agents.yaml has no `{name}`", hint)
        groups = tuple(self._group(name, one) for name, one in raw.callers.items())
        if not raw.callers:
            groups = self._default_groups(talk["default"].average())
        outside = raw.outside
        unheard = sorted(set(_addresses(self._program)) - set(raw.lookups))
        if unheard:
            self._assumed.append(f"Lookups fail, since `lookups` says nothing of {', '.join(unheard)}.")
        return HouseScenario(
            raw.scenario,
            begins,
            raw.lasts_s,
            raw.interval_s,
            raw.seeds,
            groups,
            dict(self._mixes()),
            talk,
            wrap_up,
            {queue: raw.goals.get(queue, raw.goal) for queue in self._configuration.queues},
            workers,
            {
                address: (one, self._of(one.after, ("lookups", address, "after")))
                for address, one in raw.lookups.items()
            },
            (outside, self._of(outside.after, ("outside", "after")), self._of(outside.talk, ("outside", "talk"))),
            raw.not_to_be_called,
            assumed=tuple(self._assumed),
        )

    def _group(self, name: str, one: Callers) -> Group:
        path: Path = ("callers", name)
        rates = one.per_hour if isinstance(one.per_hour, tuple) else (one.per_hour,)
        if not rates or any(rate < 0 or not math.isfinite(rate) for rate in rates):
            self._problem((*path, "per_hour"), "a rate is not negative")
        script: tuple[Line, ...] = ()
        dials = one.dials
        if one.script:
            case = self._cases.get(one.script)
            if case is None:
                self._problem(
                    (*path, "script"), f"dialplans/tests has no `{one.script}`", nearest(one.script, self._cases)
                )
            else:
                script, dials = case.script, dials or case.called
        dials = dials or self._number_for(one.wants)
        flow = self._program.entry(dials)
        if not dials:
            self._problem(path, "say what they dial: no number leads to all that they want")
        elif flow is None:
            self._problem((*path, "dials"), f"no flow answers `{dials}`", nearest(dials, self._program.entries))
        elif not one.wants:
            return self._made(name, dials, rates, dict.fromkeys(self._routes.queues(flow), 1.0), one, script)
        for goal, weight in one.wants.items():
            if not self._routes.places(goal):
                known = [*self._configuration.queues, *self._program.flows]
                self._problem((*path, "wants", goal), f"no queue, flow or step is `{goal}`", nearest(goal, known))
            if weight <= 0:
                self._problem((*path, "wants", goal), "a weight is above 0")
        return self._made(name, dials, rates, one.wants, one, script)

    def _number_for(self, wants: Mapping[str, float]) -> str:
        """The first number from which all of this is in reach; empty where there is none, or nothing is wanted."""
        for number, flow in self._program.entries.items():
            start = (flow, self._program.flows[flow].start)
            if wants and all(self._routes.distance(goal, start) is not None for goal in wants):
                return number
        return ""

    def _made(
        self,
        name: str,
        dials: str,
        rates: tuple[float, ...],
        wants: Mapping[str, float],
        one: Callers,
        script: tuple[Line, ...],
    ) -> Group:
        patience = self._of(one.patience or _DEFAULT_PATIENCE, ("callers", name, "patience"))
        manner = self._manner(one.behaviour, ("callers", name, "behaviour"))
        return Group(name, dials, rates, _shares(wants), patience, manner, script)

    def _default_groups(self, talk_s: Seconds) -> tuple[Group, ...]:
        """Everybody's first question is what happens at a usual load: each flow that a number leads to gets an equal
        part of calls that keep the agents busy for four fifths of their time."""
        numbers: dict[str, str] = {}
        for number, flow in self._program.entries.items():
            if number != "default":
                numbers.setdefault(flow, number)
        if not numbers:
            numbers = {flow: "1" for number, flow in self._program.entries.items() if number == "default"}
        queues = self._configuration.queues.values()
        wrap_up_s = sum(queue.wrap_up_s for queue in queues) / max(1, len(queues))
        per_hour = _LOAD * len(self._configuration.agents) * 3600.0 / (talk_s + wrap_up_s) / max(1, len(numbers))
        self._assumed.append(
            f"{per_hour * len(numbers):.0f} calls an hour, which is {_LOAD:.0%} of what all agents can talk, from "
            f"{len(numbers)} numbers alike."
        )
        groups = (self._group(flow, Callers(per_hour, dials=number)) for flow, number in numbers.items())
        return tuple(groups)

    def _manner(self, entry: Mapping[str, Any], path: Path) -> Manner:
        try:
            one = msgspec.convert({**self._raw.behaviour, **entry}, Behaviour)
        except msgspec.ValidationError as error:
            found = decoding_problem(error, Behaviour, ())
            here = path if found.path[:1] and str(found.path[0]) in entry else ("behaviour",)
            self.problems.append(found._replace(path=(*here, *found.path)))
            one = Behaviour()
        return Manner(
            one,
            self._of(one.think, (*path, "think")),
            self._of(one.between_keys, (*path, "between_keys")),
            self._of(one.picks_up_after, (*path, "picks_up_after")),
            self._of(one.message, (*path, "message")),
        )

    def _worker(self, agent: AgentId) -> Worker:
        own, of_all = self._raw.agents.get(agent, {}), self._raw.agents.get("default", {})
        path: Path = ("agents", agent if own else "default")
        try:
            one = msgspec.convert({**of_all, **own}, Agents)
        except msgspec.ValidationError as error:
            self.problems.append(decoding_problem(error, Agents, path))
            one = Agents()
        if not 0 <= one.shift.from_s < one.shift.to_s:
            self._problem((*path, "shift"), "a shift ends after it begins, and not before the day does")
        every = None if one.pause_every is None else self._of(one.pause_every, (*path, "pause_every"))
        return Worker(
            one,
            self._of(one.answer, (*path, "answer")),
            every,
            self._of(one.pause, (*path, "pause")),
            self._of(one.back_after_rona, (*path, "back_after_rona")),
        )

    def _mixes(self) -> Iterator[tuple[tuple[str, str], dict[str, float]]]:
        for name, mix in self._raw.keys.items():
            flow, _, step = name.rpartition("/")
            known = [f"{one}/{inner}" for one, found in self._program.flows.items() for inner in found.steps]
            if name not in known:
                self._problem(("keys", name), f"no step is `{name}`", nearest(name, known))
            if not mix or any(weight < 0 for weight in mix.values()) or not any(mix.values()):
                self._problem(("keys", name), "keys with their weights, none negative")
            for key in mix:
                if key not in WORDS and not all(one in "0123456789*#" for one in key):
                    self._problem(("keys", name, key), f"keys, or {', '.join(WORDS)}", nearest(key, WORDS))
            total = math.fsum(mix.values()) or 1.0
            yield (flow, step), {key: weight / total for key, weight in mix.items()}

    def _of(self, entry: Mapping[str, Any], path: Path) -> Distribution:
        return distribution(entry, path, self.problems)

    def _problem(self, path: Path, message: str, suggestion: str = "") -> None:
        self.problems.append(Problem(path, message, suggestion))


def _shares(wants: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    total = math.fsum(wants.values()) or 1.0
    return tuple((goal, weight / total) for goal, weight in wants.items())


def _addresses(program: Program) -> Iterator[str]:
    for flow in program.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Lookup) and isinstance(step.url, Const):
                yield str(step.url.value)
