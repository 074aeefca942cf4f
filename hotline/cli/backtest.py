"""hotline backtest: the wait forecast tried on a call log, beside the predictors that it must beat."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from hotline.cli.common import JsonOption, err, out, print_json, told
from hotline.learning.backtest import Report, backtest, day, logs_in

app = typer.Typer(add_completion=False)


@app.command("backtest")
def command(
    logs: Annotated[list[Path], typer.Argument(help="CSV files of calls, .gz too, or folders of them.")],
    test_from: Annotated[str, typer.Option("--test-from", help="First day of the test: 1999-06-01.")],
    holes: Annotated[
        bool,
        typer.Option("--holes", help="Days may be missing in the log: each side stands for itself."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Score the wait forecast on a call log. Learns from what is before the day, then forecasts what follows.

    A log has one call a row, in order of arrival, and the columns arrived_at, queued_at, left_queue_at, answered_at,
    ended_at, outcome, kind, priority, agent. Figures that miss their target are shown as missed; that is no error.

    Example:

      hotline backtest logs/1999 --test-from 1999-06-01

      hotline backtest logs/2025 --test-from 2025-10-01 --holes
    """
    with told(), err.status("reading") as status:
        report = backtest(logs_in(logs), day(test_from), lambda line: status.update(line), holes=holes)
    if json:
        print_json(msgspec.to_builtins(report))
    else:
        out.print(_table(report))


def _table(report: Report) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("figure", "value", "", "target", "QLm", "", ""):
        table.add_column(column, justify="right" if column in ("value", "target", "QLm") else "left")
    for f in report.figures:
        met = "" if f.met is None else "met" if f.met else "MISSED"
        target, reference = ("" if v is None else f"{v:g}" for v in (f.target, f.reference))
        table.add_row(f.figure, f"{f.value:g}", f.unit, target, reference, met, f.note)
    return table
