"""Templates of scenes, and their filling in.

    templates:
      house:      {department: customer_service, record: always}
      collection: {like: house, takes: {stage: early}, category: collection, script: "remind_{stage}"}
    scenes:
      remind_early: {like: collection, channel: ivr}
      remind_late:  {like: collection, with: {stage: late}, channel: human}

`{stage}` in a text of a template becomes what the scene gives, or the template's own word. A value that is nothing but
`"{stage}"` becomes the given value itself, also a number or a list. Every value keeps the place where it was written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dialer.scenes.settings import MAPPINGS, WORDS
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem

DEEPEST = 8
"""Templates that may stand behind one another."""
_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_OF_SCENES = ("like", "with", *WORDS)
_OF_TEMPLATES = ("like", "with", "takes", *WORDS)


@dataclass(frozen=True, slots=True)
class Named:
    """A scene or a template, and the place of its name."""

    name: str
    node: Node

    @property
    def mark(self) -> Mark:
        """Of its name."""
        return self.node.key_mark or self.node.mark


class Templates:
    """The templates of all files. What is wrong with them goes to `problems`, once each."""

    def __init__(self, templates: Mapping[str, Node], scenes: Mapping[str, Node], problems: list[Problem]) -> None:
        self._templates = templates
        self._scenes = scenes
        self._problems = problems
        self._told: set[Problem] = set()
        self.used: set[str] = set()
        self._takes = {name: self._parameters(name, node) for name, node in templates.items()}
        for name, node in templates.items():
            self._words(f"template {name}", node, _OF_TEMPLATES)
        self._broken = {name for name in templates if self._chain_is_broken(name)}

    def filled(self, scene: Named) -> dict[str, Node] | None:
        """The words of a scene, each from where it stands nearest; None where its templates cannot be told."""
        self._words(f"scene {scene.name}", scene.node, _OF_SCENES)
        like = scene.node.items.get("like")
        own = {word: node for word, node in scene.node.items.items() if word in WORDS}
        given = scene.node.items.get("with")
        if like is None:
            if given is not None:
                self._wrong(given, "with: gives values to a template, and there is no like:")
            return own
        inherited = self._inherited(like, given, None)
        return None if inherited is None else _over(inherited, own)

    def _inherited(self, like: Node, given: Node | None, outer: Mapping[str, Node] | None) -> dict[str, Node] | None:
        """The words of the template that `like` names. `outer`: values of the template that says so; None: a scene."""
        name = like.text
        node = self._templates.get(name)
        if node is None:
            if name in self._scenes:
                self._wrong(like, f"{name} is a scene; like: names a template")
            else:
                hint = nearest_hint(name, self._templates)
                self._wrong(like, f"there is no template {name or like.kind}{hint}", rule="unknown-template")
            return None
        self.used.add(name)
        if name in self._broken:
            return None
        values = self._values(name, like, given, outer)
        if values is None:
            return None
        items = node.items
        own = {
            word: found
            for word, inside in items.items()
            if word in WORDS and (found := self._substituted(inside, values, name)) is not None
        }
        if "like" not in items:
            return own
        inherited = self._inherited(items["like"], items.get("with"), values)
        return None if inherited is None else _over(inherited, own)

    def _values(
        self, name: str, like: Node, given: Node | None, outer: Mapping[str, Node] | None
    ) -> dict[str, Node] | None:
        """The values of a template's parameters."""
        takes = self._takes[name]
        if given is not None and not given.is_mapping:
            self._wrong(given, f"with: a mapping of the template's parameters is wanted, not {given.kind}")
            return None
        values = {word: default for word, default in takes.items() if default is not None}
        for word, node in given.items.items() if given is not None else ():
            if word not in takes:
                there = f"it takes {', '.join(takes)}" if takes else "it takes nothing"
                self._wrong(node, f"template {name} takes no {word}{nearest_hint(word, takes)}; {there}", at_key=True)
                continue
            found = node if outer is None else self._substituted(node, outer, name)
            if found is None:
                return None
            values[word] = found
        missing = [word for word in takes if word not in values]
        if missing:
            self._wrong(like, f"template {name} needs with: {', '.join(missing)}")
            return None
        return values

    def _parameters(self, name: str, node: Node) -> dict[str, Node | None]:
        """The parameters of a template with their defaults; None: it must be given."""
        takes = node.items.get("takes")
        if takes is None:
            return {}
        found: dict[str, Node | None] = {}
        if takes.is_mapping:
            found = {word: None if inside.value is None else inside for word, inside in takes.items.items()}
        else:
            found = {inside.text: None for inside in (takes.children if takes.is_sequence else (takes,))}
        for word in found:
            if not re.match(NAME, word):
                self._wrong(takes, f"template {name} takes {word!r}, which is no name: small letters, digits and _")
        return found

    def _substituted(self, node: Node, values: Mapping[str, Node], name: str) -> Node | None:
        """The node with its parameters filled in; None, and a problem told, for one that is not known."""
        if isinstance(node.value, Mapping):
            inside = {word: self._substituted(one, values, name) for word, one in node.value.items()}
            if any(one is None for one in inside.values()):
                return None
            return replace(node, value={word: one for word, one in inside.items() if one is not None})
        if isinstance(node.value, tuple):
            entries = [self._substituted(one, values, name) for one in node.value]
            return None if None in entries else replace(node, value=tuple(one for one in entries if one is not None))
        if not isinstance(node.value, str):
            return node
        unknown = [word for word in _PARAMETER.findall(node.value) if word not in values]
        if unknown:
            hint = nearest_hint(unknown[0], values)
            there = f"it takes {', '.join(values)}" if values else "the template has no takes:"
            self._wrong(node, f"{{{unknown[0]}}} is no parameter of template {name}{hint}; {there}")
            return None
        whole = _PARAMETER.fullmatch(node.value)
        if whole is not None:
            return replace(values[whole[1]], key_mark=node.key_mark)
        text = _PARAMETER.sub(lambda found: values[found[1]].text, node.value)
        return replace(node, value=text, text=text)

    def _chain_is_broken(self, name: str) -> bool:
        """Whether the templates behind this one end in a circle, or are too many. Told once, at each that is in it."""
        chain = [name]
        while (like := self._templates[chain[-1]].items.get("like")) is not None and like.text in self._templates:
            if like.text in chain:
                circle = chain[chain.index(like.text) :]
                if name == min(circle):  # every member would tell the same: the first by name does, with all places
                    links = [self._templates[one].items["like"] for one in circle]
                    way = ", ".join(f"{one} ({link.mark})" for one, link in zip(circle, links, strict=True))
                    self._wrong(links[0], f"templates are like each other in a circle: {way}, {circle[0]}")
                return True
            chain.append(like.text)
            if len(chain) > DEEPEST:
                first = self._templates[name].items["like"]
                self._wrong(first, f"template {name} has more than {DEEPEST} templates behind one another")
                return True
        return False

    def _words(self, what: str, node: Node, known: tuple[str, ...]) -> None:
        for word, inside in node.items.items():
            if word not in known:
                message = f"{what}: {word} is not known here{nearest_hint(word, known)}; there are {', '.join(known)}"
                self._wrong(inside, message, at_key=True, rule="unknown-word")

    def _wrong(self, node: Node, message: str, *, at_key: bool = False, rule: str = "scene") -> None:
        mark = node.key_mark if at_key and node.key_mark is not None else node.mark
        problem = Problem(mark, rule, message)
        if problem not in self._told:
            self._told.add(problem)
            self._problems.append(problem)


def _over(inherited: Mapping[str, Node], own: Mapping[str, Node]) -> dict[str, Node]:
    """The words of both; of a mapping its single entries."""
    result = dict(inherited)
    for word, node in own.items():
        before = result.get(word)
        if word in MAPPINGS and before is not None and before.is_mapping and node.is_mapping:
            result[word] = replace(node, value={**before.items, **node.items})
        else:
            result[word] = node
    return result
