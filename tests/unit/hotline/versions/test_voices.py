"""Which voice speaks which language, by settings and by what is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.site.settings import VoiceSettings
from hotline.site.site import Site
from hotline.versions import voice_kind, voices
from hotline.versions.unread import unread_files
from hotline.versions.voice_kind import kind_of
from hotline.versions.voices import ready_sounds, survey
from speech.levelling import Levelling
from speech.ready import ReadySounds
from speech.voice import Pcm
from tests.unit.speech.voices import tone

pytestmark = pytest.mark.unit

PHRASES = {
    "zh-CN": {"welcome": "您好", "bye": "再见", "balance": "您应还{balance:money}"},
    "en": {"welcome": "Hello", "bye": "Goodbye", "balance": "You owe {balance:money}"},
}


@pytest.fixture
def sound() -> Pcm:
    return Levelling().apply(tone(440))


@pytest.fixture
def site(tmp_path: Path, sound: Pcm) -> Site:
    (tmp_path / "prompts" / "recordings" / "zh-CN").mkdir(parents=True)
    (tmp_path / "prompts" / "recordings" / "zh-CN" / "bye.wav").write_bytes(b"")
    ReadySounds(tmp_path / "prompts" / "ready").keep("welcome", "zh-CN", "您好", sound)
    (tmp_path / "dialplans").mkdir()
    (tmp_path / "hotline.yaml").write_text("languages: [zh-CN, en]\n")
    return Site.open(tmp_path)


@pytest.mark.parametrize(
    ("kind", "installed", "spoken_by"),
    [
        ("auto", True, "kokoro"),
        ("auto", False, "espeak"),
        ("kokoro", False, "kokoro"),
        ("espeak", True, "espeak"),
        ("http", True, "http"),
    ],
)
def test_auto_is_the_best_that_is_installed(
    kind: str, installed: bool, spoken_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_kind, "is_installed", lambda: installed)
    assert kind_of(VoiceSettings.model_validate({"kind": kind})) == spoken_by


def test_prompts_are_counted_by_who_says_them(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices.shutil, "which", lambda program: f"/usr/bin/{program}")
    chinese, english = survey(site, PHRASES)
    assert (chinese.voice, chinese.recorded, chinese.ready, chinese.spoken, chinese.in_calls) == (
        "espeak-ng",
        1,
        1,
        0,
        1,
    )
    assert (english.voice, english.recorded, english.ready, english.spoken, english.in_calls) == (
        "espeak-ng",
        0,
        0,
        2,
        1,
    )
    assert (chinese.missing, english.missing) == ("", "")


def test_a_site_with_another_voice_has_none_of_the_ready_ones(site: Site) -> None:
    (site.folder / "hotline.yaml").write_text("voice: {kind: espeak}\n")
    assert ready_sounds(Site.open(site.folder)) is None


@pytest.mark.parametrize(
    ("kind", "installed", "programs", "missing"),
    [
        ("kokoro", False, {"espeak-ng"}, "pip install 'hotline[voice]'"),
        ("kokoro", True, set(), "apt-get install espeak-ng"),
        ("espeak", True, set(), "apt-get install espeak-ng"),
        ("http", False, set(), ""),
    ],
)
def test_what_is_missing_is_told_with_what_to_do(
    site: Site, kind: str, installed: bool, programs: set[str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_kind, "is_installed", lambda: installed)
    monkeypatch.setattr(voices.shutil, "which", lambda program: program if program in programs else None)
    (site.folder / "hotline.yaml").write_text(f"voice: {{kind: {kind}, url: http://localhost/}}\n")
    told = survey(Site.open(site.folder), PHRASES)[1].missing
    assert missing in told
    assert bool(missing) == bool(told)


def test_a_language_without_a_speaker_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice_kind, "is_installed", lambda: True)
    (german,) = survey(site, {"de": {"welcome": "Hallo"}})
    assert "no speaker for de" in german.missing


def test_lint_takes_sounds_that_come_ready_for_read(site: Site, sound: Pcm) -> None:
    (site.prompts / "ready" / "zh-CN" / "welcome.mp3").write_bytes(b"")
    strays = [problem.mark.file for problem in unread_files(site, ["zh-CN"], ["welcome", "bye"])]
    assert strays == ["prompts/ready/zh-CN/welcome.mp3"]
