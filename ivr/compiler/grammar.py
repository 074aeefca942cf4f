"""Reading a flow: what it says goes into steps, what it names is kept with its place, what is wrong is collected.

Names are looked up only when all files are read (`ivr.compiler.lint`): a step may be named before it is written, and
a phrase, a queue or another flow stands in another file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dsl.tree import Mark, Node, Problem, nearest_hint
from ivr.program import ENDINGS, AnyStep, Collect

if TYPE_CHECKING:
    from ivr.compiler.vocabulary import Kind

RefKind = Literal[
    "step", "flow", "phrase", "queue", "agent", "hours", "language", "expression", "variable", "wish", "secret"
]


@dataclass(frozen=True, slots=True)
class Ref:
    """A name that the flow uses, at a place. `step` is the step that uses it; `given` are a phrase's own values."""

    kind: RefKind
    name: str
    mark: Mark
    step: str
    given: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """One flow while it is read. `defaults` are the site's own settings, as nodes: they are read once in each flow."""

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
        """Something is wrong; reading goes on."""
        self.problems.append(Problem(mark, rule, message))

    def refer(self, kind: RefKind, name: str, mark: Mark, given: tuple[str, ...] = ()) -> None:
        """Something is named here."""
        self.refs.append(Ref(kind, name, mark, self.at, given))

    def default(self, name: str) -> Any:
        """The site's own setting for a word that the step leaves out; None: the site has none either."""
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
        """Where to go next: a step's name, an ending, or a step written in place (which gets the name `name`)."""
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
        """Read a step, of whatever kind its words say."""
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
