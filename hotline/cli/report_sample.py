"""hotline report sample, review: the monthly sample, and people's judgement of recorded talks."""

import csv
import io
import sys
import time
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, counted, err, open_site, out, print_json, told, when
from hotline.reports import reviewing, samples
from hotline.reports.samples import MonthlySample
from hotline.site import audit
from hotline.site.site import Site
from reporting.sampling import Sample
from reporting.spans import Span, last_complete, span_of

_COLUMNS = ("kind", "call", "talk", "at", "queue", "agent", "score", "lasted_s", "recording", "correct", "reviewer")


def sample(
    site: SiteOption = Path(),
    day: Annotated[
        str | None, typer.Option("--date", help="A day of the month: 2026-11-01. Default: the last whole month.")
    ] = None,
    answers: Annotated[int, typer.Option(min=1, help="Answers of the survey.")] = samples.ANSWERS,
    recordings: Annotated[int, typer.Option(min=1, help="Recorded talks.")] = samples.RECORDINGS,
    seed: Annotated[
        str, typer.Option(help="Another word gives another sample, the same one the same. Default: the month.")
    ] = "",
    output: Annotated[Path | None, typer.Option(help="The CSV file; default: standard output.")] = None,
    json: JsonOption = False,
) -> None:
    """Draw the monthly sample: answers of the survey, and recorded talks to be reviewed, by queue.

    Where there are too few, all are drawn, and standard error says how many are missing.

    Examples:

      hotline report sample --date 2026-11-01 --output sample.csv

      hotline report sample --recordings 600 --seed again --json | jq .recordings.strata
    """
    opened = open_site(site)
    with told():
        span = _month(day, opened)
        drawn = samples.draw(opened, span, time.time(), seed or span.name, answers, recordings)
        audit.note(
            opened.state, "sample drawn", f"{span.name}, seed {drawn.seed}: {len(drawn.sampled_talks)} recordings"
        )
        if json:
            print_json(msgspec.to_builtins(drawn))
        elif output is None:
            sys.stdout.write(_csv(drawn, opened))
        else:
            output.write_text(_csv(drawn, opened), encoding="utf-8-sig")
    _tell("answers", drawn.answers)
    _tell("recordings", drawn.recordings)


def review(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="The sample's file, CSV or a spreadsheet, with yes or no in `correct`.", show_default=False
        ),
    ] = None,
    site: SiteOption = Path(),
    call: Annotated[str, typer.Option(help="Instead of a file: the call.")] = "",
    talk: Annotated[int, typer.Option(min=1, help="And the number of the talk in it.")] = 1,
    correct: Annotated[bool | None, typer.Option("--correct/--wrong", help="What the agent said and did.")] = None,
    reviewer: Annotated[str, typer.Option(help="Who has reviewed it, where the file does not say so.")] = "",
) -> None:
    """Take in reviews of recorded talks: all of a file, or none of it. A later review takes an earlier one's place.

    Examples:

      hotline report review sample.csv --reviewer li

      hotline report review --call switch-1@1795399200.42 --talk 1 --wrong --reviewer li
    """
    opened = open_site(site)
    with told():
        if file is not None:
            found = reviewing.read(file, opened.settings.region, reviewer)
        elif not call or correct is None or not reviewer:
            raise BadInput("a file, or --call, --correct or --wrong, and --reviewer")
        else:
            found = [reviewing.Review(call, talk, correct, reviewer)]
        count = reviewing.put(opened, found, time.time())
    out.print(f"{counted(count, 'review')} taken in", markup=False)


def _month(day: str | None, site: Site) -> Span:
    if day is None:
        return last_complete("monthly", time.time(), site.zone)
    try:
        return span_of("monthly", date.fromisoformat(day), site.zone)
    except ValueError as error:
        raise BadInput(f"{day[:40]!r} is no day: write 2026-11-01") from error


def _csv(drawn: MonthlySample, site: Site) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for answer in drawn.sampled_answers:
        writer.writerow({"kind": "answer", **msgspec.structs.asdict(answer), "at": when(answer.at, site.zone)})
    for one in drawn.sampled_talks:
        row = msgspec.structs.asdict(one)
        judged = "" if one.correct is None else "yes" if one.correct else "no"
        lasted = {"at": when(one.at, site.zone), "lasted_s": round(one.lasted_s, 1)}
        writer.writerow({"kind": "talk", **row, **lasted, "correct": judged})
    return text.getvalue()


def _tell(what: str, of: Sample) -> None:
    strata = ", ".join(f"{name or '–'} {one.drawn} of {one.there}" for name, one in of.strata.items())
    err.print(f"{what}: {len(of.drawn)} of {of.there} drawn ({strata or 'none'})", style="dim", markup=False)
    if of.short > 0:
        err.print(f"too few {what}: {of.wanted} are wanted, {of.short} are missing", style="yellow", markup=False)
