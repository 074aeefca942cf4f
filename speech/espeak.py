"""espeak-ng: the voice that is always there. Poor, above all in Mandarin, but free, quick and everywhere.

One process a sentence: some 20 ms, and a sentence that kills it harms nothing else. The text goes in by stdin, never as
an argument, so that words beginning with `-` are words. Sound comes out as WAV at 22,050 Hz.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import tempfile
from dataclasses import dataclass

import numpy as np

from speech.pinyin import READING, to_pinyin
from speech.voice import Pcm, VoiceError

_VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
# espeak-ng counts a Mandarin syllable as a word and more: at its usual pace it says 3.6 a second, an announcer 4.5.
_PACES = {"zh": 1.25}
_INSTALL = "espeak-ng is not installed: apt-get install espeak-ng (Debian, Ubuntu), or set another voice"


@dataclass(frozen=True, slots=True)
class Espeak:
    """A Voice. `variant` is one of espeak-ng's speakers (`f2`, `m3`), or none.

    `words_a_minute` (of English; Mandarin goes by it) and `pitch` (0 to 99) as espeak-ng takes them; `deadline_s`
    bounds one sentence.
    """

    variant: str = ""
    words_a_minute: int = 155
    pitch: int = 50
    deadline_s: float = 10.0
    program: str = "espeak-ng"

    async def synthesise(self, text: str, language: str) -> Pcm:
        """Raises VoiceError: not installed, a language without a voice, a text without a sound, or out of time."""
        voice = self._voice(language)
        # [[ ]] would switch espeak-ng to phonemes.
        words = to_pinyin(text) if voice.startswith("cmn") else text.replace("[[", " ").replace("]]", " ")
        if not any(character.isalnum() for character in words):
            raise VoiceError(f"nothing to say in a text of {len(text)} characters")
        arguments = (
            "-v",
            voice,
            "-s",
            self._pace(language),
            "-p",
            str(self.pitch),
            "-b",
            "1",
            "--stdin",
            "--stdout",
        )
        return _read_wav(await self._run(*arguments, words=words))

    async def identity(self, language: str) -> str:
        """Version, speaker and settings. Raises VoiceError when not installed."""
        version = (await self._run("--version")).decode("utf-8", "replace").partition("Data at")[0]
        number = next((word for word in version.split() if word[:1].isdigit()), "unknown")
        voice = self._voice(language)
        reading = f" {READING}" if voice.startswith("cmn") else ""
        return f"espeak-ng {number} {voice} {self._pace(language)} {self.pitch}{reading}"

    async def ipa(self, clauses: list[str], language: str) -> list[str]:
        """The sounds of each clause in the International Phonetic Alphabet, stress marked, `^` tying what is one sound.

        A clause has no mark at which one pauses. Raises as `synthesise` does.
        """
        options = ("-v", self._voice(language), "-q", "--ipa", "--tie=^", "--stdin")
        out = (await self._run(*options, words=".\n\n".join(clauses))).decode("utf-8", "replace")
        lines = [line.strip() for line in out.splitlines() if line.strip()]
        if len(lines) == len(clauses):
            return lines
        if len(clauses) == 1:  # a long one is cut somewhere
            return [" ".join(lines)]
        return [said for clause in clauses for said in await self.ipa([clause], language)]

    def _pace(self, language: str) -> str:
        return str(round(self.words_a_minute * _PACES.get(_primary(language), 1)))

    def _voice(self, language: str) -> str:
        voice = _VOICES.get(_primary(language))
        if voice is None:
            raise VoiceError(f"espeak-ng has no voice set for {language}; there are {', '.join(_VOICES)}")
        return f"{voice}+{self.variant}" if self.variant else voice

    async def _run(self, *arguments: str, words: str = "") -> bytes:
        try:
            with tempfile.TemporaryFile() as given:  # not a pipe: it may end before it has read all, or any
                given.write(words.encode())
                given.seek(0)
                process = await asyncio.create_subprocess_exec(
                    self.program,
                    *arguments,
                    stdin=given,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                )
        except FileNotFoundError:
            raise VoiceError(_INSTALL) from None
        except OSError as error:
            raise VoiceError(f"{self.program} does not start: {error.strerror}", retryable=True) from error
        try:
            async with asyncio.timeout(self.deadline_s):
                out, err = await process.communicate()
        except TimeoutError:
            message = f"{self.program} did not finish within {self.deadline_s:g} s"
            raise VoiceError(message, retryable=True) from None
        finally:
            if process.returncode is None:  # timed out or cancelled: leave no process behind
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            reason = err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
            raise VoiceError(f"{self.program} failed with status {process.returncode}: {reason[0]}")
        return out


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _read_wav(wav: bytes) -> Pcm:
    """espeak-ng writes to a pipe and cannot go back: its sizes are placeholders; the data ends with the bytes."""
    if len(wav) < 44 or wav[:4] != b"RIFF" or wav[36:40] != b"data":
        raise VoiceError("espeak-ng gave no sound: is its voice data (espeak-ng-data) installed?")
    (rate,) = struct.unpack_from("<I", wav, 24)
    return Pcm(np.frombuffer(wav, "<i2", offset=44, count=(len(wav) - 44) // 2).astype(np.int16), rate)
