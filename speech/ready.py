"""Prompts that come ready: phrases spoken beforehand, in files beside the texts, found by the words that they say.

`prompts/ready/LANGUAGE/KEY.HASH.ogg`: the hash is that of language and words, so that a phrase whose words have changed
finds nothing here and is spoken anew; the key is for people. Opus at 8 kHz, some 2 kB a second.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import soundfile

from speech.store import write_durably
from speech.voice import Pcm

ENDING = ".ogg"
_HASH_LENGTH = 16
_FULL = 32768.0
_COMPRESSION = 0.95
"""Opus at 6 + 250 × (1 − this) kbit a second: 18."""


def words_hash(language: str, text: str) -> str:
    """The part of a file's name that says which words it holds."""
    return hashlib.sha256(repr((language, text)).encode()).hexdigest()[:_HASH_LENGTH]


def file_name(key: str, language: str, text: str) -> str:
    """A file's name, in the folder of its language."""
    return f"{key}.{words_hash(language, text)}{ENDING}"


class ReadySounds:
    """The files of a folder, from one look at it; a folder that is not there has none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._paths = {
            (path.parent.name, path.name.removesuffix(ENDING).rpartition(".")[2]): path
            for path in sorted(folder.glob(f"*/*{ENDING}"))
        }

    def find(self, language: str, text: str) -> Path | None:
        """The file in which these words are said, or None."""
        return self._paths.get((language, words_hash(language, text)))

    def strays(self, wanted: set[tuple[str, str]]) -> list[Path]:
        """Files that say none of these (language, text)."""
        hashes = {(language, words_hash(language, text)) for language, text in wanted}
        return [path for place, path in self._paths.items() if place not in hashes]

    def remove_strays(self, wanted: set[tuple[str, str]]) -> int:
        """Remove files that say none of these (language, text); how many went."""
        gone = self.strays(wanted)
        for path in gone:
            path.unlink(missing_ok=True)
        self._paths = {place: path for place, path in self._paths.items() if path not in gone}
        return len(gone)

    def keep(self, key: str, language: str, text: str, pcm: Pcm) -> Path:
        """Write a sound. Raises SoundError when it cannot be written."""
        path = self.folder / language / file_name(key, language, text)
        held = io.BytesIO()
        soundfile.write(
            held,
            pcm.samples.astype(np.float64) / _FULL,
            pcm.rate,
            format="OGG",
            subtype="OPUS",
            compression_level=_COMPRESSION,
        )
        write_durably(path, held.getvalue())
        self._paths[language, words_hash(language, text)] = path
        return path
