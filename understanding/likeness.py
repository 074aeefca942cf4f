"""Likeness of a sentence to each of a corpus, from 0 to 1 by part: shared grams weighed by their rarity, or vectors.

Each part is a cosine: of tf-idf for grams, of centred vectors for meaning. Sums of parts are kernels,
which `understanding.regression` learns on.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from understanding.wording import PARTS, Part, grams

Floats = NDArray[np.float32]

_MIN = 1e-9


class GramLikeness:
    """Likeness by the grams of one part. A gram in one sentence of the corpus only weighs most."""

    def __init__(self, part: Part, texts: Sequence[str]) -> None:
        self._part = part
        self._count = len(texts)
        counts = [Counter(grams(text)[part]) for text in texts]
        documents = Counter(gram for counted in counts for gram in counted)
        self._rarity = {gram: 1.0 + math.log((1 + len(texts)) / (1 + in_)) for gram, in_ in documents.items()}
        self._unseen = 1.0 + math.log(1 + len(texts))
        lists: dict[str, tuple[list[int], list[float]]] = {gram: ([], []) for gram in documents}
        for row, counted in enumerate(counts):
            for gram, weight in self._weighed(counted).items():
                lists[gram][0].append(row)
                lists[gram][1].append(weight)
        self._postings = {
            gram: (np.array(rows, np.int32), np.array(weights, np.float32)) for gram, (rows, weights) in lists.items()
        }

    def of(self, text: str) -> Floats:
        """Likeness of `text` to each of the corpus."""
        found = np.zeros(self._count, np.float32)
        for gram, weight in self._weighed(Counter(grams(text)[self._part])).items():
            posting = self._postings.get(gram)
            if posting is not None:
                found[posting[0]] += weight * posting[1]
        return found

    def among(self) -> Floats:
        """Likeness of each of the corpus to each."""
        found = np.zeros((self._count, self._count), np.float32)
        for rows, weights in self._postings.values():
            if len(rows) > 1:
                found[np.ix_(rows, rows)] += np.outer(weights, weights)
            else:
                found[rows[0], rows[0]] += weights[0] * weights[0]
        return found

    def _weighed(self, counted: Mapping[str, int]) -> dict[str, float]:
        weights = {
            gram: (1.0 + math.log(count)) * self._rarity.get(gram, self._unseen) for gram, count in counted.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / length for gram, weight in weights.items()}


class MeaningLikeness:
    """Likeness by sentence vectors (one a row). They lie close together: what all share is taken out first."""

    def __init__(self, vectors: Floats) -> None:
        self._centre = vectors.mean(axis=0)
        self._rows = self._placed(vectors)

    def of(self, vector: Floats) -> Floats:
        """Likeness of a sentence with this vector to each of the corpus."""
        found: Floats = self._rows @ self._placed(vector[None, :])[0]
        return found

    def among(self) -> Floats:
        """Likeness of each of the corpus to each."""
        found: Floats = self._rows @ self._rows.T
        return found

    def _placed(self, vectors: Floats) -> Floats:
        placed = vectors - self._centre
        unit: Floats = placed / np.maximum(np.linalg.norm(placed, axis=1, keepdims=True), _MIN)
        return unit


class Likeness:
    """Likeness by all parts, each with its weight; without vectors the grams alone."""

    def __init__(self, texts: Sequence[str], vectors: Floats | None, weights: Mapping[str, float]) -> None:
        self._grams = {part: GramLikeness(part, texts) for part in PARTS if weights.get(part, 0.0) > 0}
        self._meaning = MeaningLikeness(vectors) if vectors is not None else None
        used = [*self._grams, *(["meaning"] if self._meaning is not None else [])]
        total = sum(weights[part] for part in used)
        self._weights = {part: weights[part] / total for part in used}

    def of(self, text: str, vector: Floats | None) -> dict[str, Floats]:
        """Weighted likeness of `text` to each of the corpus, by part. `vector` is needed where the corpus has some."""
        found: dict[str, Floats] = {
            part: self._weights[part] * likeness.of(text) for part, likeness in self._grams.items()
        }
        if self._meaning is not None and vector is not None:
            found["meaning"] = self._weights["meaning"] * self._meaning.of(vector)
        return found

    def among(self) -> Floats:
        """Weighted likeness of each of the corpus to each, all parts together."""
        parts = [self._weights[part] * likeness.among() for part, likeness in self._grams.items()]
        if self._meaning is not None:
            parts.append(self._weights["meaning"] * self._meaning.among())
        total: Floats = np.sum(parts, axis=0, dtype=np.float32)
        return total
