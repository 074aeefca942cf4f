"""The voice of each language: which engine speaks, and which prompts are recorded, come ready, are left to it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from hotline.site.settings import VoiceSettings
from hotline.site.site import Site
from hotline.versions.voice_kind import VoiceKind, kind_of, kokoro_is_there
from ivr.phrases import parse_template
from speech.building import Prompt
from speech.kokoro.voice import SPEAKERS
from speech.kokoro.weights import INSTALL
from speech.ready import ReadySounds
from speech.recordings import find_recordings

READY = "ready"
"""The folder in prompts/ with sounds that come ready."""


class LanguageVoice(msgspec.Struct, frozen=True):
    """What is spoken in one language, in numbers of phrases. `missing` says what to do where no voice is there."""

    language: str
    voice: str
    recorded: int
    ready: int
    spoken: int
    """Static ones that the voice speaks at publish."""
    in_calls: int
    """Those with values, which the voice speaks during calls."""
    missing: str = ""


def ready_sounds(site: Site) -> ReadySounds | None:
    """Sounds that come ready; None for a site whose own voice would not match them."""
    return ReadySounds(site.prompts / READY) if site.settings.voice.kind in ("auto", "kokoro") else None


def recordings_folder(site: Site) -> Path | None:
    """The folder of recordings that people made; None where there is none."""
    folder = site.prompts / "recordings"
    return folder if folder.is_dir() else None


def static_prompts(phrases: Mapping[str, Mapping[str, str]]) -> list[Prompt]:
    """Phrases that need no value, of texts by language and key: their sounds are built before any call."""
    return [
        Prompt(key, language, text)
        for language, texts in phrases.items()
        for key, text in texts.items()
        if parse_template(text).is_static
    ]


def survey(site: Site, phrases: Mapping[str, Mapping[str, str]]) -> list[LanguageVoice]:
    """One for each language that there are phrases in."""
    kind = kind_of(site.settings.voice)
    ready = ready_sounds(site)
    folder = recordings_folder(site)
    static = static_prompts(phrases)
    found: list[LanguageVoice] = []
    for language, texts in phrases.items():
        recorded = set(find_recordings(folder, language)) if folder is not None else set()
        mine = [prompt for prompt in static if prompt.language == language]
        unrecorded = [prompt for prompt in mine if prompt.key not in recorded]
        come = sum(ready is not None and ready.find(language, prompt.text) is not None for prompt in unrecorded)
        found.append(
            LanguageVoice(
                language,
                _name(kind, language, site.settings.voice),
                len(mine) - len(unrecorded),
                come,
                len(unrecorded) - come,
                len(texts) - len(mine),
                _missing(kind, language),
            )
        )
    return found


def _name(kind: VoiceKind, language: str, settings: VoiceSettings) -> str:
    if kind == "kokoro":
        return f"kokoro {SPEAKERS.get(_primary(language), '')}".strip()
    return f"http {settings.name}" if kind == "http" else "espeak-ng"


def _missing(kind: VoiceKind, language: str) -> str:
    """What is not there for this voice to speak, and what to do; empty where nothing is."""
    espeak = "" if shutil.which("espeak-ng") else "espeak-ng is not installed: apt-get install espeak-ng"
    if kind == "kokoro":
        if not kokoro_is_there():
            return INSTALL
        if _primary(language) not in SPEAKERS:
            return f"kokoro has no speaker for {language}; there are {', '.join(SPEAKERS)}"
        return espeak
    return espeak if kind == "espeak" else ""


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
