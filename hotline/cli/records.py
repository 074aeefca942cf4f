"""hotline calls, why, cases: what happened, from the store. Works whether the server runs or not."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.numbers import masked
from hotline import audit
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, seconds, when
from hotline.site import Site
from hotline.store import reading

app = typer.Typer(no_args_is_help=True, add_completion=False)

MostOption = Annotated[int, typer.Option("--most", "-n", min=1, help="How many, newest first.")]
RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show whole numbers. Who did is written to the audit log.")
]


@app.command()
def calls(
    site: SiteOption = Path(),
    most: MostOption = 20,
    outcome: Annotated[str | None, typer.Option(help="answered, abandoned, self_service, message, lost, …")] = None,
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """The call log, newest first.

    Examples:

      hotline calls --site /srv/hotline

      hotline calls --outcome abandoned -n 100 --json
    """
    house = open_site(site)
    _audit(house, reveal, f"calls, the newest {most}")
    rows = [_shown(row, reveal) for row in _read(house, reading.calls, most, outcome)]
    if json:
        print_json(rows)
        return
    print_table(
        ("arrived", "call", "caller", "outcome", "queue", "agent", "wait", "talk"),
        [
            (
                when(row["arrived_at"]),
                row["call"],
                row["caller"],
                row["outcome"],
                row["queue"],
                row["agent"],
                seconds(row["queued_at"], row["answered_at"] or row["ended_at"]),
                seconds(row["answered_at"], row["ended_at"]),
            )
            for row in rows
        ],
        "no call has ended yet",
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
    house = open_site(site)
    _audit(house, reveal, f"cases, the newest {most}")
    rows = [_shown(row, reveal) for row in _read(house, reading.cases, most)]
    if json:
        print_json(rows)
        return
    print_table(
        ("opened", "case", "caller", "category", "by", "state", "call", "recording"),
        [
            (
                when(row["opened_at"]),
                row["number"],
                row["caller"],
                row["category"],
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
def why(
    call: Annotated[str, typer.Argument(help="The call's id, as `hotline calls` shows it.")],
    site: SiteOption = Path(),
    reveal: RevealOption = False,
    json: JsonOption = False,
) -> None:
    """What happened to a call, step by step, and why.

    Example:

      hotline why 1795348800.42 --site /srv/hotline
    """
    house = open_site(site)
    found = _read(house, reading.calls, 1, None, call)
    if not found:
        err.print(f"no call {call} has ended; `hotline calls` lists those that have", style="red")
        raise typer.Exit(1)
    _audit(house, reveal, f"call {call}")
    row = _shown(found[0], reveal)
    legs = _read(house, reading.legs, call)
    steps = _read(house, reading.steps, call)
    story = {
        **row,
        "legs": legs if reveal else [reading.masked_leg(leg) for leg in legs],
        "steps": steps,
        "recordings": _read(house, reading.recordings, call),
        "cases": [_shown(case, reveal) for case in _read(house, reading.cases, 10, call)],
    }
    if json:
        print_json(story)
        return
    out.print(f"[bold]{row['outcome']}[/]  {row['caller']} → {row['called']}  version {row['version']}")
    began = row["arrived_at"]
    lines: list[tuple[float, str]] = [(began, "the call arrived")]
    for step in steps:
        keys = f", keys {step['keys']}" if step["keys"] else ""
        lines.append((step["began_at"], f"{step['flow']}/{step['step']} ({step['kind']}): {step['outcome']}{keys}"))
    if row["queued_at"]:
        lines.append((row["queued_at"], f"waits in queue {row['queue']}"))
    for leg in story["legs"]:
        if leg["role"] != "caller":
            lines.append((leg["began_at"], f"rings {leg['role']} {leg['party']}"))
            if leg["answered_at"]:
                lines.append((leg["answered_at"], f"{leg['role']} {leg['party']} answers"))
            lines.append((leg["ended_at"], f"{leg['role']} {leg['party']} is gone: {leg['cause']}"))
    if row["answered_at"]:
        lines.append((row["answered_at"], f"talks with agent {row['agent']}"))
    lines.append((row["ended_at"], f"the call ended: {row['cause']}"))
    for at, what in sorted(lines, key=lambda line: line[0]):
        out.print(f"  {at - began:8.2f} s  {what}", markup=False)
    for case in story["cases"]:
        out.print(f"  case {case['number']}  {case['category']}  {case['state']}", markup=False)
    for recording in story["recordings"]:
        out.print(f"  recording {recording['path']}  {recording['duration_s']:.1f} s", markup=False)


def _read(site: Site, query: Any, *arguments: Any) -> list[dict[str, Any]]:
    if not site.database.exists():
        err.print(
            f"{site.database} is not there: has the server run? `hotline serve --site {site.folder}`", style="red"
        )
        raise typer.Exit(1)
    rows: list[dict[str, Any]] = asyncio.run(query(site.database, *arguments))
    return rows


def _audit(site: Site, reveal: bool, about: str) -> None:
    if reveal:
        audit.note(site.state, "numbers shown", about)


def _shown(row: dict[str, Any], reveal: bool) -> dict[str, Any]:
    return row if reveal else {**row, "caller": masked(row["caller"])}
