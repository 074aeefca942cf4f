"""Pictures of published flows: one drawn with its texts, two versions of it compared, and a test case played in it."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from dsl.tree import SourceError, parse
from hotline.versions.store import Versions
from ivr.compiler.drawing import Drawing, drawing
from ivr.compiler.queue_rules import QUEUES
from ivr.compiler.test_cases import TESTS, TestCase, read_test_cases
from ivr.program import Program
from ivr.rehearsal.test_runner import run_case

FLOWS = "dialplans/flows/"
_LONGEST_DIFF = 400


def flows_of(program: Program) -> list[dict[str, Any]]:
    """Each flow: its name, how many steps it has, and the numbers that it answers; those that answer most first."""
    numbers: dict[str, list[str]] = {}
    for number, name in program.entries.items():
        numbers.setdefault(name, []).append(number)
    found = [
        {"flow": name, "steps": len(flow.steps), "numbers": numbers.get(name, [])}
        for name, flow in program.flows.items()
    ]
    return sorted(found, key=lambda one: (-len(one["numbers"]), one["flow"]))


def picture(versions: Versions, version: str, flow: str) -> dict[str, Any]:
    """A flow drawn: `start`, `steps`, `texts` (phrase → language → text) and `sounds` (phrase → languages that have
    one). Raises BadInput for a version or a flow that is not there."""
    program = versions.program(version)
    drawn = _drawn(program, flow)
    phrases = dict.fromkeys(one.phrase for step in drawn.steps for one in step.says)
    texts = {
        phrase: {language: known[phrase] for language, known in program.phrases.items() if phrase in known}
        for phrase in phrases
    }
    sounds = {
        phrase: [language for language in program.languages if phrase in program.clips.get(language, {})]
        for phrase in phrases
    }
    return {"version": version, "flow": flow, **msgspec.to_builtins(drawn), "texts": texts, "sounds": sounds}


def sound(program: Program, language: str, phrase: str) -> Path | None:
    """The file of a phrase's sound; None where it has none. Both words are looked for among those of the version."""
    clip = program.clips.get(language, {}).get(phrase)
    if clip is None:
        return None
    path = Path(clip + ".wav")
    return path if path.is_file() else None


def compared(versions: Versions, before: str, after: str, flow: str) -> dict[str, Any]:
    """What `after` changes of a flow: `steps` by name (`added`, `removed`, `changed`), `ways` that came and went, the
    `lines` of its file and texts, and the `gone` steps as they were drawn. Raises BadInput, as `picture` does."""
    old, new = versions.program(before), versions.program(after)
    if flow not in old.flows and flow not in new.flows:
        _drawn(new, flow)  # to refuse it with the nearest name
    drawings = [drawing(one.flows[flow]) if flow in one.flows else Drawing("", ()) for one in (old, new)]
    known = [{step.step: step for step in drawn.steps} for drawn in drawings]
    steps = {name: "removed" for name in known[0] if name not in known[1]}
    for name, step in known[1].items():
        if name not in known[0]:
            steps[name] = "added"
        elif old.flows[flow].steps[name] != new.flows[flow].steps[name] or _said(old, step) != _said(new, step):
            steps[name] = "changed"
    ways = [{(name, way.to) for name, step in one.items() for way in step.ways} for one in known]
    told = [{"from": step, "to": to, "is": "added"} for step, to in sorted(ways[1] - ways[0])]
    told += [{"from": step, "to": to, "is": "removed"} for step, to in sorted(ways[0] - ways[1])]
    gone = [msgspec.to_builtins(step) for name, step in known[0].items() if name not in known[1]]
    lines = _lines(versions, before, after, flow)
    return {"before": before, "after": after, "flow": flow, "steps": steps, "ways": told, "gone": gone, "lines": lines}


def cases_of(versions: Versions, version: str) -> tuple[Program, list[TestCase]]:
    """The test cases of a version's own files. Raises BadInput for a version that is not here."""
    program = versions.program(version)
    files = versions.below(version, TESTS) | versions.sources(version, (QUEUES,))
    return program, read_test_cases(files, program)[0]


def played(versions: Versions, version: str, name: str) -> dict[str, Any]:
    """A test case played: its `course` moment by moment, and what differed. Raises BadInput for one that is none."""
    program, cases = cases_of(versions, version)
    case = next((one for one in cases if one.name == name), None)
    if case is None:
        raise BadInput(f"no test case {name[:60]}{nearest_hint(name, [one.name for one in cases])}")
    result = run_case(program, case)
    differences = [str(one) for one in result.differences]
    course = [asdict(moment) for moment in result.course]
    return {"case": name, "place": str(case.mark), "flow": case.flow, "ok": result.ok, "differences": differences} | {
        "course": course
    }


def placed(problems: Iterable[Mapping[str, Any]], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """What lint says, each with the `flow` and the `step` that it stands in; empty where it is no flow's. `texts`: the
    flows' files by path."""
    marks = {path: _steps(path, text) for path, text in texts.items()}
    found = []
    for problem in problems:
        path = problem["file"]
        flow = path.removeprefix(FLOWS).removesuffix(".yaml") if path.startswith(FLOWS) else ""
        before = [name for line, name in marks.get(path, ()) if line <= problem["line"]]
        found.append({**problem, "flow": flow, "step": before[-1] if before else ""})
    return found


def _steps(path: str, text: str) -> list[tuple[int, str]]:
    """The line of each word at the top of a file; none of one that is no YAML."""
    try:
        items = parse(text, path).items
    except SourceError:
        return []
    return sorted(((node.key_mark or node.mark).line, name) for name, node in items.items())


def _drawn(program: Program, flow: str) -> Drawing:
    if flow not in program.flows:
        raise BadInput(f"there is no flow {flow[:60]}{nearest_hint(flow, list(program.flows))}")
    return drawing(program.flows[flow])


def _said(program: Program, step: Any) -> list[list[str]]:
    return [[known.get(one.phrase, "") for known in program.phrases.values()] for one in step.says]


def _lines(versions: Versions, before: str, after: str, flow: str) -> list[str]:
    path = f"{FLOWS}{flow}.yaml"
    texts = [versions.sources(version, (path,)).get(path, "").splitlines() for version in (before, after)]
    found = difflib.unified_diff(texts[0], texts[1], before, after, n=2, lineterm="")
    return list(found)[:_LONGEST_DIFF]
