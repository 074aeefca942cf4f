"""English as the symbols that Kokoro was taught, from the IPA of espeak-ng.

The changes are those of misaki 0.9 (`misaki.espeak.EspeakFallback`, Apache-2.0) for American English: a diphthong and
an affricate are one symbol, length is not written.
"""

from __future__ import annotations

import re

_SYMBOLS = tuple(
    sorted(
        {
            "ʔˌn\u0329": "ʔn",
            "ʔn\u0329": "ʔn",
            "a^ɪ": "I",
            "a^ʊ": "W",
            "d^ʒ": "ʤ",
            "e^ɪ": "A",
            "e": "A",
            "t^ʃ": "ʧ",
            "ɔ^ɪ": "Y",
            "ə^l": "ᵊl",
            "ʲo": "jo",
            "ʲə": "jə",
            "ʲ": "",
            "ɚɹ": "əɹ",
            "ɚ": "əɹ",
            "r": "ɹ",
            "x": "k",
            "ç": "k",
            "ɐ": "ə",
            "ɬ": "l",
            "\u0303": "",
        }.items(),
        key=lambda change: -len(change[0]),
    )
)
_AFTER = (
    ("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""), ("o", "ɔ"), ("ɾ", "T"), ("ʔ", "t"), ("^", ""),
)  # fmt: skip
_LANGUAGE = re.compile(r"\([a-z-]+\)")
"""espeak-ng tells where it takes another language's rules for a word."""
_CLAUSE = re.compile(r"[^,.;:!?…—]+(?:[.,:](?=\S)[^,.;:!?…—]+)*")
_MARKS = str.maketrans({"，": ",", "。": ".", "；": ";", "：": ":", "？": "?", "！": "!", "、": ",", "’": "'"})


def clauses(text: str) -> list[tuple[str, str]]:
    """A text in clauses, each with the mark after it or none: espeak-ng pauses at marks, and does not tell at which.

    A mark inside a figure is none: `9:30`, `1,200.50`.
    """
    plain = " ".join(text.translate(_MARKS).replace("[[", " ").replace("]]", " ").split())
    found: list[tuple[str, str]] = []
    for match in _CLAUSE.finditer(plain):
        words = match[0].strip()
        if any(character.isalnum() for character in words):
            mark = plain[match.end() : match.end() + 1]
            found.append((words, mark))
    return found


def english_symbols(ipa: str) -> str:
    """Symbols of what espeak-ng gives for `--ipa --tie=^` in American English."""
    said = _LANGUAGE.sub("", ipa.strip())
    for old, new in _SYMBOLS:
        said = said.replace(old, new)
    said = re.sub(r"(\S)\u0329", r"ᵊ\1", said).replace("\u0329", "")
    for old, new in _AFTER:
        said = said.replace(old, new)
    return said


def joined(parts: list[tuple[str, str]]) -> str:
    """Clauses in symbols, each with its mark, as one text."""
    return " ".join(f"{symbols}{mark}" for symbols, mark in parts if symbols)
