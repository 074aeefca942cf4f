"""Making a report of a site: its settings, one pass over its calls, its cases, its outgoing calls, its rules."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from calls.errors import BadInput
from complaints.clocks.book import ClockBook
from dsl.tree import SourceError, parse
from hotline.cases.origins import complaints_by_scene
from hotline.ledger.opening import Place
from hotline.ledger.port import LedgerAway
from hotline.ledger.searching import Reader
from hotline.reports import calls
from hotline.reports.cases import case_rows
from hotline.reports.followups import answer_rows, follow_up_rows
from hotline.reports.ladder import hand_over_sums, rung_rows
from hotline.site.site import Site
from hotline.store.transactions import looking
from hotline.versions.store import Versions
from reporting.counting import Figures
from reporting.material import Material
from reporting.reading import REPORTS, read_reports
from reporting.refusals import RefusalRow
from reporting.report import Report
from reporting.rows import CallRow
from reporting.satisfaction import SatisfactionSettings
from reporting.settings import ReportRules
from reporting.spans import Span
from reporting.suggesting import with_suggestions

Progress = Callable[[int, int], None]
"""Takes how many calls were read, and of how many."""
_TOLD_EVERY = 10_000


def make(site: Site, span: Span, now: float, progress: Progress = lambda done, of: None) -> Report:
    """The report of a span, by what is known at `now` (UTC epoch seconds). Raises BadInput.

    A ledger that is away costs the figures by scene and nothing else.
    """
    if span.since > now:
        raise BadInput(f"{span.first} is still to come")
    versions = Versions(site.versions)
    current = versions.current()
    rules = rules_of(versions, current)
    in_time_s = rules.figures.in_time_s or site.settings.console.service_level_s
    figures = Figures(span, rules.figures, in_time_s, _local_of(span))
    book = ClockBook() if current is None else versions.clocks(current)
    with looking(site.database) as connection:
        connection.execute("BEGIN")  # the store as it is now, whatever is written meanwhile
        since, until = figures.reads_from, min(figures.reads_until, now)
        of = calls.how_many(connection, since, until)
        progress(0, of)
        for done, call in enumerate(_read(connection, figures, span, until, rules.figures.satisfaction), 1):
            figures.take(call)
            if done % _TOLD_EVERY == 0:
                progress(done, of)
        for review in calls.reviews(connection, span.since, span.until):
            figures.review(review)
        said = calls.dispositions(connection, span.since, span.until)
        complaints = complaints_by_scene(connection, span.since, span.until)
        cases = case_rows(connection, book, span.since, span.until, now)
        before = min(span.until, now)
        visits = follow_up_rows(connection, span.since, before)
        rungs = rung_rows(connection, span.since, before)
        sums = hand_over_sums(connection, span.since, before)
        answers = answer_rows(connection, span.since, before, rules.figures.satisfaction.once_in_h)
        progress(of, of)
    attempts, refusals, gaps = _outgoing(site, span)
    scenes = {} if current is None else versions.book(current).scenes
    material = Material(
        opened=cases.opened,
        clocks=cases.clocks,
        hand_overs=cases.hand_overs,
        steps=cases.steps,
        attempts=attempts,
        complaints=complaints,
        refusals=refusals,
        departments={name: scene.settings.department for name, scene in scenes.items()},
        follow_ups=visits,
        answers=answers,
        dispositions=said,
        rungs=rungs,
        hand_over_sums=sums,
        gaps=gaps,
    )
    report = figures.report(now, material)
    return with_suggestions(report, rules.suggestions)


def _read(
    connection: sqlite3.Connection, figures: Figures, span: Span, until: float, settings: SatisfactionSettings
) -> Iterator[CallRow]:
    """Calls in order: of the span, with the answers of shortly before it, and around it what says who came again."""
    whole = max(figures.reads_from, span.since - 3600 * settings.once_in_h)
    yield from calls.around(connection, figures.reads_from, whole)
    yield from calls.in_order(connection, whole, min(span.until, until), settings.question)
    yield from calls.around(connection, span.until, until)


def rules_of(versions: Versions, version: str | None) -> ReportRules:
    """The rules of a published version; the usual ones without any. Raises BadInput where this release does not read
    them as the one did that published them."""
    texts = {} if version is None else versions.sources(version, (REPORTS,))
    if REPORTS not in texts:
        return ReportRules()
    try:
        rules, problems = read_reports(parse(texts[REPORTS], REPORTS))
    except SourceError as error:
        raise BadInput(str(error)) from error
    if rules is None:
        raise BadInput("\n".join(str(problem) for problem in problems if not problem.warning))
    return rules


def _outgoing(site: Site, span: Span) -> tuple[dict[str, dict[str, int]], list[RefusalRow], list[str]]:
    """Attempts by scene and state, refusals by scene and rule, and what could not be read."""
    place = Place.of(site)
    if isinstance(place.file, Path) and not place.file.exists():
        return {}, [], []  # nobody was called yet
    reader = Reader(place)
    try:
        attempts = asyncio.run(reader.by_scene(span.since, span.until))
        refusals = asyncio.run(reader.refusals_by_scene(span.since, span.until))
    except LedgerAway as error:
        return {}, [], [f"scenes: the ledger is away: {error}"]
    return attempts, [RefusalRow(**one) for one in refusals], []


def _local_of(span: Span) -> Callable[[float], tuple[str, int]]:
    """Day and hour of an instant in the span's zone. Calls come in order, and zones change at quarters of an
    hour: the last one is remembered."""
    zone = ZoneInfo(span.zone)
    last, word = -1, ("", 0)

    def local(at: float) -> tuple[str, int]:
        nonlocal last, word
        quarter = int(at // 900)
        if quarter != last:
            when = datetime.fromtimestamp(at, zone)
            last, word = quarter, (when.date().isoformat(), when.hour)
        return word

    return local
