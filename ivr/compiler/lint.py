"""Lint of flows, once all files are read: names that nothing has, ways that lead nowhere, secrets let out.

Rules, by the id that each message carries:

| rule | what |
|---|---|
| unknown-step, unknown-flow, unknown-phrase, unknown-queue, unknown-hours, unknown-language, unknown-skill | a name |
| unknown-intent | a name of dialplans/intents |
| unknown-variable, unknown-function | in an expression or a phrase |
| phrase-value | a phrase needs a value that the flow does not have |
| secret-said, secret-confirm, secret-unknown | a secret outside the vault, or none of that name |
| unreachable | no way leads to the step |
| loop | steps, or flows, that follow each other for ever without the caller; flows that call each other |
| address, destination | of a lookup, of a transfer: one that nothing can reach |
| argument | a flow is called without an argument that it takes, or with one that it does not |
| understand | no intents, or one that leads nowhere |
| key | two keys that cannot both be pressed |
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dsl.conditions import FUNCTIONS, compiled
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Problem
from ivr.compiler.grammar import Reading, Ref, RefKind
from ivr.compiler.phrases import Phrases
from ivr.compiler.shapes import TWO
from ivr.compiler.ways import loops, unreachable
from ivr.program import Flow
from ivr.spoken import OF_HOURS, SpokenError, spell
from ivr.steps import (
    BUILT_IN,
    CASE_STATE,
    ENDINGS,
    LAST_AGENT,
    AnyStep,
    Branch,
    Call,
    Collect,
    Jump,
    Listen,
    Lookup,
    Menu,
    Understand,
)

_ADDRESS = re.compile(r"https?://(?:[^\s/@]+@)?(?:\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?#]\S*)?")
_DIALLED = re.compile(r"\+?[0-9*#][0-9*# ().-]{0,30}")
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
    accounts: Sequence[str] = ()
    unread: Unread = Unread()
    intents: Sequence[str] = ()
    answers: Sequence[str] = ()
    names: dict[RefKind, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.names = {
            "flow": frozenset(self.flows),
            "phrase": frozenset(self.phrases.keys),
            "queue": frozenset(self.queues),
            "hours": frozenset(self.hours),
            "language": frozenset(self.languages),
            "intent": frozenset(self.intents),
            "answer": frozenset(self.answers),
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
        elif ref.kind == "address":
            yield from _address(ref)
        elif ref.kind == "destination":
            yield from _destination(ref, around)
    for name, step in flow.steps.items():
        yield from _step(name, step, reading, around)
    # A way that is written wrong leads nowhere: that what it should have led to is unreachable is the same problem.
    if not reading.problems and all(ref.name in steps for ref in reading.refs if ref.kind == "step"):
        yield from unreachable(flow, reading)
    yield from loops(flow, reading)


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


def _address(ref: Ref) -> Iterator[Problem]:
    """Check where a lookup asks: http:// or https://, a host, perhaps a port."""
    if ref.name == CASE_STATE:
        return
    found = _ADDRESS.fullmatch(ref.name)
    if found is None:
        scheme, separator, _ = ref.name.partition("://")
        hint = nearest_hint(scheme, ("http", "https")) if separator else nearest_hint(ref.name, (CASE_STATE,))
        message = f"{ref.name!r} is no address of a service{hint}: it begins with http:// or https:// and a host"
        yield Problem(ref.mark, "address", message)
    elif found["port"] and not 0 < int(found["port"]) < 65536:
        yield Problem(ref.mark, "address", f"there is no port {found['port']}")


def _destination(ref: Ref, around: Surroundings) -> Iterator[Problem]:
    """Check where a transfer leads: a number that can be dialled, or a phone that somebody has."""
    kind, separator, to = ref.name.partition(":")
    if kind == "phone" and separator:
        if to not in around.accounts and not around.unread.may_define("agent", to):
            hint = around.hint(to, around.accounts)
            yield Problem(ref.mark, "destination", f"no agent of agents.yaml has the phone {to or '(none)'}{hint}")
    elif kind == "tel" and separator:
        if not _DIALLED.fullmatch(to):
            yield Problem(ref.mark, "destination", f"{to!r} is no number: digits, with a + before a country code")
    else:
        hint = nearest_hint(kind, ("tel", "phone")) if separator else ""
        message = (
            f"{ref.name!r} leads nowhere{hint}: write tel:NUMBER, phone:ACCOUNT, or an expression with = before it"
        )
        yield Problem(ref.mark, "destination", message)


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
        case Understand():
            if len(around.intents) < 2 and "intent" not in around.unread.kinds:
                yield Problem(mark, "understand", "two intents or more are needed: dialplans/intents/*.yaml has them")
            for line in step.clarify:
                if line.phrase in around.phrases.keys:
                    needed = around.phrases.places(line.phrase)
                    for place in [place for place in TWO if place not in needed]:
                        told = (
                            f"{line.phrase} does not say {{{place}}}: both are named, as in: {{first}}, or {{second}}?"
                        )
                        yield Problem(mark, "phrase-value", told)
            if step.raised and not step.complaint:
                told = "a raised voice leads nowhere: complaint says where, as it does for complaint_words"
                yield Problem(mark, "understand", told)
            for intent in [key for key in around.intents if key not in step.leads]:
                yield Problem(
                    mark, "understand", f"{intent} leads nowhere: leads, other, or its own leads_to say where"
                )
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
