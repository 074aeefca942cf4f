"""The scripted recogniser: the same contract as any engine, with the words known."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from calls.commands import Listen
from calls.ids import AttemptId, LegId
from speech.recogniser import Recogniser, ScriptedRecogniser, Utterance
from speech.voice import Pcm

pytestmark = pytest.mark.unit

ANNA, BERT = LegId("anna"), LegId("bert")


class Sleeper:
    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, delay: float) -> None:
        self.slept.append(delay)


async def silence() -> AsyncIterator[Pcm]:
    return
    yield


async def heard(recogniser: Recogniser, leg: LegId = ANNA, max_s: float = 5.0) -> list[tuple[str, float, bool]]:
    order = Listen(leg=leg, attempt=AttemptId("7"), language="zh-CN", max_s=max_s)
    events = [event async for event in recogniser.listen(order, silence())]
    assert all((event.leg, event.attempt) == (leg, "7") for event in events)
    assert [event.final for event in events] == [False] * (len(events) - 1) + [True]
    return [(event.text, event.confidence, event.final) for event in events]


async def test_each_leg_says_its_lines_in_order_and_then_nothing() -> None:
    sleep = Sleeper()
    recogniser = ScriptedRecogniser({ANNA: ["查余额", Utterance("是", 0.4)]}, anybody=["人工"], sleep=sleep)
    assert await heard(recogniser) == [("查余额", 1.0, True)]
    assert await heard(recogniser, BERT) == [("人工", 1.0, True)]
    assert recogniser.unsaid == 1
    assert await heard(recogniser) == [("是", 0.4, True)]
    assert await heard(recogniser) == [("", 0.0, True)]
    assert sleep.slept == [0, 0, 0, 5.0]


async def test_partial_words_come_before_the_final_ones() -> None:
    sleep = Sleeper()
    recogniser = ScriptedRecogniser(
        {ANNA: [Utterance("我要还款", 0.9, after_s=3.0, partials=("我", "我要"))]}, sleep=sleep
    )
    assert await heard(recogniser) == [("我", 0.9, False), ("我要", 0.9, False), ("我要还款", 0.9, True)]
    assert sleep.slept == [1.0, 1.0, 1.0]


async def test_who_speaks_too_late_is_not_heard() -> None:
    sleep = Sleeper()
    recogniser = ScriptedRecogniser({ANNA: [Utterance("喂", after_s=9.0)]}, sleep=sleep)
    assert await heard(recogniser, max_s=4.0) == [("", 0.0, True)]
    assert sleep.slept == [4.0]


async def test_a_script_may_be_written_as_it_goes() -> None:
    recogniser = ScriptedRecogniser()
    recogniser.say(BERT, "你好")
    assert await heard(recogniser, BERT) == [("你好", 1.0, True)]
    assert recogniser.unsaid == 0
