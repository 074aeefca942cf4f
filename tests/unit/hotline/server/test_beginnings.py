"""Beginnings of sentences: of phrases with values, each once, and anew for each version."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hotline.server.beginnings import Beginnings, beginnings
from speech.clauses import Piece, pieces
from tests.unit.speech.voices import until

pytestmark = pytest.mark.unit

PHRASES = {
    "zh-CN": {
        "balance": "您当前应还金额是{balance:money}，最后还款日是{due:day}。",
        "again": "您当前应还金额是{balance:money}。",
        "static": "您当前应还金额请问人工坐席。",
        "by_name": "{queue}来电，请接听，谢谢您。",
    },
    "en": {"balance": "You currently owe {balance:money}. It is due on {due:day}."},
}


def test_of_phrases_with_values_each_once_as_their_sentences_will_begin() -> None:
    found = list(beginnings(PHRASES))
    assert [(piece.text, language) for piece, language in found] == [
        ("您当前应还金额是，", "zh-CN"),
        ("You currently owe,", "en"),
    ]
    for (piece, _), sentence in zip(
        found,
        (
            "您当前应还金额是一千二百元五角，最后还款日是十二月十五号。",
            "You currently owe twelve yuan. It is due on Monday.",
        ),
        strict=True,
    ):
        assert pieces(sentence)[0] == piece


class Kept:
    """Sentences that remember what they were given to make, and are never ready."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []
        self.given_up = 0

    async def warm_pieces(self, wanted: Iterable[tuple[Piece, str]]) -> int:
        self.given.append([piece.text for piece, _ in wanted])
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return 0


async def test_a_new_version_takes_the_place_of_the_one_before() -> None:
    versions = SimpleNamespace(program=lambda version: SimpleNamespace(phrases={"en": PHRASES["en"]}))
    holds, kept = ["0001"], Kept()
    made = Beginnings(cast(Any, versions), lambda: holds[0], cast(Any, kept))
    await made.look()
    await made.look()
    await until(lambda: kept.given)
    assert kept.given == [["You currently owe,"]]
    holds[0] = "0002"
    await made.look()
    await until(lambda: len(kept.given) == 2)
    assert kept.given_up == 1
    made.close()
    await until(lambda: kept.given_up == 2)
