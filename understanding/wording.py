"""Wording: a sentence cut into what can be compared, by parts.

`characters` are 1- to 3-grams of Chinese and pieces of Latin words; `sounds` are the same syllables without tones, so
that what an ear mishears by homophone is still near; `words` are words and pairs; `notions` are those of the lexicon,
alone and in pairs. Fillers at the beginning (嗯, 那个, 就是 …) carry nothing and are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from understanding.lexicon import LEXICON

Part = Literal["characters", "sounds", "words", "notions"]
PARTS: tuple[Part, ...] = ("characters", "sounds", "words", "notions")

_FILLERS = re.compile(
    r"^(?:(?:嗯+|呃+|额|那个|就是|喂|哎|诶|啊|um+|uh+|so|well|hi|hello)(?=$|\W|[嗯那就呃])(?:\W)*|(?:那个|嗯+)\W+)+"
)
_SIGNS = re.compile(r"[\W_]+")
_NUMBER = re.compile(
    r"[0-9]+|[零一二两三四五六七八九十百千万亿]{2,}|[零一二两三四五六七八九十](?=[块元号期月年点分天笔张万千百])"
)
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[a-z0-9']+|#")
_COLLOQUIAL = (("咋样", "怎么样"), ("咋", "怎么"), ("啥", "什么"), ("俩", "两个"), ("甭", "不用"), ("咱们", "我们"))
_STOP = frozenset(
    """i me my we our you your it its the a an is are was be been am do does did to of in on for and or that this have
    has had with at as so if can could would will just please there from by not what""".split()  # noqa: SIM905 - prose
)


def plain(text: str) -> str:
    """Sentence without fillers, signs and written variants: small letters, half width, one space between words."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'").strip()
    while (shorter := _FILLERS.sub("", text, count=1)) != text and shorter.strip():
        text = shorter.strip()
    for said, meant in _COLLOQUIAL:
        text = text.replace(said, meant)
    return _SIGNS.sub(" ", text.replace("'", "")).strip()


def syllables(text: str) -> list[str]:
    """Syllables of Chinese text without tones; Latin words stay whole."""
    from pypinyin import lazy_pinyin  # 0.3 s and 30 MB, which only who understands sentences pays

    return [syllable for piece in lazy_pinyin(text) for syllable in piece.split()]


@lru_cache(maxsize=8192)
def grams(text: str) -> Mapping[Part, tuple[str, ...]]:
    """All that can be compared of a sentence, by part; what occurs twice is there twice."""
    said = plain(text)
    counted = _NUMBER.sub("#", said)
    return {
        "characters": tuple(_characters(counted)),
        "sounds": tuple(_sounds(counted)),
        "words": tuple(_words(counted)),
        "notions": tuple(_notions(said)),
    }


def _characters(said: str) -> Iterator[str]:
    for piece in said.split():
        for run in re.findall(r"[\u4e00-\u9fff#]+|[a-z0-9]+", piece):
            if _HAN.search(run) or run == "#":
                yield from _runs(run, 1, 3)
            else:
                yield from _runs(f"<{run}>", 3, 5)


def _sounds(said: str) -> Iterator[str]:
    for run in _HAN.findall(said):
        spoken = syllables(run)
        for size in (1, 2, 3):
            for start in range(len(spoken) - size + 1):
                yield " ".join(spoken[start : start + size])


def _words(said: str) -> Iterator[str]:
    """Latin words and pairs of them without those that mean nothing alone; Chinese words by the longest match."""
    words = [word for run in re.findall(r"[\u4e00-\u9fff]+|[a-z0-9#]+", said) for word in _cut(run)]
    meant = [word for word in words if word not in _STOP]
    yield from meant
    yield from (f"{one} {other}" for one, other in pairwise(words))


def _cut(run: str) -> list[str]:
    if not _HAN.match(run):
        return [run]
    from pypinyin.seg import mmseg

    return list(mmseg.seg.cut(run))


def _notions(said: str) -> Iterator[str]:
    close = f" {said} "
    found = [notion for notion, words in _lexicon() if any(word in close for word in words)]
    yield from found
    for index, one in enumerate(found):
        yield from (f"{one}+{other}" for other in found[index + 1 :])


@lru_cache(maxsize=1)
def _lexicon() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Notions with their words as they stand in a plain sentence: Chinese anywhere, Latin as whole words."""
    return tuple((notion, tuple(_as_said(word) for word in words.split())) for notion, words in LEXICON.items())


def _as_said(word: str) -> str:
    for said, meant in _COLLOQUIAL:
        word = word.replace(said, meant)
    return word if _HAN.search(word) else f" {word.replace('_', ' ').replace('-', ' ')} "


def _runs(text: str, least: int, most: int) -> Iterator[str]:
    for size in range(least, most + 1):
        for start in range(len(text) - size + 1):
            yield text[start : start + size]
