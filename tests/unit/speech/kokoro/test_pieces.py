"""Symbols in the pieces that the model is given at once."""

from __future__ import annotations

import pytest

from speech.kokoro.symbols import MOST, numbers, pieces

pytestmark = pytest.mark.unit


def test_sentences_are_pieces() -> None:
    assert pieces("xau↓, xau↓. ma? ") == ["xau↓, xau↓.", "ma?"]


def test_a_long_sentence_is_parted_where_it_pauses() -> None:
    clause = "a" * 150 + ","
    assert pieces(" ".join([clause] * 3)) == [f"{clause} {clause}", clause]


def test_whatever_comes_fits_into_the_model() -> None:
    assert [len(piece) for piece in pieces("a" * (2 * MOST + 1))] == [MOST, MOST, 1]


def test_what_makes_no_sound_is_no_piece() -> None:
    assert pieces("") == []
    assert pieces("你 ") == []


def test_unknown_symbols_are_left_out() -> None:
    assert numbers("a你b") == [43, 44]
