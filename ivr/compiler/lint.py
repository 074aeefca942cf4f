"""Lint of flows, once all files are read: names that nothing has, ways that lead nowhere, secrets let out.

Rules, by the id that each message carries:

| rule | what |
|---|---|
| unknown-step, unknown-flow, unknown-phrase, unknown-queue, unknown-hours, unknown-language, unknown-skill | a name |
| unknown-variable, unknown-function | in an expression or a phrase |
| phrase-value | a phrase needs a value that the flow does not have |
| secret-said, secret-confirm, secret-unknown | a secret outside the vault, or none of that name |
| unreachable | no way leads to the step |
| loop | steps that follow each other for ever without the caller, or flows that call each other |
| argument | a flow is called without an argument that it takes, or with one that it does not |
| key | two keys that cannot both be pressed |
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dsl.conditions import FUNCTIONS, compiled
from dsl.tree import Mark, Problem, nearest_hint
from ivr.compiler.grammar import Reading, Ref, RefKind
from ivr.compiler.phrases import Phrases
from ivr.program import (
    BUILT_IN,
    ENDINGS,
    LAST_AGENT,
    AnyStep,
    AskHours,
    Asking,
    Branch,
    Call,
    Collect,
    Flow,
    Goto,
    Jump,
    Language,
    Listen,
    Lookup,
    Menu,
    Queue,
    Say,
    Set,
    Transfer,
)
from ivr.spoken import OF_HOURS, SpokenError, spell

_SKILL = re.compile(r"[^\W\d][\w-]*")
_SKILL_WORDS = frozenset({"and", "or", "not"})


_HINTS = 100  # a search among ten thousand phrases takes some 20 ms


@dataclass(frozen=True)
class Unread:
    """Names that unreadable files may define: these flows, and anything of these kinds."""

    flows: frozenset[str] = frozenset()
    kinds: frozenset[RefKind] = frozenset()

    def may_define(self, kind: RefKind, name: str) -> bool:
        """True for a name whose absence is no problem of its own."""
        return kind in self.kinds or (kind == "flow" and name in self.flows)


@dataclass
class Surroundings:
    """Names that flows may use, by kind."""

    flows: Mapping[str, Flow]
    phrases: Phrases
    hours: Sequence[str]
    queues: Sequence[str]
    skills: Sequence[str]
    languages: Sequence[str]
    secrets: Sequence[str]
    agents: Sequence[str] = ()
    unread: Unread = Unread()
    names: dict[RefKind, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.names = {
            "flow": frozenset(self.flows),
            "phrase": frozenset(self.phrases.keys),
            "queue": frozenset(self.queues),
            "hours": frozenset(self.hours),
            "language": frozenset(self.languages),
            "agent": frozenset((*self.agents, LAST_AGENT)),
        }
        self._hints_left = _HINTS

    def hint(self, name: str, known: Collection[str]) -> str:
        """Hint at the nearest right word; empty after a hundred, so that a folder full of mistakes is checked soon."""
        self._hints_left -= 1
        return nearest_hint(name, sorted(known)) if self._hints_left >= 0 else ""


def lint_flow(flow: Flow, reading: Reading, around: Surroundings) -> Iterator[Problem]:
    """Problems of one flow, besides those that reading it found."""
    steps = frozenset((*flow.steps, *reading.marks, *ENDINGS))
    for ref in reading.refs:
        if ref.kind == "step" or ref.kind in around.names:
            known = steps if ref.kind == "step" else around.names[ref.kind]
            if ref.name not in known and around.unread.may_define(ref.kind, ref.name):
                continue
            if ref.name not in known:
                hint = around.hint(ref.name, known)
                yield Problem(ref.mark, f"unknown-{ref.kind}", f"there is no {ref.kind} {ref.name}{hint}")
            elif ref.kind == "phrase":
                yield from _phrase(ref, flow, reading, around)
        elif ref.kind == "expression":
            yield from _expression(ref, flow, reading)
        elif ref.kind == "skills":
            yield from _skills(ref, around)
        elif ref.kind == "secret":
            yield from _secret(ref, flow, around)
    for name, step in flow.steps.items():
        yield from _step(name, step, reading, around)
    # A way that is written wrong leads nowhere: that what it should have led to is unreachable is the same problem.
    if not reading.problems and all(ref.name in steps for ref in reading.refs if ref.kind == "step"):
        yield from _reachable(flow, reading)
    yield from _loops(flow, reading)


def lint_calls(flows: Mapping[str, Flow], readings: Mapping[str, Reading]) -> Iterator[Problem]:
    """Problems of flows that call each other round and round: the stack of flows would only grow."""
    calls = {
        name: [(step.flow, readings[name].marks[at]) for at, step in flow.steps.items() if isinstance(step, Call)]
        for name, flow in flows.items()
    }
    done: set[str] = set()
    for start in flows:
        trail: list[str] = []
        todo: list[tuple[str, int]] = [(start, 0)]
        while todo:
            name, depth = todo.pop()
            del trail[depth:]
            if name in trail or name in done:
                continue
            trail.append(name)
            for called, mark in calls.get(name, ()):
                if called in trail:
                    drawn = " → ".join([*trail[trail.index(called) :], called])
                    yield Problem(mark, "loop", f"flows that call each other: {drawn}; use flow: instead of call:")
                else:
                    todo.append((called, len(trail)))
        done.update(trail)


def successors(step: AnyStep) -> Iterator[str]:
    """Names of all steps that may follow."""
    if isinstance(step, Asking):
        yield step.no_input.then
        yield step.wrong.then
        yield from step.global_keys.values()
    match step:
        case Menu():
            yield from step.keys.values()
        case Listen():
            yield from (answer.then for answer in step.answers)
        case Branch():
            yield from (case.then for case in step.cases)
            yield step.otherwise
        case AskHours():
            yield step.open
            yield step.closed
        case Queue():
            yield step.then
            yield from step.keys.values()
            yield from step.outcomes.values()
            yield from (offer.then for offer in step.offers.values())
        case Transfer():
            yield step.then
            yield from step.outcomes.values()
        case _:
            yield from (found for word in ("then", "failed") if (found := getattr(step, word, None)) is not None)


def _phrase(ref: Ref, flow: Flow, reading: Reading, around: Surroundings) -> Iterator[Problem]:
    needed = around.phrases.places(ref.name)
    have = {*ref.given, *flow.variables, *BUILT_IN}
    for place in needed:
        if place in reading.secrets and place not in ref.given:
            yield Problem(
                ref.mark, "secret-said", f"{ref.name} says {place}, which is secret: the house does not know it"
            )
        elif place not in have:
            hint = nearest_hint(place, sorted(have))
            message = f"{ref.name} needs a value {place}, and this flow has none{hint}: with: {{{place}: …}}"
            yield Problem(ref.mark, "phrase-value", message)
    for name, constant in ref.constants:
        if name in needed:
            yield from _constant(ref, name, needed[name], constant, around)
    for given in ref.given:
        if given not in needed and given != "digits":
            yield Problem(
                ref.mark, "phrase-value", f"{ref.name} has no place {given}{nearest_hint(given, list(needed))}"
            )


def _constant(ref: Ref, name: str, kind: str, constant: object, around: Surroundings) -> Iterator[Problem]:
    """Check a value that is written out: it can be said in every language, and hours are there."""
    if kind in OF_HOURS:
        if constant not in around.hours and not around.unread.may_define("hours", str(constant)):
            hint = around.hint(str(constant), around.hours)
            yield Problem(ref.mark, "unknown-hours", f"{name}: there are no hours {constant}{hint}")
        return
    for language in around.languages:
        try:
            spell(kind, constant, language)
        except SpokenError as error:
            yield Problem(ref.mark, "phrase-value", f"{ref.name} cannot say {name} as {kind}: it {error.reason}")
            return


def _expression(ref: Ref, flow: Flow, reading: Reading) -> Iterator[Problem]:
    program = compiled(ref.name)
    own = {*flow.variables, *BUILT_IN}
    for name in program.variables:
        if name in reading.secrets:
            yield Problem(
                ref.mark, "secret-said", f"{name} is secret: it stays in the vault, and no expression sees it"
            )
        elif name not in own:
            hint = nearest_hint(name, sorted(own))
            quoted = f"; text has quotes: '{name}'" if not hint else ""
            yield Problem(ref.mark, "unknown-variable", f"there is no variable {name} in this flow{hint}{quoted}")
    for name in program.functions:
        if name not in FUNCTIONS:
            yield Problem(
                ref.mark, "unknown-function", f"there is no function {name}{nearest_hint(name, sorted(FUNCTIONS))}"
            )


def _skills(ref: Ref, around: Surroundings) -> Iterator[Problem]:
    """Check the names only; the meaning of a skill expression, and its grammar, belong to the queues."""
    for skill in _SKILL.findall(ref.name):
        if skill not in around.skills and skill not in _SKILL_WORDS:
            yield Problem(ref.mark, "unknown-skill", f"there is no skill {skill}{nearest_hint(skill, around.skills)}")


def _secret(ref: Ref, flow: Flow, around: Surroundings) -> Iterator[Problem]:
    step = flow.steps.get(ref.step)
    if ref.name not in around.secrets:
        hint = nearest_hint(ref.name, around.secrets)
        yield Problem(ref.mark, "secret-unknown", f"no step collects a secret {ref.name}{hint}")
    elif step is not None and not isinstance(step, Lookup):
        yield Problem(ref.mark, "secret-said", f"secret:{ref.name} may only be sent by a lookup, from the vault")


def _step(name: str, step: AnyStep, reading: Reading, around: Surroundings) -> Iterator[Problem]:
    mark = reading.marks[name]
    match step:
        case Collect(confirm=confirm, secret=True) if confirm is not None:
            yield Problem(mark, "secret-confirm", f"{step.into} is secret: nothing can read it back")
        case Menu():
            if not step.keys and not step.global_keys:
                yield Problem(mark, "key", "a menu without keys")
        case Listen():
            pressed = [answer.key for answer in step.answers if answer.key]
            for key in dict.fromkeys(key for key in pressed if pressed.count(key) > 1):
                yield Problem(mark, "key", f"two answers have the key {key}")
        case Call() | Jump():
            called = around.flows.get(step.flow)
            if called is not None:
                yield from _arguments(step, called, mark)
        case Branch():
            for index, case in enumerate(step.cases[:-1], 1):
                if case.condition == "true":
                    yield Problem(mark, "unreachable", f"case {index} is always true: those after it never come")


def _arguments(step: Call | Jump, called: Flow, mark: Mark) -> Iterator[Problem]:
    for name in step.arguments:
        if name not in called.takes:
            yield Problem(mark, "argument", f"{step.flow} takes no {name}{nearest_hint(name, called.takes)}")
    for name in called.takes:
        if name not in step.arguments:
            yield Problem(mark, "argument", f"{step.flow} takes {name}: with: {{{name}: …}}")
    for name in step.into.values() if isinstance(step, Call) else ():
        if name not in called.returns:
            yield Problem(mark, "argument", f"{step.flow} returns no {name}{nearest_hint(name, called.returns)}")


def _reachable(flow: Flow, reading: Reading) -> Iterator[Problem]:
    seen: set[str] = set()
    todo = [flow.start]
    while todo:
        name = todo.pop()
        if name not in seen and name in flow.steps:
            seen.add(name)
            todo.extend(successors(flow.steps[name]))
    for name in flow.steps:
        if name not in seen and "." not in name:  # a step that is written inside another goes with that one
            yield Problem(reading.marks[name], "unreachable", f"no way leads to {name}")


def _loops(flow: Flow, reading: Reading) -> Iterator[Problem]:
    """Find circles of steps in which nothing waits for a person, a service or the end of words."""
    silent = {
        name: [after for after in successors(step) if after in flow.steps]
        for name, step in flow.steps.items()
        if isinstance(step, Say | Set | Branch | Goto | Language | AskHours)
    }
    state: dict[str, int] = {}
    for start in silent:
        todo: list[tuple[str, bool]] = [(start, False)]
        trail: list[str] = []
        while todo:
            name, leaving = todo.pop()
            if leaving:
                state[name] = 2
                trail.pop()
                continue
            if state.get(name) == 2:
                continue
            if state.get(name) == 1:
                if name in trail:
                    drawn = " → ".join([*trail[trail.index(name) :], name])
                    yield Problem(reading.marks[name], "loop", f"round and round without the caller: {drawn}")
                continue
            state[name] = 1
            trail.append(name)
            todo.append((name, True))
            todo.extend((after, False) for after in silent[name] if after in silent)
