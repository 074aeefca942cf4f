"""The watched voice: a real HTTP service that comes and goes, and an espeak-ng that is not there."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from aiohttp import web

from calls.backoff import Backoff
from calls.dependencies import Dependency
from hotline.driver import probing
from hotline.server.watched_voice import WatchedVoice
from speech.espeak import Espeak
from speech.http_voice import HttpVoice
from speech.voice import VoiceError
from tests.ports import free_port

pytestmark = pytest.mark.unit


class VoiceService:
    """Says a tone for every text but `refused`."""

    def __init__(self) -> None:
        self.port = free_port()
        self.refused = ""
        self.asked: list[str] = []
        self._runner: web.AppRunner | None = None

    async def come(self) -> None:
        app = web.Application()
        app.router.add_post("/", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def go(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        self.asked.append(text)
        if text == self.refused:
            raise web.HTTPBadRequest
        sound = io.BytesIO()
        soundfile.write(sound, np.zeros(800, np.int16), 8000, format="WAV")
        return web.Response(body=sound.getvalue())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a state tells nobody
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "BACKOFF", Backoff(first_s=0.01, longest_s=0.05))


@pytest_asyncio.fixture
async def service() -> AsyncIterator[VoiceService]:
    service = VoiceService()
    yield service
    await service.go()


async def test_a_voice_that_comes_late_and_goes_is_told_and_taken_up(service: VoiceService) -> None:
    engine = HttpVoice(f"http://127.0.0.1:{service.port}/")
    state = Dependency("voice", lambda: 0.0)
    voice = WatchedVoice(engine, state, "en")
    voice.ask()
    await until(lambda: state.state == "down" and state.next_try_at is not None)
    assert "cannot be reached" in state.error
    await service.come()
    await until(lambda: state.state == "up")
    assert (await voice.synthesise("two words", "en")).rate == 8000
    await service.go()
    with pytest.raises(VoiceError):
        await voice.synthesise("two words", "en")
    await until(lambda: state.state == "down")
    await service.come()
    await until(lambda: state.state == "up")
    await voice.close()
    await engine.close()


async def test_words_that_a_voice_refuses_make_it_not_away(service: VoiceService) -> None:
    await service.come()
    service.refused = "these"
    engine = HttpVoice(f"http://127.0.0.1:{service.port}/")
    turns: list[str] = []
    state = Dependency("voice", lambda: 0.0)
    state.on_change = lambda changed: turns.append(changed.state)
    voice = WatchedVoice(engine, state, "en")
    with pytest.raises(VoiceError):
        await voice.synthesise("these", "en")
    await until(lambda: state.state == "up")
    assert turns == ["up"]
    assert service.asked[-1] == "1"
    await voice.close()
    await engine.close()


async def test_an_espeak_that_is_not_installed_is_away() -> None:
    state = Dependency("voice", lambda: 0.0)
    voice = WatchedVoice(Espeak(program="espeak-that-is-not-there"), state, "en")
    voice.ask()
    await until(lambda: state.state == "down")
    assert "apt-get install" in state.error
    await voice.close()
