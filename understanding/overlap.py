"""Overlap of intents: two whose own sentences are taken for each other's, so that callers will be asked back for ever.

Told by the words alone, each sentence judged by a model that does not know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from understanding.intents import IntentBook
from understanding.likeness import Likeness
from understanding.matching import RIDGE, WEIGHTS, sharpened
from understanding.regression import fit

LEAST_SHARE = 0.3
LEAST_SENTENCES = 3


class Overlap(NamedTuple):
    """Two intents, how many of their sentences are taken for the other's, of how many, and one of them."""

    intent: str
    other: str
    confused: int
    of: int
    sentence: str


def overlaps(book: IntentBook) -> Iterator[Overlap]:
    """Find pairs of which LEAST_SHARE of the sentences are confused, LEAST_SENTENCES or more."""
    keys = list(book.intents)
    if len(keys) < 2:
        return
    rows = [(label, text) for label, one in enumerate(book.intents.values()) for text in dict.fromkeys(one.phrasings)]
    labels = np.array([label for label, _ in rows], np.int64)
    likeness = sharpened(Likeness([text for _, text in rows], None, WEIGHTS).among())
    taken = fit(likeness, labels, len(keys), np.ones(len(rows), np.float32), RIDGE).left_out.argmax(axis=1)
    for one in range(len(keys)):
        for other in range(one + 1, len(keys)):
            of = int(np.isin(labels, (one, other)).sum())
            confused = np.flatnonzero(((labels == one) & (taken == other)) | ((labels == other) & (taken == one)))
            if len(confused) >= max(LEAST_SENTENCES, LEAST_SHARE * of):
                yield Overlap(keys[one], keys[other], len(confused), of, rows[int(confused[0])][1])
