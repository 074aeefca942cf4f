"""A voice behind HTTP, against a real server on loopback that errs in every way services do."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
import soundfile
from aiohttp import web

from speech import http_voice
from speech.http_voice import HttpVoice
from speech.voice import VoiceError
from tests.unit.speech.voices import tone

pytestmark = pytest.mark.unit

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def wav(channels: int = 1, rate: int = 16_000) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.stack([tone(440, 0.2, rate).samples] * channels, axis=1), rate, format="WAV")
    return file.getvalue()


@asynccontextmanager
async def service(answer: Answer, deadline_s: float = 5.0) -> AsyncIterator[HttpVoice]:
    app = web.Application()
    app.router.add_post("/say", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with HttpVoice(
            f"http://127.0.0.1:{port}/say", "anna-3", headers={"Authorization": "Bearer k"}, deadline_s=deadline_s
        ) as voice:
            yield voice
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("channels", [1, 2])
async def test_a_sentence_is_posted_and_its_sound_comes_back(channels: int) -> None:
    seen: list[object] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((await request.json(), request.headers["Authorization"]))
        return web.Response(body=wav(channels), content_type="audio/wav")

    async with service(answer) as voice:
        sound = await voice.synthesise("您好", "zh-CN")
        assert await voice.identity("zh-CN") == "http anna-3 zh-CN"
    assert seen == [({"text": "您好", "language": "zh-CN"}, "Bearer k")]
    assert (sound.rate, len(sound.samples)) == (16_000, 3200)


@pytest.mark.parametrize(("status", "tries"), [(500, 2), (503, 2), (429, 2), (400, 1), (404, 1)])
async def test_what_may_pass_is_tried_once_more(status: int, tries: int) -> None:
    asked = 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=status)

    async with service(answer) as voice:
        with pytest.raises(VoiceError, match=f"anna-3 refused with status {status}"):
            await voice.synthesise("a", "en")
    assert asked == tries


async def test_a_second_try_may_succeed() -> None:
    answers = [web.Response(status=502), web.Response(body=wav())]

    async def answer(request: web.Request) -> web.Response:
        return answers.pop(0)

    async with service(answer) as voice:
        assert (await voice.synthesise("a", "en")).rate == 16_000


async def test_a_service_that_hangs_meets_the_deadline() -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with service(answer, deadline_s=0.1) as voice:
        with pytest.raises(VoiceError, match=r"did not answer within 0\.1 s") as caught:
            await voice.synthesise("a", "en")
    assert caught.value.retryable


@pytest.mark.parametrize(("body", "said"), [(b"", "no sound"), (b"<html>", "no sound"), (wav(rate=4000), "needs 8000")])
async def test_an_answer_that_is_no_sound(body: bytes, said: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body)

    async with service(answer) as voice:
        with pytest.raises(VoiceError, match=said):
            await voice.synthesise("a", "en")


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_voice, "_LARGEST", 1000)

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=wav())

    async with service(answer) as voice:
        with pytest.raises(VoiceError, match="more than 1000 bytes"):
            await voice.synthesise("a", "en")


async def test_nobody_there() -> None:
    async with HttpVoice("http://127.0.0.1:1/", "nobody") as voice:
        with pytest.raises(VoiceError, match="cannot be reached: ClientConnectorError"):
            await voice.synthesise("a", "en")


async def test_without_a_name_the_host_is_the_identity_and_no_token_is_in_it() -> None:
    voice = HttpVoice("https://voice.example/say?token=secret")
    assert await voice.identity("en") == "http voice.example en"
