"""Publishing: lint, try the folder's own calls, build the prompts, write the version, name it; all of it or nothing."""

import getpass
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from calls.errors import BadInput
from dialer.scenes.book import EMPTY, Book
from dsl.tree import Problem
from hotline.site import audit
from hotline.site.site import Site
from hotline.versions.checking import Checked, check
from hotline.versions.intent_tests import compared, refusal
from hotline.versions.policies import policy_version
from hotline.versions.scenes import try_gate
from hotline.versions.store import Manifest, Versions
from hotline.versions.understanding import listens, matcher_of
from hotline.versions.voices import ready_sounds, recordings_folder, static_prompts
from ivr.answers import Answer, signed
from ivr.program import Program
from ivr.rehearsal.test_runner import run_folder
from speech.building import Builder, Built
from speech.voice import Voice
from understanding.cases import Comparison
from understanding.wishes import Judge

Progress = Callable[[str, int, int], None]
"""Takes the name of the step, how much of it is done, and of how much."""


class NotPublished(BadInput):
    """Nothing was published, and why; the version that holds goes on."""


class LintFound(NotPublished):
    """The folder has errors; `problems` are all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Published:
    """The version that was published, and what went into it."""

    version: str
    tried: int
    prompts_made: int
    prompts_ready: int
    """Taken from the sounds that come ready beside the texts."""
    prompts_kept: int
    warnings: list[str]
    took_s: float
    understanding: Comparison | None = None
    """How the sentences of dialplans/intents/tests fare; None where there are none."""


async def publish(
    site: Site, voice: Voice, progress: Progress = lambda what, done, total: None, force: str = ""
) -> Published:
    """Make a version of the site's folders and let new calls have it. Raises NotPublished with all that is wrong.

    `force`: why it is published although callers are understood less well by it; the audit log has it.
    """
    began = time.perf_counter()
    site.prepare()
    progress("lint", 0, 1)
    checked = check(site)
    if checked.errors or checked.program is None or checked.routing is None:
        raise LintFound(checked.errors)
    progress("lint", 1, 1)
    judge = _judge(site, checked.program, progress)
    comparison = _try_sentences(site, checked, checked.program, judge, force, progress)
    tried = _try_calls(checked, checked.program, judge, progress) + _try_scenes(site, checked, progress)
    built = await _build(site, checked.program, voice, progress)
    versions = Versions(site.versions)
    version = versions.next_id(checked.source_hash)
    publisher = getpass.getuser()
    clips: dict[str, dict[str, str]] = {}
    for (key, language), stem in built.stems.items():
        clips.setdefault(language, {})[key] = str(stem)
    program = checked.program.with_clips(version, clips)
    answers = signed(program.answers, _answers_before(versions), publisher)
    program = msgspec.structs.replace(program, answers=answers)
    policy = policy_version(checked.files)
    manifest = Manifest(
        version,
        time.time(),
        checked.source_hash,
        publisher,
        len(program.flows),
        len(built.stems),
        policy,
        _policy_by(versions, policy, publisher),
        force if comparison is not None and comparison.worse else "",
    )
    if manifest.forced:
        audit.note(site.state, "publish forced", f"{version}, which understands less: {force}")
    book = checked.gate.book.signed(_book_before(versions), publisher)
    sources = list(checked.paths.items())
    campaigns = checked.campaigns.campaigns
    versions.add(manifest, program, checked.routing, sources, book, campaigns, checked.clocks, checked.follow_ups)
    versions.activate(version)
    warnings = [str(problem) for problem in checked.problems if problem.warning] + built.warnings
    took_s = time.perf_counter() - began
    return Published(version, tried, built.made, built.ready, built.kept, warnings, took_s, comparison)


def rollback(site: Site, to: str | None = None) -> str:
    """Let new calls have an earlier version, the one before unless `to` names another. Calls under way keep theirs."""
    versions = Versions(site.versions)
    version = to or versions.before()
    if version is None:
        raise BadInput("there is no version before this one; `hotline versions` lists them")
    versions.activate(version)
    return version


def _judge(site: Site, program: Program, progress: Progress) -> Judge | None:
    """Train the model of the intents, or find it kept; None where no flow understands callers."""
    if not listens(program):
        return None
    progress("intents", 0, 1)
    matcher = matcher_of(site, program.intents)
    progress("intents", 1, 1)
    return None if matcher is None else matcher.judge


def _try_sentences(
    site: Site, checked: Checked, program: Program, judge: Judge | None, force: str, progress: Progress
) -> Comparison | None:
    """Try the folder's sentences; None without any. Raises NotPublished where fewer are understood than in service."""
    if judge is None or not checked.intent_cases:
        return None
    _, comparison = compared(site, checked.intent_cases, program.intents, judge)
    progress("sentences tried", len(checked.intent_cases), len(checked.intent_cases))
    if (why := refusal(comparison)) and not force.strip():
        raise NotPublished(why)
    return comparison


def _answers_before(versions: Versions) -> Mapping[str, Answer]:
    """The answers of the version that holds: one that is as it was there keeps its first publisher."""
    current = versions.current()
    try:
        return {} if current is None else versions.program(current).answers
    except BadInput:  # of another release: everything counts as new
        return {}


def _try_calls(checked: Checked, program: Program, judge: Judge | None, progress: Progress) -> int:
    results = run_folder(program, checked.files, judge)
    failed = [result for result in results if not result.ok]
    progress("calls tried", len(results), len(results))
    if failed:
        raise NotPublished("\n".join(str(result) for result in failed))
    return len(results)


def _try_scenes(site: Site, checked: Checked, progress: Progress) -> int:
    results = list(try_gate(checked.gate, checked.region, site.zone))
    progress("scenes tried", len(results), len(results))
    if failed := [result for result in results if not result.ok]:
        raise NotPublished("\n".join(str(result) for result in failed))
    return len(results)


def _book_before(versions: Versions) -> Book:
    """The scenes of the version that holds: one that is as it was there keeps its first publisher."""
    current = versions.current()
    try:
        return EMPTY if current is None else versions.book(current)
    except BadInput:  # of another release: everything counts as new
        return EMPTY


def _policy_by(versions: Versions, policy: str, publisher: str) -> str:
    """The user who first published these policies; of the version that holds, where it has the same."""
    current = versions.current()
    if current is None:
        return publisher
    before = versions.manifest(current)
    return before.policy_by if before.policy == policy and before.policy_by else publisher


async def _build(site: Site, program: Program, voice: Voice, progress: Progress) -> Built:
    builder = Builder(site.sounds, voice, recordings=recordings_folder(site), ready=ready_sounds(site))
    built = await builder.build(
        static_prompts(program.phrases), lambda done, total, key: progress("prompts", done, total)
    )
    if built.failures:
        lines = [f"{f.prompt.language}/{f.prompt.key}: {f.reason}" for f in built.failures]
        raise NotPublished("\n".join(lines))
    return built
