"""The contract of `speech.recogniser.Recogniser`: what every one does with a caller's sound, a fake and a real ear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import numpy as np

from calls.commands import Listen
from calls.events import SpeechHeard
from calls.ids import AttemptId, LegId
from speech.recogniser import Recogniser
from speech.voice import Pcm, Samples

FRAME_S = 0.02


def order(leg: str, *, language: str, hints: tuple[str, ...] = (), max_s: float = 8.0, patient: bool = False) -> Listen:
    return Listen(LegId(leg), AttemptId(f"{leg}/1"), language, hints, max_s, patient)


async def line(*parts: Samples, rate: int) -> AsyncIterator[Pcm]:
    """Sound as a switch gives it, as fast as it is taken."""
    whole, step = np.concatenate(parts), round(rate * FRAME_S)
    for at in range(0, len(whole) - step + 1, step):
        await asyncio.sleep(0)
        yield Pcm(whole[at : at + step], rate)


async def heard(recogniser: Recogniser, command: Listen, audio: AsyncIterator[Pcm]) -> list[SpeechHeard]:
    """All events, each of this command."""
    async with aclosing(recogniser.listen(command, audio)) as events:
        found = [event async for event in events]
    assert all((event.leg, event.attempt) == (command.leg, command.attempt) for event in found)
    return found


async def ends_with_its_words(
    recogniser: Recogniser, command: Listen, audio: AsyncIterator[Pcm], says: Callable[[str], bool]
) -> None:
    """Any number of events that are not final, then one that is, with the words and how sure it is of them."""
    *before, last = await heard(recogniser, command, audio)
    assert not any(event.final for event in before)
    assert last.final
    assert says(last.text), last.text
    assert 0.0 < last.confidence <= 1.0


async def tells_silence(recogniser: Recogniser, command: Listen, audio: AsyncIterator[Pcm]) -> None:
    """One final event without words, and none before it: nothing was said in time."""
    (only,) = await heard(recogniser, command, audio)
    assert only.final
    assert not only.text


async def hears_many_at_once(
    recogniser: Recogniser, commands: list[Listen], audio: Callable[[], AsyncIterator[Pcm]]
) -> list[str]:
    """Each leg has its own words."""
    all_heard = await asyncio.gather(*(heard(recogniser, command, audio()) for command in commands))
    assert all(events[-1].final for events in all_heard)
    return [events[-1].text for events in all_heard]


async def stops_when_it_is_closed(recogniser: Recogniser, command: Listen, audio: AsyncIterator[Pcm]) -> None:
    """Closed in the middle of it, and the next one has its turn."""
    events = recogniser.listen(command, audio)
    waiting = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await events.aclose()
