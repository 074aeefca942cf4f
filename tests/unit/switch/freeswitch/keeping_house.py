"""A session with a FreeSWITCH that a test answers for, and a house that keeps what it is told when the test says so."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from unittest.mock import create_autospec

from calls import events
from switch.freeswitch.client import EventSocketClient
from switch.freeswitch.session import FreeSwitchOptions, Session, Then, Told
from switch.keeping import Keeping


class KeepingHouse:
    """`told` is what the house was told, `asked` what the switch was; what was told is `kept` when that is set."""

    def __init__(self, folder: Path, controller: str = "") -> None:
        self.folder = folder
        self.told: list[events.SwitchEvent] = []
        self.asked: list[str] = []
        self._waiting: dict[str, Then] = {}
        self.kept = asyncio.Event()
        keeping = Keeping()
        keeping.kept = self._kept
        options = FreeSwitchOptions("secret", recordings_dir=folder, keeping=keeping, controller=controller)
        self.session = Session(options)
        self.session.loop = asyncio.get_running_loop()
        self.session.client = create_autospec(EventSocketClient, instance=True)
        self.session.emit = self.told.append
        self.session.api = self._api  # type: ignore[method-assign]  # the switch answers when the test says so

    def _api(self, name: str, arguments: str, then: Then | None = None) -> None:
        self.asked.append(f"{name} {arguments}")
        if then is not None:
            self._waiting[self.asked[-1]] = then

    def answer(self, asked: str, told: Told) -> None:
        """The switch answers this question."""
        self._waiting.pop(asked)(told)

    async def _kept(self) -> bool:
        await self.kept.wait()
        return True

    def files(self) -> list[str]:
        """What is in the recordings folder."""
        return sorted(file.name for file in self.folder.iterdir())


def sound(path: Path, seconds: float = 2.0) -> None:
    """A file of that length, in stereo."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(4 * int(8000 * seconds)))
