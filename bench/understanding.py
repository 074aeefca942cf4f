"""How well sentences are understood, beside n-grams of characters and syllables with a linear SVM, in the same run.

Five-fold on bench/data/intents-zh: 12 examples an intent to learn from, beside its name and the topics of its
definition, which stand in intents.yaml. BANKING77 by the first ten examples of each intent after a fixed shuffle,
beside its name. Where sentence vectors are not installed, the n-grams alone are measured, and the notes say so.
"""

from __future__ import annotations

import csv
import gzip
import random
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from bench import linear_svm, machine
from bench.catalogue import Options
from bench.report import Figure, Report, at_least, at_most, told
from speech.sentence_vectors import INSTALL, SentenceVectors, is_installed
from understanding.intents import Intent, IntentBook
from understanding.likeness import Floats, Likeness
from understanding.matching import Matcher, Vectors, train

DATA = Path(__file__).parent / "data"
FOLDS = 5
FEW = 10
_NONE = frozenset({"out_of_scope", "chitchat_unclear"})
_MOST_WRONG = 0.05
_REFERENCE = {"characters": 1.0, "sounds": 1.0}

Row = tuple[str, str]
"""Intent and sentence."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One sentence: what it means ("" none), the two foremost, how sure, and what was done."""

    meant: str
    first: str
    second: str
    score: float
    answered: bool = False


def run(options: Options) -> Report:
    """Takes some minutes, most of them for vectors of BANKING77; `quick` takes every twentieth of its sentences."""
    vectors = _Kept(SentenceVectors()) if is_installed() else None
    ours, reference = _five_fold(vectors, options)
    english, english_reference = _banking(vectors, options)
    took_ms = _one_understanding(vectors)
    answered, taken, threshold_right = _at_five_percent(ours)
    answered_by_reference, taken_by_reference, _ = _at_five_percent(reference)
    decided = [guess for guess in ours if guess.answered]
    right_decided = [guess for guess in decided if guess.meant]
    wrong = sum(guess.meant != guess.first for guess in right_decided)
    meant = [guess for guess in ours if guess.meant]
    figures: list[Figure] = [
        at_least("intents-zh, five-fold: right", _right(ours), "%", 75, _right(reference)),
        at_least("intents-zh, five-fold: among the first two", _in_two(ours), "%", 88, _in_two(reference)),
        at_least("intents-zh, at most 5 % wrong: answered at once", answered, "%", 75, answered_by_reference),
        at_most("intents-zh, there: out of scope taken for an intent", taken, "%", 10, taken_by_reference),
        told("intents-zh, there: answered and right", threshold_right, "%"),
        told("intents-zh, by the model's own bounds: answered at once", 100 * len(right_decided) / len(meant), "%"),
        told("intents-zh, there: wrong of the answered", 100 * wrong / max(1, len(right_decided)), "%"),
        at_least("BANKING77, 10 examples an intent: right", english, "%", 84, english_reference),
        at_most("one understanding, 100 intents of 20 sentences, p95", took_ms, "ms", 50),
    ]
    facts = machine.facts()
    if vectors is None:
        facts = {**facts, "notes": [INSTALL]}
    return Report("understanding", facts, figures)


class _Kept:
    """Vectors of sentences, each made once."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._kept: dict[str, Floats] = {}

    def __call__(self, sentences: Sequence[str]) -> Floats:
        for sentence in sentences:
            if sentence not in self._kept:
                self._kept[sentence] = self._vectors([sentence])[0]
        return np.stack([self._kept[sentence] for sentence in sentences])


def _five_fold(vectors: Vectors | None, options: Options) -> tuple[list[Guess], list[Guess]]:
    rows = _labelled()
    topics = _topics()
    fold_of = _folds(rows)
    ours: list[Guess] = []
    reference: list[Guess] = []
    for fold in range(1 if options.quick else FOLDS):
        learned = [row for row, of in zip(rows, fold_of, strict=True) if of != fold]
        tried = [row for row, of in zip(rows, fold_of, strict=True) if of == fold]
        ours += _guessed(_book(learned, topics), tried, vectors)
        reference += _by_reference(learned, tried)
        options.progress(f"fold {fold + 1}: {_right(ours):.1f} % right so far, reference {_right(reference):.1f} %")
    return ours, reference


def _guessed(book: IntentBook, tried: Iterable[Row], vectors: Vectors | None) -> list[Guess]:
    model = train(book, vectors)
    assert model is not None  # the data has 30 and 77 intents
    matcher = Matcher(model, vectors)
    found = []
    for meant, sentence in tried:
        judged = matcher.judge(sentence)
        means = "" if meant in _NONE else meant
        found.append(Guess(means, judged.intent, judged.second, judged.score, judged.decision == "answered"))
    return found


def _by_reference(learned: Sequence[Row], tried: Sequence[Row]) -> list[Guess]:
    rows = [row for row in learned if row[0] not in _NONE]
    keys = sorted({meant for meant, _ in rows})
    likeness = Likeness([sentence for _, sentence in rows], None, _REFERENCE)
    labels = np.array([keys.index(meant) for meant, _ in rows], np.int64)
    blocks = len(_REFERENCE)  # each of length 1, side by side
    weights = linear_svm.train(blocks * likeness.among(), labels, len(keys))
    near = blocks * np.stack([np.sum(list(likeness.of(sentence, None).values()), axis=0) for _, sentence in tried])
    found = []
    for (meant, _), row in zip(tried, linear_svm.scores(near, weights), strict=True):
        first, second = np.argsort(-row, kind="stable")[:2]
        found.append(Guess("" if meant in _NONE else meant, keys[first], keys[second], float(row[first])))
    return found


def _banking(vectors: Vectors | None, options: Options) -> tuple[float, float]:
    few: dict[str, list[str]] = {}
    for sentence, intent in _csv("train"):
        few.setdefault(intent, []).append(sentence)
    chance = random.Random(7)
    learned: list[Row] = []
    for intent in sorted(few):
        chance.shuffle(few[intent])
        learned += [(intent, sentence) for sentence in few[intent][:FEW]]
    tried = [(intent, sentence) for sentence, intent in _csv("test")][:: 20 if options.quick else 1]
    named = {intent: [intent.replace("_", " ").rstrip("?")] for intent in few}
    ours = _guessed(_book(learned, named), tried, vectors)
    options.progress(f"BANKING77: {_right(ours):.1f} % right")
    return _right(ours), _right(_by_reference(learned, tried))


def _one_understanding(vectors: Vectors | None) -> float:
    """Milliseconds, the 95th of a hundred: 100 intents of 20 sentences, made of the words of BANKING77."""
    sentences = list(dict.fromkeys(sentence for sentence, _ in _csv("train")))[:2000]
    known = np.random.default_rng(7).normal(size=(2000, 384)).astype(np.float32)
    kept = dict(zip(sentences, known, strict=True))
    book = _book([(f"intent_{number % 100}", sentence) for number, sentence in enumerate(sentences)], {})

    def learned(asked: Sequence[str]) -> Floats:  # what the vectors of the examples are costs a caller nothing
        return np.stack([kept.get(sentence, known[index]) for index, sentence in enumerate(asked)])

    model = train(book, learned if vectors is not None else None)
    assert model is not None
    matcher = Matcher(model, SentenceVectors() if vectors is not None else None)
    asked = [sentence for _, sentence in _labelled()][:110]
    taken = []
    for sentence in asked:
        began = time.perf_counter()
        matcher.judge(sentence)
        taken.append((time.perf_counter() - began) * 1000)
    return float(np.percentile(taken[10:], 95))  # the first ones load


def _book(rows: Iterable[Row], words: dict[str, list[str]]) -> IntentBook:
    said: dict[str, list[str]] = {}
    for intent, sentence in rows:
        said.setdefault(intent, []).append(sentence)
    none = tuple(sentence for intent in _NONE for sentence in said.get(intent, ()))
    intents = {
        key: Intent(key, sentences[0], tuple(sentences[1:]), tuple(words.get(key, ())))
        for key, sentences in said.items()
        if key not in _NONE
    }
    return IntentBook(intents, tuple(sorted(none)))


def _labelled() -> list[Row]:
    lines = (DATA / "intents-zh" / "dev-zh.tsv").read_text(encoding="utf-8").splitlines()
    return [(intent, sentence) for intent, _, sentence in (line.partition("\t") for line in lines)]


def _topics() -> dict[str, list[str]]:
    """Names of the intents and what their definitions say that they include."""
    written = yaml.safe_load((DATA / "intents-zh" / "intents.yaml").read_text(encoding="utf-8"))
    found = {}
    for one in written["intents"]:
        includes = one["definition_zh"].partition("不包括：")[0].replace("包括：", "。")
        found[one["key"]] = [one["title_zh"], *(topic for topic in re.split("[。，、；]", includes) if topic)]
    return found


def _folds(rows: Sequence[Row]) -> list[int]:
    """The fold of each row, the rows of an intent spread evenly after a fixed shuffle."""
    chance = random.Random(0)
    of: list[int] = [0] * len(rows)
    for intent in sorted({intent for intent, _ in rows}):
        places = [place for place, row in enumerate(rows) if row[0] == intent]
        chance.shuffle(places)
        for turn, place in enumerate(places):
            of[place] = turn % FOLDS
    return of


def _csv(name: str) -> list[Row]:
    with gzip.open(DATA / "banking77" / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _right(guesses: Sequence[Guess]) -> float:
    meant = [guess for guess in guesses if guess.meant]
    return 100 * sum(guess.first == guess.meant for guess in meant) / len(meant)


def _in_two(guesses: Sequence[Guess]) -> float:
    meant = [guess for guess in guesses if guess.meant]
    return 100 * sum(guess.meant in (guess.first, guess.second) for guess in meant) / len(meant)


def _at_five_percent(guesses: Sequence[Guess]) -> tuple[float, float, float]:
    """At the score from which on at most one in twenty answers is wrong: percent answered, of those that mean none
    percent taken, percent answered and right. Chosen on the same sentences, as for the reference."""
    meant = sorted((guess for guess in guesses if guess.meant), key=lambda guess: -guess.score)
    none = [guess.score for guess in guesses if not guess.meant]
    wrong: NDArray[np.int64] = np.cumsum([guess.first != guess.meant for guess in meant])
    fits = np.flatnonzero(wrong <= _MOST_WRONG * np.arange(1, len(meant) + 1))
    if not len(fits):
        return 0.0, 0.0, 0.0
    count = int(fits[-1]) + 1
    bound = meant[count - 1].score
    taken = sum(score >= bound for score in none) / max(1, len(none))
    return 100 * count / len(meant), 100 * taken, 100 * (count - int(wrong[count - 1])) / len(meant)
