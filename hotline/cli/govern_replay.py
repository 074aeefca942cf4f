"""hotline govern replay: what a policy would have done to past calls, before it is in force."""

import re
import time
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from calls.errors import BadInput
from dialer.scenes.governing import on_trial
from dsl.spelling import nearest_hint
from dsl.tree import SourceError, parse
from hotline.cli.common import JsonOption, SiteOption, counted, open_site, out, print_json, print_table, told, when
from hotline.governing.local import site_subjects
from hotline.governing.past_calls import Attempts, CallFile, CallLog, LedgerCalls
from hotline.governing.policies import compiled_ruling
from hotline.governing.replay import Report, SceneResult
from hotline.governing.replay import replay as run
from hotline.ledger.opening import Place
from hotline.ledger.searching import Reader
from hotline.site.instants import between
from hotline.site.site import Site
from hotline.versions.policies import POLICIES, compiled_again
from hotline.versions.store import Versions


def replay(
    policy: Annotated[
        list[Path] | None,
        typer.Option(help="A policy to try, in place of the published one of its name, or beside all; more than once."),
    ] = None,
    begin: Annotated[str, typer.Option("--from", help="The first day or instant, in the house's zone.")] = "",
    end: Annotated[str, typer.Option("--to", help="The last day, or the instant at which it ends; default: now.")] = "",
    calls: Annotated[
        Path | None, typer.Option(help="A file of calls, a JSON object a line, in place of the house's call log.")
    ] = None,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="The calls of the ledger, those of other systems too, in place of the log.")
    ] = False,
    agent_calls: Annotated[str, typer.Option(help="The scene of agents' own calls, which the call log has not.")] = "",
    callbacks: Annotated[str, typer.Option(help="The scene of callbacks, which the call log has not.")] = "",
    as_made: Annotated[
        bool, typer.Option("--as-made", help="Calls that would have been blocked count for later ones all the same.")
    ] = False,
    most: Annotated[int, typer.Option("--most", "-n", min=0, help="Tell so many blocked calls one by one.")] = 0,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Put past calls to a policy: which would have been blocked, by which rule, and what it does to each scene.

    Without --policy the published policies are put to the calls. Every scene counts as approved; consents and lists are
    as they are known now, with their own begins and ends. Nothing changes.

    Examples:

      hotline govern replay --policy stricter.yaml --from 2026-11-01 --to 2026-11-30

      hotline govern replay --policy stricter.yaml --from 2026-11-01 --ledger

      hotline govern replay --from 2026-11-01 --calls other_dialer.jsonl --json | jq '.rules[0]'

      hotline govern replay --policy stricter.yaml --from 2026-11-01 --agent-calls service_call -n 20
    """
    opened = open_site(site)
    with told():
        if not begin:
            raise BadInput("say from when: --from 2026-11-01")
        given = between(begin, end or None, opened.zone)
        first, last = given[0] or 0.0, given[1] or time.time()
        if ledger and (calls is not None or agent_calls or callbacks):
            raise BadInput("--ledger has its own calls and scenes: leave --calls, --agent-calls and --callbacks out")
        report, hashes = _run(opened, policy or [], first, last, calls, ledger, (agent_calls, callbacks), as_made, most)
    if json:
        print_json({"from": first, "to": last, **hashes, **_as_data(report)})
        return
    _print(report, opened.zone)


def _run(
    site: Site,
    policies: list[Path],
    first: float,
    last: float,
    calls: Path | None,
    ledger: bool,
    scenes: tuple[str, str],
    as_made: bool,
    most: int,
) -> tuple[Report, dict[str, str]]:
    versions = Versions(site.versions)
    version = versions.current()
    if version is None:
        raise BadInput(f"nothing is published yet: hotline publish --site {site.folder}")
    book, program, sources = versions.book(version), versions.program(version), versions.policies(version)
    for scene in scenes:
        if scene and scene not in book.scenes:
            raise BadInput(f"there is no scene {scene}{nearest_hint(scene, book.scenes)}")
    before = on_trial(compiled_ruling(site, book), book)
    changed, given = _with(sources, policies)
    try:
        after = on_trial(compiled_again(changed, book, site.zone), book)
    except BadInput as error:  # its places are those of the published files, in whose place these stand
        raise BadInput(
            re.sub(r"^(.+?):(?=\d+:\d+: )", lambda place: f"{given.get(place[1], place[1])}:", str(error), flags=re.M)
        ) from error
    attempts: Attempts
    if ledger:
        attempts = LedgerCalls(Reader(Place.of(site)))
    elif calls is not None:
        attempts = CallFile(calls, program.region, site.zone)
    else:
        attempts = CallLog(site.database, program.region, *scenes)
    own = [number for number in program.entries if number != "default"]
    subjects = site_subjects(site, program.region, own)
    earlier = attempts.between(first - max(before.history_s, after.history_s), first)
    report = run(before, after, earlier, attempts.between(first, last), subjects, as_made=as_made, most=most)
    return report, {"version": version, "policy_before": before.hash, "policy_after": after.hash}


def _with(sources: dict[str, str], policies: list[Path]) -> tuple[dict[str, str], dict[str, Path]]:
    """The published policies with these in the place of those of their names, and by path which file stands there.
    Raises BadInput."""
    names = {_name_of(text, path): path for path, text in sources.items()}
    changed = dict(sources)
    given: dict[str, Path] = {}
    for path in policies:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: {error}") from error
        name = _name_of(text, str(path))
        changed.pop(names.get(name, ""), None)
        place = names.get(name, f"{POLICIES}{path.name}")
        changed[place], given[place] = text, path
    return changed, given


def _name_of(text: str, path: str) -> str:
    try:
        node = parse(text, path).items.get("policy")
    except SourceError as error:
        raise BadInput(str(error)) from error
    return "" if node is None else node.text


def _print(report: Report, zone: tzinfo) -> None:
    print_table(
        ("scene", "calls", "blocked today", "blocked then", "newly blocked", "newly allowed", "callees", "most by"),
        [
            (
                one.scene or "(none)",
                one.calls,
                one.blocked_before,
                one.blocked_after,
                one.newly_blocked,
                one.newly_allowed,
                len(one.callees_blocked),
                ", ".join(f"{rule} {count}" for rule, count in one.rules.most_common(2)),
            )
            for one in _ordered(report)
        ],
        "no outgoing call in this time",
    )
    if report.rules:
        out.print()
        print_table(
            ("rule", "family", "calls", "alone", "scenes", "clause"),
            [
                (name, rule.reason.family, rule.calls, rule.alone, len(rule.scenes), rule.reason.clause)
                for name, rule in sorted(report.rules.items(), key=lambda pair: (-pair[1].calls, pair[0]))
            ],
            "",
        )
    for one in report.blocked:
        until = f", until {when(one.until, zone)}" if one.until is not None else ""
        line = f"{when(one.at, zone)}  {one.verdict}  {one.number}  {one.scene}  {one.rules[0]}: {one.detail}{until}"
        out.print(escape(line), soft_wrap=True)
    blocked = sum(one.blocked_after for one in report.scenes.values())
    out.print(f"{counted(report.calls, 'call')}, {blocked} of them blocked", style="dim")


def _ordered(report: Report) -> list[SceneResult]:
    return sorted(report.scenes.values(), key=lambda one: (-one.blocked_after, one.scene))


def _as_data(report: Report) -> dict[str, Any]:
    return {
        "calls": report.calls,
        "blocked_before": sum(one.blocked_before for one in report.scenes.values()),
        "blocked_after": sum(one.blocked_after for one in report.scenes.values()),
        "scenes": [
            {
                "scene": one.scene,
                "calls": one.calls,
                "blocked_before": one.blocked_before,
                "blocked_after": one.blocked_after,
                "deferred_after": one.deferred_after,
                "newly_blocked": one.newly_blocked,
                "newly_allowed": one.newly_allowed,
                "callees_blocked": len(one.callees_blocked),
                "rules": dict(one.rules.most_common()),
            }
            for one in _ordered(report)
        ],
        "rules": [
            {
                "rule": name,
                "family": rule.reason.family,
                "layer": rule.reason.layer,
                "clause": rule.reason.clause,
                "calls": rule.calls,
                "alone": rule.alone,
                "scenes": sorted(rule.scenes),
            }
            for name, rule in sorted(report.rules.items(), key=lambda pair: (-pair[1].calls, pair[0]))
        ],
        "blocked": [
            {
                "at": one.at,
                "number": one.number,
                "scene": one.scene,
                "origin": one.origin,
                "verdict": one.verdict,
                "rules": list(one.rules),
                "detail": one.detail,
                "until": one.until,
            }
            for one in report.blocked
        ],
    }
