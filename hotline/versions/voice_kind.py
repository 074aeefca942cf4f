"""The kind of voice that a site's settings come to on this machine; a start loads this much."""

from __future__ import annotations

from typing import Literal

import structlog

from calls.errors import BadInput
from hotline.site.settings import Site, VoiceSettings
from hotline.versions.store import Versions
from speech.kokoro.weights import is_installed

log = structlog.get_logger("hotline")
VoiceKind = Literal["kokoro", "espeak", "http"]


def kokoro_is_there() -> bool:
    """Whether Kokoro is installed here."""
    return is_installed()


def kind_of(settings: VoiceSettings) -> VoiceKind:
    """The engine that a site's settings come to on this machine."""
    if settings.kind == "auto":
        return "kokoro" if kokoro_is_there() else "espeak"
    return settings.kind


def log_voices(site: Site, versions: Versions) -> None:
    """Log which voice speaks which language of the version that runs; a warning where it cannot."""
    from hotline.versions.voices import survey  # what reads recordings: a start does without

    try:
        phrases = versions.program(versions.current() or "").phrases
    except BadInput:  # whoever takes the version up says so
        return
    for one in survey(site, phrases):
        about = {"language": one.language, "voice": one.voice, "spoken": one.spoken + one.in_calls, "ready": one.ready}
        if one.missing:
            log.warning("a language has no voice", **about, advice=one.missing)
        else:
            log.info("voice", **about, recorded=one.recorded)
