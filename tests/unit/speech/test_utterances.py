"""End-pointing by level, and the recogniser that is made of it and an engine. No sound device, no clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from calls.commands import Listen
from calls.ids import AttemptId, LegId
from speech.endpointing import FRAME_S, Endpointer, Moment
from speech.utterances import EngineRecogniser, ScriptedEngine, Understood
from speech.voice import Pcm, Samples, SpeechError

pytestmark = pytest.mark.unit

RATE = 16_000
LEG = LegId("anna")


def noise(duration_s: float, dbfs: float, seed: int = 1) -> Samples:
    """White noise of a level."""
    sound = np.random.default_rng(seed).standard_normal(round(duration_s * RATE))
    return (sound * 32_768 * 10 ** (dbfs / 20)).clip(-32_768, 32_767).astype(np.int16)


def voice(duration_s: float, dbfs: float = -20.0) -> Samples:
    """A tone that swells and fades four times a second, as syllables do."""
    at = np.arange(round(duration_s * RATE)) / RATE
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * at)
    return (np.sin(2 * np.pi * 300 * at) * swell * 32_767 * 10 ** (dbfs / 20)).astype(np.int16)


def moments(*sound: Samples) -> list[tuple[Moment, float]]:
    """What changes, and when."""
    endpointer, whole, size = Endpointer(), np.concatenate(sound), round(RATE * FRAME_S)
    seen: list[tuple[Moment, float]] = []
    for at in range(0, len(whole) - size + 1, size):
        moment = endpointer.hear(whole[at : at + size])
        if not seen or seen[-1][0] != moment:
            seen.append((moment, at / RATE))
        if moment == "ended":
            break
    return seen


@pytest.mark.parametrize("room", [noise(1.0, -90.0), noise(1.0, -60.0), np.zeros(RATE, np.int16)])
def test_an_utterance_begins_and_ends(room: Samples) -> None:
    seen = moments(room, voice(1.5), room, room)
    assert [moment for moment, _ in seen] == ["silence", "began", "speech", "ended"]
    began, ended = seen[1][1], seen[3][1]
    assert 1.0 < began < 1.3
    assert 2.9 < ended < 3.4


def test_a_pause_between_words_does_not_end_it() -> None:
    quiet = noise(0.4, -70.0)
    seen = moments(quiet, voice(0.6), quiet, voice(0.6), quiet, quiet, quiet)
    assert [moment for moment, _ in seen] == ["silence", "began", "speech", "ended"]
    assert seen[3][1] > 2.4


@pytest.mark.parametrize("sound", [voice(1.5, -55.0), noise(0.04, -6.0), noise(2.0, -60.0)])
def test_what_is_too_soft_or_too_short_is_no_speech(sound: Samples) -> None:
    quiet = noise(0.5, -75.0)
    assert [moment for moment, _ in moments(quiet, sound, quiet)] == ["silence"]


def test_a_noisy_street_becomes_the_floor_and_a_voice_stands_out_of_it() -> None:
    street = noise(14.0, -38.0)
    endpointer, size = Endpointer(), round(RATE * FRAME_S)
    after = [endpointer.hear(street[at : at + size]) for at in range(0, len(street) - size + 1, size)]
    assert "ended" in after, "the street is taken for a voice only until the floor has risen"
    anew = moments(street[: RATE // 2])
    assert anew[0][0] == "silence"


async def sound(*parts: Samples, piece: int = 320) -> AsyncIterator[Pcm]:
    """It arrives in pieces of any size."""
    whole = np.concatenate(parts)
    for at in range(0, len(whole), piece):
        yield Pcm(whole[at : at + piece], RATE)


class Dictaphone:
    """An engine that keeps what it was given."""

    state = None

    def __init__(self) -> None:
        self.given: list[Pcm] = []
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    async def close(self) -> None:
        pass

    async def understand(self, order: Listen, utterance: Pcm) -> Understood:
        self.given.append(utterance)
        return Understood("yes", 0.8)


def order(*, max_s: float = 3.0, patient: bool = False, leg: LegId = LEG) -> Listen:
    return Listen(leg, AttemptId("a/1"), "en", ("yes",), max_s, patient)


async def heard(recogniser: EngineRecogniser, asked: Listen, audio: AsyncIterator[Pcm]) -> list[tuple[str, bool]]:
    events = [event async for event in recogniser.listen(asked, audio)]
    assert all((event.leg, event.attempt) == (asked.leg, asked.attempt) for event in events)
    return [(event.text, event.final) for event in events]


@pytest.mark.parametrize("piece", [7, 100, 320, 960, 40_000])
async def test_the_engine_is_given_the_utterance_and_little_else(piece: int) -> None:
    engine = Dictaphone()
    quiet = noise(1.0, -70.0)
    assert await heard(
        EngineRecogniser(engine), order(max_s=5.0), sound(quiet, voice(1.0), quiet, quiet, piece=piece)
    ) == [
        ("", False),
        ("yes", True),
    ]
    assert engine.woken == 1, "it is told beforehand"
    assert engine.given[0].rate == RATE
    assert 1.5 < engine.given[0].duration_s < 2.2, "a lead, the voice, and the silence that ended it"


def buzz(duration_s: float, dbfs: float, hertz: float) -> Samples:
    """A voice's partials at a pitch, with its syllables."""
    at = np.arange(round(duration_s * RATE)) / RATE
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * at)
    partials = [np.sin(2 * np.pi * number * hertz * at) / number for number in range(2, 12)]
    return (np.sum(partials, axis=0) * swell * 32_767 * 10 ** (dbfs / 20)).clip(-32_768, 32_767).astype(np.int16)


async def test_a_voice_is_raised_beside_what_the_same_caller_said_before() -> None:
    recogniser, quiet = EngineRecogniser(Dictaphone()), noise(1.0, -70.0)

    async def says(leg: str, dbfs: float, hertz: float) -> bool:
        line = sound(quiet, buzz(1.0, dbfs, hertz), quiet, quiet)
        *_, last = [event async for event in recogniser.listen(order(max_s=5.0, leg=LegId(leg)), line)]
        return last.raised

    assert not await says("anna", -26.0, 180.0)
    assert await says("anna", -17.0, 230.0)
    assert await says("anna", -17.0, 230.0), "raised once more: that is not how this caller speaks when calm"
    assert not await says("anna", -25.0, 185.0)
    assert not await says("bert", -17.0, 230.0), "another one speaks like that"


async def test_silence_ends_at_its_time() -> None:
    assert await heard(EngineRecogniser(Dictaphone()), order(), sound(noise(9.0, -70.0))) == [("", True)]


async def test_a_patient_ear_waits_and_counts_from_the_beginning_of_speech() -> None:
    long = sound(noise(6.0, -70.0), voice(9.0))
    engine = Dictaphone()
    assert await heard(EngineRecogniser(engine), order(patient=True), long) == [("", False), ("yes", True)]
    assert 3.0 <= engine.given[0].duration_s < 3.5, "and no one talks without end"


async def test_sound_that_ends_gives_nothing() -> None:
    assert await heard(EngineRecogniser(Dictaphone()), order(patient=True), sound(noise(1.0, -70.0))) == []


async def test_a_script_goes_on_from_utterance_to_utterance_in_each_call() -> None:
    engine = ScriptedEngine(["账单", "人工"])
    utterance = Pcm(voice(0.5), RATE)

    async def says(leg: str) -> str:
        return (await engine.understand(order(leg=LegId(leg)), utterance)).text

    assert [await says("anna"), await says("bert"), await says("anna"), await says("anna")] == [
        "账单",
        "账单",
        "人工",
        "",
    ]


class Broken(Dictaphone):
    async def understand(self, order: Listen, utterance: Pcm) -> Understood:
        raise SpeechError("the service is away")


async def test_a_fault_of_the_engine_is_told() -> None:
    events = EngineRecogniser(Broken()).listen(order(), sound(voice(1.0), noise(1.0, -70.0)))
    assert not (await anext(events)).final
    with pytest.raises(SpeechError):
        await anext(events)


class Slow(Dictaphone):
    """An engine that answers when it is let, and tells which of its answers were still wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()
        self.unwanted = 0

    async def understand(self, order: Listen, utterance: Pcm) -> Understood:
        self.given.append(utterance)
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.unwanted += 1
            raise
        return Understood("yes", 0.8)


async def comes(condition: Callable[[], bool]) -> None:
    """Return when it holds, which must be within so many turns."""
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError


async def paced(*parts: Samples) -> AsyncIterator[Pcm]:
    """As `sound`, and everybody has a turn between two pieces."""
    async for piece in sound(*parts):
        await asyncio.sleep(0)
        yield piece


async def test_an_engine_is_asked_early_and_again_when_the_caller_goes_on() -> None:
    engine, quiet = Slow(), noise(0.4, -70.0)
    audio = paced(quiet, voice(0.6), quiet, voice(0.6), quiet, quiet, quiet)
    events = EngineRecogniser(engine, early_s=0.3).listen(order(max_s=9.0), audio)
    assert not (await anext(events)).final
    last = asyncio.ensure_future(anext(events))
    await comes(lambda: bool(engine.unwanted) and len(engine.given) == 2)
    assert not last.done()
    engine.let.set()
    assert (await last).text == "yes"
    first, second = engine.given
    assert first.duration_s + 0.9 < second.duration_s, "asked with all that was said"
    assert engine.unwanted == 1
    assert [event async for event in events] == []


async def test_who_stops_listening_wants_no_answer_either() -> None:
    engine, quiet = Slow(), noise(0.4, -70.0)
    events = EngineRecogniser(engine, early_s=0.3).listen(order(), paced(quiet, voice(0.6), quiet, quiet, quiet))
    await anext(events)
    last = asyncio.ensure_future(anext(events))
    await comes(lambda: bool(engine.given))
    last.cancel()
    await asyncio.gather(last, return_exceptions=True)
    await comes(lambda: bool(engine.unwanted))
    assert len(engine.given) == 1
