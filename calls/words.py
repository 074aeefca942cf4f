"""Words that somebody said, masked as logs are: telephone numbers, and every other row of six figures or more."""

import re

from calls.numbers import masked_within

_FIGURES = re.compile(r"[0-9零〇一二三四五六七八九幺两](?:[\s,，、.。-]?[0-9零〇一二三四五六七八九幺两]){5,}")
"""Six figures or more in a row: an account, a card, a code, a part of a number that was said in two breaths."""
DOT = "•"


def masked_words(text: str, region: str | None = None) -> str:
    """The text with telephone numbers, as dialled in `region` (ISO 3166), masked, and long rows of figures as dots."""
    text = masked_within(text, region)
    return _FIGURES.sub(lambda found: DOT * sum(sign.isalnum() for sign in found[0]), text)
