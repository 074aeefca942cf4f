"""Topics of cases, and their trend: this span beside those before it.

A topic grows where there are more of it than the spans before let expect: more than their mean by two standard
deviations of a Poisson count, and `least` or more. One that is new has nothing before it, and grows by itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

import msgspec

from reporting.ratios import percent

LEAST = 5
_DEVIATIONS = 2.0


class TopicFigures(msgspec.Struct, frozen=True):
    """A topic. `before`: cases of each span before, the latest first; `usual` their mean; `change` in percent of it,
    None where there was none."""

    kind: str
    topic: str
    cases: int
    before: tuple[int, ...]
    usual: float
    change: float | None
    grows: bool


def topics(now: Iterable[tuple[str, str]], before: Sequence[Iterable[tuple[str, str]]]) -> list[TopicFigures]:
    """Topics as (kind, topic) of each case, of this span and of those before it, the latest first; those that grow
    first, then the most frequent."""
    counts, earlier = Counter(now), [Counter(one) for one in before]
    names = {*counts, *(name for one in earlier for name in one)}
    found = [_figures(name, counts, earlier) for name in names]
    return sorted(found, key=lambda one: (not one.grows, -one.cases, one.kind, one.topic))


def _figures(
    name: tuple[str, str], counts: Mapping[tuple[str, str], int], earlier: Sequence[Mapping[tuple[str, str], int]]
) -> TopicFigures:
    count, before = counts.get(name, 0), tuple(one.get(name, 0) for one in earlier)
    total = sum(before)
    usual = total / len(before) if before else 0.0
    change = percent(count * len(before) - total, total) if total else None
    grows = bool(before) and count >= LEAST and count > usual + _DEVIATIONS * sqrt(usual)
    return TopicFigures(*name, count, before, round(usual, 2), change, grows)
