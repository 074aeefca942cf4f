"""hotline case clock: each deadline of a case, step by step, now or as of any instant."""

import time
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from complaints.audit import Entry
from complaints.clocks.alarms import alarms_of
from complaints.clocks.explaining import explain
from complaints.clocks.state import read_at
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, told
from hotline.site.instants import instant
from hotline.store import case_log
from hotline.store.transactions import looking
from hotline.versions.store import Versions

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _root() -> None:
    """One case: what is owed to a caller.

    Example:

      hotline case clock 26112200018 --site /srv/hotline
    """


@app.command()
def clock(
    number: Annotated[str, typer.Argument(help="The case's number.")],
    site: SiteOption = Path(),
    at: Annotated[
        str | None, typer.Option(help="As of then: '2026-12-01 07:30', in the house's zone. Default: now.")
    ] = None,
    known: Annotated[
        str | None,
        typer.Option(
            help="By what was entered until then; default: what is known now. With --at alone, what is right."
        ),
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="By the clocks of this version; default: the current one.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Each clock of a case: how it stands, and why, step by step.

    Examples:

      hotline case clock 26112200018 --site /srv/hotline

      hotline case clock 26112200018 --at "2026-11-20 10:00" --known "2026-11-20 10:00"
    """
    opened = open_site(site)
    now = time.time()
    with told():
        when = now if at is None else instant(at, opened.zone)
        until = max(now, when) if known is None else instant(known, opened.zone)
        versions = Versions(opened.versions)
        chosen = version or versions.current()
        if chosen is None:
            raise BadInput("nothing was published yet: hotline publish")
        book = versions.clocks(chosen)
        log = _log(opened.database, number)
        calendars = book.laid_out()
        shown = [explain(one, log, calendars, when, until) for one in book.clocks.values()]
    ours = [one for one in shown if one.state.word not in ("not_started", "not_for_it")]
    if json:
        print_json(
            [
                {
                    "clock": one.state.clock,
                    "state": one.state.word,
                    "round": one.state.round,
                    "started_at": one.state.started_at,
                    "due_at": one.state.due_at,
                    "finished_at": one.state.finished_at,
                    "used": one.state.used,
                    "limit": one.state.limit,
                    "unit": one.state.unit,
                    "alarms": [
                        {"kind": alarm.kind, "at": alarm.at, "step": alarm.step}
                        for current in read_at(book.clocks[one.state.clock], log, calendars, when, until)[-1:]
                        for alarm in alarms_of(book.clocks[one.state.clock], current, calendars, until)
                    ],
                    "steps": list(one.lines),
                }
                for one in ours
            ]
        )
        return
    if not ours:
        out.print(f"no clock runs for case {number}; dialplans/clocks.yaml says for which grades they do", markup=False)
    for one in ours:
        out.print(f"{one.state.clock}: {one.state.word}", style="bold", markup=False)
        for line in one.lines:
            out.print(f"  {line}", markup=False, highlight=False)


def _log(database: Path, number: str) -> list[Entry]:
    with looking(database) as connection:
        log = case_log.entries(connection, number)
    if not log:
        raise BadInput(f"case {number} has no log; hotline cases lists the cases, and the server begins their logs")
    return log
