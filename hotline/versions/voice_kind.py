"""The kind of voice that a site's settings come to on this machine; a start loads this much."""

from __future__ import annotations

from typing import Literal

from hotline.site.settings import VoiceSettings
from speech.kokoro.weights import is_installed

VoiceKind = Literal["kokoro", "espeak", "http"]


def kokoro_is_there() -> bool:
    """Whether Kokoro is installed here."""
    return is_installed()


def kind_of(settings: VoiceSettings) -> VoiceKind:
    """The engine that a site's settings come to on this machine."""
    if settings.kind == "auto":
        return "kokoro" if kokoro_is_there() else "espeak"
    return settings.kind
