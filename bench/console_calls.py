"""The phone in the page, a part of `bench console`: from the click on `Answer` until caller and agent hear each other,
and from a reload in mid-talk until they do again; through a real Asterisk and the controller as production starts it.
The browser's microphone hears a tone, the caller has another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
import wave
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench import live_site, script
from bench.catalogue import Options
from bench.chromium import Page, chromium
from bench.console_parts import Found, p50_ms, p95_ms
from bench.house import HOST, PHONES_RTP, SWITCH_RTP, free_ports, make_site, serving
from bench.report import Figure, at_most, told
from bench.tones import ToneVoice
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site
from hotline.versions.publishing import publish
from phones.audio import tone
from phones.caller import OutgoingCall, PhoneLine
from phones.endpoint import Endpoint
from phones.media import MediaEngine
from switch.asterisk.instance.installation import locate_or_install
from switch.asterisk.instance.process import AsteriskProcess
from switch.asterisk.instance.settings import AsteriskSettings

_CALLER_HZ = 1_400.0
_TALKS, _RELOADS = 20, 20
_PATIENCE_S = 60.0
_GAP_S = 0.08
"""Sound of the page before and after a reload has at least this between it: four packets."""
_BEFORE_EACH_PAGE = """
if (navigator.mediaDevices) {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = ({ audio }) => open({ audio: { ...audio, ...plain } });
}
globalThis.sound = { clickedAt: 0, heardAt: 0 };
globalThis.listen = () => {
  const samples = new Float32Array(256);
  const look = () => {
    const analyser = document.querySelector("hotline-desk")?.phone?.sound.analysers.heard;
    analyser?.getFloatTimeDomainData(samples);
    if (analyser && samples.some((one) => Math.abs(one) > 0.02)) sound.heardAt = Date.now() / 1000;
    else setTimeout(look, 2);
  };
  look();
};
listen();
"""
"""Notes when the page hears sound first, in UTC seconds. A tone is what noise suppression takes for noise."""
_ANSWER = """
sound.heardAt = 0;
sound.clickedAt = Date.now() / 1000;
document.querySelector("button.answer").click();
listen();
null
"""


class _Heard(NamedTuple):
    """Seconds until both heard, of each talk: from the click on `Answer`, and from the page's start after a reload."""

    answered: Sequence[float] = ()
    reloaded: Sequence[float] = ()
    lost: int | None = None
    """How many talks were over after a reload, or had the caller wait again."""


class _Line:
    """Calls of one caller after another, whose ear knows the tones of menu and agent."""

    def __init__(self, line: PhoneLine) -> None:
        self._line = line
        self._number = 0

    async def talk(self, page: Page) -> tuple[OutgoingCall, float]:
        """A call from the menu until both hear each other, and the seconds from the click until then."""
        self._number += 1
        call = await self._line.dial("95183", caller_id=f"1380013{self._number:04}", clip=tone(_CALLER_HZ, 1.0))
        await call.hear_tone(script.FIRST_HZ, _PATIENCE_S)
        await call.press(script.KEY)
        await page.until("!!document.querySelector('button.answer')")
        await page.tell(_ANSWER)
        heard_at = _utc(await call.hear_tone(script.AGENT_HZ, _PATIENCE_S))
        await page.until("sound.heardAt > 0")
        clicked_at, page_at = await page.tell("[sound.clickedAt, sound.heardAt]")
        return call, max(float(page_at), heard_at) - float(clicked_at)


async def measure(options: Options, folder: Path) -> Found:
    """Takes three minutes. Raises AssertionError without a Chromium, ChildEnded where the house does not start."""
    talks, reloads = (3, 2) if options.quick else (_TALKS, _RELOADS)
    async with (
        _house(folder, options.first_port + 200) as (site, sip_port),
        _desk(site, folder) as page,
        _line(sip_port) as line,
    ):
        answered = [await _answered(line, page) for _ in range(talks)]
        options.progress(f"answered: {_milliseconds(answered)} ms")
        reloaded = [await _reloaded(line, page) for _ in range(reloads)]
        options.progress(f"taken over after a reload: {_milliseconds(reloaded)} ms")
    kept = [seconds for seconds in reloaded if seconds is not None]
    return Found(_figures(_Heard(answered, kept, len(reloaded) - len(kept))))


def unmeasured(_: Options) -> Sequence[Figure]:
    """Its figures without values."""
    return _figures(_Heard())


def _figures(heard: _Heard) -> list[Figure]:
    return [
        at_most("browser phone, click to both heard p95", p95_ms(heard.answered), "ms", 150),
        told("browser phone, click to both heard p50", p50_ms(heard.answered), "ms"),
        at_most("talk taken over after a reload p95", p95_ms(heard.reloaded), "ms", 2000),
        at_most("talks lost by a reload", heard.lost, "", 0),
    ]


def _milliseconds(delays_s: Sequence[float | None]) -> str:
    return ", ".join("lost" if one is None else f"{one * 1e3:.0f}" for one in delays_s)


def _utc(clock_s: float) -> float:
    """The UTC instant of one of the monotonic clock."""
    return clock_s + time.time() - time.monotonic()


async def _answered(line: _Line, page: Page) -> float:
    """One call to its end."""
    call, seconds = await line.talk(page)
    await _over(call, page)
    return seconds


async def _reloaded(line: _Line, page: Page) -> float | None:
    """One call in which the page is loaded anew; None where the talk is over then, or the caller waits again.

    The page that goes is heard until it is gone, and that is after the other one's beginning: what counts at the caller
    is the first sound after a gap.
    """
    call, _ = await line.talk(page)
    await page.says("Ask first")  # the house, too, knows that they talk
    before = await page.tell("performance.timeOrigin")
    began = time.monotonic()
    await page.ask("Page.reload")
    anew, lost = f"performance.timeOrigin > {before}", "document.querySelector('button.answer, .nobody')"
    await page.until(f"{anew} && (sound.heardAt > 0 || {lost})", _PATIENCE_S)
    started_at, page_at = await page.tell("[performance.timeOrigin / 1000, sound.heardAt]")
    if not page_at:
        await _over(call, page)
        return None
    caller_at = None
    async with asyncio.timeout(_PATIENCE_S):
        while caller_at is None:
            await asyncio.sleep(0.1)
            caller_at = _after_gap(call, began)
    await _over(call, page)
    return max(float(page_at), _utc(caller_at)) - float(started_at)


def _after_gap(call: OutgoingCall, began: float) -> float | None:
    """When the agent's tone began anew after this instant: its first packet after a gap."""
    heard = call.stream.history(began - 1.0)
    at = heard.arrivals_ns[heard.labels == call.stream.ear.label_of(script.AGENT_HZ)] / 1e9
    begins = np.flatnonzero(np.diff(at) > _GAP_S) + 1
    anew = at[begins][at[begins] > began]
    return float(anew[0]) if len(anew) else None


async def _over(call: OutgoingCall, page: Page) -> None:
    await call.hang_up()
    await page.until("!document.querySelector('hotline-desk').phone.call")
    await page.says("Ready")


@contextlib.asynccontextmanager
async def _house(folder: Path, first_port: int) -> AsyncIterator[tuple[Site, int]]:
    """Asterisk, with browsers as phones, and the controller; the port of its SIP."""
    installation = await asyncio.to_thread(locate_or_install)
    sip_port, ari_port, web_port = free_ports(first_port)
    files = live_site.files(live_site.agents(1))
    site = make_site(folder / "site", files, ari_port, web_port, run_dir="var/asterisk")
    await publish(site, ToneVoice())
    settings = AsteriskSettings(
        run_dir=site.state / "asterisk",
        ari_password=site.switch_password(),
        sip_port=sip_port,
        ari_port=ari_port,
        rtp_first=SWITCH_RTP[0],
        rtp_last=SWITCH_RTP[1],
        web_phones=True,
    )
    async with AsteriskProcess(settings, installation), serving(site, folder / "controller.log"):
        yield site, sip_port


@contextlib.asynccontextmanager
async def _desk(site: Site, folder: Path) -> AsyncIterator[Page]:
    """A page that is the phone of the only agent, who is signed in to the queue."""
    (agent,) = live_site.agents(1)
    async with chromium(folder / "browser", says=_microphone(folder / "says.wav")) as page:
        await page.before_each_page(_BEFORE_EACH_PAGE)
        await page.size(1280, 800)
        await page.open(address(site, new_link(site.state, "admin", "bench", time.time())))
        await page.until("!!document.querySelector('hotline-wallboard main')")
        await page.tell(f"location.hash = {json.dumps(f'#desk/{agent}')}; null")
        await page.click("Use this browser as the phone")
        await page.says("this browser is the phone")
        await page.click("Sign in to my queues")
        await page.says("Ready")
        yield page


@contextlib.asynccontextmanager
async def _line(sip_port: int) -> AsyncIterator[_Line]:
    rng = random.Random(1)
    first, last = PHONES_RTP
    media = MediaEngine(rng, range(first, last + 1), (script.FIRST_HZ, script.SECOND_HZ, script.AGENT_HZ))
    endpoint = await Endpoint.open(media=media, rng=rng)
    try:
        yield _Line(PhoneLine(endpoint, (HOST, sip_port)))
    finally:
        endpoint.close()


def _microphone(path: Path) -> Path:
    """A WAV file with the agent's tone, as Chromium's fake microphone plays it."""
    rate = 48_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        at = np.arange(rate * 2) / rate
        file.writeframes((np.sin(2 * np.pi * script.AGENT_HZ * at) * 9_000).astype("<i2").tobytes())
    return path
