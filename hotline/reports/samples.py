"""The monthly sample of a site: calls with an answer of the survey, and recorded talks to be reviewed.

Both are drawn by queue and by a seed: the same seed gives the same sample. What is to be looked at in it is read once
it is drawn, so memory does not grow with the month.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from hotline.reports import calls
from hotline.reports.making import Progress, rules_of
from hotline.site.site import Site
from hotline.store.transactions import looking
from hotline.versions.store import Versions
from reporting.sampling import Drawing, Sample
from reporting.satisfaction import Satisfaction
from reporting.settings import FigureSettings
from reporting.spans import Span

ANSWERS, RECORDINGS = 800, 400
"""How many a month's sample has at least."""
_TOLD_EVERY = 10_000
_RECORDED = """
SELECT t.queue, r.call, t.number
FROM calls AS c CROSS JOIN recordings AS r ON r.call = c.call
CROSS JOIN talks AS t ON t.call = r.call AND t.number = r.talk
WHERE c.arrived_at >= ? AND c.arrived_at < ? AND +r.kind = 'talk' AND t.agent IS NOT NULL
    AND t.ended_at - t.began_at >= ?
"""
"""`+` keeps SQLite from the index by kind, by which it would look at every recording for each call."""
_ANSWER = """
SELECT c.arrived_at, u.score, t.queue, t.agent, t.number FROM calls AS c
JOIN surveys AS u ON u.call = c.call AND u.question = ?2
JOIN talks AS t ON t.call = c.call AND t.agent IS NOT NULL
WHERE c.call = ?1 ORDER BY t.number DESC LIMIT 1
"""
_TALK = """
SELECT t.began_at, t.ended_at - t.began_at, t.queue, t.agent, r.path, v.correct, v.reviewer
FROM talks AS t JOIN recordings AS r ON r.call = t.call AND r.talk = t.number
LEFT JOIN talk_reviews AS v ON v.call = t.call AND v.talk = t.number
WHERE t.call = ? AND t.number = ? AND +r.kind = 'talk' ORDER BY r.path LIMIT 1
"""


class SampledAnswer(msgspec.Struct, frozen=True):
    """An answer of the survey, about the last talk of its call."""

    call: str
    talk: int
    at: float
    queue: str
    agent: str
    score: int


class SampledTalk(msgspec.Struct, frozen=True):
    """A recorded talk that a person is to judge; `correct` None: nobody has yet."""

    call: str
    talk: int
    at: float
    queue: str
    agent: str
    lasted_s: float
    recording: str
    correct: bool | None
    reviewer: str


class MonthlySample(msgspec.Struct, frozen=True):
    """Both samples, with what was drawn. `answers.short` and `recordings.short`: how many are missing."""

    seed: str
    answers: Sample
    recordings: Sample
    sampled_answers: list[SampledAnswer]
    sampled_talks: list[SampledTalk]


def draw(
    site: Site,
    span: Span,
    now: float,
    seed: str,
    answers: int = ANSWERS,
    recordings: int = RECORDINGS,
    progress: Progress = lambda done, of: None,
) -> MonthlySample:
    """Draw the sample of a span. Raises BadInput where the store or the rules cannot be read."""
    versions = Versions(site.versions)
    settings = rules_of(versions, versions.current()).figures
    question = settings.satisfaction.question
    with looking(site.database) as connection:
        connection.execute("BEGIN")
        of_answers = _answered(connection, span, now, settings, Drawing(answers, f"{seed} answers"), progress)
        of_talks = Drawing(recordings, f"{seed} recordings")
        least_s = settings.satisfaction.least_talk_s
        for queue, call, number in connection.execute(_RECORDED, (span.since, span.until, least_s)):
            of_talks.take(queue, _id(call, number))
        drawn, talks = of_answers.sample(), of_talks.sample()
        return MonthlySample(
            seed,
            drawn,
            talks,
            list(_sampled_answers(connection, drawn.drawn, question)),
            _talks(connection, talks.drawn),
        )


def _answered(
    connection: sqlite3.Connection,
    span: Span,
    now: float,
    settings: FigureSettings,
    drawing: Drawing,
    progress: Progress,
) -> Drawing:
    """Calls with an answer that counts, as the figures count it."""
    counting = Satisfaction(settings.satisfaction)
    since, until = span.since - 3600 * settings.satisfaction.once_in_h, min(span.until, now)
    of = calls.how_many(connection, since, until)
    for done, call in enumerate(calls.in_order(connection, since, until, settings.satisfaction.question), 1):
        if counting.take(call, counts=call.arrived_at >= span.since):
            drawing.take(call.last_talk.queue if call.last_talk is not None else "", call.call)
        if done % _TOLD_EVERY == 0:
            progress(done, of)
    progress(of, of)
    return drawing


def _sampled_answers(connection: sqlite3.Connection, drawn: Iterable[str], question: str) -> Iterator[SampledAnswer]:
    for call in drawn:
        at, score, queue, agent, number = connection.execute(_ANSWER, (call, question)).fetchone()
        yield SampledAnswer(call, number, at, queue, agent, score)


def _talks(connection: sqlite3.Connection, drawn: Sequence[str]) -> list[SampledTalk]:
    found = []
    for one in drawn:
        call, _, number = one.rpartition(" ")
        row: Any = connection.execute(_TALK, (call, int(number))).fetchone()
        at, lasted_s, queue, agent, path, correct, reviewer = row
        judged = None if correct is None else bool(correct)
        found.append(SampledTalk(call, int(number), at, queue, agent, lasted_s, path, judged, reviewer or ""))
    return found


def _id(call: str, number: int) -> str:
    return f"{call} {number}"
