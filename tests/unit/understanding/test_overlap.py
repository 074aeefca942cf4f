"""Overlapping intents: those whose sentences nobody could tell apart."""

import pytest

from understanding.intents import Intent, IntentBook
from understanding.overlap import overlaps

pytestmark = pytest.mark.unit

_DEFER = Intent("defer", "能不能晚几天还", ("我想晚几天再还", "可以缓一个月吗", "想缓两个月", "失业了还不上"))
_INVOICE = Intent("invoice", "给我开张发票", ("我要开发票", "发票抬头怎么写", "发票没收到", "补开发票"))
_LATER = Intent("later", "晚几天还行吗", ("我想晚几天还款", "缓一个月可以吗", "想缓几个月", "失业还不上了"))


def test_intents_of_their_own_do_not_overlap() -> None:
    assert list(overlaps(IntentBook({"defer": _DEFER, "invoice": _INVOICE}))) == []


def test_two_of_one_meaning_do() -> None:
    (found,) = overlaps(IntentBook({"defer": _DEFER, "invoice": _INVOICE, "later": _LATER}))
    assert (found.intent, found.other, found.of) == ("defer", "later", 10)
    assert found.confused >= 3


def test_one_intent_overlaps_nothing() -> None:
    assert list(overlaps(IntentBook({"defer": _DEFER}))) == []
