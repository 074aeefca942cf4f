"""An exchange for scenes: our FreeSWITCH adapter, callers and agents' phones, over a real switch or a recorded one.

A scene is the same text for both. Over a recorded switch the phones do nothing: what came of their doings is in the
recording. HOTLINE_FREESWITCH names a FreeSWITCH that runs (`tests.live.freeswitch`), HOTLINE_FREESWITCH_PROGRAM one to
start; with HOTLINE_RECORD=1 what is said to it is recorded.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import random
import shutil
import socket
import tempfile
import time
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import soundfile

from calls.events import SwitchEvent
from phones.agent_phone import AgentPhone, OnRing
from phones.audio import RATE_HZ, Clip, tone
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.accounts import AgentAccount
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.session import FreeSwitchOptions
from tests.live.freeswitch import NAMED, Instance, some_freeswitch
from tests.wire.freeswitch.peer import ScriptedPeer, scripted_peer
from tests.wire.freeswitch.recording import RECORDINGS, connections, record

FOLDER = Path(tempfile.mkdtemp(prefix="hotline-scenes-"))
"""Clips and recordings of this run."""
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
RECORDED_TO = FOLDER / "spool" / "recording"
LIVE = bool(NAMED or os.environ.get("HOTLINE_FREESWITCH_PROGRAM"))
PASSWORD = "scenes-only"
PACE = 0.25
MUSIC_HZ = 900

F = TypeVar("F", bound=SwitchEvent)


def clip(hz: int, duration_s: float) -> str:
    """The path, without ending, of a tone on disk."""
    path = FOLDER / "clips" / f"{hz}-{int(duration_s * 1000)}.wav"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, tone(hz, duration_s))
    return str(path.with_suffix(""))


def write_wav(path: Path, sound: Clip) -> None:
    """A clip as a file of 8 kHz."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(sound.samples.tobytes())


def loud_tones(path: str) -> list[list[float]]:
    """Of each side of a recording, the strongest tone of each tenth of a second in Hz; 0 for silence."""
    samples, rate = soundfile.read(path, always_2d=True)
    step = rate // 10
    sides = []
    for side in samples.T:
        tenths = [side[start : start + step] for start in range(0, len(side) - step + 1, step)]
        sides.append([float(np.abs(np.fft.rfft(t)).argmax() * 10) if np.abs(t).max() > 0.02 else 0.0 for t in tenths])
    return sides


class Events:
    """All that the adapter said."""

    def __init__(self) -> None:
        self.all: list[SwitchEvent] = []
        self._fresh: list[SwitchEvent] = []
        self._more = asyncio.Event()

    def sink(self, event: SwitchEvent) -> None:
        self.all.append(event)
        self._fresh.append(event)
        self._more.set()

    async def next(self, kind: type[F], within_s: float = 8.0, **fields: Any) -> F:
        """The first event of that kind and with those fields that was not asked for yet."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for event in self._fresh:
                        if isinstance(event, kind) and all(
                            getattr(event, name) == want for name, want in fields.items()
                        ):
                            self._fresh.remove(event)
                            return event
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            said = "\n".join(map(str, self.all))
            raise AssertionError(f"no {kind.__name__} {fields} within {within_s} s; said was:\n{said}") from None

    def of(self, kind: type[F]) -> list[F]:
        """All events of a kind, in order."""
        return [event for event in self.all if isinstance(event, kind)]


class Phone(Protocol):
    """What a scene does with a call at a phone. Over a recorded switch nothing of it happens."""

    async def press(self, key: str) -> None: ...
    async def hang_up(self) -> None: ...
    async def hears(self, hz: float) -> None: ...
    async def hears_nothing(self, for_s: float) -> None: ...
    async def says(self, hz: float | None) -> None: ...
    async def gets_key(self, key: str) -> None: ...


class Exchange(Protocol):
    """A switch and its phones."""

    switch: FreeSwitch
    events: Events
    live: bool

    async def caller(self, number: str = "95588", name: str = "") -> Phone: ...
    async def agent(self, account: str, on_ring: OnRing) -> None: ...
    async def agents_call(self, account: str) -> Phone: ...
    async def agent_dials(self, account: str, code: str) -> Phone: ...
    async def switch_dies(self) -> None: ...
    async def lose_link(self) -> None: ...
    async def new_controller(self) -> None: ...
    def new_switch(self) -> FreeSwitch: ...


# -- over a recorded switch


class _NoPhone:
    async def press(self, key: str) -> None: ...
    async def hang_up(self) -> None: ...
    async def hears(self, hz: float) -> None: ...
    async def hears_nothing(self, for_s: float) -> None: ...
    async def says(self, hz: float | None) -> None: ...
    async def gets_key(self, key: str) -> None: ...


class RecordedExchange:
    """Plays what was recorded."""

    live = False

    def __init__(self, port: int, peer: ScriptedPeer) -> None:
        self._port = port
        self.switch = self.new_switch()
        self.events = Events()
        self._peer = peer

    def new_switch(self) -> FreeSwitch:
        return _switch(PASSWORD, self._port, RECORDED_TO)

    async def caller(self, number: str = "95588", name: str = "") -> Phone:
        return _NoPhone()

    async def new_controller(self) -> None:
        await self._peer.played.acquire()
        await _replace_door(self)

    async def agent(self, account: str, on_ring: OnRing) -> None: ...

    async def agents_call(self, account: str) -> Phone:
        return _NoPhone()

    async def agent_dials(self, account: str, code: str) -> Phone:
        return _NoPhone()

    async def switch_dies(self) -> None:
        """The recording ends the connection by itself."""

    async def lose_link(self) -> None:
        """The recording ends the connection by itself."""


@asynccontextmanager
async def recorded_exchange(scene: str) -> AsyncIterator[Exchange]:
    """The exchange that was recorded under that name. At the end the adapter must have said all that it said then."""
    async with scripted_peer(*connections(scene, FOLDER), pace=PACE) as (peer, port):
        exchange = RecordedExchange(port, peer)
        await exchange.switch.start(exchange.events.sink)
        try:
            yield exchange
            async with asyncio.timeout(10):
                await peer.finished.wait()
        finally:
            await exchange.switch.close()
            assert not peer.faults, "\n".join(peer.faults)


# -- over a real switch


class _LivePhone:
    def __init__(self, call: Any) -> None:
        self._call = call

    async def press(self, key: str) -> None:
        await self._call.press(key)

    async def hang_up(self) -> None:
        await self._call.hang_up()

    async def hears(self, hz: float) -> None:
        if NAMED and hz == MUSIC_HZ:
            await self._call.heard_audio(8, after=time.monotonic())  # its music is its own
        else:
            await self._call.hear_tone(hz, 8)

    async def hears_nothing(self, for_s: float) -> None:
        await self._call.hear_silence(for_s, 8)

    async def says(self, hz: float | None) -> None:
        self._call.say(None if hz is None else tone(hz, 1), loop=True)

    async def gets_key(self, key: str) -> None:
        assert await self._call.key(8) == key


class LiveExchange:
    """A FreeSWITCH of our own, with phones."""

    live = True

    def __init__(self, instance: Instance, stack: AsyncExitStack) -> None:
        self._instance = instance
        self._settings = instance.settings
        self.switch = self.new_switch()
        self.events = Events()
        self._stack = stack
        self._agents: dict[str, AgentPhone] = {}

    def new_switch(self) -> FreeSwitch:
        settings = self._settings
        return _switch(settings.event_socket_password, settings.event_socket_port, settings.recording_dir)

    @property
    def _sip(self) -> tuple[str, int]:
        return self._settings.sip_address, self._settings.sip_port

    async def _endpoint(self) -> Endpoint:
        endpoint = await Endpoint.open()
        self._stack.callback(endpoint.close)
        return endpoint

    async def caller(self, number: str = "95588", name: str = "") -> Phone:
        line = PhoneLine(await self._endpoint(), self._sip, "13800138000")
        return _LivePhone(await line.dial(number, display=name))

    async def agent(self, account: str, on_ring: OnRing) -> None:
        known = next(found for found in self._settings.accounts if found.agent == account)
        phone = AgentPhone(await self._endpoint(), self._sip, Credentials(known.user, known.secret), on_ring)
        self._agents[account] = phone
        self._stack.push_async_callback(phone.close)
        await phone.register(60)

    async def agents_call(self, account: str) -> Phone:
        return _LivePhone(await self._agents[account].new_calls.get())

    async def agent_dials(self, account: str, code: str) -> Phone:
        return _LivePhone(await self._agents[account].dial(code))

    async def switch_dies(self) -> None:
        """It crashes and is started again."""
        await self._instance.restart()

    async def new_controller(self) -> None:
        await _replace_door(self)

    async def lose_link(self) -> None:
        link = self.switch._session.client._link
        assert link is not None
        link.abort("the test cut it")


@asynccontextmanager
async def live_exchange(scene: str) -> AsyncIterator[Exchange]:
    """A switch of its own for the scene, recorded if that is wished."""
    async with AsyncExitStack() as stack:
        instance = await stack.enter_async_context(some_freeswitch(FOLDER / f"run-{scene}", **_own()))
        if os.environ.get("HOTLINE_RECORD"):
            stack.enter_context(record(RECORDINGS / f"{scene}.jsonl", PASSWORD, FOLDER))
        exchange = LiveExchange(instance, stack)
        await exchange.switch.start(exchange.events.sink)
        try:
            yield exchange
        finally:
            await exchange.switch.close()


async def _replace_door(x: Exchange) -> None:
    """The controller ends and another one starts, which knows nothing of what was."""
    await x.switch.close()
    x.switch = x.new_switch()
    await x.switch.start(x.events.sink)


def _switch(password: str, port: int, recordings_dir: Path) -> FreeSwitch:
    options = FreeSwitchOptions(password, port=port, recordings_dir=recordings_dir)
    return FreeSwitch(options, jitter=random.Random(1))


def _own() -> dict[str, object]:
    """Of a switch of ours."""
    ports = _free_ports(3)
    music = FOLDER / "music" / "tone.wav"
    if not music.exists():
        music.parent.mkdir(parents=True, exist_ok=True)
        write_wav(music, tone(MUSIC_HZ, 5))
    return dict(
        event_socket_password=PASSWORD,
        event_socket_port=ports[0],
        sip_port=ports[1],
        gateway=f"127.0.0.1:{ports[2]}",
        rtp_first=14400,
        rtp_last=14798,
        spool_dir=FOLDER / "spool",
        music_dir=music.parent,
        accounts=tuple(AgentAccount(account, f"secret-of-{account}") for account in ("1001", "1002", "1003")),
    )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
