"""hotline report repeats, topics: who comes again and why; what is complained of more than before."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, counted, open_site, out, print_json, print_table, told
from hotline.reports import feedback
from hotline.reports.shown import rate
from hotline.site.site import Site
from reporting.spans import PERIODS, Period, Span, last_complete, span_of

PeriodOption = Annotated[str, typer.Option(help="daily, weekly or monthly.")]
DateOption = Annotated[str | None, typer.Option("--date", help="A day of it: 2026-11-29. Default: the last whole one.")]


def repeats(
    site: SiteOption = Path(),
    period: PeriodOption = "weekly",
    day: DateOption = None,
    days: Annotated[float, typer.Option(min=0.01, max=60, help="The window: again within so many days.")] = 7.0,
    json: JsonOption = False,
) -> None:
    """Callers who came again with the same intent, which is the flow's step by which they came into the queue: how
    often, what became of the call before, and the step at which that one ended.

    Examples:

      hotline report repeats --site /srv/hotline

      hotline report repeats --period monthly --date 2026-11-01 --days 3 --json
    """
    opened = open_site(site)
    with told():
        span = _span(period, day, opened)
        found = feedback.repeats(opened, span, days)
    if json:
        print_json({"span": span.name, "days": days, "intents": msgspec.to_builtins(found)})
        return
    print_table(
        ("intent", "calls", "again", "rate", "after a call that was", "that ended at"),
        [
            (one.intent, one.calls, one.repeats, rate(one.repeat_rate), _counts(one.causes), _counts(one.steps))
            for one in found
        ],
        "nobody called",
    )


def topics(
    site: SiteOption = Path(),
    period: PeriodOption = "weekly",
    day: DateOption = None,
    tasks: Annotated[bool, typer.Option("--tasks", help="Open a case for each that grows, once a span.")] = False,
    json: JsonOption = False,
) -> None:
    """Topics of cases (category, product, grade, signals of grades.yaml) beside the four spans before: what grows.

    Examples:

      hotline report topics --site /srv/hotline

      hotline report topics --period monthly --date 2026-11-01 --tasks
    """
    opened = open_site(site)
    with told():
        span = _span(period, day, opened)
        found = feedback.topics_of(opened, span)
        opened_tasks = feedback.open_tasks(opened, span, found) if tasks else []
    if json:
        cases = [{"case": one.case, "new": one.is_new} for one in opened_tasks]
        print_json({"span": span.name, "topics": msgspec.to_builtins(found), "tasks": cases})
        return
    print_table(
        ("kind", "topic", "cases", "usual", "change", "before", ""),
        [
            (
                *(one.kind, one.topic, one.cases, f"{one.usual:g}", rate(one.change)),
                *(", ".join(map(str, one.before)), "grows" if one.grows else ""),
            )
            for one in found
        ],
        "no case was opened",
    )
    if tasks:
        new = sum(one.is_new for one in opened_tasks)
        out.print(f"{counted(new, 'task')} opened, {len(opened_tasks) - new} there already", style="dim")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name or '–'} {count}" for name, count in list(counts.items())[:3])


def _span(word: str, day: str | None, site: Site) -> Span:
    period: Period | None = next((one for one in PERIODS if one == word), None)
    if period is None:
        raise BadInput(f"no period {word}; there are {', '.join(PERIODS)}")
    if day is None:
        return last_complete(period, time.time(), site.zone)
    try:
        return span_of(period, date.fromisoformat(day), site.zone)
    except ValueError as error:
        raise BadInput(f"{day[:40]!r} is no day: write 2026-11-29") from error
