"""Judging beside the event loop: an answer always, also from a model that breaks or takes too long."""

import asyncio
import threading

import pytest

from calls.ids import AttemptId, CallId
from hotline.driver import understanding
from hotline.driver.understanding import ByIntents
from ivr.commands import Understand
from ivr.program import Program
from understanding.intents import Intent, IntentBook
from understanding.matching import Matcher, train

pytestmark = pytest.mark.unit

_BOOK = IntentBook({"pay": Intent("pay", "要还多少钱", ("账单多少",)), "bill": Intent("bill", "开张发票", ("要发票",))})
_PROGRAM = Program("v1", ("zh-CN",), {}, intents=_BOOK)
_SAID = Understand(CallId("c"), AttemptId("c/1"), "v1", "给我开发票")


def _load(book: IntentBook) -> Matcher | None:
    model = train(book)
    return None if model is None else Matcher(model)


async def test_what_was_said_is_judged_by_the_version() -> None:
    judging = ByIntents({"v1": _PROGRAM}.__getitem__, _load)
    judging.prepare("v1")
    told = await judging.judge(_SAID)
    judging.close()
    assert (told.call, told.attempt, told.intent, told.second, told.detail) == ("c", "c/1", "bill", "pay", "")


async def test_a_version_without_intents_hands_over() -> None:
    judging = ByIntents({"v1": Program("v1", ("en",), {})}.__getitem__, _load)
    told = await judging.judge(_SAID)
    judging.close()
    assert (told.decision, told.detail) == ("handed_over", "the version has no intents")


async def test_what_breaks_hands_over() -> None:
    def broken(book: IntentBook) -> Matcher | None:
        raise OSError("no disk")

    judging = ByIntents({"v1": _PROGRAM}.__getitem__, broken)
    told = await judging.judge(_SAID)
    judging.close()
    assert (told.decision, told.detail) == ("handed_over", "OSError: no disk")


async def test_what_takes_too_long_hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "_WITHIN_S", 0.01)
    let_go = threading.Event()

    def slow(book: IntentBook) -> Matcher | None:
        let_go.wait(60)
        return None

    judging = ByIntents({"v1": _PROGRAM}.__getitem__, slow)
    told = await judging.judge(_SAID)
    let_go.set()
    judging.close()
    assert (told.decision, told.detail) == ("handed_over", "not within 0.01 s")
    await asyncio.sleep(0)
