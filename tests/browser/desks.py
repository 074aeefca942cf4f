"""An agent at the desk: a house of the live tests, and a page in which agent 8001 is signed in and is their phone."""

import asyncio
import contextlib
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from bench.chromium import Page, chromium
from hotline.people import users
from hotline.people.users import User
from hotline.site.sign_in import address, new_link
from phones.caller import OutgoingCall
from tests.live.live_site import LiveSite
from tests.live.site_files import AGENT, CALLER

PLAIN = """
{
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = ({ audio }) => open({ audio: { ...audio, ...plain } });
}
"""
"""A tone is what noise suppression takes for noise."""
PEAK = """(() => {
  const { analysers, context } = document.querySelector("hotline-desk").phone.sound;
  const { heard } = analysers;
  if (!heard) return 0;
  const bins = new Float32Array(heard.frequencyBinCount);
  heard.getFloatFrequencyData(bins);
  const best = bins.indexOf(Math.max(...bins));
  return bins[best] < -60 ? 0 : (best * context.sampleRate) / heard.fftSize;
})()"""
"""The loudest frequency that the page hears, in Hz; 0: silence."""


class Desk:
    """See the module's first line."""

    def __init__(self, house: LiveSite, page: Page) -> None:
        self.house, self.page = house, page
        self._number = 0

    async def caller(self) -> tuple[OutgoingCall, str]:
        """Somebody who waits in the queue, and their number."""
        self._number += 1
        number = f"1380013800{self._number}"
        return await self.house.queued(number), number

    async def talk(self) -> tuple[OutgoingCall, str]:
        """A caller who talks to the browser."""
        caller, number = await self.caller()
        await self.page.click("Answer")
        await self.both_hear(caller)
        return caller, number

    async def both_hear(self, caller: OutgoingCall) -> None:
        """The caller hears the microphone's tone from now on, and the page the caller's."""
        await caller.hear_tone(AGENT, timeout_s=30.0, after=asyncio.get_running_loop().time())
        await self.page.until(f"Math.abs({PEAK} - {CALLER}) < 60", 30.0)

    async def whom(self, to: str) -> None:
        """Fill in whom the caller is to have."""
        await self.page.until("!!document.querySelector('.hand-on input')")
        await self.page.tell(f"document.querySelector('.hand-on input').value = '{to}'; null")

    async def over(self) -> None:
        """Nobody is left, and the agent is ready."""
        await self.house.nobody_left(30.0)
        await self.house.agent_is("8001", "idle")
        await self.page.says("Nobody is calling you")


def says(path: Path, hz: int) -> Path:
    """A WAV file with a tone, as a browser's microphone has it."""
    rate = 48_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.sin(np.arange(rate * 2) * 2 * np.pi * hz / rate) * 9_000).astype("<i2").tobytes())
    return path


@contextlib.asynccontextmanager
async def at_the_desk(house: LiveSite, folder: Path) -> AsyncIterator[Desk]:
    """Agent 8001, li, opens the page by a link, takes this browser as the phone, and signs in to the queues."""
    user = User(name="li", title="Li Ming", roles=("agent",), agent="8001", added_at=time.time(), added_by="root")
    users.add(house.site.database, user)
    async with chromium(folder / "browser", says=says(folder / "says.wav", AGENT)) as page:
        await page.before_each_page(PLAIN)
        await page.size(1280, 800)
        await page.open(address(house.site, new_link(house.site.state, "person", "li", time.time())))
        await page.click("Not now")
        await page.click("Use this browser as the phone")
        await page.says("this browser is the phone")
        await page.click("Sign in to my queues")
        await house.agent_is("8001", "idle")
        yield Desk(house, page)
