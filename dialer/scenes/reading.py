"""Reader of dialplans/scenes/*.yaml: files in, scenes and problems with their places out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from calls.numbers import e164
from dialer.governor.durations import seconds
from dialer.scenes.settings import LISTS, MACHINES, MAPPINGS, Settings
from dialer.scenes.surroundings import Surroundings
from dialer.scenes.templates import Named, Templates
from dsl.records import decoding_problem
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem

SCENES = "dialplans/scenes/"
CASES = "dialplans/scenes/tests/"
_SECTIONS = ("templates", "scenes", "about")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{2,8}")
_NEVER = "never"


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene as it was read. `numbers` are those of its caller ids, `starts` and `ends` UTC epoch seconds."""

    name: str
    mark: Mark
    settings: Settings
    numbers: tuple[str, ...] = ()
    starts: float | None = None
    ends: float | None = None


@dataclass(slots=True)
class Reading:
    """All scenes of a folder."""

    scenes: dict[str, Scene] = field(default_factory=dict)
    templates: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)


def is_scenes_file(path: str) -> bool:
    """Whether the file, by its path from the site's folder, has scenes."""
    return path.startswith(SCENES) and not path.startswith(CASES) and path.endswith(".yaml")


def read_scenes(roots: Mapping[str, Node], around: Surroundings) -> Reading:
    """Read the scenes of `roots`, the parsed files by path; those of others are passed over."""
    reading = Reading()
    sections: dict[str, dict[str, Node]] = {"templates": {}, "scenes": {}}
    for path, root in sorted(roots.items()):
        if is_scenes_file(path):
            _sections(root, sections, reading.problems)
    told: set[tuple[Mark, str]] = set()
    templates = Templates(sections["templates"], sections["scenes"], reading.problems)
    for name, node in sections["scenes"].items():
        words = templates.filled(Named(name, node))
        if words is not None:
            scene = _Reader(Named(name, node), words, around, reading.problems, told).read()
            if scene is not None:
                reading.scenes[name] = scene
    reading.templates = tuple(sections["templates"])
    behind = {node.items["like"].text for node in sections["templates"].values() if "like" in node.items}
    for name, node in sections["templates"].items():
        if name not in templates.used and name not in behind:
            message = f"no scene is like template {name}"
            reading.problems.append(Problem(node.key_mark or node.mark, "unused-template", message, warning=True))
    reading.problems.sort(key=lambda problem: problem.order)
    return reading


def _sections(root: Node, sections: dict[str, dict[str, Node]], problems: list[Problem]) -> None:
    if root.value is None:
        return
    if not root.is_mapping:
        message = f"a mapping with {' and '.join(_SECTIONS[:2])} is wanted, not {root.kind}"
        problems.append(Problem(root.mark, "scene", message))
    for word, section in root.items.items():
        if word not in _SECTIONS:
            message = f"{word} is not known here{nearest_hint(word, _SECTIONS)}; there are {', '.join(_SECTIONS)}"
            problems.append(Problem(section.key_mark or section.mark, "unknown-word", message))
            continue
        if word == "about" or section.value is None:
            continue
        if not section.is_mapping:
            problems.append(Problem(section.mark, "scene", f"{word}: a mapping of names is wanted, not {section.kind}"))
        for name, node in section.items.items():
            mark = node.key_mark or node.mark
            first = sections[word].get(name)
            if not re.match(NAME, name):
                problems.append(Problem(mark, "scene", f"{name!r} is no name: small letters, digits and _"))
            elif first is not None:
                there = first.key_mark or first.mark
                problems.append(Problem(mark, "scene", f"{word[:-1]} {name} is given already at {there}"))
            elif not node.is_mapping:
                message = f"{name}: a mapping of settings is wanted, not {node.kind}"
                problems.append(Problem(node.mark, "scene", message))
            else:
                sections[word][name] = node


class _Reader:
    def __init__(
        self,
        scene: Named,
        words: Mapping[str, Node],
        around: Surroundings,
        problems: list[Problem],
        told: set[tuple[Mark, str]],
    ) -> None:
        self._scene = scene
        self._words = words
        self._around = around
        self._problems = problems
        self._told = told
        self._is_broken = False

    def read(self) -> Scene | None:
        settings = self._settings()
        if settings is None:
            return None
        self._script(settings)
        self._named("hours", settings.hours, self._around.hours, "hours of hours.yaml")
        self._named("notice", settings.notice, self._around.phrases, "phrase")
        self._durations()
        starts, ends = self._instant("starts", settings.starts), self._instant("ends", settings.ends)
        if starts is not None and ends is not None and ends <= starts:
            self._wrong(self._at("ends"), f"it ends before it starts ({settings.starts})")
        numbers = self._numbers()
        if self._is_broken:
            return None
        return Scene(self._scene.name, self._scene.mark, settings, numbers, starts, ends)

    def _settings(self) -> Settings | None:
        plain = {word: _plain(word, node) for word, node in self._words.items()}
        try:
            return msgspec.convert(plain, Settings)
        except msgspec.ValidationError as error:
            found = decoding_problem(error, Settings, ())
            hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
            root = Node(dict(self._words), self._scene.mark, self._scene.mark)
            at = root.find(found.path)
            self._wrong(at.key_mark or at.mark, found.message + hint)
            return None

    def _script(self, settings: Settings) -> None:
        if settings.script and settings.script_elsewhere:
            self._wrong(self._at("script_elsewhere"), "script and script_elsewhere: write one of them")
        elif settings.channel in MACHINES:
            if not settings.script and not settings.script_elsewhere:
                message = f"channel {settings.channel} needs script: a flow; or script_elsewhere: another system's"
                self._wrong(self._scene.mark, message)
            self._named("script", settings.script, self._around.flows, "flow")
        else:
            self._named("script", settings.script, self._around.phrases, "phrase")
        if settings.human_only and settings.channel in MACHINES:
            self._wrong(self._at("human_only"), f"people only, and its channel is {settings.channel}")

    def _named(self, word: str, name: str, known: Mapping[str, Any], label: str) -> None:
        if name and name not in known:
            rule = f"unknown-{label.split()[0]}"
            self._wrong(self._at(word), f"{word}: there is no {label} {name}{nearest_hint(name, known)}", rule)

    def _durations(self) -> None:
        retry, ring = self._words.get("retry"), self._words.get("ring")
        nodes = [ring.items[word] for word in ("longest", "least") if ring is not None and word in ring.items]
        if retry is not None:
            nodes += [retry.items["after"]] if "after" in retry.items else []
            results = retry.items.get("by_result")
            nodes += [one for one in results.children if one.text != _NEVER] if results is not None else []
        for node in nodes:
            try:
                seconds(node.text)
            except ValueError as error:
                self._wrong(node.mark, str(error))

    def _instant(self, word: str, text: str) -> float | None:
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            self._wrong(self._at(word), f"{text!r} is no time: write 2026-12-01, or 2026-12-01 09:00")
            return None
        return (at if at.tzinfo is not None else at.replace(tzinfo=self._around.zone)).timestamp()

    def _numbers(self) -> tuple[str, ...]:
        """The numbers behind `caller_ids`: of pools, or written out."""
        node = self._words.get("caller_ids")
        pools = self._around.pools
        numbers: dict[str, None] = {}
        for one in () if node is None else node.children if node.is_sequence else (node,):
            if one.text in pools:
                numbers |= dict.fromkeys(pools[one.text])
                continue
            number = e164(one.text, self._around.region) if any(sign.isdigit() for sign in one.text) else ""
            if not _E164.fullmatch(number):
                hint = nearest_hint(one.text, pools)
                self._wrong(one.mark, f"{one.text} is no pool of the policies, and no number{hint}", "unknown-pool")
            elif pools and not any(number in pool for pool in pools.values()):
                self._wrong(one.mark, f"{one.text} is in no pool of the policies")
            numbers[number] = None
        return tuple(numbers)

    def _at(self, word: str) -> Mark:
        node = self._words.get(word)
        return self._scene.mark if node is None else node.mark

    def _wrong(self, mark: Mark, message: str, rule: str = "scene") -> None:
        self._is_broken = True
        if (mark, message) not in self._told:  # of a template's value every scene that is like it would tell the same
            self._told.add((mark, message))
            self._problems.append(Problem(mark, rule, f"scene {self._scene.name}: {message}"))


def _plain(word: str, node: Node) -> Any:
    """The value of one word for the decoder: numbers of text words as they were written, lists of list words."""
    if word in LISTS:
        return [_text(one) for one in (node.children if node.is_sequence else (node,))]
    if word in MAPPINGS:
        return {name: _inner(name, one) for name, one in node.items.items()} if node.is_mapping else node.plain()
    return node.value if word == "human_only" else _text(node)


def _inner(name: str, node: Node) -> Any:
    if name == "tries":
        return node.value
    return {key: _text(one) for key, one in node.items.items()} if node.is_mapping else _text(node)


def _text(node: Node) -> Any:
    return node.text if isinstance(node.value, str | int | float) and not isinstance(node.value, bool) else node.plain()
