"""Grammar of flows: kinds of steps, their words, what may stand behind a word, and the reading of a flow by them.

A reading builds steps, keeps each name that the flow uses with its place, and collects what is wrong.

Names are looked up only when all files are read (`ivr.compiler.lint`): a step may be named before it is written, and
a phrase, a queue or another flow stands in another file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem
from ivr.steps import ENDINGS, AnyStep, Collect

Schema = dict[str, Any]

Given = dict[str, Any]
"""Compiled values by word; every word of the kind is there."""

RefKind = Literal[
    "step",
    "flow",
    "phrase",
    "queue",
    "agent",
    "hours",
    "language",
    "expression",
    "variable",
    "skills",
    "secret",
    "address",
    "destination",
    "intent",
    "answer",
]


@dataclass(frozen=True, slots=True)
class Ref:
    """Name that the flow uses, at a place. `step` is the step that uses it; `given` are a phrase's own values."""

    kind: RefKind
    name: str
    mark: Mark
    step: str
    given: tuple[str, ...] = ()
    constants: tuple[tuple[str, Any], ...] = ()
    """Those of a phrase's own values that are written out, by name."""


@dataclass(frozen=True)
class Shape:
    """Form of what stands behind a word. `read` takes the reading, the node and a name for a step inside it."""

    schema: Schema
    read: Callable[[Reading, Node, str], Any]


@dataclass(frozen=True)
class Option:
    """Word beside the kind's own. `required`: it must be there, or the site's defaults.yaml must have it."""

    name: str
    shape: Shape
    doc: str
    default: Any = None
    required: bool = False
    site: bool = False  # defaults.yaml may give it


@dataclass(frozen=True)
class Kind:
    """Kind of step. `argument` is the form of what stands behind the kind's own word."""

    word: str
    argument: Shape
    doc: str
    options: tuple[Option, ...]
    build: Callable[[Given], AnyStep]
    takes_nothing: bool = False  # the word may stand alone: `hangup:`
    words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", frozenset(option.name for option in self.options))

    def read(self, reading: Reading, node: Node, name: str) -> AnyStep | None:
        """Build the step; None where a word is missing that it cannot be without (and that is reported)."""
        options = {option.name: option for option in self.options}
        for word, inside in node.items.items():
            if word != self.word and word not in options:
                known = sorted(options)
                message = (
                    f"{word} is not a word of {self.word}{nearest_hint(word, known)}; there are {', '.join(known)}"
                )
                reading.problem(inside.key_mark or inside.mark, "unknown-word", message)
        own = node.items[self.word]
        empty = self.takes_nothing and own.value is None
        given: Given = {self.word: None if empty else self.argument.read(reading, own, name)}
        complete = True
        for option in self.options:
            inside_or_none = node.items.get(option.name)
            if inside_or_none is not None:
                given[option.name] = option.shape.read(reading, inside_or_none, f"{name}.{option.name}")
                continue
            found = reading.default(option.name) if option.site else None
            given[option.name] = option.default if found is None else found
            if option.required and given[option.name] is None:
                reading.problem(
                    node.key_mark or node.mark, _RULES.get(option.name, "missing-word"), _missing(self, option)
                )
                complete = False
        return self.build(given) if complete else None


_RULES = {"no_input": "exhaustion", "wrong": "exhaustion"}


def _missing(kind: Kind, option: Option) -> str:
    if option.name in _RULES:
        when = "nothing is keyed" if option.name == "no_input" else "something else is keyed"
        return f"{kind.word} without {option.name}: where does the caller go when {when}? {option.doc}"
    return f"{kind.word} without {option.name}: {option.doc}"


@dataclass(slots=True)
class Reading:
    """Flow while it is read. `defaults` are the site's own settings, as nodes: they are read once in each flow."""

    flow: str
    kinds: Mapping[str, Kind]
    defaults: Mapping[str, Node]
    problems: list[Problem] = field(default_factory=list)
    steps: dict[str, AnyStep] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    refs: list[Ref] = field(default_factory=list)
    sets: dict[str, Mark] = field(default_factory=dict)
    secrets: dict[str, Mark] = field(default_factory=dict)
    at: str = ""
    _read_defaults: dict[str, Any] = field(default_factory=dict)

    def problem(self, mark: Mark, rule: str, message: str) -> None:
        """Report a problem; reading goes on."""
        self.problems.append(Problem(mark, rule, message))

    def refer(
        self,
        kind: RefKind,
        name: str,
        mark: Mark,
        given: tuple[str, ...] = (),
        constants: tuple[tuple[str, Any], ...] = (),
    ) -> None:
        """Keep a name that is used here."""
        self.refs.append(Ref(kind, name, mark, self.at, given, constants))

    def default(self, name: str) -> Any:
        """Setting of the site for a word that the step leaves out; None: the site has none either."""
        node = self.defaults.get(name)
        if node is None:
            return None
        if name not in self._read_defaults:
            option = next(option for kind in self.kinds.values() for option in kind.options if option.name == name)
            before, self.at = self.at, "site"
            self._read_defaults[name] = option.shape.read(self, node, f"site.{name}")
            self.at = before
        return self._read_defaults[name]

    def target(self, node: Node, name: str) -> str:
        """Read where to go next: a step's name, an ending, or a step written in place (which gets the name `name`)."""
        if isinstance(node.value, str):
            if node.value not in ENDINGS:
                self.refer("step", node.value, node.mark)
            return node.value
        if node.is_mapping:
            if name not in self.steps:
                self.step(node, name)
            return name
        self.problem(node.mark, "target", f"a step's name, or a step, is wanted here, not {node.kind}")
        return "hangup"

    def step(self, node: Node, name: str) -> None:
        """Read a step; its words tell the kind."""
        self.marks[name] = node.key_mark or node.mark
        before, self.at = self.at, name
        kind = self._kind(node)
        if kind is not None:
            built = kind.read(self, node, name)
            if built is not None:
                self.steps[name] = built
                if isinstance(built, Collect) and built.secret:
                    self.secrets[built.into] = self.marks[name]
        self.at = before

    def _kind(self, node: Node) -> Kind | None:
        if not node.is_mapping:
            self.problem(
                node.mark, "step", f"a step is a mapping such as {{say: welcome, then: choose}}, not {node.kind}"
            )
            return None
        named = [word for word in node.items if word in self.kinds]
        if len(named) > 1:  # `collect` has a `say` of its own: the word that allows the others is the kind
            named = [word for word in named if all(other in self.kinds[word].words for other in named if other != word)]
            if len(named) != 1:
                both = " and ".join(word for word in node.items if word in self.kinds)
                self.problem(node.mark, "step-kind", f"{both} in one step: write two steps, joined by then")
                return None
        if named:
            return self.kinds[named[0]]
        words = list(node.items)
        hint = next(
            (nearest_hint(word, list(self.kinds)) for word in words if nearest_hint(word, list(self.kinds))), ""
        )
        known = ", ".join(self.kinds)
        found = f"{', '.join(words)} say" if words else "an empty step says"
        self.problem(node.mark, "step-kind", f"{found} not what to do{hint}; a step has one of {known}")
        return None
