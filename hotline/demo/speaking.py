"""Callers of the demonstration who speak: their sentences, by Kokoro, where the ear is there to hear them."""

from hotline.demo.callers import BY_KEYS, SENTENCES, Crowd, who_speak
from hotline.demo.stage import Say, Stage
from hotline.versions.ear_kind import whisper_is_there
from hotline.versions.voice_kind import kokoro_is_there
from ivr.spoken.figures import EDITION, in_words
from phones.audio import load_wav
from speech.cast import record_line
from speech.kokoro.process import KokoroProcess
from speech.kokoro.voice import Kokoro
from speech.voice import SpeechError

_NO_HURRY_S = 60.0
"""For a piece of a sentence, on a machine that has much else to do."""


def speech_missing() -> str:
    """What callers who speak need and is not installed; empty: nothing."""
    missing = [word for word, there in (("the ear", whisper_is_there()), ("Kokoro", kokoro_is_there())) if not there]
    return f"{' and '.join(missing)} not installed: ./setup.sh voice brings both" if missing else ""


async def let_speak(stage: Stage, crowd: Crowd, say: Say) -> None:
    """Let some call the line that asks what one wants: they speak where they can be heard, else they press keys."""
    if missing := speech_missing():
        say(f"callers press keys and do not speak: {missing}")
        crowd.of_own_words = BY_KEYS
        return
    voice = Kokoro(in_words, EDITION, process=KokoroProcess(piece_s=_NO_HURRY_S))
    try:
        stems = [await record_line(stage.site.sounds / "demo", voice, one, "zh-CN") for one in SENTENCES]
    except SpeechError as error:
        say(f"callers press keys and do not speak: {error}")
        crowd.of_own_words = BY_KEYS
        return
    finally:
        await voice.close()
    crowd.of_own_words = who_speak([load_wav(stem.with_suffix(".wav")) for stem in stems])
    say("some callers speak, on the line that asks what they want")
