"""Symbols of Kokoro v1.0: what each is to the model, and which pieces of a text it is given at once.

The numbers are those of the model's `config.json` (hexgrad/Kokoro-82M, Apache-2.0).
"""

from __future__ import annotations

import re

_NUMBERS = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, "—": 9, "…": 10, '"': 11, "(": 12, ")": 13, "“": 14, "”": 15,
    " ": 16, "\u0303": 17, "ʣ": 18, "ʥ": 19, "ʦ": 20, "ʨ": 21, "ᵝ": 22, "ꭧ": 23, "A": 24, "I": 25, "O": 31, "Q": 33,
    "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "c": 45, "d": 46, "e": 47, "f": 48, "h": 50, "i": 51,
    "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "q": 59, "r": 60, "s": 61, "t": 62, "u": 63, "v": 64,
    "w": 65, "x": 66, "y": 67, "z": 68, "ɑ": 69, "ɐ": 70, "ɒ": 71, "æ": 72, "β": 75, "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80,
    "ð": 81, "ʤ": 82, "ə": 83, "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90, "ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102, "ʝ": 103,
    "ɯ": 110, "ɰ": 111, "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115, "ø": 116, "ɸ": 118, "θ": 119, "œ": 120, "ɹ": 123,
    "ɾ": 125, "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131, "ʈ": 132, "ʧ": 133, "ʊ": 135, "ʋ": 136, "ʌ": 138,
    "ɣ": 139, "ɤ": 140, "χ": 142, "ʎ": 143, "ʒ": 147, "ʔ": 148, "ˈ": 156, "ˌ": 157, "ː": 158, "ʰ": 162, "ʲ": 164,
    "↓": 169, "→": 171, "↗": 172, "↘": 173, "ᵻ": 177,
}  # fmt: skip
MOST = 400
"""Symbols in one piece: the model takes 510, and hurries through the end of a very long one."""
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+")
_PAUSES = re.compile(r"(?<=[,;:—])\s+")


def numbers(symbols: str) -> list[int]:
    """Symbols as the model counts them; one that it does not know is left out."""
    return [_NUMBERS[symbol] for symbol in symbols if symbol in _NUMBERS]


def pieces(symbols: str) -> list[str]:
    """Sentences, and of a sentence of more than MOST symbols its parts between pauses, else as many as go in."""
    found: list[str] = []
    for sentence in _SENTENCE_ENDS.split(symbols.strip()):
        held = ""
        for part in _PAUSES.split(sentence) if len(sentence) > MOST else [sentence]:
            if held and len(held) + 1 + len(part) > MOST:
                found.append(held)
                held = part
            else:
                held = f"{held} {part}".strip()
        found.append(held)
    return [cut for piece in found for cut in _cut(piece) if numbers(cut)]


def _cut(piece: str) -> list[str]:
    return [piece[begin : begin + MOST] for begin in range(0, len(piece), MOST)]
