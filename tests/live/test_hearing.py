"""What `calls.ports.SoundSource` gives of a real leg, the same on each switch: the caller alone, soon, to the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import pytest_asyncio

from calls.commands import HangUp, Play, Record, Stop
from calls.errors import SwitchError
from calls.events import PlaybackFinished, RecordingFinished
from calls.ids import LegId, Seconds
from calls.ports import SoundSource
from switch.freeswitch.instance.installation import locate
from tests.contract.asterisk_rig import AsteriskRig, asterisk_rig
from tests.contract.freeswitch_rig import FreeSwitchRig, freeswitch_rig
from tests.contract.rig import Steps
from tests.contract.sounds import sounds_in
from tests.live.conftest import until
from tests.live.freeswitch import NAMED

pytestmark = pytest.mark.live

RATE = 16_000
LOUD = 3_000
SOON_S: Seconds = 1.0
"""From the first packet to a loud sample in our hands: 0.1 s, and what a machine that is busy with tests needs."""

Rig = AsteriskRig | FreeSwitchRig


@pytest_asyncio.fixture(params=["asterisk", *(["freeswitch"] if NAMED or locate() else [])])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with asterisk_rig(tmp_path) if request.param == "asterisk" else freeswitch_rig(tmp_path) as rig:
        yield cast(Rig, rig)


@pytest.fixture
def steps(rig: Rig) -> Steps:
    return Steps(rig)


def sound_of(rig: Rig, leg: LegId) -> AsyncGenerator[bytes]:
    source = cast(SoundSource, rig.switch)
    assert source.sound_rate == RATE
    return source.sound_of(leg)


async def heard(sound: AsyncIterator[bytes], for_s: Seconds) -> np.ndarray:
    """So much of it, from now on."""
    samples = b""
    async with asyncio.timeout(for_s + 5.0):
        while len(samples) < for_s * RATE * 2:
            samples += await anext(sound)
    assert len(samples) % 2 == 0
    return np.frombuffer(samples, "<i2")


async def loud(sound: AsyncIterator[bytes]) -> None:
    """Return at the first loud sample."""
    async with asyncio.timeout(15.0):
        while np.abs((await heard(sound, 0.001)).astype(int)).max() < LOUD:
            pass


async def ends(sound: AsyncIterator[bytes]) -> None:
    async with asyncio.timeout(15.0):
        async for _ in sound:
            pass


def tones(samples: np.ndarray) -> set[str]:
    return sounds_in(samples / 32768, RATE)


async def nothing_left(rig: Rig) -> None:
    async def clean() -> bool:
        return await rig.taps() == 0

    await until(clean)


async def test_only_the_caller_is_heard_while_a_prompt_goes_on(rig: Rig, steps: Steps) -> None:
    caller = await steps.answered_caller()
    play = steps.attempt()
    async with aclosing(sound_of(rig, caller.leg)) as sound:
        rig.switch.send(Play(caller.leg, play, (rig.clip("low"), rig.clip("low"))))
        await caller.hears("low")
        assert tones(await heard(sound, 0.5)) == set()
        caller.speak()
        await loud(sound)
        assert tones(await heard(sound, 0.5)) == {"caller"}
        assert not rig.events.of(PlaybackFinished), "the prompt goes on"
    rig.switch.send(Stop(caller.leg, play))
    await rig.events.outcome(play)
    await nothing_left(rig)


async def test_a_word_is_heard_soon(rig: Rig, steps: Steps) -> None:
    caller = await steps.answered_caller()
    loop = asyncio.get_running_loop()
    async with aclosing(sound_of(rig, caller.leg)) as sound:
        took_s = []
        for _ in range(5):
            await heard(sound, 0.3)
            began = loop.time()
            caller.speak()
            await loud(sound)
            took_s.append(loop.time() - began)
            caller.hush()
    assert sorted(took_s)[2] < SOON_S, took_s


async def test_sound_flows_as_time_does_in_silence_too(rig: Rig, steps: Steps) -> None:
    caller = await steps.answered_caller()
    async with aclosing(sound_of(rig, caller.leg)) as sound:
        began = asyncio.get_running_loop().time()
        await heard(sound, 0.1)
        samples = await heard(sound, 2.0)
        assert 1.5 < asyncio.get_running_loop().time() - began < 4.0
    assert np.abs(samples.astype(int)).max() < LOUD


async def test_the_sound_ends_with_the_leg(rig: Rig, steps: Steps) -> None:
    for by_us in (False, True):
        caller = await steps.answered_caller()
        async with aclosing(sound_of(rig, caller.leg)) as sound:
            await heard(sound, 0.1)
            if by_us:
                rig.switch.send(HangUp(caller.leg))
            else:
                await caller.hang_up()
            await ends(sound)
        await rig.events.ended(caller.leg)
        await nothing_left(rig)


async def test_one_ear_after_the_other_and_two_at_once(rig: Rig, steps: Steps) -> None:
    caller = await steps.answered_caller()
    caller.speak()
    async with aclosing(sound_of(rig, caller.leg)) as first, aclosing(sound_of(rig, caller.leg)) as second:
        await loud(first)
        await loud(second)
        assert await rig.taps() > 0, "what nothing_left counts"
    await nothing_left(rig)
    async with aclosing(sound_of(rig, caller.leg)) as again:
        await loud(again)
    await nothing_left(rig)


async def test_a_recording_of_the_same_leg_is_another_matter(rig: Rig, steps: Steps) -> None:
    """A talk keeps both sides apart, a voicemail keeps its end by a key; the ear hears the caller alone."""
    caller, agent, _ = await steps.talking("talks/heard")
    async with aclosing(sound_of(rig, caller.leg)) as sound:
        agent.speak()
        await caller.hears("agent")
        assert tones(await heard(sound, 0.3)) == set()
        caller.speak()
        await loud(sound)
        assert tones(await heard(sound, 0.3)) == {"caller"}
    await agent.hears("caller")
    await agent.hang_up()
    talk = rig.recorded((await rig.events.next(RecordingFinished)).path)
    assert (talk.left, talk.right) == ({"caller"}, {"agent"})
    mail = steps.attempt()
    async with aclosing(sound_of(rig, caller.leg)) as sound:
        rig.switch.send(Record(caller.leg, mail, "mail/heard", max_s=20.0, beep=False))
        await loud(sound)
        await heard(sound, 0.5)
        await caller.press("#")
        finished = await rig.events.next(RecordingFinished, lambda event: event.attempt == mail)
        assert finished.ended_by == "digit"
        await loud(sound)
    assert rig.recorded(finished.path).left == {"caller"}
    await nothing_left(rig)


async def test_a_lost_link_ends_it_and_what_is_left_goes_when_it_is_back(rig: Rig, steps: Steps) -> None:
    caller = await steps.answered_caller()
    async with aclosing(sound_of(rig, caller.leg)) as sound:
        await heard(sound, 0.1)
        await rig.cut_link()
        await ends(sound)
    await rig.restore_link()
    await nothing_left(rig)
    caller.speak()
    async with aclosing(sound_of(rig, caller.leg)) as sound:
        await loud(sound)


async def test_an_heir_cleans_up_and_listens(rig: Rig, steps: Steps) -> None:
    caller = await steps.answered_caller()
    sound = sound_of(rig, caller.leg)
    await heard(sound, 0.1)
    await rig.forget()
    await nothing_left(rig)
    caller.speak()
    async with aclosing(sound_of(rig, caller.leg)) as another:
        await loud(another)
    await sound.aclose()


async def test_a_leg_that_is_not_there_cannot_be_heard(rig: Rig) -> None:
    with pytest.raises(SwitchError):
        await heard(sound_of(rig, LegId("nobody")), 0.1)
