"""Words for the fallback: the announcements that are in force, as sounds that the switch can play by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from calls.overrides import Override

Ready = Callable[[str, str], Awaitable[Path | None]]
"""Of a text and its language: the sound's path without ending; None where the voice cannot say it."""


async def sounds_of(
    overrides: Sequence[Override], languages: Sequence[str], node: str, ready: Ready
) -> Mapping[int, Sequence[str]]:
    """The sounds of each announcement at one switch, by its number: a recording of that switch, then the words in each
    of these languages that it was given in. One without any is left out."""
    found = {}
    for one in overrides:
        if one.kind == "announcement":
            made = [await ready(one.texts[language], language) for language in languages if language in one.texts]
            recorded = [one.recording] if one.recording and one.node == node else []
            if sounds := (*recorded, *(str(sound) for sound in made if sound is not None)):
                found[one.number] = sounds
    return found
