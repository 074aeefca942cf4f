"""What customers come again for, and what they complain of more than before; tasks for whoever owns the product."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from calls.identity import known_by
from complaints.grading.grading import signal
from complaints.grading.settings import Grades
from complaints.intake.contact import Contact
from hotline.cases import intake
from hotline.cases.intake import Taken
from hotline.cases.keeping import contacts
from hotline.site.site import Site
from hotline.store.transactions import looking
from hotline.versions.case_rules import rules_of
from hotline.versions.store import Versions
from reporting.repeats import IntentFigures, Repeats, Visit
from reporting.spans import Span, span_of
from reporting.topics import TopicFigures, topics

CATEGORY = "improvement"
"""The category of tasks; dispatch.yaml sends them on by product, as it does other cases."""
SPANS_BEFORE = 4
_VISITS = """
SELECT c.arrived_at, c.caller, c.outcome,
    (SELECT s.flow || '/' || s.step FROM steps AS s WHERE s.call = c.call AND s.kind = 'queue'
        ORDER BY s."index" LIMIT 1),
    (SELECT s.flow || '/' || s.step FROM steps AS s WHERE s.call = c.call AND s.kind <> 'survey'
        ORDER BY s."index" DESC LIMIT 1)
FROM calls AS c WHERE c.arrived_at >= ? AND c.arrived_at < ? AND c.direction = 'in' ORDER BY c.arrived_at
"""
_CASES = (
    'SELECT "case", category, product, grade FROM case_heads'
    " WHERE opened_at >= ? AND opened_at < ? AND link = 'own' AND category <> ? ORDER BY opened_at"
)


def repeats(site: Site, span: Span, window_days: float) -> list[IntentFigures]:
    """Callers of a span who came again with the same intent within the window. Raises BadInput."""
    found = Repeats(window_days * 86_400.0)
    with looking(site.database) as connection:
        rows = connection.execute(_VISITS, (span.since - window_days * 86_400.0, span.until))
        for at, caller, outcome, queued_by, last in rows:
            visit = Visit(at, known_by(caller), queued_by or last or "", outcome, last or "")
            found.take(visit, counts=at >= span.since)
    return found.figures()


def topics_of(site: Site, span: Span) -> list[TopicFigures]:
    """Topics of a span's cases beside the four spans before it: category, product, and the signals of grades.yaml that
    their words have. Raises BadInput."""
    versions = Versions(site.versions)
    grades = rules_of(versions, versions.current() or "").grades
    spans = [span]
    for _ in range(SPANS_BEFORE):
        spans.append(span_of(span.period, spans[-1].first - timedelta(days=1), site.zone))
    with looking(site.database) as connection:
        first, *others = [list(_topics(connection, one, grades)) for one in spans]
    return topics(first, others)


def open_tasks(site: Site, span: Span, found: list[TopicFigures]) -> list[Taken]:
    """A case for each topic that grows, once a span: it goes its way by dispatch.yaml to whoever owns the product.

    Raises BadInput.
    """
    made = []
    for one in found:
        if not one.grows:
            continue
        product = one.topic if one.kind == "product" else ""
        text = f"{one.kind} {one.topic}: {one.cases} cases in {span.name}, usually {one.usual:g}; find out why"
        made.append(
            Contact(
                *("report", f"{span.name}/{one.kind}/{one.topic}"[:200], span.until),
                text=text,
                category=CATEGORY,
                product=product[:64],
            )
        )
    return intake.take_in(site.database, made, site.zone) if made else []


def _topics(connection: sqlite3.Connection, span: Span, grades: Grades | None) -> Iterator[tuple[str, str]]:
    for case, category, product, grade in connection.execute(_CASES, (span.since, span.until, CATEGORY)).fetchall():
        yield "category", category
        if grade:
            yield "grade", grade
        if product:
            yield "product", product
        if grades is not None:
            words = "\n".join(one.words for one in contacts(connection, case))
            for name in grades.signals:
                if words and signal(words, name, grades):
                    yield "signal", name
