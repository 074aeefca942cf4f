"""A raised voice is told from a calm one, by Kokoro's and espeak-ng's voices on a telephone line."""

from __future__ import annotations

import numpy as np
import pytest

from speech.espeak import Espeak
from speech.levelling import resample
from speech.vocal_effort import Bounds, Effort, effort, is_raised, raised
from speech.voice import Pcm, Samples
from tests.voice.callers import noise, said

pytestmark = pytest.mark.unit

RATE = 8_000
FULL = 32_768.0


def at_level(samples: Samples, dbfs: float) -> Samples:
    """The same voice at another level."""
    sound = samples.astype(np.float64)
    active = sound[np.abs(sound) > 0.02 * np.abs(sound).max()]
    return np.clip(sound / np.sqrt(np.mean(active**2)) * FULL * 10 ** (dbfs / 20), -FULL, FULL - 1).astype(np.int16)


async def spoken(text: str, pitch: int, variant: str = "f1") -> Samples:
    pcm = await Espeak(variant=variant, pitch=pitch).synthesise(text, "zh-CN")
    return np.round(resample(pcm.samples / FULL, pcm.rate, RATE) * FULL).clip(-FULL, FULL - 1).astype(np.int16)


def measured(samples: Samples) -> Effort:
    found = effort(Pcm(samples, RATE))
    assert found is not None
    return found


@pytest.mark.parametrize("hertz", [90.0, 140.0, 220.0, 350.0])
def test_the_pitch_is_found_where_a_telephone_has_cut_it_off(hertz: float) -> None:
    at = np.arange(RATE) / RATE
    partials = [number * hertz for number in range(1, 40) if 300 <= number * hertz <= 3400]
    sound = sum(np.sin(2 * np.pi * partial * at) / number for number, partial in enumerate(partials, 1))
    found = measured((np.asarray(sound) * 3000).astype(np.int16))
    assert found.pitch_hz == pytest.approx(hertz, rel=0.03)


@pytest.mark.parametrize("key", ["welcome", "balance_none", "main_menu"])
def test_louder_and_brighter_than_before_is_raised_and_another_sentence_is_not(key: str) -> None:
    calm = measured(at_level(said("still_there", decibels=30)[1], -26))
    line = at_level(said(key, decibels=30)[1], -26)
    assert not is_raised(measured(line), [calm])
    assert is_raised(measured(raised(line, 9.0, 7.0)), [calm])


@pytest.mark.parametrize(("variant", "pitch"), [("m1", 42), ("f1", 58), ("m3", 36), ("f2", 64)])
async def test_louder_and_higher_than_before_is_raised(variant: str, pitch: int) -> None:
    calm = measured(at_level(await spoken("我想查一下这个月要还多少钱", pitch, variant), -26))
    other = measured(at_level(await spoken("我叫王小明，我住在北京", pitch, variant), -24))
    angry = measured(at_level(await spoken("你们到底什么时候给我处理", min(99, pitch + 25), variant), -17))
    assert not is_raised(other, [calm])
    assert is_raised(angry, [calm])


async def test_a_louder_line_alone_is_not_raised() -> None:
    line = await spoken("我想查一下这个月要还多少钱", 58)
    assert not is_raised(measured(at_level(line, -14)), [measured(at_level(line, -26))])


async def test_a_first_utterance_must_be_loud_and_bright() -> None:
    line = await spoken("你们到底什么时候给我处理", 83)
    assert not is_raised(measured(at_level(line, -16)), [])
    assert is_raised(Effort(-10.0, 250.0, 1.0), [])
    assert not is_raised(Effort(-10.0, 250.0, -4.0), []), "near the microphone, and calm"


@pytest.mark.parametrize(
    ("now", "so"),
    [
        (Effort(-19.0, 240.0, -3.0), True),
        (Effort(-19.0, 200.0, 2.5), True),
        (Effort(-26.0, 240.0, 2.5), True),
        (Effort(-22.0, 220.0, -1.5), False),
        (Effort(-12.0, 200.0, -3.0), False),
        (Effort(-26.0, 290.0, -3.0), False),
        (Effort(-26.0, 200.0, 9.0), False),
    ],
)
def test_signs_come_together_and_one_alone_is_never_enough(now: Effort, so: bool) -> None:
    assert is_raised(now, [Effort(-26.0, 200.0, -3.0)], Bounds()) is so


def test_what_is_no_voice_has_no_effort() -> None:
    assert effort(Pcm(noise(2.0), RATE)) is None
    assert effort(Pcm(np.zeros(RATE, np.int16), RATE)) is None
    assert effort(Pcm(np.zeros(10, np.int16), RATE)) is None
