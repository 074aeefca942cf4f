"""Follow-up visits: how many were due and done in time, by rule; answers to questionnaires, and satisfaction by them.

The same guards hold as after calls: an answer given on the telephone counts if its talk was long enough, and a person
counts once in `once_in_h` for a question.
"""

from collections.abc import Iterable, Sequence

import msgspec

from reporting.ratios import percent
from reporting.satisfaction import GRADES, AgentGrades, Counts, SatisfactionSettings, grades_of

_GRADES = {str(grade): grade for grade in GRADES}


class FollowUpRow(msgspec.Struct, frozen=True):
    """A follow-up whose last day ended in the span, at `until`; `changed_at`: when it came into its state."""

    rule: str
    state: str
    until: float
    changed_at: float


class AnswerRow(msgspec.Struct, frozen=True):
    """An answer of the span, or of shortly before it (`counts` is False). `person`: empty for nobody who is known.

    `talk_s`: how long the talks with agents before it were, in the same call; None: it is of no such call.
    """

    questionnaire: str
    question: str
    word: str
    at: float
    person: str = ""
    talk_s: float | None = None
    counts: bool = True


class FollowUpFigures(msgspec.Struct, frozen=True):
    """Follow-ups of a rule, or of all. `in_time_rate`: of those that were to be done, in percent."""

    due: int
    """Whose last day ended in the span."""
    done: int
    in_time: int
    held: int
    given_up: int
    not_wanted: int
    cancelled: int
    pending: int
    """Neither held, nor given up, nor over."""
    in_time_rate: float | None
    """In time, of those that were neither cancelled nor unwanted."""


class QuestionFigures(msgspec.Struct, frozen=True):
    """Answers to a question. `satisfaction` is of questions that are answered by grades of 1 to 5."""

    sample: int
    words: dict[str, int]
    left_out: dict[str, int]
    """Answers that do not count: `too_short`, `again`."""
    satisfaction: AgentGrades | None


def follow_up_figures(rows: Iterable[FollowUpRow]) -> dict[str, FollowUpFigures]:
    """The figures by rule, with those of all under the empty name; nothing without any."""
    groups: dict[str, list[FollowUpRow]] = {}
    for row in rows:
        for name in ("", row.rule):
            groups.setdefault(name, []).append(row)
    return {name: _figures(group) for name, group in sorted(groups.items())}


def _figures(rows: Sequence[FollowUpRow]) -> FollowUpFigures:
    count = {state: sum(row.state == state for row in rows) for state in {row.state for row in rows}}.get
    in_time = sum(row.state == "done" and row.changed_at <= row.until for row in rows)
    ended = {state: count(state, 0) for state in ("done", "held", "given_up", "not_wanted", "cancelled")}
    wanted = len(rows) - ended["not_wanted"] - ended["cancelled"]
    return FollowUpFigures(
        due=len(rows),
        in_time=in_time,
        pending=len(rows) - sum(ended.values()),
        in_time_rate=percent(in_time, wanted),
        **ended,
    )


def question_figures(
    rows: Iterable[AnswerRow], settings: SatisfactionSettings
) -> dict[str, dict[str, QuestionFigures]]:
    """The figures by questionnaire and question. `rows` are in the order of their times."""
    words: dict[tuple[str, str], dict[str, int]] = {}
    left_out: dict[tuple[str, str], dict[str, int]] = {}
    answered_at: dict[tuple[str, str, str], float] = {}
    for row in rows:
        place = (row.questionnaire, row.question)
        why = _why_not(row, answered_at, settings)
        if row.counts:
            group = words.setdefault(place, {})
            counted, word = (left_out.setdefault(place, {}), why) if why else (group, row.word)
            counted[word] = counted.get(word, 0) + 1
    found: dict[str, dict[str, QuestionFigures]] = {}
    for place, counts in sorted(words.items()):
        grades: Counts = [counts.get(word, 0) for word in _GRADES]
        is_scale = sum(grades) > 0 and all(word in _GRADES or word == "refused" for word in counts)
        found.setdefault(place[0], {})[place[1]] = QuestionFigures(
            sum(counts.values()),
            dict(sorted(counts.items())),
            {word: left_out.get(place, {}).get(word, 0) for word in ("too_short", "again")},
            grades_of(grades, settings.weights) if is_scale else None,
        )
    return found


def _why_not(row: AnswerRow, answered_at: dict[tuple[str, str, str], float], settings: SatisfactionSettings) -> str:
    if row.talk_s is not None and row.talk_s < settings.least_talk_s:
        return "too_short"
    if row.person:
        person = (row.questionnaire, row.question, row.person)
        before = answered_at.get(person)
        if before is not None and row.at - before < 3600 * settings.once_in_h:
            return "again"
        answered_at[person] = row.at
    return ""
