"""Matching: which intent a sentence means, how sure that is, and why.

`train` makes a model of an intent book, once, at publish: the same book and vectors always give the same model. A
`Matcher` reads it and judges sentences. Where the book was trained with sentence vectors, they are needed to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from understanding.calibration import Calibration, calibrate, chance, foremost
from understanding.intents import IntentBook
from understanding.judgement import NOTHING, Judgement, Neighbour
from understanding.likeness import Floats, Likeness
from understanding.regression import fit
from understanding.wording import plain

Vectors = Callable[[Sequence[str]], Floats]
"""Gives a vector a sentence, rows by columns."""

WEIGHTS = {"characters": 1.0, "sounds": 1.0, "words": 1.0, "notions": 2.0, "meaning": 3.0}
RIDGE = 0.2
SHARPNESS = 2.0
"""How much more than twice as much counts what is alike in two parts at once."""
NEIGHBOURS = 5
FORMAT = 1


class Model(msgspec.Struct, frozen=True, array_like=True):
    """Trained model: the sentences with their intents (-1: none), and what was learned. Arrays are little-endian."""

    format: int
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    labels: tuple[int, ...]
    coefficients: bytes
    vectors: bytes
    calibration: Calibration

    @property
    def needs_vectors(self) -> bool:
        """Whether it was trained with sentence vectors."""
        return bool(self.vectors)


def train(book: IntentBook, vectors: Vectors | None = None) -> Model | None:
    """Train a model of all sentences of `book`; None for a book with fewer than two intents."""
    keys = tuple(book.intents)
    if len(keys) < 2:
        return None
    rows: dict[str, tuple[int, bool]] = {}  # text: label, and whether callers talk like that
    for label, intent in enumerate(book.intents.values()):
        for text in intent.phrasings:
            rows.setdefault(text, (label, True))
        for text in intent.words:
            rows.setdefault(text, (label, False))
    for text in book.none:
        rows.setdefault(text, (-1, True))
    texts = tuple(rows)
    labels = np.array([label for label, _ in rows.values()], np.int64)
    said = np.array([is_said for _, is_said in rows.values()])
    found = vectors([plain(text) for text in texts]).astype(np.float16) if vectors is not None else None
    likeness = Likeness(texts, None if found is None else found.astype(np.float32), WEIGHTS)
    classes = np.where(labels < 0, len(keys), labels)  # "none of them" is learned, too: as the last class
    trust = np.ones(len(texts), np.float32)
    learned = fit(sharpened(likeness.among()), classes, len(keys) + 1, trust, RIDGE)
    bounds = calibrate(learned.left_out[said], labels[said])
    return Model(
        FORMAT,
        keys,
        texts,
        tuple(int(label) for label in labels),
        learned.coefficients.astype("<f4").tobytes(),
        b"" if found is None else found.astype("<f2").tobytes(),
        bounds,
    )


def sharpened(likeness: Floats) -> Floats:
    """Likeness by an exponential: still a kernel, in which being alike in words and in meaning is more than the sum."""
    sharp: Floats = np.exp(SHARPNESS * (likeness - 1.0))
    return sharp


def _slope(likeness: Floats, sharp: Floats) -> Floats:
    """Sharpened likeness above that of strangers, for each unit of likeness: it shares a score out among the parts."""
    strangers = np.exp(-SHARPNESS)
    near_zero = np.abs(likeness) < 1e-6
    slope: Floats = np.where(near_zero, SHARPNESS * strangers, (sharp - strangers) / np.where(near_zero, 1, likeness))
    return slope


class Matcher:
    """Judges sentences by a model. `vectors` must be those that the model was trained with, if any."""

    def __init__(self, model: Model, vectors: Vectors | None = None) -> None:
        if model.needs_vectors and vectors is None:
            raise ValueError("the model was trained with sentence vectors, and there are none here")
        self.model = model
        self._vectors = vectors if model.needs_vectors else None
        count = len(model.texts)
        self._coefficients: Floats = np.frombuffer(model.coefficients, "<f4").reshape(count, len(model.keys) + 1)
        self._offset = self._coefficients.sum(axis=0)

    @cached_property
    def _likeness(self) -> Likeness:
        stored = np.frombuffer(self.model.vectors, "<f2")
        rows = stored.reshape(len(self.model.texts), -1).astype(np.float32) if self.model.needs_vectors else None
        return Likeness(self.model.texts, rows, WEIGHTS)

    def judge(self, text: str) -> Judgement:
        """Judge what a caller said."""
        said = plain(text)
        if not said:
            return NOTHING
        vector = self._vectors([said])[0] if self._vectors is not None else None
        parts = self._likeness.of(text, vector)
        near: Floats = np.sum(list(parts.values()), axis=0)
        sharp = sharpened(near)
        scores = sharp @ self._coefficients + self._offset
        found = foremost(scores[None, :])
        first, second = int(found.first[0]), int(found.second[0])
        bounds = self.model.calibration
        sure = float(chance(found.scores, bounds.first)[0])
        pair = float(chance(found.scores, bounds.pair)[0])
        lead = (self._coefficients[:, first] - self._coefficients[:, second]) * _slope(near, sharp)
        return Judgement(
            decision=bounds.decide(sure, pair),
            intent=self.model.keys[first],
            second=self.model.keys[second],
            score=round(sure, 4),
            margin=round(float(scores[first] - scores[second]), 4),
            neighbours=self._neighbours(near),
            parts={part: round(float(likeness @ lead), 4) for part, likeness in parts.items()},
        )

    def _neighbours(self, near: Floats) -> tuple[Neighbour, ...]:
        nearest: NDArray[np.int64] = np.argsort(-near, kind="stable")[:NEIGHBOURS]
        return tuple(
            Neighbour(self.model.texts[row], self._key(self.model.labels[row]), round(float(near[row]), 4))
            for row in nearest
        )

    def _key(self, label: int) -> str:
        return self.model.keys[label] if label >= 0 else ""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Model)


def encode(model: Model) -> bytes:
    """Encode a model as one piece (MessagePack)."""
    return _ENCODER.encode(model)


def decode(data: bytes) -> Model:
    """Decode a model. Raises msgspec.DecodeError for what is none of this release: publish again."""
    model = _DECODER.decode(data)
    if model.format != FORMAT:
        raise msgspec.ValidationError(f"format {model.format} of understanding is not known here")
    return model
