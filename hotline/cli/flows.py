"""hotline lint, try, call, schema: tools of admins. Nothing is published, no switch is needed."""

import sys
import time
from collections.abc import Iterable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import orjson
import typer
from rich.markup import escape

from acd.config import AgentConfig, QueueConfig
from calls.errors import BadInput
from calls.trunks import Tls, Trunk
from complaints import schema as case_schemas
from complaints.clocks.schema import clocks_schema
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import QueueTreatment
from dialer.campaigns import schema as campaign_schemas
from dialer.governor.schema import policy_schema
from dialer.scenes import schema as scene_schemas
from dialer.scenes.trial import Tried, in_words
from dsl.spelling import nearest_hint
from dsl.tree import Problem
from hotline.cli.common import JsonOption, SiteOption, counted, err, open_site, out, print_json, told
from hotline.cli.voice import sentence_of
from hotline.contacts import stored
from hotline.governing.policies import unapproved
from hotline.versions.callers_sounds import ear_for
from hotline.versions.checking import Checked, check
from hotline.versions.intents import overlapping
from hotline.versions.scenes import try_gate
from hotline.versions.understanding import listens, matcher_of
from hotline.versions.unread import unreadable_numbers
from hotline.versions.voices import survey
from ivr.compiler.answers import answers_schema
from ivr.compiler.schema import NAMES, json_schema
from ivr.compiler.test_cases import read_test_cases
from ivr.program import Program
from ivr.rehearsal.conversation import Conversation, Said
from ivr.rehearsal.test_runner import BadTestCases, Result, run_cases
from reporting.reading import reports_schema
from speech.sentence_vectors import INSTALL, is_installed
from speech.whisper.weights import INSTALL as EAR_MISSING
from understanding.cases import cases_schema
from understanding.settings import intents_schema
from understanding.wishes import Judge

app = typer.Typer(add_completion=False)

_STYLES = {
    "heard": "bold cyan",
    "caller": "green",
    "house": "yellow",
    "step": "dim",
    "over": "bold red",
    "help": "magenta",
}


@app.command()
def lint(site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Find mistakes in dialplans/, prompts/ and the do-not-call list: file, line, column, and the nearest right word.

    Exits with 1 if there are errors; with warnings alone, with 0.

    Examples:

      hotline lint

      hotline lint --site /srv/hotline --json | jq -r '.problems[].message'
    """
    opened = open_site(site)
    began = time.perf_counter()
    with told():
        checked = check(opened)
        unknown = stored.unknown(opened.database, [*checked.campaigns.lists, *checked.follow_up_lists])
    waits = unapproved(opened, checked.files) if checked.gate.book.scenes and not checked.errors else ""
    problems = [*checked.problems, *unreadable_numbers(opened), *unknown]
    if checked.program is not None and len(checked.program.intents.intents) > 1:
        problems += overlapping(checked.files, checked.program.intents)
    voices = survey(opened, checked.program.phrases) if checked.program is not None else []
    errors = [problem for problem in problems if not problem.warning]
    if json:
        told_voices = [msgspec.to_builtins(voice) for voice in voices]
        told_problems = [_as_data(problem) for problem in problems]
        print_json({"ok": not errors, "problems": told_problems, "policy_waits": waits, "voices": told_voices})
    else:
        for problem in problems:
            _print_problem(problem)
        if waits:
            err.print(waits, style="yellow", markup=False)
        took = f"{counted(len(checked.files), 'file')} in {time.perf_counter() - began:.2f} s"
        warnings = counted(len(problems) - len(errors), "warning")
        if errors:
            err.print(f"[bold red]{counted(len(errors), 'error')}[/], {warnings}, {took}")
        else:
            out.print(f"[bold green]clean[/]: {took}, {warnings}")
        for voice in voices:
            out.print(sentence_of(voice), style="dim", markup=False)
        if checked.program is not None and listens(checked.program) and not is_installed():
            out.print(INSTALL, style="dim", markup=False)
    raise typer.Exit(1 if errors else 0)


@app.command("try")
def try_(
    names: Annotated[list[str] | None, typer.Argument(help="Words in the names of test cases; default: all.")] = None,
    site: SiteOption = Path(),
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print every call, also those that went as expected.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Run the test cases of flows and of scenes, without a switch. Exits with 1 if a call goes another way.

    Those of flows are in dialplans/tests/, those of scenes in dialplans/scenes/tests/. A caller's recording in a test
    case (says: {sound: FILE}) is heard by the ear; where it is not installed such cases are not tried, and told.

    Examples:

      hotline try

      hotline try complaint --verbose
    """
    program, checked = _program(site)
    cases, problems = read_test_cases(checked.files, program)
    with told():
        if problems:
            raise BadTestCases(problems)
        chosen = [case for case in cases if not names or any(name in case.name for name in names)]
        asked = list(try_gate(checked.gate, checked.region, open_site(site).zone, names or None))
        if not chosen and not asked:
            known = [case.name for case in cases] + [case.name for case in checked.gate.cases]
            hint = nearest_hint(names[0] if names else "", known)
            raise BadInput(f"no test case is called {' or '.join(names or ['anything'])}{hint}; see dialplans/tests/")
    ear = ear_for(open_site(site).dialplans / "tests", chosen)
    unheard = [] if ear is not None else [case for case in chosen if case.has_sound]
    possible = [case for case in chosen if case not in unheard]
    with told():
        results = list(run_cases(program, possible, _judge(site, program), ear))
    failed = sum(not result.ok for result in results) + sum(not tried.ok for tried in asked)
    if json:
        told_cases = [*map(_result, results), *map(_tried, asked)]
        print_json({"ok": not failed, "cases": told_cases, "not_tried": [case.name for case in unheard]})
    else:
        for result in results:
            _print_result(result, verbose)
        for tried in asked:
            _print_tried(tried, verbose, open_site(site).zone)
        for case in unheard:
            out.print(f"not tried: {case.name}: {EAR_MISSING}", style="dim", markup=False)
        count = len(results) + len(asked)
        told_failed = f"[bold red]{failed} of {count} went another way[/]"
        out.print(told_failed if failed else f"[bold green]{count} calls went as expected[/]")
    raise typer.Exit(1 if failed else 0)


def _judge(site: Path, program: Program) -> Judge | None:
    """Judge of what the cases' callers say, where a flow understands callers."""
    if not listens(program):
        return None
    matcher = matcher_of(open_site(site), program.intents)
    return None if matcher is None else matcher.judge


@app.command()
def call(
    flow: Annotated[str, typer.Option(help="Flow to call.")] = "",
    dial: Annotated[
        str, typer.Option(help="Number to dial instead; entry.yaml names the flow that answers.")
    ] = "95183",
    caller: Annotated[str, typer.Option(help="Number of the caller.")] = "+8613800138000",
    at: Annotated[
        str, typer.Option(help="Time of the call in the site's zone, '2026-11-23 10:00'; default: now.")
    ] = "",
    site: SiteOption = Path(),
) -> None:
    """Call a flow from the terminal: read what the caller hears, type the keys.

    Examples:

      hotline call --flow main

      hotline call --dial 4000195183 --at '2026-10-01 10:00'

      printf '1\\n3\\n\\n\\nserved 8004\\n5\\n\\n' | hotline call --flow main --at '2026-11-23 10:00'
    """
    program, _ = _program(site)
    with told():
        answered = flow or program.entry(dial)
        if answered not in program.flows:
            raise BadInput(f"there is no flow {answered}{nearest_hint(answered or '', list(program.flows))}")
        instant = _instant(program, at)
    conversation = Conversation(program, answered, at=instant, caller=caller, called=dial)
    _print_all(conversation.news())
    if sys.stdin.isatty():
        out.print("keys, or help", style="dim")
    while not conversation.over:
        line = _line(conversation.prompt())
        if line is None:
            line = "bye"
        _print_all(conversation.type(line))


@app.command()
def schema(
    name: Annotated[
        str,
        typer.Argument(
            help="flow, defaults, entry, hours, skills, tests, queues, agents, trunks, transfers, outgoing, policies, "
            "scenes, scene_tests, approvals, campaigns, grades, dispatch, clocks, followups, questionnaires, "
            "intents, intent_tests, answers or reports."
        ),
    ] = "flow",
) -> None:
    """Print the JSON Schema of a kind of file, for completion in your editor.

    Example:

      hotline schema flow > dialplans/flow.schema.json
    """
    makers: dict[str, type] = {"queues": QueueConfig, "agents": AgentConfig, "trunks": Trunk}
    known = (*NAMES, *makers, "transfers", "outgoing", "policies", *scene_schemas.NAMES, *campaign_schemas.NAMES)
    known += (*case_schemas.NAMES, "clocks", "intents", "intent_tests", "answers", "reports")
    if name not in known:
        err.print(f"no schema {name}{nearest_hint(name, known)}; there are {', '.join(known)}", markup=False)
        raise typer.Exit(2)
    if name == "transfers":
        found = _transfers_schema()
    elif name == "policies":
        found = policy_schema()
    elif name in scene_schemas.NAMES:
        found = scene_schemas.json_schema(name)
    elif name in campaign_schemas.NAMES:
        found = campaign_schemas.json_schema(name)
    elif name in case_schemas.NAMES:
        found = case_schemas.json_schema(name)
    elif name == "clocks":
        found = clocks_schema()
    elif name == "intents":
        found = intents_schema()
    elif name == "intent_tests":
        found = cases_schema()
    elif name == "answers":
        found = answers_schema()
    elif name == "reports":
        found = reports_schema()
    elif name == "outgoing":
        found = {"title": "hotline: outgoing", **msgspec.json.schema(OutgoingRules)}
    else:
        found = json_schema(name) if name in NAMES else _routing_schema(name, makers[name])
    sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")


def _routing_schema(root: str, entry: type) -> dict[str, Any]:
    (inner, treatment), defs = msgspec.json.schema_components([entry, QueueTreatment], ref_template="#/$defs/{name}")
    treatments = defs.pop("QueueTreatment")["properties"] if treatment else {}
    if entry is QueueConfig:  # call control's settings stand beside those of the queues core
        defs["QueueConfig"]["properties"].update(treatments)
    if entry is Trunk:
        (tls,), more = msgspec.json.schema_components([Tls], ref_template="#/$defs/{name}")
        defs.update(more)
        beside = {"tls": tls, "about": {"type": "string"}}
    else:
        beside = {}
    pauses = {"pauses": {"type": "object", "additionalProperties": {"type": "string"}}} if root == "agents" else {}
    if pauses:
        pauses["pause_needs_reason"] = {"type": "boolean"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"hotline: {root}",
        "type": "object",
        "required": [root],
        "additionalProperties": False,
        "properties": {root: {"type": "object", "additionalProperties": inner}, **pauses, **beside},
        "$defs": defs,
    }


def _transfers_schema() -> dict[str, Any]:
    (_,), defs = msgspec.json.schema_components([TransferRules], ref_template="#/$defs/{name}")
    rules = defs.pop("TransferRules")
    rules["properties"]["about"] = {"type": "string"}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hotline: transfers"}
    return {**rules, **head, "$defs": defs}


def _program(site: Path) -> tuple[Program, Checked]:
    """Compile the folder. Prints its errors and exits with 2 where there is no program."""
    opened = open_site(site)
    with told():
        checked = check(opened)
    if checked.program is None:
        for problem in checked.errors:
            _print_problem(problem)
        err.print("the folder has errors; see hotline lint", style="bold red")
        raise typer.Exit(2)
    return checked.program, checked


def _instant(program: Program, text: str) -> datetime:
    zones = [hours.zone for hours in program.hours.values()]
    zone = ZoneInfo(zones[0] if zones else "UTC")
    if not text:
        return datetime.now(zone)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is no time: write '2026-11-23 10:00'") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _line(prompt: str) -> str | None:
    """Read one typed line; None at the end of the input."""
    if sys.stdin.isatty():
        out.print(f"[dim]{escape(prompt)}[/] ▸ ", end="")
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _print_all(lines: Iterable[Said]) -> None:
    for said in lines:
        lead = {"heard": "♪ ", "step": "  · ", "house": "  ⌂ ", "over": "■ "}.get(said.kind, "  ")
        out.print(f"{lead}{said.text}", style=_STYLES[said.kind], markup=False, soft_wrap=True)


def _print_problem(problem: Problem) -> None:
    style = "yellow" if problem.warning else "red"
    rule = escape(f"[{problem.rule}]")
    out.print(
        f"[bold]{escape(str(problem.mark))}[/]: [{style}]{escape(problem.message)}[/] [dim]{rule}[/]", soft_wrap=True
    )


def _print_result(result: Result, verbose: bool) -> None:
    sign = "[green]✓[/]" if result.ok else "[red]✗[/]"
    out.print(f"{sign} {escape(result.case.name)} [dim]{escape(str(result.case.mark))}[/]", soft_wrap=True)
    for difference in result.differences:
        out.print(f"    [red]{escape(str(difference))}[/]", soft_wrap=True)
    if verbose or not result.ok:
        for line in result.transcript:
            out.print(f"    {line}", style="dim", markup=False)


def _print_tried(tried: Tried, verbose: bool, zone: tzinfo) -> None:
    sign = "[green]✓[/]" if tried.ok else "[red]✗[/]"
    out.print(f"{sign} {escape(tried.case.name)} [dim]{escape(str(tried.case.mark))}[/]", soft_wrap=True)
    for difference in tried.differences:
        out.print(f"    [red]{escape(difference)}[/]", soft_wrap=True)
    if verbose:
        out.print(f"    {in_words(tried.decision, zone)}", style="dim", markup=False, soft_wrap=True)


def _tried(tried: Tried) -> dict[str, Any]:
    return {
        "case": tried.case.name,
        "at": str(tried.case.mark),
        "ok": tried.ok,
        "differences": tried.differences,
        "verdict": tried.decision.verdict,
        "rules": [reason.rule for reason in tried.decision.reasons],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "case": result.case.name,
        "at": str(result.case.mark),
        "ok": result.ok,
        "differences": [str(difference) for difference in result.differences],
        "steps": result.steps,
    }


def _as_data(problem: Problem) -> dict[str, Any]:
    mark = problem.mark
    return {
        "file": mark.file,
        "line": mark.line,
        "column": mark.column,
        "rule": problem.rule,
        "message": problem.message,
        "warning": problem.warning,
    }
