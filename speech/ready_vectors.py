"""Ready vectors: those of the sample's own sentences, so that its first publish computes none.

    speech/ready_vectors.npz    digests (sorted), rows of 8-bit numbers, a scale a row, the engine that made them

Made by `python -m speech.sentence_vectors < SENTENCES`, one plain sentence a line. What is not among them is computed;
a test tells when the sample has moved on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PATH = Path(__file__).with_suffix(".npz")
_MOST = 127.0


def digest(sentence: str) -> int:
    """Short hash of a sentence, 64 bits."""
    return int.from_bytes(hashlib.blake2b(sentence.encode(), digest_size=8).digest(), "big")


class ReadyVectors:
    """Vectors by sentence, of one engine."""

    def __init__(self, digests: NDArray[np.uint64], rows: NDArray[np.int8], scales: NDArray[np.float32]) -> None:
        self._digests, self._rows, self._scales = digests, rows, scales

    def find(self, sentence: str) -> NDArray[np.float32] | None:
        """The vector of a sentence; None: it must be computed."""
        wanted = np.uint64(digest(sentence))
        place = int(np.searchsorted(self._digests, wanted))
        if place == len(self._digests) or self._digests[place] != wanted:
            return None
        found: NDArray[np.float32] = self._rows[place].astype(np.float32) * self._scales[place]
        return found


@lru_cache(maxsize=2)
def ready(engine: str, path: Path = PATH) -> ReadyVectors | None:
    """Those that `engine` made; None where there are none of it."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["engine"]) != engine:
                return None
            return ReadyVectors(kept["digests"], kept["rows"], kept["scales"])
    except FileNotFoundError:
        return None


def write(sentences: Sequence[str], vectors: NDArray[np.float32], engine: str, path: Path = PATH) -> None:
    """Write the vectors of sentences, a row each."""
    digests = np.array([digest(sentence) for sentence in sentences], np.uint64)
    order = np.argsort(digests)
    scales = (np.abs(vectors).max(axis=1) / _MOST).astype(np.float32)
    rows = np.rint(vectors / scales[:, None]).astype(np.int8)
    np.savez_compressed(path, engine=np.array(engine), digests=digests[order], rows=rows[order], scales=scales[order])
