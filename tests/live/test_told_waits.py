"""The forecast as a caller hears it, on a real Asterisk: the words of the band, in a house with talks to go on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from calls.commands import Sentence
from hotline.versions.directory import VersionedDirectory
from hotline.versions.store import Versions
from phones.agent_phone import Answer
from phones.audio import RATE_HZ, tone
from phones.caller import OutgoingCall
from speech.espeak import Espeak
from speech.levelling import resample
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.earlier import EarlierRun
from tests.live.live_site import NUMBER, LiveSite
from tests.live.site_files import AGENT, FLOW, MENU

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
TALKS_S = [70.0, 78.0, 86.0] * 12
"""Of the earlier run. The second in line behind a talk then waits the sum of two such: two to four minutes."""
ALIKE = 0.7
"""The same words through the switch come to more, other minutes in the same sentence to less than .5."""
QUEUES = """
queues:
  care:
    ring_s: 10
    wrap_up_s: 1
    announce: {first_s: 5, every_s: 5, position: "no", wait: true}
"""
CARE = "    1: {queue: care, skills: [care], then: bye}"
URGENT = CARE + "\n    7: {queue: care, skills: [care], class: urgent, then: bye}"
WORDS = {
    "wait_between": "The expected wait is {low:count} to {high:count} minutes.",
    "wait_less_than": "Less than {high:count} minutes.",
    "wait_more_than": "More than {low:count} minutes.",
}


class SiteWithAPast(LiveSite):
    """Its first controller of the test is not the first one of its life."""

    def before(self) -> None:
        """An agent talked, and went home."""
        EarlierRun(self.site, NUMBER, "1").of("8001", TALKS_S)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with SiteWithAPast(tmp_path_factory.mktemp("house"), installation) as house:
        files = {
            "dialplans/queues.yaml": QUEUES,
            "dialplans/flows/main.yaml": FLOW.replace(CARE, URGENT) % house.hanging_port,
        }
        await house.publish(files, {}, WORDS)
        yield house


async def test_a_caller_hears_the_band_and_a_higher_one_only_for_a_cause(house: LiveSite) -> None:
    talking, first, second, urgent = (f"1340001000{number}" for number in range(4))
    since = house.log_file.stat().st_size
    async with house.signed_in("8001", lambda call: ANSWERS):
        calls = [await house.queued(talking)]
        await house.in_place(talking, "talking")
        for caller in (first, second):
            calls.append(await house.queued(caller))
            await house.in_place(caller, "waiting")
        waits = calls[-1]
        waits.stream.record(45.0)
        forecast = (await house.in_place(second, "waiting"))["forecast"]
        assert 120.0 <= forecast["median_s"] < 180.0
        await heard(house, waits, low=2, high=4)
        assert not house.logged("a longer wait is announced", since)
        calls.append(await house.dial(urgent))
        await calls[-1].hear_tone(MENU)
        await calls[-1].press("7")
        await until(lambda: bool(house.logged("a longer wait is announced", since)), 15.0)
        assert "1 more ahead, by their priority" in house.logged("a longer wait is announced", since)[0]["detail"]
        await heard(house, waits, low=3, high=6)
        for call in calls:
            await call.hang_up()
    await house.nobody_left()


async def heard(house: LiveSite, call: OutgoingCall, **figures: int) -> None:
    """Return once what `call` has recorded holds `wait_between` with these figures, as the house's voice says it."""
    versions = Versions(house.site.versions)
    (sentence,) = VersionedDirectory(versions).say(versions.current() or "", "en", "wait_between", **figures)
    assert isinstance(sentence, Sentence)
    said = await Espeak().synthesise(sentence.text, "en")
    words = resample(said.samples.astype(np.float64), said.rate, RATE_HZ)
    likeness: list[float] = []

    def there() -> bool:
        likeness.append(alike(words, call.stream.recorded().astype(np.float64)))
        return likeness[-1] > ALIKE

    try:
        await until(there, 20.0, every_s=0.25)
    except TimeoutError:
        raise AssertionError(f"{sentence.text} was not heard: {likeness[-1]:.2f}") from None


def alike(words: NDArray[np.float64], heard: NDArray[np.float64]) -> float:
    """The best normalised correlation of `words` with a stretch of `heard`, 0 to 1."""
    if len(heard) < len(words):
        return 0.0
    size = 1 << (len(heard) + len(words)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(words, size))
    products = np.fft.irfft(spectrum, size)[: len(heard) - len(words) + 1]
    sums = np.concatenate([[0.0], np.cumsum(heard**2)])
    energy = np.sqrt(np.maximum(sums[len(words) :] - sums[: len(sums) - len(words)], 1.0))
    return float(np.max(products / energy) / np.linalg.norm(words))
