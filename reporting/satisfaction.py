"""Satisfaction: answers in five grades, weighted, corrected for those who did not answer, with their intervals.

The population are talks that were long enough to be judged (`least_talk_s`). An answer counts if its talk is of the
population, its score is a grade, and the same person has not answered within `once_in_h` before. Who did not answer
is not like who did: people who waited long answer less often. So the corrected figures weigh the answers of each class
(queue × wait) by the talks of that class, which is post-stratification (Cochran, Sampling Techniques, 5A.9); a class
with few answers is pooled with others first.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Annotated

import msgspec

from reporting.ratios import Z95, Interval, percent, two_decimals, wilson
from reporting.rows import CallRow

GRADES = (1, 2, 3, 4, 5)
"""Very dissatisfied, dissatisfied, neither, satisfied, very satisfied."""
WEIGHTS = (0.0, 25.0, 50.0, 75.0, 100.0)
_SATISFIED = (4, 5)
WAIT_BANDS_S = (30, 120, 480)
"""Upper ends of the classes of waits; longer ones are a class, too."""
LEAST_IN_CLASS = 5
_PRUNE = 50_000

Counts = list[int]
"""Answers by grade."""
Weight = Annotated[float, msgspec.Meta(gt=0)]


class SatisfactionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How answers are counted. `weights`: what each grade is worth, the worst first."""

    question: str = "satisfaction"
    least_talk_s: float = 15.0
    once_in_h: float = 24.0
    weights: tuple[float, float, float, float, float] = WEIGHTS
    over: dict[str, Weight] = {}
    """What each channel counts: `telephone` for this survey, QUESTIONNAIRE.QUESTION for others."""


class Corrected(msgspec.Struct, frozen=True):
    """Figures corrected for non-response. Intervals are of 95 %."""

    index: float
    index_interval: Interval
    index_error: float
    """Standard error of the index."""
    satisfied: float
    satisfied_interval: Interval
    classes: int
    """Classes that the answers were weighed by, pooled ones as one."""


class SatisfactionFigures(msgspec.Struct, frozen=True):
    """Answers of a queue, or of the house. Rates and the index are in percent, by weights of 0 to 100."""

    population: int
    """Talks that could be judged."""
    asked: int
    """Of these, to whom the question was put."""
    sample: int
    """Answers that count."""
    response_rate: float | None
    """The sample, of those asked."""
    left_out: dict[str, int]
    """Answers that do not count: `too_short`, `again`, `no_grade`."""
    grades: list[int]
    index: float | None
    """The mean weight of the answers."""
    satisfied: float | None
    """Grades 4 and 5."""
    satisfied_interval: Interval | None
    corrected: Corrected | None
    """None with fewer than two answers."""


class AgentGrades(msgspec.Struct, frozen=True):
    """Answers about one agent's talks, or to one question of a questionnaire; too few to be corrected."""

    sample: int
    grades: list[int]
    index: float | None
    satisfied: float | None
    satisfied_interval: Interval | None


class Satisfaction:
    """Counts talks and answers, in the order of their calls."""

    def __init__(self, settings: SatisfactionSettings) -> None:
        self._settings = settings
        self._talks: dict[tuple[str, int], int] = {}
        self._answers: dict[tuple[str, int], Counts] = {}
        self._asked: dict[str, int] = {}
        self._left_out: dict[str, dict[str, int]] = {}
        self._by_agent: dict[str, Counts] = {}
        self._answered_at: dict[str, float] = {}
        self._prune_at = _PRUNE

    def take(self, call: CallRow, *, counts: bool) -> bool:
        """Take a call; whether it has an answer that counts. It is about the last talk with an agent.

        `counts`: the call is of the report's span; one of before only keeps its person from counting again.
        """
        talk = call.last_talk
        if talk is None or call.direction != "in" or call.queued_at is None:
            return False
        at, person, queue, score = call.arrived_at, call.person, talk.queue, call.score
        if not counts and score is None:
            return False
        talk_s = 0.0
        for one in call.talks:
            if one.agent:
                talk_s += one.seconds
        if talk_s < self._settings.least_talk_s:
            if score is not None and counts:
                self._leave_out(queue, "too_short")
            return False
        where = (queue, bisect_left(WAIT_BANDS_S, (call.answered_at or call.queued_at) - call.queued_at))
        if counts:
            self._talks[where] = self._talks.get(where, 0) + 1
            self._asked[queue] = self._asked.get(queue, 0) + call.asked
        if score is None:
            return False
        if score not in GRADES:
            if counts:
                self._leave_out(queue, "no_grade")
            return False
        if person:
            before = self._answered_at.get(person)
            if before is not None and at - before < 3600 * self._settings.once_in_h:
                if counts:
                    self._leave_out(queue, "again")
                return False
            self._remember(person, at)
        if counts:
            self._answers.setdefault(where, [0] * 5)[score - 1] += 1
            self._by_agent.setdefault(talk.agent, [0] * 5)[score - 1] += 1
        return counts

    def house(self) -> SatisfactionFigures:
        """Of the house."""
        return self._figures(sorted({queue for queue, _ in self._talks} | self._left_out.keys()))

    def by_queue(self) -> dict[str, SatisfactionFigures]:
        """By queue."""
        queues = sorted({queue for queue, _ in self._talks} | self._left_out.keys())
        return {queue: self._figures([queue]) for queue in queues}

    def by_agent(self) -> dict[str, AgentGrades]:
        """By the agent of the last talk."""
        weights = self._settings.weights
        return {agent: grades_of(grades, weights) for agent, grades in sorted(self._by_agent.items())}

    def _figures(self, queues: Sequence[str]) -> SatisfactionFigures:
        talks = {where: count for where, count in self._talks.items() if where[0] in queues}
        answers = {where: self._answers.get(where, [0] * 5) for where in talks}
        grades = _sum(answers.values())
        left_out = [self._left_out[queue] for queue in queues if queue in self._left_out]
        asked, sample = sum(self._asked.get(queue, 0) for queue in queues), sum(grades)
        return SatisfactionFigures(
            population=sum(talks.values()),
            asked=asked,
            sample=sample,
            response_rate=percent(sample, asked),
            left_out={word: sum(one.get(word, 0) for one in left_out) for word in ("too_short", "again", "no_grade")},
            grades=grades,
            index=_index(grades, self._settings.weights),
            satisfied=percent(_satisfied(grades), sample),
            satisfied_interval=wilson(_satisfied(grades), sample),
            corrected=corrected(talks, answers, self._settings.weights),
        )

    def _leave_out(self, queue: str, why: str) -> None:
        words = self._left_out.setdefault(queue, {})
        words[why] = words.get(why, 0) + 1

    def _remember(self, person: str, at: float) -> None:
        self._answered_at[person] = at
        if len(self._answered_at) >= self._prune_at:
            since = at - 3600 * self._settings.once_in_h
            self._answered_at = {one: when for one, when in self._answered_at.items() if when > since}
            self._prune_at = max(_PRUNE, 2 * len(self._answered_at))


def grades_of(grades: Counts, weights: Sequence[float]) -> AgentGrades:
    """The figures of answers by grade, that are too few to be corrected."""
    satisfied, sample = _satisfied(grades), sum(grades)
    return AgentGrades(
        sample, list(grades), _index(grades, weights), percent(satisfied, sample), wilson(satisfied, sample)
    )


def corrected(
    talks: dict[tuple[str, int], int], answers: dict[tuple[str, int], Counts], weights: Sequence[float]
) -> Corrected | None:
    """Weigh the answers of each class by its talks: Σ W·mean, with the variance Σ W²·(1 - n/N)·s²/n."""
    classes = _pooled(talks, answers)
    if sum(sum(grades) for _, grades in classes) < 2:
        return None
    everybody = sum(count for count, _ in classes)
    satisfied = [100.0 if grade in _SATISFIED else 0.0 for grade in GRADES]
    (index, of_index), (share, of_share) = (
        _weighted(classes, everybody, worth) for worth in (list(weights), satisfied)
    )
    low, high = min(weights), max(weights)
    return Corrected(
        two_decimals(index), around(index, of_index, low, high), sqrt(of_index),
        two_decimals(share), around(share, of_share, 0.0, 100.0),
        len(classes),
    )  # fmt: skip


def _pooled(talks: dict[tuple[str, int], int], answers: dict[tuple[str, int], Counts]) -> list[tuple[int, Counts]]:
    """Talks and answers by class. Small classes of a queue are one; those that are small still are one of the house,
    and what is small even then goes to the class with the most answers."""
    kept: list[tuple[int, Counts]] = []
    rest: list[tuple[int, Counts]] = []
    for queue in sorted({queue for queue, _ in talks}):
        mine = [(talks[where], answers[where]) for where in sorted(talks) if where[0] == queue]
        kept += [one for one in mine if sum(one[1]) >= LEAST_IN_CLASS]
        small = [one for one in mine if sum(one[1]) < LEAST_IN_CLASS]
        if small:
            (kept if sum(sum(grades) for _, grades in small) >= LEAST_IN_CLASS else rest).append(_joined(small))
    if rest:
        pool = _joined(rest)
        if kept and sum(pool[1]) < LEAST_IN_CLASS:
            most = max(range(len(kept)), key=lambda place: sum(kept[place][1]))
            kept[most] = _joined([kept[most], pool])
        else:
            kept.append(pool)
    return kept


def _joined(classes: Sequence[tuple[int, Counts]]) -> tuple[int, Counts]:
    return sum(count for count, _ in classes), _sum(grades for _, grades in classes)


def _weighted(classes: Sequence[tuple[int, Counts]], everybody: int, worth: Sequence[float]) -> tuple[float, float]:
    """Mean and variance."""
    mean = variance = 0.0
    for talks, grades in classes:
        answers, share = sum(grades), talks / everybody
        own, of_class = spread(grades, worth)
        mean += share * own
        variance += share * share * (1 - min(1.0, answers / talks)) * of_class / answers
    return mean, variance


def spread(grades: Counts, worth: Sequence[float]) -> tuple[float, float]:
    """Mean and variance s² of two answers or more, by what each grade is worth."""
    answers = sum(grades)
    mean = sum(count * value for count, value in zip(grades, worth, strict=True)) / answers
    return mean, sum(count * (value - mean) ** 2 for count, value in zip(grades, worth, strict=True)) / (answers - 1)


def around(mean: float, variance: float, low: float, high: float) -> Interval:
    """The interval of 95 %, within `low` and `high`."""
    half = Z95 * sqrt(variance)
    return Interval(two_decimals(max(low, mean - half)), two_decimals(min(high, mean + half)))


def _index(grades: Counts, weights: Sequence[float]) -> float | None:
    sample = sum(grades)
    total = sum(count * weight for count, weight in zip(grades, weights, strict=True))
    return two_decimals(total / sample) if sample else None


def _satisfied(grades: Counts) -> int:
    return sum(grades[grade - 1] for grade in _SATISFIED)


def _sum(many: Iterable[Counts]) -> Counts:
    total = [0] * 5
    for grades in many:
        total = [one + other for one, other in zip(total, grades, strict=True)]
    return total
