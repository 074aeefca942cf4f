"""A recogniser makes text of what a caller says. This is the port to it, and the scripted one.

The flow begins with `calls.commands.Listen` and the outcome is `calls.events.SpeechHeard`: zero or more that
are not final, while the caller speaks, then one that is. An empty final one means that nothing was said in time, or no
word of it understood. `speech.recognising_switch` puts a recogniser to a switch; `speech.utterances` makes one
of an engine.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from calls.commands import Listen
from calls.events import SpeechHeard
from calls.ids import LegId, Seconds
from speech.voice import Pcm, SpeechError


class SpeechLate(SpeechError):
    """An engine has not answered in time: it is well, and busy. The caller goes on with keys."""


class Recogniser(Protocol):
    """Understands callers. Safe to open many times at once."""

    def listen(self, command: Listen, audio: AsyncIterator[Pcm]) -> AsyncGenerator[SpeechHeard]:
        """Events of what is heard on `audio`, until a final one, within the times of `command`. To close it is to stop.

        Ends without a final event when the sound does. Raises SpeechError when nothing can be understood at all.
        """
        ...


@dataclass(frozen=True, slots=True)
class Utterance:
    """An utterance of a scripted caller: the text, how sure the recogniser is of it, and after how many seconds.

    `partials` come before it, evenly spaced, as a streaming engine gives them. An empty text is silence.
    """

    text: str
    confidence: float = 1.0
    after_s: Seconds = 0.0
    partials: tuple[str, ...] = ()


class ScriptedRecogniser:
    """A Recogniser that hears what a script says: for tests, `hotline try` and conversations in the terminal.

    Each `Listen` takes the next utterance of its leg, else of `anybody`; when the script is at its end, the caller says
    nothing. `audio` is left unread. `sleep` is asyncio's, or that of a virtual clock.
    """

    def __init__(
        self,
        script: Mapping[LegId, Iterable[Utterance | str]] | None = None,
        *,
        anybody: Iterable[Utterance | str] = (),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._script = {leg: deque(map(_utterance, lines)) for leg, lines in (script or {}).items()}
        self._anybody = deque(map(_utterance, anybody))
        self._sleep = sleep

    def say(self, leg: LegId, utterance: Utterance | str) -> None:
        """Add a line for a leg: a conversation in the terminal is a script that is written as it goes."""
        self._script.setdefault(leg, deque()).append(_utterance(utterance))

    @property
    def unsaid(self) -> int:
        """Lines nobody listened to: a test that ends with some did not go where it meant to."""
        return sum(map(len, self._script.values())) + len(self._anybody)

    async def listen(self, command: Listen, audio: AsyncIterator[Pcm]) -> AsyncGenerator[SpeechHeard]:
        """Events of the script's next line, whatever the sound is; a line that comes too late is silence."""
        line = self._next(command.leg)
        if not line.text or (line.after_s > command.max_s and not command.patient):
            await self._sleep(command.max_s)
            while command.patient:
                await self._sleep(command.max_s)
            yield _heard(command, "", 0.0, final=True)
            return
        pause_s = line.after_s / (len(line.partials) + 1)
        for partial in line.partials:
            await self._sleep(pause_s)
            yield _heard(command, partial, line.confidence, final=False)
        await self._sleep(pause_s)
        yield _heard(command, line.text, line.confidence, final=True)

    def _next(self, leg: LegId) -> Utterance:
        for lines in (self._script.get(leg), self._anybody):
            if lines:
                return lines.popleft()
        return Utterance("")


def _utterance(line: Utterance | str) -> Utterance:
    return Utterance(line) if isinstance(line, str) else line


def _heard(command: Listen, text: str, confidence: float, *, final: bool) -> SpeechHeard:
    return SpeechHeard(leg=command.leg, attempt=command.attempt, text=text, confidence=confidence, final=final)
