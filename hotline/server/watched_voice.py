"""The voice of a server, watched: whether it speaks is known before a caller needs it."""

from calls.dependencies import Dependency
from hotline.driver.probing import Prober
from speech.voice import Pcm, Voice, VoiceBusy, VoiceError

_WORD = "1"
"""What a voice that is away is asked to say: short, and a word in each language."""


class WatchedVoice:
    """A Voice. One that has failed is asked for one word again and again, with growing pauses, until it speaks."""

    def __init__(self, voice: Voice, state: Dependency, language: str) -> None:
        """`language` is that of the word."""
        self._voice = voice
        self._language = language
        self.state = state
        self._prober = Prober(state, self._say_a_word)

    def ask(self) -> None:
        """Find out whether it speaks."""
        self._prober.suspect()

    async def synthesise(self, text: str, language: str) -> Pcm:
        """Raises what the voice raises."""
        try:
            sound = await self._voice.synthesise(text, language)
        except VoiceBusy:
            raise  # it speaks, and has much to say
        except VoiceError:
            self._prober.suspect()  # it may have been the words: one word more tells
            raise
        self._prober.state.up()
        return sound

    async def identity(self, language: str) -> str:
        """Raises what the voice raises."""
        return await self._voice.identity(language)

    async def close(self) -> None:
        """Ask no more."""
        await self._prober.close()

    async def _say_a_word(self) -> None:
        await self._voice.synthesise(_WORD, self._language)
