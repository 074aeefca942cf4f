"""Ways through flows: which steps follow a step, which no way leads to, and which follow each other for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from dsl.tree import Mark, Problem
from ivr.compiler.grammar import Reading
from ivr.program import Flow
from ivr.steps import (
    RETURN,
    AnyStep,
    AskHours,
    Asking,
    Branch,
    Call,
    Consent,
    Goto,
    Jump,
    Language,
    Listen,
    Menu,
    Queue,
    Return,
    Say,
    SayAnswer,
    Set,
    Survey,
    Transfer,
    Understand,
)

_SILENT = (Say, Set, Branch, Goto, Language, AskHours, Consent)
"""Steps without a turn for the caller, a service or anybody else."""

T = TypeVar("T")


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
        case Understand():
            yield from step.leads.values()
            yield from step.keys.values()
            yield from (target for target in (step.other, step.complaint, step.answered) if target)
        case SayAnswer():
            yield step.then
            yield step.none
        case Survey(questionnaire=questionnaire, answers=answers) if questionnaire:
            yield from (answer.then for answer in answers.values())
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


def unreachable(flow: Flow, reading: Reading) -> Iterator[Problem]:
    """Find steps that no way leads to."""
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


def loops(flow: Flow, reading: Reading) -> Iterator[Problem]:
    """Find circles of steps in which nothing waits for a person, a service or the end of words."""
    silent = {
        name: [(after, reading.marks[name]) for after in successors(step) if after in flow.steps]
        for name, step in flow.steps.items()
        if isinstance(step, _SILENT)
    }
    for trail, _ in circles(silent):
        drawn = " → ".join((*trail, trail[0]))
        yield Problem(reading.marks[trail[0]], "loop", f"round and round without the caller: {drawn}")


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


def lint_circles(flows: Mapping[str, Flow], readings: Mapping[str, Reading]) -> Iterator[Problem]:
    """Problems of flows that hand the caller round and round, and none of them ever has a turn for the caller."""
    back = _silently_back(flows)
    steps: dict[tuple[str, str], list[tuple[tuple[str, str], Mark]]] = {}
    for name, flow in flows.items():
        for at, step in flow.steps.items():
            mark = readings[name].marks[at]
            if isinstance(step, _SILENT):
                steps[name, at] = [((name, after), mark) for after in successors(step) if after in flow.steps]
            elif isinstance(step, Call | Jump) and step.flow in flows:
                onward = [((step.flow, flows[step.flow].start), mark)]
                if isinstance(step, Call) and step.flow in back and step.then in flow.steps:
                    onward.append(((name, step.then), mark))
                steps[name, at] = onward
    for trail, mark in circles(steps):
        if len({flow for flow, _ in trail}) > 1 or any(isinstance(flows[flow].steps[at], Call) for flow, at in trail):
            drawn = " → ".join(f"{flow}/{at}" for flow, at in (*trail, trail[0]))
            yield Problem(mark, "loop", f"round and round without the caller: {drawn}")


def _silently_back(flows: Mapping[str, Flow]) -> frozenset[str]:
    """Flows that a caller may come back from without a turn of their own."""
    back: set[str] = set()
    while True:
        before = len(back)
        for name, flow in flows.items():
            seen: set[str] = set()
            todo = [flow.start]
            while todo:
                at = todo.pop()
                step = flow.steps.get(at)
                if at == RETURN or isinstance(step, Return):
                    back.add(name)
                elif step is not None and at not in seen:
                    seen.add(at)
                    if isinstance(step, _SILENT) or (isinstance(step, Call) and step.flow in back):
                        todo.extend(successors(step))
                    elif isinstance(step, Jump) and step.flow in back:
                        back.add(name)
        if len(back) == before:
            return frozenset(back)


def circles(onward: Mapping[T, Sequence[tuple[T, Mark]]]) -> Iterator[tuple[tuple[T, ...], Mark]]:
    """Circles of what leads onward, each once, with the place that closes it; in the order of the files."""
    state: dict[T, int] = {}
    for start in onward:
        todo: list[tuple[T, bool, Mark | None]] = [(start, False, None)]
        trail: list[T] = []
        while todo:
            at, leaving, mark = todo.pop()
            if leaving:
                state[at] = 2
                trail.pop()
            elif state.get(at) == 1 and mark is not None:
                if at in trail:
                    yield tuple(trail[trail.index(at) :]), mark
            elif at not in state:
                state[at] = 1
                trail.append(at)
                todo.append((at, True, None))
                todo.extend((after, False, place) for after, place in onward[at] if after in onward)
