"""Test cases of scenes: questions to the gate as admins write them down, in dialplans/scenes/tests/*.yaml.

    nobody hears of the offer at night:
      at: 2026-11-23 21:30              # the house's own time, or any instant with its zone
      scene: spring_offer
      number: "13800138000"
      person: p1
      lists: [{list: complained}]       # that the callee is on
      copies: {registry: 2026-11-20}    # when the copy of a list was taken; of others it is new
      consents: {marketing: given}      # or refused
      history:                          # calls before; of the same number and person unless they say otherwise
        - {ago: 2 h, state: effective, scene: spring_offer}
      expect: {defer: cn_gbt45251.hours, until: 2026-11-24 08:00}

`expect` is `allow`, or `{deny: RULE}`, or `{defer: RULE, until: …}`: the rule must be among the reasons. `obliges:`
beside it names what the call must keep to. Scenes count as approved here: these cases are about the rules.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec

from calls.numbers import e164
from dialer.governor.decisions import Obligations
from dialer.governor.durations import seconds
from dialer.governor.history import History, PastCall, State
from dialer.governor.questions import Consent, Listed, Origin, Question
from dialer.scenes.reading import CASES
from dialer.scenes.settings import Settings
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem, SourceError, parse

CASE_WORDS = (
    "at", "scene", "number", "person", "account", "campaign", "caller_id", "origin", "source", "attributes", "zones",
    "region", "lists", "copies", "consents", "exceptions", "history", "expect", "obliges", "about",
)  # fmt: skip
_TEXTS = ("scene", "person", "account", "campaign", "caller_id", "source")
_PAST_WORDS = (
    "ago", "at", "state", "scene", "category", "channel", "campaign", "result", "number", "person", "account",
    "talked_until",
)  # fmt: skip
_LIST_WORDS = ("list", "scope", "source", "reason", "since", "until")
_STATES = get_args(State)
_OBLIGES = Obligations.__struct_fields__
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Case:
    """One question, what is known of the callee, and the expected answer. Instants are UTC epoch seconds."""

    name: str
    mark: Mark
    at: float
    question: Question
    zones: tuple[str, ...]
    region: str
    lists: tuple[Listed, ...]
    copies: Mapping[str, float]
    consents: tuple[Consent, ...]
    exceptions: tuple[str, ...]
    history: History
    verdict: str
    rule: str
    until: float | None
    obliges: Mapping[str, Any]
    expect: Mark


def read_cases(
    files: Mapping[str, str], scenes: Mapping[str, Settings], region: str, zone: ZoneInfo
) -> tuple[list[Case], list[Problem]]:
    """Read all test cases of scenes among a folder's files (text by path), and find what is wrong with them."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in sorted(files):
        if not (path.startswith(CASES) and path.endswith(".yaml")):
            continue
        try:
            root = parse(files[path], path)
        except SourceError as error:
            problems.append(Problem(Mark(error.file, error.line, error.column), "yaml", error.message))
            continue
        if not root.is_mapping and root.value is not None:
            problems.append(Problem(root.mark, "test", f"a mapping of names to test cases is wanted, not {root.kind}"))
        for name, node in root.items.items():
            case = _Reader(name, node, scenes, region, zone, problems).read()
            if case is not None:
                cases.append(case)
    return cases, problems


class _Reader:
    def __init__(
        self,
        name: str,
        node: Node,
        scenes: Mapping[str, Settings],
        region: str,
        zone: ZoneInfo,
        problems: list[Problem],
    ) -> None:
        self._name = name
        self._node = node
        self._items = node.items
        self._scenes = scenes
        self._region = region
        self._zone = zone
        self._problems = problems
        self._mark = node.key_mark or node.mark
        self._now = 0.0

    def read(self) -> Case | None:
        before = len(self._problems)
        if not self._node.is_mapping:
            self._wrong(self._node.mark, f"a test case is a mapping with {', '.join(CASE_WORDS)}")
            return None
        self._words(self._node, CASE_WORDS, "a test case")
        at = self._items.get("at")
        if at is None:
            self._wrong(self._mark, "at is missing: when is it asked? such as 2026-11-23 10:00")
        self._now = (self._instant(at) if at is not None else None) or 0.0
        question = self._question()
        history = self._history(question)
        verdict, rule, until, expect = self._expected()
        obliges = self._items.get("obliges")
        if obliges is not None:
            self._words(obliges, _OBLIGES, "obliges")
        lists, copies, consents = self._lists(), self._copies(), self._consents()
        if len(self._problems) > before:
            return None
        return Case(
            name=self._name,
            mark=self._mark,
            at=self._now,
            question=question,
            zones=self._several("zones"),
            region=self._text("region"),
            lists=lists,
            copies=copies,
            consents=consents,
            exceptions=self._several("exceptions"),
            history=history,
            verdict=verdict,
            rule=rule,
            until=until,
            obliges={} if obliges is None else obliges.plain(),
            expect=expect,
        )

    def _question(self) -> Question:
        scene = self._items.get("scene")
        if scene is None:
            self._wrong(self._mark, "scene is missing")
        elif scene.text and scene.text not in self._scenes:
            self._wrong(scene.mark, f"there is no scene {scene.text}{nearest_hint(scene.text, self._scenes)}")
        number = self._items.get("number")
        if number is None:
            self._wrong(self._mark, "number is missing")
        origin = self._text("origin") or "check"
        if origin not in get_args(Origin):
            hint = nearest_hint(origin, get_args(Origin))
            self._wrong(
                self._items["origin"].mark, f"no origin {origin}{hint}; there are {', '.join(get_args(Origin))}"
            )
            origin = "check"
        attributes = self._items.get("attributes")
        given = attributes.items.items() if attributes is not None else ()
        caller_id = self._text("caller_id")
        return msgspec.convert(
            {
                **{word: self._text(word) for word in _TEXTS},
                "number": "" if number is None else e164(number.text, self._region),
                "caller_id": e164(caller_id, self._region) if caller_id else "",
                "origin": origin,
                "attributes": {word: node.text for word, node in given},
            },
            Question,
        )

    def _history(self, question: Question) -> History:
        node = self._items.get("history")
        calls = []
        for one in self._entries(node, "history", "{ago: 2 h, state: effective}"):
            self._words(one, _PAST_WORDS, "a past call")
            texts = {word: inside.text for word, inside in one.items.items()}
            state = texts.get("state", "attempted")
            if state not in _STATES:
                hint = nearest_hint(state, _STATES)
                self._wrong(one.items["state"].mark, f"no state {state}{hint}; there are {', '.join(_STATES)}")
                continue
            at = self._past(one)
            talked = one.items.get("talked_until")
            if at is None:
                continue
            scene = texts.get("scene", question.scene)
            settings = self._scenes.get(scene)
            calls.append(
                PastCall(
                    at=at,
                    state=_state(state),
                    number=e164(texts["number"], self._region) if "number" in texts else question.number,
                    person=texts.get("person", question.person),
                    account=texts.get("account", question.account),
                    scene=scene,
                    category=texts.get("category", "" if settings is None else settings.category),
                    channel=texts.get("channel", "" if settings is None else settings.channel),
                    campaign=texts.get("campaign", question.campaign),
                    talked_until=(self._instant(talked) or 0.0) if talked is not None else _talked(state, at),
                    result=texts.get("result", ""),
                )
            )
        return History(tuple(sorted(calls, key=lambda call: -call.at)))

    def _past(self, node: Node) -> float | None:
        if "ago" in node.items:
            try:
                return self._now - seconds(node.items["ago"].text)
            except ValueError as error:
                self._wrong(node.items["ago"].mark, str(error))
                return None
        if "at" not in node.items:
            self._wrong(node.mark, "a past call says when it was: ago: 2 h, or at: 2026-11-23 10:00")
            return None
        return self._instant(node.items["at"])

    def _lists(self) -> tuple[Listed, ...]:
        found = []
        node = self._items.get("lists")
        for one in () if node is None else node.children if node.is_sequence else (node,):
            if not one.is_mapping:
                found.append(Listed(one.text))
                continue
            self._words(one, _LIST_WORDS, "an entry of lists")
            if "list" not in one.items:
                self._wrong(one.mark, "list: the name of the list is missing")
                continue
            texts = {word: one.items[word].text for word in ("scope", "source", "reason") if word in one.items}
            since = self._instant(one.items["since"]) if "since" in one.items else 0.0
            until = self._instant(one.items["until"]) if "until" in one.items else None
            listed = Listed(one.items["list"].text, since=since or 0.0, until=until)
            found.append(msgspec.structs.replace(listed, **texts))
        return tuple(found)

    def _copies(self) -> dict[str, float]:
        node = self._items.get("copies")
        if node is None:
            return {}
        if not node.is_mapping:
            self._wrong(node.mark, "copies: {registry: 2026-11-20}: when the copy of a list was taken")
            return {}
        return {name: self._instant(one) or 0.0 for name, one in node.items.items()}

    def _consents(self) -> tuple[Consent, ...]:
        node = self._items.get("consents")
        found = []
        for purpose, one in node.items.items() if node is not None else ():
            if one.text not in ("given", "refused"):
                self._wrong(one.mark, f"given or refused is wanted{nearest_hint(one.text, ('given', 'refused'))}")
            found.append(Consent(purpose, one.text == "given", self._now - _DAY_S, evidence="a test case"))
        return tuple(found)

    def _expected(self) -> tuple[str, str, float | None, Mark]:
        node = self._items.get("expect")
        if node is None:
            self._wrong(self._mark, "expect is missing: allow, {deny: RULE} or {defer: RULE, until: …}")
            return "", "", None, self._mark
        if node.text == "allow":
            return "allow", "", None, node.mark
        verdicts = [word for word in ("deny", "defer") if word in node.items]
        if len(verdicts) != 1 or set(node.items) - {*verdicts, "until"}:
            hint = nearest_hint(node.text, ("allow",))
            self._wrong(node.mark, f"allow, {{deny: RULE}} or {{defer: RULE, until: …}} is wanted{hint}")
            return "", "", None, node.mark
        until = self._instant(node.items["until"]) if "until" in node.items else None
        return verdicts[0], node.items[verdicts[0]].text, until, node.mark

    def _entries(self, node: Node | None, word: str, such: str) -> tuple[Node, ...]:
        if node is None:
            return ()
        if not node.is_sequence or not all(one.is_mapping for one in node.children):
            self._wrong(node.mark, f"{word}: a list is wanted, of {such}")
            return ()
        return node.children

    def _several(self, word: str) -> tuple[str, ...]:
        node = self._items.get(word)
        return () if node is None else tuple(one.text for one in (node.children if node.is_sequence else (node,)))

    def _text(self, word: str) -> str:
        node = self._items.get(word)
        return "" if node is None else node.text

    def _instant(self, node: Node) -> float | None:
        try:
            at = datetime.fromisoformat(node.text)
        except ValueError:
            self._wrong(node.mark, f"{node.text!r} is no time: write 2026-11-23 10:00")
            return None
        return (at if at.tzinfo is not None else at.replace(tzinfo=self._zone)).timestamp()

    def _words(self, node: Node, known: Collection[str], of: str) -> None:
        for word, inside in node.items.items():
            if word not in known:
                message = f"{word} is not a word of {of}{nearest_hint(word, known)}; there are {', '.join(known)}"
                self._wrong(inside.key_mark or inside.mark, message, "unknown-word")

    def _wrong(self, mark: Mark, message: str, rule: str = "test") -> None:
        self._problems.append(Problem(mark, rule, message))


def _state(word: str) -> State:
    return next(state for state in _STATES if state == word)


def _talked(state: str, at: float) -> float:
    """The end of a talk that does not say it: at once."""
    return at if state == "effective" else 0.0
