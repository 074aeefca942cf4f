"""Checks and compiles dialplans/ and prompts/ of a site as one thing, with every core that they concern.

The flows' own lint is in `ivr`, the queues' in `acd`; problems of both come in one list, by file and line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from acd.config import Configuration, expression_problems, read
from calls.ids import QueueName
from complaints.clocks.book import ClockBook
from complaints.followups.reading import FOLLOW_UPS
from control.rules.treatment import QueueTreatment
from dialer.campaigns.reading import CampaignReading
from dsl.records import decoding_problem
from dsl.spelling import nearest
from dsl.tree import Mark, Node, Problem, SourceError, parse
from hotline.site.site import Site
from hotline.versions.campaigns import read_folder, unheard
from hotline.versions.case_rules import CaseRules, read_case_rules
from hotline.versions.clocks import names_of_clocks, read_folder_clocks
from hotline.versions.ear_kind import deaf_steps
from hotline.versions.follow_up_rules import FollowUpRules
from hotline.versions.followups import lists_named, read_folder_follow_ups
from hotline.versions.house_phrases import house_phrases
from hotline.versions.outgoing import OUTGOING, read_outgoing
from hotline.versions.queue_dispositions import disposition_problems, misspelt, with_codes
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.scenes import GateSources, read_gate
from hotline.versions.scenes_named import scenes_named
from hotline.versions.skills_check import unanswerable, unlisted_skills
from hotline.versions.sources import hash_of, readable_files
from hotline.versions.transfers import TRANSFERS, read_transfers, skills_of
from hotline.versions.trunks import TRUNKS, gaps, read_trunks
from hotline.versions.unread import unread_files
from ivr.answers import PHRASE
from ivr.compiler.compiling import AGENTS, PROMPTS, SKILLS, compile_folder
from ivr.compiler.overrides import OVERRIDES
from ivr.compiler.queue_rules import QUEUES
from ivr.compiler.test_cases import TESTS, read_test_cases
from ivr.program import Program
from ivr.questionnaires import graded
from reporting.reading import REPORTS, read_reports
from understanding.cases import Case

_TREATMENT = frozenset(QueueTreatment.__struct_fields__)
_FORMS = {"position": "yes, no, `limit 5` or `more 5`"}
_OF_AGENTS = ("agents", "pauses", "pause_needs_reason")


@dataclass(frozen=True, slots=True)
class Checked:
    """The result: with any problem that is no mere warning, `program` and `routing` are None; test cases aside."""

    files: Mapping[str, str]
    region: str
    zone: str | None
    paths: Mapping[str, Path]
    problems: list[Problem]
    program: Program | None
    routing: RoutingConfiguration | None
    gate: GateSources = field(default_factory=GateSources)
    """Scenes and policies, and the test cases of scenes."""
    campaigns: CampaignReading = field(default_factory=CampaignReading)
    case_rules: CaseRules = field(default_factory=CaseRules)
    clocks: ClockBook = field(default_factory=ClockBook)
    follow_ups: FollowUpRules = field(default_factory=FollowUpRules)
    follow_up_lists: list[tuple[str, Mark]] = field(default_factory=list)
    """The lists of people whom follow-ups are for, each with its place."""
    intent_cases: list[Case] = field(default_factory=list)
    """Sentences that are tried before a publish."""

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep it from being published."""
        return [problem for problem in self.problems if not problem.warning]

    @property
    def source_hash(self) -> str:
        """Of all files."""
        return hash_of(self.files, self.region, self.zone)


def check(site: Site) -> Checked:
    """Read and check everything, and tell all that is wrong at once, in one order. Nothing is written."""
    texts, paths, unreadable = readable_files(site)
    region = site.settings.region
    today = datetime.now(UTC).date()
    compiled = compile_folder(texts, today=today, region=region, zone=site.settings.zone or "")
    problems = [*unreadable, *compiled.problems]
    around = compiled.flows, compiled.readings, compiled.phrases, compiled.hours
    gate = read_gate(texts, compiled.roots, *around, region, site.zone, today)
    phrases, zone = compiled.phrases.keys, site.zone.key
    campaigns = read_folder(compiled.roots, gate.book, compiled.flows, phrases, today, zone, compiled.hours)
    clocks, wrong_clocks = read_folder_clocks(compiled.roots, compiled.hours)
    case_rules, wrong_case_rules = read_case_rules(compiled.roots, compiled.hours, names_of_clocks(compiled.roots))
    problems += [*gate.problems, *campaigns.problems, *wrong_case_rules, *wrong_clocks]
    around_visits = compiled.hours, clocks, case_rules, campaigns, compiled.questionnaires
    follow_ups, wrong_follow_ups = read_folder_follow_ups(compiled.roots, *around_visits)
    problems += wrong_follow_ups
    if REPORTS in compiled.roots:
        problems += read_reports(compiled.roots[REPORTS], graded(compiled.questionnaires))[1]
    marks_of = {flow: reading.marks for flow, reading in compiled.readings.items()}
    problems += deaf_steps(site.settings.speech, compiled.flows, marks_of)
    problems += unheard(campaigns, {name: one.kind for name, one in site.switches.items()})
    routing = _routing(compiled.roots, problems)
    listed = _listed_skills(compiled.roots)
    if listed is not None and AGENTS in compiled.roots:
        problems += unlisted_skills(compiled.roots[AGENTS], listed)
    trunks, tls = read_trunks(compiled.roots.get(TRUNKS), region, site.state / "secrets", problems)
    outgoing = read_outgoing(compiled.roots.get(OUTGOING), region, trunks, problems)
    if routing is not None:
        routing = msgspec.structs.replace(routing, trunks=trunks, tls=tls, outgoing=outgoing)
        named = _named_queues(compiled.roots[QUEUES])
        root = compiled.roots.get(TRANSFERS)
        rules = read_transfers(root, region, named, compiled.readings, routing.owners, problems)
        routing = msgspec.structs.replace(routing, transfers=rules)
        known = frozenset(listed if listed is not None else _held_skills(routing.configuration))
        unknown = {problem.mark for problem in problems if problem.rule == "unknown-skill"}
        asked = [*compiled.skill_expressions, *skills_of(root, rules), *campaigns.skill_expressions]
        for wish, mark in asked:
            problems += [
                Problem(mark, "skill", _hinted(found.message, found.suggestion))
                for found in expression_problems(wish, known)
                if mark not in unknown  # told already
            ]
        problems += unanswerable(compiled.flows, compiled.readings, routing.configuration)
        prompts = next((Mark(name, 1, 1) for name in compiled.roots if name.startswith(PROMPTS)), Mark(PROMPTS, 1, 1))
        by_overrides = compiled.roots[OVERRIDES].items if OVERRIDES in compiled.roots else {}
        by_phone = "code" in by_overrides or "number" in by_overrides
        problems += house_phrases(compiled.phrases, compiled.hours, routing, compiled.roots[QUEUES], prompts, by_phone)
        problems += disposition_problems(routing, compiled.roots[QUEUES])
        problems += scenes_named(gate.book, routing, compiled.roots, compiled.program)
        if compiled.program is not None:
            problems += gaps(compiled.program, routing, compiled.roots[QUEUES], marks_of)
    texts_of = [root for name, root in compiled.roots.items() if name.startswith(PROMPTS)]
    languages = [Path(name).stem for name in compiled.roots if name.startswith(PROMPTS)]
    keys = {key for root in texts_of for key in root.items} | {PHRASE + name for name in compiled.answers}
    problems += unread_files(site, languages, sorted(keys))
    broken = any(not problem.warning for problem in problems)
    problems += _test_problems(texts, compiled.program)
    problems = sorted(set(problems), key=lambda problem: problem.order)
    program = None if broken else compiled.program
    routing = None if broken else routing
    around_cases = case_rules, clocks, follow_ups, lists_named(follow_ups.book, compiled.roots.get(FOLLOW_UPS))
    around_gate = gate, campaigns, *around_cases, compiled.intent_cases
    return Checked(texts, region, site.settings.zone, paths, problems, program, routing, *around_gate)


def _test_problems(texts: Mapping[str, str], program: Program | None) -> list[Problem]:
    """Problems of the test cases; without a program of the files that are none, for the rest depends on it."""
    if program is not None:
        return read_test_cases(texts, program)[1]
    problems: list[Problem] = []
    for path in sorted(path for path in texts if path.startswith(TESTS)):
        try:
            parse(texts[path], path)
        except SourceError as error:
            problems.append(Problem(Mark(error.file, error.line, error.column), "yaml", error.message))
    return problems


def _named_queues(root: Node) -> tuple[str, ...]:
    """Every queue of queues.yaml, one that could not be read, too: what is wrong with it is told once."""
    queues = root.items.get("queues")
    return () if queues is None else tuple(queues.items)


def _listed_skills(roots: Mapping[str, Node]) -> tuple[str, ...] | None:
    """Skills of skills.yaml; None for a site without that file, where skills are those that somebody has."""
    skills = roots[SKILLS].items.get("skills") if SKILLS in roots else None
    return None if skills is None else tuple(skills.items)


def _held_skills(configuration: Configuration) -> set[str]:
    return {skill for agent in configuration.agents.values() for skill in agent.skills}


def _routing(roots: Mapping[str, Node], problems: list[Problem]) -> RoutingConfiguration | None:
    """Queues and agents as far as they could be read; None without the files. What is wrong is in `problems`."""
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
    configuration, found = read(queues, agents, _listed_skills(roots) or ())
    for problem in found:
        root = roots[AGENTS if problem.path[:1] == ("agents",) else QUEUES]
        near = problem.suggestion
        if not near and problem.message.endswith("is not a setting of queues"):  # of these some are the house's own
            near = nearest(str(problem.path[-1]), _TREATMENT)
        problems.append(Problem(_mark(root, problem.path), "people", _hinted(problem.message, near)))
    return RoutingConfiguration(configuration, treatments, pauses)


def _treatments(queues: dict[str, Any], root: Node, problems: list[Problem]) -> dict[QueueName, QueueTreatment]:
    """Take call control's settings out of queues.yaml; the rest is the queues core's."""
    treatments = {}
    for name, entry in (queues.get("queues") or {}).items():
        if not isinstance(entry, dict):
            continue
        words = {word: entry.pop(word) for word in _TREATMENT & entry.keys()}
        try:
            node = root.find(("queues", str(name)))
            if wrong := list(misspelt(node)):
                problems += wrong
                continue
            written = with_codes(words, node)
            treatments[QueueName(str(name))] = msgspec.convert(written, QueueTreatment)
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


def _plain(root: Node) -> dict[str, Any]:
    value = root.plain()
    return value if isinstance(value, dict) else {}


def _mark(root: Node, path: tuple[str | int, ...]) -> Mark:
    node = root.find(path)
    return node.key_mark or node.mark


def _hinted(message: str, suggestion: str) -> str:
    return f"{message}; did you mean {suggestion}?" if suggestion else message
