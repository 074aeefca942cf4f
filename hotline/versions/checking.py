"""Checks and compiles dialplans/ and prompts/ of a site as one thing, with every core that they concern.

The flows' own lint is in `ivr`, the queues' in `acd`; problems of both come in one list, by file and line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from acd.config import Configuration, expression_problems, read
from calls.ids import QueueName
from calls.number_kinds import COUNTRIES
from control.treatment import QueueTreatment, phrases_of_announcements, phrases_of_callbacks
from dsl.records import decoding_problem
from dsl.tree import Mark, Node, Problem, nearest, nearest_hint
from hotline.site.settings import Site
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.sources import hash_of, read_files
from hotline.versions.unread import unread_files
from ivr.compiler.compiling import AGENTS, PROMPTS, SKILLS, compile_folder
from ivr.compiler.queue_rules import QUEUES
from ivr.phrases import parse_template
from ivr.program import Program

_TREATMENT = frozenset(QueueTreatment.__struct_fields__)
_FORMS = {"position": "yes, no, `limit 5` or `more 5`"}
_OF_AGENTS = ("agents", "pauses", "pause_needs_reason")


@dataclass(frozen=True, slots=True)
class Checked:
    """The result: with any problem that is no mere warning, `program` and `routing` are None."""

    files: Mapping[str, str]
    region: str
    paths: Mapping[str, Path]
    problems: list[Problem]
    program: Program | None
    routing: RoutingConfiguration | None

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep it from being published."""
        return [problem for problem in self.problems if not problem.warning]

    @property
    def source_hash(self) -> str:
        """Of all files."""
        return hash_of(self.files, self.region)


def check(site: Site) -> Checked:
    """Read and check everything. Nothing is written."""
    texts, paths = read_files(site)
    region = site.settings.region
    compiled = compile_folder(texts, today=datetime.now(UTC).date(), region=region)
    problems = list(compiled.problems)
    routing = _routing(compiled.roots, problems)
    if routing is not None:
        known = _known_skills(routing.configuration, compiled.roots)
        for wish, mark in compiled.skill_expressions:
            problems += [
                Problem(mark, "skill", _hinted(found.message, found.suggestion))
                for found in expression_problems(wish, known)
            ]
    if compiled.program is not None and routing is not None:
        problems += _house_phrases(compiled.program, routing, compiled.roots[QUEUES])
    texts_of = [root for name, root in compiled.roots.items() if name.startswith(PROMPTS)]
    languages = [Path(name).stem for name in compiled.roots if name.startswith(PROMPTS)]
    problems += unread_files(site, languages, sorted({key for root in texts_of for key in root.items}))
    problems = sorted(set(problems), key=lambda problem: (problem.mark.file, problem.mark.line, problem.mark.column))
    broken = any(not problem.warning for problem in problems)
    return Checked(texts, region, paths, problems, None if broken else compiled.program, None if broken else routing)


def _routing(roots: Mapping[str, Node], problems: list[Problem]) -> RoutingConfiguration | None:
    """Queues and agents, or None with the reasons in `problems`."""
    missing = [path for path in (QUEUES, AGENTS) if path not in roots]
    for path in missing:
        if not any(problem.mark.file == path for problem in problems):
            problems.append(Problem(Mark(path, 1, 1), "missing-file", "this file is needed"))
    if missing:
        return None
    queues, agents = _plain(roots[QUEUES]), _plain(roots[AGENTS])
    treatments = _treatments(queues, roots[QUEUES], problems)
    pauses = _pauses(agents, roots[AGENTS], problems)
    for word in [word for word in agents if word not in _OF_AGENTS]:
        del agents[word]
        message = f"`{word}` is not known here; there are {', '.join(_OF_AGENTS)}"
        problems.append(Problem(_mark(roots[AGENTS], (word,)), "people", _hinted(message, nearest(word, _OF_AGENTS))))
    skills = _plain(roots[SKILLS]).get("skills") if SKILLS in roots else None
    configuration, found = read(queues, agents, tuple(skills or ()))
    for problem in found:
        root = roots[AGENTS if problem.path[:1] == ("agents",) else QUEUES]
        near = problem.suggestion
        if not near and problem.message.endswith("is not a setting of queues"):  # of these some are the house's own
            near = nearest(str(problem.path[-1]), _TREATMENT)
        problems.append(Problem(_mark(root, problem.path), "people", _hinted(problem.message, near)))
    return None if found else RoutingConfiguration(configuration, treatments, pauses)


def _treatments(queues: dict[str, Any], root: Node, problems: list[Problem]) -> dict[QueueName, QueueTreatment]:
    """Take call control's settings out of queues.yaml; the rest is the queues core's."""
    treatments = {}
    for name, entry in (queues.get("queues") or {}).items():
        if not isinstance(entry, dict):
            continue
        words = {word: entry.pop(word) for word in _TREATMENT & entry.keys()}
        try:
            treatments[QueueName(str(name))] = msgspec.convert(words, QueueTreatment)
        except msgspec.ValidationError as error:
            found = decoding_problem(error, QueueTreatment, ("queues", str(name)), _FORMS)
            problems.append(Problem(_mark(root, found.path), "people", _hinted(found.message, found.suggestion)))
    return treatments


def _pauses(agents: dict[str, Any], root: Node, problems: list[Problem]) -> dict[str, str]:
    """`pauses: {1: lunch}` of agents.yaml: the digit after the pause code. Without a digit it is a break, unless the
    site wants a reason: `pause_needs_reason: true`."""
    given = agents.pop("pauses", None) or {}
    needs_reason = agents.pop("pause_needs_reason", False)
    if not isinstance(needs_reason, bool) or (needs_reason and not given):
        message = "true or false; with true, `pauses` has the reasons"
        problems.append(Problem(_mark(root, ("pause_needs_reason",)), "people", message))
    pauses = {} if needs_reason is True else {"": "break"}
    for digit, reason in given.items() if isinstance(given, dict) else ():
        if not (str(digit).isdecimal() and len(str(digit)) == 1 and isinstance(reason, str)):
            message = "a pause is one digit and its reason: `1: lunch`"
            problems.append(Problem(_mark(root, ("pauses", str(digit))), "people", message))
        pauses[str(digit)] = str(reason)
    return pauses


def _house_phrases(program: Program, routing: RoutingConfiguration, root: Node) -> list[Problem]:
    """Problems of the phrases that queues and callbacks name: each must exist, with no places but those known then."""
    problems = []
    for queue, treatment in routing.treatments.items():
        path: tuple[str | int, ...] = ("queues", queue)
        if treatment.whisper:
            problems += _phrase(program, treatment.whisper, {"queue", "reason"}, _mark(root, (*path, "whisper")))
        if treatment.announce is not None:
            for phrase, places in phrases_of_announcements(treatment.announce):
                problems += _phrase(program, phrase, places, _mark(root, (*path, "announce")))
        if treatment.callback is not None:
            mark = _mark(root, (*path, "callback"))
            for phrase, places in phrases_of_callbacks(treatment.callback):
                problems += _phrase(program, phrase, places, mark)
            for number, country in enumerate(treatment.callback.countries):
                if country not in COUNTRIES:
                    place = _mark(root, (*path, "callback", "countries", number))
                    code = country[:2].upper()  # HKG, cn, and never one that merely looks alike
                    hint = f" (did you mean {code}?)" if code in COUNTRIES else "; ISO 3166 has two letters for each"
                    problems.append(Problem(place, "unknown-country", f"there is no country {country}{hint}"))
            if treatment.callback.hours and treatment.callback.hours not in program.hours:
                hint = nearest_hint(treatment.callback.hours, tuple(program.hours))
                problems.append(Problem(mark, "unknown-hours", f"there are no hours {treatment.callback.hours}{hint}"))
        for number, step in enumerate(routing.configuration.queues[queue].steps):
            if step.offer == "callback" and treatment.callback is None:
                message = f"{queue} offers a callback and has no rules for it: give it `callback: {{hours: …}}`"
                problems.append(Problem(_mark(root, (*path, "steps", number, "offer")), "people", message))
        if list(treatment.alert_s) != sorted(set(treatment.alert_s)):
            problems.append(Problem(_mark(root, (*path, "alert_s")), "people", "alarms are in the order of their time"))
    return problems


def _phrase(program: Program, phrase: str, places: set[str], mark: Mark) -> list[Problem]:
    texts = program.phrases.get(program.languages[0], {})
    if phrase not in texts:
        return [Problem(mark, "unknown-phrase", f"there is no phrase {phrase}{nearest_hint(phrase, tuple(texts))}")]
    unknown = parse_template(texts[phrase]).places.keys() - places
    if not unknown:
        return []
    known = " and ".join(sorted(places)) or "nothing"
    return [Problem(mark, "house-phrase", f"{phrase} is told {known}, not {', '.join(sorted(unknown))}")]


def _known_skills(configuration: Configuration, roots: Mapping[str, Node]) -> frozenset[str]:
    named = frozenset(skill for agent in configuration.agents.values() for skill in agent.skills)
    listed = _plain(roots[SKILLS]).get("skills") if SKILLS in roots else None
    return named | frozenset(str(skill) for skill in listed or ())


def _plain(root: Node) -> dict[str, Any]:
    value = root.plain()
    return value if isinstance(value, dict) else {}


def _mark(root: Node, path: tuple[str | int, ...]) -> Mark:
    node = root.find(path)
    return node.key_mark or node.mark


def _hinted(message: str, suggestion: str) -> str:
    return f"{message}; did you mean {suggestion}?" if suggestion else message
