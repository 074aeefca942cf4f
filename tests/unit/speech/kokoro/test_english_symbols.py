"""English as Kokoro is given it, from espeak-ng's IPA."""

from __future__ import annotations

import pytest

from speech.kokoro.english import clauses, english_symbols, joined
from speech.kokoro.symbols import numbers

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("ipa", "symbols"),
    [
        ("hˌa^ʊ sˈæɾɪsfˌa^ɪd ɑː^ɹ juː", "hˌW sˈæTɪsfˌId ɑɹ ju"),
        ("pɹˈɛs fˈa^ɪv", "pɹˈɛs fˈIv"),
        ("nˈʌmbɚɹ ɪz", "nˈʌmbəɹ ɪz"),
        ("ðə kˈe^ɪs", "ðə kˈAs"),
        ("kˈɔːl", "kˈɔl"),
        ("həlˈo^ʊ", "həlˈO"),
        ("tʃˈɛk", "tʃˈɛk"),
        ("t^ʃˈɛk d^ʒˈɔ^ɪn", "ʧˈɛk ʤˈYn"),
        ("θˈɜːɾi", "θˈɜɹTi"),
        ("ˈbʌʔn\u0329", "ˈbʌtn"),
        ("(en)hˈa^ɪ", "hˈI"),
    ],
)
def test_ipa_in_symbols_of_the_model(ipa: str, symbols: str) -> None:
    assert english_symbols(ipa) == symbols
    assert len(numbers(symbols)) == len(symbols)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("For bills, press 1. Goodbye!", [("For bills", ","), ("press 1", "."), ("Goodbye", "!")]),
        ("We open at 9:30, and you owe 1,200.50.", [("We open at 9:30", ","), ("and you owe 1,200.50", ".")]),
        ("Hello", [("Hello", "")]),
        ("[[h@]] ... — !", [("h@", ".")]),
        ("您好。", [("您好", ".")]),
        ("", []),
    ],
)
def test_a_text_in_clauses_with_their_marks(text: str, parts: list[tuple[str, str]]) -> None:
    assert clauses(text) == parts


def test_clauses_come_together_with_their_marks() -> None:
    assert joined([("fɔɹ bˈɪlz", ","), ("", "."), ("pɹˈɛs", "")]) == "fɔɹ bˈɪlz, pɹˈɛs"
