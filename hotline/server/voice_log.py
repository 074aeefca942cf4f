"""The log of voices: which one speaks which language, told as a server starts."""

from __future__ import annotations

import structlog

from calls.errors import BadInput
from hotline.site.site import Site
from hotline.versions.store import Versions

log = structlog.get_logger("hotline")


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
