"""hotline calls, why, cases, callbacks: the records in the store, whether the server runs or not."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer

from calls.errors import BadInput
from calls.ids import CallId
from calls.numbers import e164, is_withheld
from control.commands import CallbackOutcome, CallOutcome, Direction
from dsl.tree import nearest_hint
from hotline.cli.common import (
    JsonOption,
    SiteOption,
    err,
    open_site,
    out,
    print_json,
    print_table,
    seconds,
    told,
    when,
)
from hotline.replay import explaining
from hotline.replay.explaining import Explanation
from hotline.site import audit
from hotline.site.instants import instant
from hotline.site.settings import Site
from hotline.store import reading, searching
from hotline.store.searches import CallSearch, Cursor, Page
from hotline.versions.store import Versions
from hotline.views import masking

app = typer.Typer(no_args_is_help=True, add_completion=False)

_OUTCOMES: tuple[str, ...] = get_args(CallOutcome)
_DIRECTIONS: tuple[str, ...] = get_args(Direction)
_CALLBACK_OUTCOMES: tuple[str, ...] = get_args(CallbackOutcome)

MostOption = Annotated[int, typer.Option("--most", "-n", min=1, help="The number of rows, newest first.")]
RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show whole numbers. Each use is written to the audit log.")
]


@app.command()
def calls(
    site: SiteOption = Path(),
    most: MostOption = 20,
    number: Annotated[
        str | None, typer.Option(help="Who called, or was called; in any form. Written to the audit log.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Arrived then or later: 2026-12-01, '2026-12-01 07:30', in the house's zone.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Arrived before; a day is in it.")] = None,
    agent: Annotated[str | None, typer.Option(help="Had a talk in the call.")] = None,
    queue: Annotated[str | None, typer.Option(help="That the call was in last.")] = None,
    outcome: Annotated[str | None, typer.Option(help=f"Only calls with this outcome: {', '.join(_OUTCOMES)}.")] = None,
    direction: Annotated[str | None, typer.Option(help=f"{' or '.join(_DIRECTIONS)}.")] = None,
    after: Annotated[str | None, typer.Option(help="The cursor that the page before ended with.")] = None,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """The call log, newest first. Where there are more, standard error has the cursor of the next page.

    Examples:

      hotline calls --site /srv/hotline

      hotline calls --outcome abandoned -n 100 --json

      hotline calls --number 13800138000 --since 2026-11-01 --queue care
    """
    _one_of("outcome", _OUTCOMES, outcome)
    _one_of("direction", _DIRECTIONS, direction)
    opened = open_site(site)
    _known(opened, agent, queue)
    with told():
        wanted = CallSearch(
            number=None if number is None else _number(number, opened.settings.region),
            since=None if since is None else instant(since, opened.zone),
            until=None if until is None else instant(until, opened.zone, end=True),
            agent=agent,
            queue=queue,
            outcome=outcome,
            direction=direction,
            after=None if after is None else Cursor.read(after),
        )
    if wanted.number is not None:
        audit.note(opened.state, "number looked up", f"calls of {wanted.number}")
    _audit(opened, reveal, f"calls, the newest {most}")
    page: Page = _read(opened, searching.search, wanted, most)
    rows = page.rows if reveal else [masking.call_row(row) for row in page.rows]
    if page.next is not None:
        err.print(f"there are more: --after {page.next.text()}", style="dim")
    if json:
        print_json(rows)
        return
    any_hold = any(row["held_s"] for row in rows)
    print_table(
        ("arrived", "call", "caller", "outcome", "queue", "agent", "wait", "talk", *(("hold",) if any_hold else ())),
        [
            (
                when(row["arrived_at"], opened.zone),
                row["call"],
                row["caller"] if row["direction"] == "in" else f"{row['caller']} → {row['called']}",
                row["outcome"],
                row["queue"],
                row["agent"],
                seconds(row["queued_at"], row["answered_at"] or row["ended_at"]),
                "" if row["talk_s"] is None else seconds(0.0, row["talk_s"]),
                *((seconds(0.0, row["held_s"]) if row["held_s"] else "",) if any_hold else ()),
            )
            for row in rows
        ],
        "no call has ended yet" if wanted == CallSearch() else "no call has ended that is so",
    )


@app.command()
def cases(
    site: SiteOption = Path(),
    most: MostOption = 20,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Cases, newest first.

    Example:

      hotline cases --site /srv/hotline --json
    """
    opened = open_site(site)
    _audit(opened, reveal, f"cases, the newest {most}")
    rows = _read(opened, reading.cases, most)
    rows = rows if reveal else [masking.case_row(row, opened.settings.region) for row in rows]
    if json:
        print_json(rows)
        return
    print_table(
        ("opened", "case", "caller", "category", "about", "by", "state", "call", "recording"),
        [
            (
                when(row["opened_at"], opened.zone),
                row["number"],
                row["caller"],
                row["category"],
                " ".join(str(value) for value in row["fields"].values()),
                row["asked_by"],
                row["state"],
                row["call"],
                row["recording"],
            )
            for row in rows
        ],
        "no case has been opened yet",
    )


@app.command()
def callbacks(
    site: SiteOption = Path(),
    most: MostOption = 20,
    outcome: Annotated[
        str | None, typer.Option(help=f"Only callbacks with this outcome: {', '.join(_CALLBACK_OUTCOMES)}.")
    ] = None,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Callbacks, the last booked first: those that wait for their turn, and what became of the others.

    Examples:

      hotline callbacks --site /srv/hotline

      hotline callbacks --outcome unreached --json
    """
    _one_of("outcome", _CALLBACK_OUTCOMES, outcome)
    opened = open_site(site)
    _audit(opened, reveal, f"callbacks, the newest {most}")
    rows = _read(opened, reading.callbacks, most, outcome)
    shown = rows if reveal else [masking.callback_row(row, opened.settings.region) for row in rows]
    if json:
        print_json(shown)
        return
    print_table(
        ("booked", "call", "number", "queue", "outcome", "tries", "agent", "changed", "why"),
        [
            (
                when(row["booked_at"], opened.zone),
                row["call"],
                row["number"],
                row["queue"],
                row["outcome"],
                row["tries"],
                row["agent"],
                when(row["changed_at"], opened.zone),
                row["detail"],
            )
            for row in shown
        ],
        "no callback has been booked yet" if outcome is None else f"no callback is {outcome}",
    )


@app.command()
def why(
    call: Annotated[str, typer.Argument(help="The call's id, as `hotline calls` shows it.")],
    site: SiteOption = Path(),
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """Tell one call's story, step by step, with the reasons: each match with the agents in question and their scores.

    Of a call that goes on too. The reasons come from a replay of the journal.

    Example:

      hotline why hotline-1795348800.42 --site /srv/hotline
    """
    opened = open_site(site)
    row = _read(opened, reading.call, call)
    explained, unexplained = _explained(opened, call, row["arrived_at"] if row is not None else None)
    if row is None and (explained is None or explained.call is None):
        err.print(f"no call {call}; `hotline calls` lists those that have ended", style="red")
        raise typer.Exit(1)
    _audit(opened, reveal, f"call {call}")
    row = _going_on(explained) if row is None else row
    talks = _read(opened, reading.talks, call)
    talks += [] if explained is None else _talking(explained)
    legs, steps = _read(opened, reading.legs, call), _read(opened, reading.steps, call)
    cases = _read(opened, reading.cases, 10, call)
    transfers = _read(opened, reading.transfers, call)
    if not reveal:
        region = opened.settings.region
        row, legs = masking.call_row(row), [masking.leg_row(leg) for leg in legs]
        talks = [masking.leg_row(talk) for talk in talks]
        transfers = [masking.transfer_row(row, region) for row in transfers]
        steps = [masking.step_row(step, region) for step in steps]
        cases = [masking.case_row(case, region) for case in cases]
    story = {
        **row,
        "legs": legs,
        "talks": talks,
        "transfers": transfers,
        "steps": steps,
        "recordings": _read(opened, reading.recordings, call),
        "cases": cases,
        "decisions": msgspec.to_builtins(explained.decisions) if explained is not None else [],
    }
    if json:
        print_json(story)
        return
    out.print(f"[bold]{row['outcome']}[/]  {row['caller']} → {row['called']}  version {row['version']}")
    lines = [*_lines(story), *_decided(explained)]
    for at, what in sorted(lines, key=lambda line: line[0]):
        first, *more = what.splitlines()
        out.print(f"  {at - row['arrived_at']:8.2f} s  {first}", markup=False)
        for line in more:
            out.print(f"                {line}", markup=False, style="dim")
    for case in story["cases"]:
        out.print(f"  case {case['number']}  {case['category']}  {case['state']}", markup=False)
    for recording in story["recordings"]:
        out.print(f"  recording {recording['path']}  {recording['duration_s']:.1f} s", markup=False)
    if unexplained:
        err.print(f"why this agent can no longer be told: {unexplained}", markup=False)


def _one_of(what: str, words: Collection[str], given: str | None) -> None:
    """Ends with what is meant where it is none of them: an empty table would say that there was no such call."""
    if given is not None and given not in words:
        hint = nearest_hint(given, words)
        raise typer.BadParameter(f"no {what} {given}{hint}; there are {', '.join(words)}")


def _known(site: Site, agent: str | None, queue: str | None) -> None:
    """Ends where nobody knows the agent or the queue: not the published version, and no call of the log."""
    if agent is None and queue is None:
        return
    versions = Versions(site.versions)
    current = versions.current()
    rules = None if current is None else versions.routing(current).configuration
    if agent is not None and not _read(site, searching.is_known, agent):
        _one_of("agent", () if rules is None else rules.agents, agent)
    if queue is not None and not _read(site, searching.is_known, None, queue):
        _one_of("queue", () if rules is None else rules.queues, queue)


def _number(given: str, region: str) -> str:
    if not any(sign.isdigit() for sign in given) and not is_withheld(given):
        raise BadInput(f"{given} is no telephone number")
    return e164(given.strip(), region)


def _lines(story: dict[str, Any]) -> list[tuple[float, str]]:
    """Lines of the story, each with its instant (UTC epoch seconds), unsorted."""
    begun = "the call arrived" if story["direction"] == "in" else f"agent {story['agent']} calls {story['called']}"
    lines: list[tuple[float, str]] = [(story["arrived_at"], begun)]
    for step in story["steps"]:
        keys = f", keys {step['keys']}" if step["keys"] else ""
        lines.append((step["began_at"], f"{step['flow']}/{step['step']} ({step['kind']}): {step['outcome']}{keys}"))
    if story["queued_at"]:
        lines.append((story["queued_at"], f"waits in queue {story['queue']}"))
    for leg in story["legs"]:
        if leg["role"] != "caller":
            lines.append((leg["began_at"], f"rings {leg['role']} {leg['party']}"))
            if leg["answered_at"]:
                lines.append((leg["answered_at"], f"{leg['role']} {leg['party']} answers"))
            lines.append((leg["ended_at"], f"{leg['role']} {leg['party']} is gone: {leg['cause']}"))
    if story["consent"]:
        lines.append(
            (story["ended_at"] or story["arrived_at"], f"to being recorded the caller said: {story['consent']}")
        )
    for talk in story["talks"]:
        whom = f"agent {talk['agent']}" if talk["agent"] else f"{talk['role']} {talk['party']}"
        where = f" in queue {talk['queue']}" if talk["queue"] else ""
        lines.append((talk["began_at"], f"talks with {whom}{where}"))
        if talk["ended_at"]:
            for_s = talk["ended_at"] - talk["began_at"]
            times = "once" if talk["holds"] == 1 else f"{talk['holds']} times"
            held = f", on hold {times} for {talk['held_s']:.1f} s" if talk["holds"] else ""
            lines.append((talk["ended_at"], f"the talk with {whom} is over after {for_s:.1f} s{held}: {talk['cause']}"))
        elif talk.get("held_since"):
            lines.append((talk["held_since"], "the other side is put on hold"))
    for transfer in story["transfers"]:
        lines += _transferred(transfer)
    if story["ended_at"]:
        lines.append((story["ended_at"], f"the call ended: {story['cause']}"))
    return lines


_BY = {"phone": "by the phone's own key", "code": "by star code", "http": "over HTTP"}
_BECAME = {
    "checking": "may the number be called?",
    "under_way": "the caller hears music until somebody is there",
    "reached": "{whom} was reached",
    "consulting": "the agent talks to {whom}, or their phone rings",
    "given_back": "the agent has talked to {whom}, and kept the caller",
    "returned": "{whom} was not reached, and the caller is back with agent {agent}",
    "requeued": "neither {whom} nor agent {agent} was reached; the caller, first in line, got another agent",
    "refused": "refused, and the talk went on",
    "caller_left": "the caller hung up before somebody was there",
    "left": "nothing came of it: the caller went another way",
}


def _transferred(row: dict[str, Any]) -> list[tuple[float, str]]:
    """A transfer by an agent, in words: asked for, and what became of it."""
    whom = row["target"] if row["kind"] == "none" else f"{row['kind']} {row['target']}"
    does = "consults {whom} about the caller" if row["consulted"] else "hands the caller to {whom}"
    asked = f"agent {row['agent']} {does.format(whom=whom)}, {_BY[row['by']]}"
    became = _BECAME[row["outcome"]].format(whom=whom, agent=row["agent"])
    detail = f" ({row['detail']})" if row["detail"] else ""
    return [(row["began_at"], asked), (row["ended_at"] or row["began_at"], became + detail)]


def _decided(explained: Explanation | None) -> list[tuple[float, str]]:
    """The queues' decisions with their reasons: a line, and below it one for each agent."""
    if explained is None:
        return []
    return [
        (seen.utc, "\n".join((explaining.sentence(seen.decision), *explaining.reasons(seen.decision))))
        for seen in explained.decisions
    ]


def _explained(site: Site, call: str, arrived_at: float | None) -> tuple[Explanation | None, str]:
    """The replay, or why there is none."""
    try:
        return explaining.explain(site, CallId(call), arrived_at), ""
    except BadInput as error:
        return None, str(error)


def _talking(explained: Explanation) -> list[dict[str, Any]]:
    """A row as of the talks, of one that has not ended."""
    call = explained.call
    if call is None or call.talk is None:
        return []
    talk = msgspec.structs.asdict(call.talk)
    del talk["held_by"], talk["hold_alert_at"]
    for name in ("began_at", "held_since"):
        talk[name] = None if talk[name] is None else talk[name] + explained.offset_s
    return [{"call": call.call, **talk, "ended_at": None, "cause": None, "recording": None}]


def _going_on(explained: Explanation | None) -> dict[str, Any]:
    """A row as of the call log, of a call that has not ended."""
    assert explained is not None
    assert explained.call is not None
    call, offset_s = explained.call, explained.offset_s
    return {
        "call": call.call,
        "caller": call.caller,
        "called": call.called,
        "version": call.version,
        "language": call.language,
        "arrived_at": call.arrived_at + offset_s,
        "queued_at": None if call.queued_at is None else call.queued_at + offset_s,
        "answered_at": None if call.answered_at is None else call.answered_at + offset_s,
        "ended_at": None,
        "queue": call.queue,
        "agent": call.agent,
        "outcome": f"goes on: {call.place}",
        "cause": None,
        "talk_s": None,
        "held_s": None,
        "consent": call.recording.consent,
        "direction": explained.direction,
    }


def _read(site: Site, query: Any, *arguments: Any) -> Any:
    if not site.database.exists():
        err.print(
            f"{site.database} is not there: has the server run? `hotline serve --site {site.folder}`", style="red"
        )
        raise typer.Exit(1)
    return asyncio.run(query(site.database, *arguments))


def _audit(site: Site, reveal: bool, about: str) -> None:
    if reveal:
        audit.note(site.state, "numbers shown", about)
