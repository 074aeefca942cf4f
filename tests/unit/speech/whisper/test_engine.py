"""The ear's process from the outside: a pool with a queue and deadlines, one that hangs, one that is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from calls.commands import Listen
from calls.dependencies import Dependency
from calls.ids import AttemptId, LegId
from speech.recogniser import SpeechLate
from speech.voice import Pcm, SpeechError
from speech.whisper import engine
from speech.whisper.engine import WhisperEngine

pytestmark = pytest.mark.unit

# Answers what the hint says: `silent` never, `die` by its end, else by the hint itself and how many came before.
WORKER = """
import sys, msgspec
from speech.pipes import read, write
out = sys.stdout.buffer
write(out, b"")
count = 0
while (asked := read(sys.stdin.buffer)) is not None:
    number, language, hints, rate, samples = msgspec.msgpack.decode(asked)
    count += 1
    if hints[0] == "die":
        sys.exit("out of memory")
    if hints[0] == "silent":
        continue
    error = "ValueError: odd" if hints[0] == "odd" else ""
    write(out, msgspec.msgpack.encode([number, f"{hints[0]} {count} {len(samples)} {rate} {language}", 0.9, error]))
"""
SOUND = Pcm(np.zeros(800, np.int16), 16_000)
Make = Callable[..., WhisperEngine]


def order(word: str) -> Listen:
    return Listen(LegId("anna"), AttemptId("a/1"), "zh-CN", (word,))


@pytest_asyncio.fixture
async def make() -> AsyncIterator[Make]:
    made: list[WhisperEngine] = []

    def ear(**limits: Any) -> WhisperEngine:
        made.append(WhisperEngine(command=(sys.executable, "-c", WORKER), **{"deadline_s": 60.0, **limits}))
        return made[-1]

    yield ear
    for one in made:
        await one.close()
        assert one.pid is None
        assert one.memory_mb() == 0


async def test_one_process_answers_all_and_is_loaded_once(make: Make) -> None:
    state = Dependency("ear", time.time)
    ear = make(state=state)
    ear.wake()
    heard = await asyncio.gather(*(ear.understand(order(word), SOUND) for word in ("一", "二", "三")))
    assert [one.text for one in heard] == [f"{word} {n} 1600 16000 zh-CN" for n, word in enumerate("一二三", 1)]
    assert heard[0].confidence == 0.9
    assert state.state == "up"
    assert ear.memory_mb() > 0


async def test_who_is_not_answered_in_time_is_told_and_nobody_else_waits(make: Make) -> None:
    ear = make(at_once=2)
    await ear.understand(order("warm"), SOUND)
    silent = asyncio.create_task(ear.understand(order("silent"), SOUND))
    heard = await asyncio.gather(*(ear.understand(order(str(n)), SOUND) for n in range(5)))
    assert len(heard) == 5, "by the other place of the pool"
    assert not silent.done()
    silent.cancel()


async def test_a_full_pool_makes_others_late_and_what_is_late_is_not_asked(make: Make) -> None:
    ear = make(at_once=1)
    await ear.understand(order("warm"), SOUND)
    ear._deadline_s = 0.2
    blocking = asyncio.create_task(ear.understand(order("silent"), SOUND))
    await asyncio.sleep(0)
    with pytest.raises(SpeechLate, match="1 were before it"):
        await ear.understand(order("late"), SOUND)
    with pytest.raises(SpeechLate):
        await blocking
    assert not ear._waiting, "nothing is asked that nobody waits for"


async def test_a_killed_process_comes_back_and_costs_nobody_a_word(make: Make) -> None:
    state = Dependency("ear", time.time)
    ear = make(state=state, at_once=1)
    await ear.understand(order("warm"), SOUND)
    assert ear.pid is not None
    first = ear.pid
    os.kill(first, signal.SIGSTOP)
    asked = [asyncio.create_task(ear.understand(order(word), SOUND)) for word in ("sent", "waiting")]
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)
    heard = await asyncio.gather(*asked)
    assert [one.text.split()[:2] for one in heard] == [["sent", "1"], ["waiting", "2"]], "by another process"
    assert ear.pid != first
    assert state.state == "up"


async def test_an_utterance_that_ends_the_process_twice_is_asked_no_more(make: Make) -> None:
    ear = make()
    with pytest.raises(SpeechError, match="twice over this utterance"):
        await ear.understand(order("die"), SOUND)
    assert (await ear.understand(order("yes"), SOUND)).text.startswith("yes 1 ")


async def test_a_process_that_hangs_is_killed(make: Make) -> None:
    ear = make(utterance_s=0.2)
    with pytest.raises(SpeechError, match="twice over this utterance"):
        await ear.understand(order("silent"), SOUND)


async def test_a_fault_of_the_engine_is_that_utterances(make: Make) -> None:
    ear = make()
    with pytest.raises(SpeechError, match="ValueError: odd"):
        await ear.understand(order("odd"), SOUND)
    assert (await ear.understand(order("yes"), SOUND)).text.startswith("yes 2 "), "the process goes on"


async def test_one_that_does_not_load_is_told_of(make: Make) -> None:
    state = Dependency("ear", time.time)
    ear = WhisperEngine(state, command=(sys.executable, "-c", "import sys; sys.exit('no weights')"), deadline_s=60.0)
    told = asyncio.Event()
    state.on_change = lambda changed: told.set()
    ear.wake()
    await told.wait()
    assert state.state == "down"
    assert "no weights" in state.error
    await ear.close()


async def test_whoever_waits_at_the_end_is_told(make: Make) -> None:
    ear = make()
    asked = asyncio.create_task(ear.understand(order("silent"), SOUND))
    await asyncio.sleep(0)
    await ear.close()
    with pytest.raises(SpeechError, match="the house stops"):
        await asked


async def test_where_it_is_not_installed_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "is_installed", lambda: False)
    ear = WhisperEngine()
    ear.wake()
    assert ear.pid is None
    with pytest.raises(SpeechError, match=r"hotline\[speech\]"):
        await ear.understand(order("yes"), SOUND)
    with pytest.raises(SpeechError, match=r"hotline\[speech\]"):
        await ear.loaded()
