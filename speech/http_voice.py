"""A voice behind HTTP: any service that takes a sentence and answers with a WAV file.

The request is `POST url` with JSON `{"text", "language"}`; the answer is `audio/wav`, PCM of any rate from 8 kHz.
What a vendor wants otherwise (keys, other names) belongs in a small gateway of the site's own, not here.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp
import numpy as np
import soundfile

from speech.voice import Pcm, VoiceError

_LARGEST = 20_000_000  # bytes: some four minutes at 44.1 kHz


class HttpVoice:
    """A Voice. `name` is its identity for the cache: change it when the service changes its speaker. Else it is the
    service's host.

    `deadline_s` bounds one sentence, retries included; `headers` may hold a token and are never logged. One retry
    follows a refused connection or a status of 500 and above.
    """

    def __init__(
        self, url: str, name: str | None = None, *, headers: Mapping[str, str] | None = None, deadline_s: float = 5.0
    ) -> None:
        self._url = url
        self._name = name or urlsplit(url).netloc
        self._headers = dict(headers or {})
        self._deadline_s = deadline_s
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> HttpVoice:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def identity(self, language: str) -> str:
        """The name it was given: a service does not tell when its voice changes, so the admin does."""
        return f"http {self._name} {language}"

    async def synthesise(self, text: str, language: str) -> Pcm:
        """Raises VoiceError: no answer in time, a refusal, or an answer that is no sound."""
        try:
            async with asyncio.timeout(self._deadline_s):
                try:
                    return _decode(await self._ask(text, language))
                except VoiceError as error:
                    if not error.retryable:
                        raise
                return _decode(await self._ask(text, language))
        except TimeoutError:
            raise VoiceError(
                f"the voice {self._name} did not answer within {self._deadline_s:g} s", retryable=True
            ) from None

    async def _ask(self, text: str, language: str) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        try:
            async with self._session.post(self._url, json={"text": text, "language": language}) as answer:
                if answer.status != 200:
                    message = f"the voice {self._name} refused with status {answer.status}"
                    raise VoiceError(message, retryable=answer.status >= 500 or answer.status == 429)
                body = await answer.content.read(_LARGEST + 1)
                while len(body) <= _LARGEST and (more := await answer.content.read(_LARGEST + 1 - len(body))):
                    body += more
        except aiohttp.ClientError as error:
            raise VoiceError(
                f"the voice {self._name} cannot be reached: {type(error).__name__}", retryable=True
            ) from error
        if len(body) > _LARGEST:
            raise VoiceError(f"the voice {self._name} answered with more than {_LARGEST} bytes")
        return body


def _decode(body: bytes) -> Pcm:
    try:
        samples, rate = soundfile.read(io.BytesIO(body), dtype="int16", always_2d=True)
    except soundfile.SoundFileError:
        raise VoiceError(f"the voice answered with {len(body)} bytes that are no sound file") from None
    if rate < 8000 or not len(samples):
        raise VoiceError(f"the voice answered with {len(samples)} samples at {rate} Hz; a telephone needs 8000 Hz")
    return Pcm(samples.mean(axis=1).round().astype(np.int16), int(rate))
