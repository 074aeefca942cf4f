"""The consensus of hypotheses: of what a beam search found, the one that is least far from all the others.

The likeliest text is not the one with the fewest errors to expect: the same syllables stand among the hypotheses in
several signs, with and without punctuation, and share their likelihood. Each is weighed by its own (minimum Bayes
risk); syllables misheard fall by half a point, at no cost to speak of (docs/benchmarks.md).

Pure: no engine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from speech.soundalike import changes, syllables

_WORD = re.compile(r"\w+")


class Hypothesis(NamedTuple):
    """A text that may have been said: the mean logarithm of its tokens' likelihood, and how many there are."""

    text: str
    score: float
    tokens: int


def consensus(found: Sequence[Hypothesis]) -> Hypothesis:
    """The hypothesis with the fewest errors to expect; the earlier of two alike. `found` has one at least."""
    units = [_units(one.text) for one in found]
    likely = [one.score * one.tokens for one in found]
    most = max(likely)
    weights = [math.exp(one - most) for one in likely]
    risks = [sum(weight * changes(one, other) for other, weight in zip(units, weights, strict=True)) for one in units]
    return found[risks.index(min(risks))]


def _units(text: str) -> list[str]:
    """Syllables of Chinese, words of others."""
    return syllables(text) or _WORD.findall(text.casefold())
