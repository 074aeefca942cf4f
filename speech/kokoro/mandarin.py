"""Mandarin as the symbols that Kokoro was taught: IPA with an arrow for each tone, a space between words.

The symbols of a syllable are those of misaki 0.9 (`misaki.zh`, Apache-2.0, after pinyin-to-ipa, MIT), with which the
voice was trained: `nin2 hao3` is `ni↗n xau↓`. An arrow follows the vowel: → level, ↗ rising, ↓ low, ↘ falling.
"""

from __future__ import annotations

import contextlib
import re

from speech.pinyin import PAUSES, SYLLABLES_OF_SIGNS, read, segments
from speech.segmenting import words
from speech.tones import sandhi

_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
# 0 is where the tone goes.
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n", "eng": "ə0ŋ",
    "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n",
    "ing": "i0ŋ", "io": "jɔ0", "iong": "jʊ0ŋ", "iou": "jou0", "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0",
    "ua": "wa0", "uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n", "ueng": "wə0ŋ",
    "uo": "wo0", "v": "y0", "van": "ɥɛ0n", "ve": "ɥe0", "vn": "y0n",
}  # fmt: skip
_ALONE = {"o": "ɔ0", "m": "m0", "n": "n0", "ng": "ŋ0", "hm": "hm0", "hng": "hŋ0", "ê": "ɛ0"}
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_SHORT = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}
# Letters by their English names, as Mandarin speakers say them.
_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "ˈA", "bˈi", "sˈi", "dˈi", "ˈi", "ˈɛf", "ʤˈi", "ˈAʧ", "ˈI", "ʤˈA", "kˈA", "ˈɛl", "ˈɛm",
            "ˈɛn", "ˈO", "pˈi", "kjˈu", "ˈɑɹ", "ˈɛs", "tˈi", "jˈu", "vˈi", "dˈʌbᵊlju", "ˈɛks", "wˈI", "zˈi",
        ],
        strict=True,
    )
)  # fmt: skip
_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcs])?([a-zê]+)([1-5])")
EDITION = "1"
"""Counts up when the same text gives other symbols: sounds are made anew then."""


def syllable_symbols(syllable: str) -> str:
    """Symbols of one syllable in pinyin with its tone figure, ü as v. Raises ValueError for what is none."""
    if (bare := _ALONE.get(syllable[:-1])) is not None and syllable[-1] in _TONES:
        return bare.replace("0", _TONES[syllable[-1]])
    found = _SYLLABLE.fullmatch(_spelt_out(syllable))
    final = "" if found is None else _whole_final(found[1] or "", found[2])
    if found is None or final not in _FINALS:
        raise ValueError(f"{syllable!r} is no syllable of Mandarin")
    initial = found[1] or ""
    body = "ɨ0" if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s") else _FINALS[final]
    return _INITIALS.get(initial, "") + body.replace("0", _TONES[found[3]])


def _spelt_out(syllable: str) -> str:
    """Without the y and w that pinyin writes where a syllable begins by its vowel."""
    for begins, instead in (("yu", "v"), ("yi", "i"), ("y", "i"), ("wu", "u"), ("w", "u")):
        if syllable.startswith(begins):
            rest = syllable[len(begins) :]
            return f"{instead}{rest}"
    return syllable


def _whole_final(initial: str, final: str) -> str:
    if initial in ("j", "q", "x") and final.startswith("u"):
        return f"v{final[1:]}"
    return _SHORT.get(final, final)


def mandarin_symbols(text: str) -> str:
    """Symbols of a text in Chinese characters, with the letters and signs that stand in it; figures one by one."""
    said: list[str] = []
    for run in segments(text):
        if run in PAUSES:
            if said:
                said[-1] += PAUSES[run]
        elif run.upper() in _LETTERS:
            said.append(_LETTERS[run.upper()])
        elif run in SYLLABLES_OF_SIGNS:
            said.append(_joined(re.findall(r"[a-zê]+[1-5]", SYLLABLES_OF_SIGNS[run])))
        else:
            said += _characters(run)
    return " ".join(part for part in said if part)


def _characters(run: str) -> list[str]:
    """Words of Chinese characters alone, as symbols."""
    syllables = read(run)
    if len(syllables) != len(run):  # a character without a reading is left out, and nobody knows which
        return [_joined(syllables)]
    parted = words(run)
    syllables = sandhi(run, syllables, parted)
    said: list[str] = []
    begin = 0
    for word in parted:
        said.append(_joined(syllables[begin : begin + len(word)]))
        begin += len(word)
    return said


def _joined(syllables: list[str]) -> str:
    """Symbols of syllables in a row; a dialect's, which rare characters have, is left out."""
    said = ""
    for syllable in syllables:
        with contextlib.suppress(ValueError):
            said += syllable_symbols(syllable)
    return said
