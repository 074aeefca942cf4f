"""Announcements for the fallback: of each switch its own recordings, and the words in the house's languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.overrides import Override
from hotline.server.fallback_words import sounds_of

pytestmark = [pytest.mark.unit, pytest.mark.asyncio]

WORDS = {"en": "down", "zh-CN": "停", "fr": "non"}
CASES = {
    "words in each language of the house": ({"texts": WORDS}, ("/s/zh-CN-停", "/s/en-down")),
    "a recording of this switch comes first": (
        {"texts": {"en": "down"}, "recording": "/r/1", "node": "one"},
        ("/r/1", "/s/en-down"),
    ),
    "one of another switch is left out": (
        {"texts": {"en": "down"}, "recording": "/r/1", "node": "two"},
        ("/s/en-down",),
    ),
    "a voice that cannot say it": ({"texts": {"en": "unsayable"}}, None),
    "in no language of the house": ({"texts": {"fr": "non"}}, None),
}


async def ready(text: str, language: str) -> Path | None:
    return None if text == "unsayable" else Path(f"/s/{language}-{text}")


@pytest.mark.parametrize("case", CASES)
async def test_what_is_said(case: str) -> None:
    fields, sounds = CASES[case]
    one = Override(7, "announcement", "all", "li", "storm", 0.0, None, **fields)  # type: ignore[arg-type]
    closure = Override(8, "closure", "line:1", "li", "storm", 0.0, None)
    assert await sounds_of((one, closure), ("zh-CN", "en"), "one", ready) == ({} if sounds is None else {7: sounds})
