"""Compiling of a folder: dialplans/ and prompts/ become a program, or a list of everything that is wrong with them.

Text in, data out: the caller has read the files. Nothing is half compiled: with one problem that is not a mere
warning there is no program, and the version that runs goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from calls.numbers import REGION, e164
from dsl.calendars import read_hours
from dsl.hours import Hours
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem, SourceError, parse
from ivr.compiler import answers as answering
from ivr.compiler import lint, ways
from ivr.compiler.flows import flow_name, read_flow
from ivr.compiler.grammar import Reading, RefKind
from ivr.compiler.intents import lint_slots, with_intents
from ivr.compiler.overrides import OVERRIDES, read_overrides
from ivr.compiler.phrases import Phrases, read_phrases
from ivr.compiler.questionnaires import QUESTIONNAIRES, lint_ways, read_questionnaires
from ivr.compiler.queue_rules import QUEUES
from ivr.compiler.vocabulary import SITE_WORDS
from ivr.override_rules import OverrideRules
from ivr.program import Flow, Limits, Program
from ivr.questionnaires import Questionnaire
from understanding.cases import Case, read_cases
from understanding.intents import IntentBook
from understanding.reading import INTENTS, Around, read_intents

FLOWS = "dialplans/flows/"
ENTRY, HOURS, DEFAULTS = "dialplans/entry.yaml", "dialplans/hours.yaml", "dialplans/defaults.yaml"
AGENTS, SKILLS = "dialplans/agents.yaml", "dialplans/skills.yaml"
PROMPTS = "prompts/"
_DEFINED_IN: dict[RefKind, str] = {"queue": QUEUES, "hours": HOURS, "agent": AGENTS}
_LIMITS = {"steps": (10, 10_000), "call_s": (60, 86_400), "depth": (2, 50)}


@dataclass(slots=True)
class Compilation:
    """Outcome of compiling a folder. `roots` are the parsed files by path; the meaning of some belongs to others.

    `skill_expressions` are those of all flows with their places; their grammar belongs to the queues.
    """

    program: Program | None = None
    problems: list[Problem] = field(default_factory=list)
    roots: dict[str, Node] = field(default_factory=dict)
    skill_expressions: list[tuple[str, Mark]] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    phrases: Phrases = field(default_factory=lambda: Phrases({}))
    hours: dict[str, Hours] = field(default_factory=dict)
    """Flows, phrases and hours as far as they could be read, for checks of others."""
    questionnaires: dict[str, Questionnaire] = field(default_factory=dict)
    intent_cases: list[Case] = field(default_factory=list)
    """Sentences that are tried before a publish."""
    answers: tuple[str, ...] = ()
    """Names of the answers, of those that are broken, too."""

    @property
    def errors(self) -> list[Problem]:
        """Problems that keep it from being published."""
        return [problem for problem in self.problems if not problem.warning]


def compile_folder(
    files: Mapping[str, str],
    *,
    version: str = "",
    today: date | None = None,
    region: str = REGION,
    zone: str = "",
) -> Compilation:
    """Compile `files` (text by path from the site's folder, `/` between).

    `today` is for holidays not yet decreed, `region` (ISO 3166) for numbers without a country code.
    `zone` (IANA) is the house's own; without one it is that of the first entry of hours.yaml, else UTC.
    """
    return _Compiler(files, region, zone).run(version, today)


class _Compiler:
    def __init__(self, files: Mapping[str, str], region: str, zone: str) -> None:
        self._files = files
        self._region = region
        self._zone = zone
        self._done = Compilation()
        self._unread: set[str] = set()

    def run(self, version: str, today: date | None) -> Compilation:
        done = self._done
        self._parse()
        defaults = self._mapping(DEFAULTS)
        languages = self._languages(defaults.get("languages"))
        limits = self._limits(defaults.get("limits"))
        self._unknown_defaults(defaults)
        phrases = self._phrases(languages)
        hours = self._hours(today)
        usual = {word: node for word, node in defaults.items() if word in SITE_WORDS}
        flows = self._flows(usual)
        flows |= self._questionnaires(usual, flows, phrases)
        book, answers = self._intents(flows, phrases, languages, today)
        done.flows, done.phrases, done.hours = flows, phrases, hours
        self._lint(flows, phrases, hours, languages, book, answers)
        entries = self._entries(flows)
        overrides = self._overrides(flows, entries)
        done.problems.sort(key=lambda problem: problem.order)
        done.problems = list(dict.fromkeys(done.problems))
        if not done.errors:
            texts = answering.spoken(answers, phrases)
            zone = self._zone or next((entry.zone for entry in hours.values()), "UTC")
            rest = limits, self._region, zone, overrides, book, answers.answers
            done.program = Program(version, languages, flows, entries, hours, texts, {}, *rest)
        return done

    def _problem(self, mark: Mark, rule: str, message: str) -> None:
        self._done.problems.append(Problem(mark, rule, message))

    def _parse(self) -> None:
        for path, text in sorted(self._files.items()):
            if not path.endswith(".yaml") or path.startswith("dialplans/tests/"):
                continue
            try:
                self._done.roots[path] = parse(text, path)
            except SourceError as error:
                self._problem(Mark(error.file, error.line, error.column), "yaml", error.message)
                self._unread.add(path)

    def _mapping(self, path: str) -> Mapping[str, Node]:
        root = self._done.roots.get(path)
        if root is not None and not root.is_mapping and root.value is not None:
            self._problem(root.mark, "type", f"a mapping is wanted, not {root.kind}")
            self._unread.add(path)
        return root.items if root is not None else {}

    def _section(self, path: str, word: str) -> Mapping[str, Node]:
        section = self._mapping(path).get(word)
        return section.items if section is not None else {}

    def _languages(self, node: Node | None) -> tuple[str, ...]:
        spoken = [
            path.removeprefix(PROMPTS).removesuffix(".yaml")
            for path in (*self._done.roots, *sorted(self._unread))
            if path.startswith(PROMPTS) and "/" not in path.removeprefix(PROMPTS)
        ]
        if node is None:
            return tuple(sorted(spoken, key=lambda language: (not language.startswith("zh"), language)))
        languages: list[str] = []
        for child in node.children if node.is_sequence else (node,):
            if child.text in spoken:
                languages.append(child.text)
            else:
                hint = nearest_hint(child.text, spoken)
                self._problem(child.mark, "unknown-language", f"there is no prompts/{child.text}.yaml{hint}")
        return (*languages, *(language for language in spoken if language not in languages))

    def _limits(self, node: Node | None) -> Limits:
        given: dict[str, int] = {}
        for word, child in node.items.items() if node is not None else ():
            if word not in _LIMITS:
                hint = nearest_hint(word, list(_LIMITS))
                self._problem(child.key_mark or child.mark, "unknown-word", f"{word} is not a limit{hint}")
                continue
            least, most = _LIMITS[word]
            value = child.value
            if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
                given[word] = value
            else:
                self._problem(
                    child.mark, "type", f"{word} is a whole number from {least} to {most}, not {child.text!r}"
                )
        standard = Limits()
        return Limits(
            given.get("steps", standard.steps),
            float(given.get("call_s", standard.call_s)),
            given.get("depth", standard.depth),
        )

    def _unknown_defaults(self, defaults: Mapping[str, Node]) -> None:
        known = (*SITE_WORDS, "languages", "limits", "about")
        for word, node in defaults.items():
            if word not in known:
                message = f"{word} is not a default{nearest_hint(word, known)}; there are {', '.join(sorted(known))}"
                self._problem(node.key_mark or node.mark, "unknown-word", message)

    def _phrases(self, languages: tuple[str, ...]) -> Phrases:
        roots = self._done.roots
        files = {
            language: roots[f"{PROMPTS}{language}.yaml"]
            for language in languages
            if f"{PROMPTS}{language}.yaml" in roots
        }
        phrases, problems = read_phrases(files)
        self._done.problems += problems
        return phrases

    def _hours(self, today: date | None) -> dict[str, Hours]:
        root = self._done.roots.get(HOURS)
        if root is None or root.value is None:
            return {}
        hours, problems = read_hours(root, today)
        self._done.problems += problems
        return hours

    def _flows(self, defaults: Mapping[str, Node]) -> dict[str, Flow]:
        flows: dict[str, Flow] = {}
        for path, root in self._done.roots.items():
            if not path.startswith(FLOWS):
                continue
            name = flow_name(path)
            flow, reading = read_flow(root, name, defaults)
            if flow is None:
                self._unread.add(path)
            self._done.problems += reading.problems
            self._done.readings[name] = reading
            if flow is not None:
                flows[name] = flow
        return flows

    def _questionnaires(
        self, defaults: Mapping[str, Node], flows: Mapping[str, Flow], phrases: Phrases
    ) -> dict[str, Flow]:
        """The flows that questionnaires are; a file of the same name is told."""
        done, found = self._done, read_questionnaires(self._done.roots.get(QUESTIONNAIRES), defaults, phrases)
        for name in [name for name in found.flows if name in flows]:
            told = f"{name} is a questionnaire of {QUESTIONNAIRES} already"
            self._problem(Mark(f"{FLOWS}{name}.yaml", 1, 1), "questionnaire", told)
        if QUESTIONNAIRES in self._unread or len(found.questionnaires) < len(found.names):
            self._unread |= {f"{FLOWS}questionnaires/{name}.yaml" for name in found.names}
        done.problems += [*found.problems, *lint_ways(found)]
        done.problems += [problem for reading in found.readings.values() for problem in reading.problems]
        done.readings |= found.readings
        done.questionnaires = found.questionnaires
        return found.flows

    def _intents(
        self, flows: dict[str, Flow], phrases: Phrases, languages: tuple[str, ...], today: date | None
    ) -> tuple[IntentBook, answering.ReadAnswers]:
        """The book of intents, and the answers to them; steps that go by these get what they lead to, and the values as
        variables."""
        done, unread = self._done, self._unread_names()
        around = Around(languages, phrases.keys, flows, "phrase" in unread.kinds, unread.flows)
        book, nodes, problems = read_intents(done.roots, around)
        done.problems += [*problems, *lint_slots(book, nodes, phrases)]
        broken = bool(problems) or "intent" in unread.kinds
        done.intent_cases, wrong_cases = read_cases(done.roots, book, broken)
        around_answers = answering.Around(languages, book.intents, flows, unread.flows, broken, today)
        answers = answering.read_answers(done.roots, around_answers)
        done.problems += [*wrong_cases, *answers.problems]
        for name, flow in flows.items():
            reading = done.readings[name]
            flow = with_intents(flow, reading, book, flows, answers.answers)
            flows[name] = answering.with_answers(flow, reading, answers.answers, flows)
        done.answers = tuple(answers.nodes)
        done.problems += answering.lint_said(answers, flows, done.readings)
        return book, answers

    def _lint(
        self,
        flows: Mapping[str, Flow],
        phrases: Phrases,
        hours: Mapping[str, Hours],
        languages: tuple[str, ...],
        book: IntentBook,
        answers: answering.ReadAnswers,
    ) -> None:
        done = self._done
        agents = self._section(AGENTS, "agents")
        skills = list(self._section(SKILLS, "skills"))
        if SKILLS not in done.roots:  # without a list of skills they are those that somebody has
            skills = [skill for agent in agents.values() for skill in _entry(agent, "skills")]
        around = lint.Surroundings(
            flows=flows,
            phrases=phrases,
            hours=tuple(hours),
            queues=tuple(self._section(QUEUES, "queues")),
            skills=tuple(dict.fromkeys(skills)),
            agents=tuple(agents),
            accounts=tuple(_account(name, agent) for name, agent in agents.items()),
            languages=languages,
            secrets=tuple(dict.fromkeys(name for reading in done.readings.values() for name in reading.secrets)),
            unread=self._unread_names(),
            intents=tuple(book.intents),
            answers=tuple(answers.nodes),
        )
        for name, flow in flows.items():
            reading = done.readings[name]
            done.problems += lint.lint_flow(flow, reading, around)
            done.skill_expressions += [(ref.name, ref.mark) for ref in reading.refs if ref.kind == "skills"]
        done.problems += ways.lint_calls(flows, done.readings)
        told = {problem.mark for problem in done.problems if problem.rule == "loop"}
        done.problems += (found for found in ways.lint_circles(flows, done.readings) if found.mark not in told)

    def _unread_names(self) -> lint.Unread:
        """Names that unreadable files may well define: that those are missing is the same problem told again."""
        flows = frozenset(flow_name(path) for path in self._unread if path.startswith(FLOWS))
        kinds: set[RefKind] = {kind for kind, path in _DEFINED_IN.items() if path in self._unread}
        if any(path.startswith(PROMPTS) for path in self._unread):
            kinds.add("phrase")
        if any(path.startswith(INTENTS) for path in self._unread):
            kinds.add("intent")
        if any(path.startswith(answering.ANSWERS) for path in self._unread):
            kinds.add("answer")
        return lint.Unread(flows, frozenset(kinds))

    def _overrides(self, flows: Mapping[str, Flow], entries: Mapping[str, str]) -> OverrideRules:
        root = self._done.roots.get(OVERRIDES)
        if root is None:
            return OverrideRules()
        rules, problems = read_overrides(root, flows, self._unread_names().flows, entries, self._region)
        self._done.problems += problems
        return rules

    def _entries(self, flows: Mapping[str, Flow]) -> dict[str, str]:
        entries: dict[str, str] = {}
        first: dict[str, Mark] = {}
        for number, node in self._mapping(ENTRY).items():
            mark = node.key_mark or node.mark
            called = e164(number, self._region)
            if called in first:
                self._problem(mark, "duplicate-entry", f"{number} is already given on line {first[called].line}")
                continue
            first[called] = mark
            if number != "default" and not any(character.isdigit() for character in number):
                hint = nearest_hint(number, ("default",))
                self._problem(mark, "entry", f"{number!r} is neither a number nor default{hint}")
            if node.text not in flows and node.text in self._unread_names().flows:
                continue
            if node.text not in flows:
                hint = nearest_hint(node.text, list(flows))
                self._problem(node.mark, "unknown-flow", f"there is no flow {node.text or node.kind}{hint}")
            elif flows[node.text].takes:
                takes = ", ".join(flows[node.text].takes)
                self._problem(node.mark, "argument", f"{node.text} takes {takes}: it cannot be where calls begin")
            entries[called] = node.text
        return entries


def _account(agent: str, node: Node) -> str:
    account = node.items.get("account")
    return account.text if account is not None and account.text else agent


def _entry(node: Node, word: str) -> Mapping[str, Node]:
    inside = node.items.get(word)
    return inside.items if inside is not None else {}
