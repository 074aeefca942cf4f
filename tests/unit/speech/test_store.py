"""Sounds on disk: whole or not at all, and damage is seen."""

from __future__ import annotations

import errno
import io
import os
import time
from pathlib import Path

import pytest
import soundfile

from speech.store import ENDINGS, SoundStore, digest, write_durably
from speech.voice import SoundError
from tests.unit.speech.voices import tone

pytestmark = pytest.mark.unit

NAME = digest("a sound")


@pytest.fixture
def store(tmp_path: Path) -> SoundStore:
    return SoundStore(tmp_path / "sounds")


def test_a_sound_is_three_files_that_any_program_reads(store: SoundStore) -> None:
    sound = tone(440, 0.5, 8000)
    kept = store.write(NAME, sound)
    samples, rate = soundfile.read(f"{store.stem(NAME)}.wav", dtype="int16")
    assert (rate, list(samples)) == (8000, list(sound.samples))
    for ending, law in ((".ulaw", "ULAW"), (".alaw", "ALAW")):
        raw = io.BytesIO(Path(f"{store.stem(NAME)}{ending}").read_bytes())
        back = soundfile.read(raw, channels=1, samplerate=8000, format="RAW", subtype=law)[0]
        assert abs(back - samples / 32768).max() < 0.02
    assert (kept.frames, kept.duration_s) == (4000, 0.5)
    assert kept.size == sum(Path(f"{store.stem(NAME)}{ending}").stat().st_size for ending in ENDINGS)
    assert store.verify(NAME) == kept
    assert store.is_as_kept(NAME, kept, store.scan())


def test_only_a_telephones_rate_is_kept(store: SoundStore) -> None:
    with pytest.raises(ValueError, match="8000 Hz, not 16000"):
        store.write(NAME, tone(440, 0.1, 16_000))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "longer"])
def test_damage_of_any_file_is_seen(store: SoundStore, ending: str, damage: str) -> None:
    kept = store.write(NAME, tone(440, 0.5, 8000))
    path = Path(f"{store.stem(NAME)}{ending}")
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        if damage == "flip":
            content[1001] ^= 0x40
        path.write_bytes({"cut": content[:-7], "flip": content, "longer": content + b"x"}[damage])
        os.utime(path, ns=(0, 1))
    assert store.verify(NAME) is None
    assert not store.is_as_kept(NAME, kept, store.scan())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_nothing_half_written(
    store: SoundStore, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(*paths: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("speech.store.os.replace", full)
    with pytest.raises(SoundError, match="disk full: no room for sounds in"):
        store.write(NAME, tone(440, 0.5, 8000))
    with pytest.raises(SoundError, match="disk full"):
        write_durably(store.folder / "manifest.json", b"{}")
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "sounds").write_text("a file, not a folder")
    with pytest.raises(SoundError, match="cannot be written"):
        SoundStore(tmp_path / "sounds").write(NAME, tone(440, 0.1, 8000))


def test_what_a_killed_writer_left_is_swept_when_it_is_old(store: SoundStore) -> None:
    store.write(NAME, tone(440, 0.1, 8000))
    stem = store.stem(NAME)
    old, young = Path(f"{stem}.wav.part-1-0"), Path(f"{stem}.wav.part-1-1")
    for path in (old, young):
        path.write_bytes(b"half")
    hour_ago = time.time() - 3700
    os.utime(old, (hour_ago, hour_ago))
    assert set(store.scan()) == {NAME + ending for ending in ENDINGS}
    assert (old.exists(), young.exists()) == (False, True)


def test_a_removed_sound_is_gone_and_removing_twice_is_harmless(store: SoundStore) -> None:
    store.write(NAME, tone(440, 0.1, 8000))
    store.remove(NAME)
    store.remove(NAME)
    assert store.scan() == {}


def test_ingredients_are_told_apart() -> None:
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", "")}) == 4
