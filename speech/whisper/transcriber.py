"""The transcriber makes text of one utterance: voice activity, whisper-base by CTranslate2, the flow's own words.

Whisper was taught on pieces of 30 s, and pads what is shorter; its encoder takes less, too. An utterance of three
seconds with two of silence behind it costs a fifth of that, with the same words (measured: `hotline bench speech`).
"""

from __future__ import annotations

import math
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from speech.soundalike import in_their_words
from speech.utterances import Understood
from speech.whisper.consensus import Hypothesis, consensus
from speech.whisper.line_noise import without_line_noise
from speech.whisper.voice_activity import RATE, Sound, VoiceActivity, spoken, turns
from speech.whisper.weights import lay_whisper

_SILENCE_AFTER_S = 2.0
_LONGEST_S = 30.0
_BEAMS = 5
_TOKENS_A_SECOND = 12
_TOKENS_MORE = 20
_MOST_HINTED = 80
"""Characters of hints in the prompt: each makes whisper slower. 150 take a third longer for half a point (measured)."""
_HINT = 6
"""Characters of the longest hint there: after whole sentences whisper says them again (measured)."""
_SENTENCE = 4
"""Signs of the shortest sentence that is taken for said twice: 好的好的 may be meant."""
_REPEATING = 2.4
"""A text that packs better than this repeats itself: whisper does, where it understands nothing."""
_OPENINGS = {"zh": ("以下是普通话的句子", "：", "、", "。"), "en": ("A caller speaks to a hotline", ": ", ", ", ".")}


def load_whisper(at_once: int = 1) -> Any:
    """A `faster_whisper.WhisperModel`, 8-bit, for so many threads at once. Raises SpeechError as `lay_whisper` does."""
    from faster_whisper import WhisperModel

    with tempfile.TemporaryDirectory(prefix="hotline-ear-") as folder:
        lay_whisper(Path(folder))
        return WhisperModel(
            folder, device="cpu", compute_type="int8", cpu_threads=1, num_workers=at_once, local_files_only=True
        )


ENGINE = "whisper-base 2"
"""Tells the words of one edition of all this from those of another."""


class Transcriber:
    """Loaded once; asked from up to `at_once` threads, each with a thread of the engine for itself."""

    def __init__(self, at_once: int = 1) -> None:
        """Raises SpeechError where it is not installed, or is not the one that was measured."""
        self._activity = VoiceActivity()
        self._model = load_whisper(at_once)

    def transcribe(self, sound: Sound, language: str, hints: Sequence[str] = (), *, bare: bool = False) -> Understood:
        """What is said in 16 kHz sound of at most 30 s, each sample from -1 to 1; nothing, where nobody speaks.

        `language` is a BCP 47 tag of one that whisper knows. `hints` are the words that are expected. `bare`: whisper
        alone, without voice activity and without the hints, as a reference.
        """
        sound = sound[: round(_LONGEST_S * RATE)]
        if not bare:
            sound = without_line_noise(sound)
            sound = spoken(sound, self._activity.probabilities(sound))
        if not len(sound):
            return Understood("", 0.0)
        heard = self._decode(sound, language.partition("-")[0].lower(), () if bare else hints, whole=bare)
        return heard if bare else Understood(in_their_words(heard.text, hints), heard.confidence)

    def turns(self, sound: Sound) -> list[tuple[float, float]]:
        """Where somebody speaks in 16 kHz sound of any length: begin and end of each breath, in seconds."""
        return turns(self._activity.probabilities(sound)) if len(sound) else []

    def _decode(self, sound: Sound, language: str, hints: Sequence[str], *, whole: bool) -> Understood:
        from faster_whisper.tokenizer import Tokenizer

        model = self._model
        words = Tokenizer(model.hf_tokenizer, True, task="transcribe", language=language)
        given = _prompt(words, language, hints)
        padded_s = _LONGEST_S if whole else min(_LONGEST_S, len(sound) / RATE + _SILENCE_AFTER_S)
        padded = np.zeros(round(padded_s * RATE), np.float32)
        padded[: len(sound)] = sound
        features = model.feature_extractor(padded, padding=0)
        (found,) = model.model.generate(
            model.encode(features),
            [given],
            beam_size=_BEAMS,
            num_hypotheses=1 if whole else _BEAMS,
            max_length=len(given) + _TOKENS_MORE + round(len(sound) / RATE * _TOKENS_A_SECOND),
            return_scores=True,
        )
        best = consensus(
            [
                Hypothesis(once(words.decode(tokens).strip()), score, len(tokens))
                for tokens, score in zip(found.sequences_ids, found.scores, strict=True)
            ]
        )
        if not best.text or _repeats(best.text):
            return Understood("", 0.0)
        return Understood(best.text, min(1.0, math.exp(best.score)))


def _prompt(words: Any, language: str, hints: Sequence[str]) -> list[int]:
    opening, colon, comma, stop = _OPENINGS.get(language, ("", "", ", ", ""))
    named: list[str] = []
    for hint in dict.fromkeys(hint for hint in hints if len(hint) <= _HINT or hint.isascii()):
        if sum(map(len, named)) + len(hint) > _MOST_HINTED:
            break
        named.append(hint)
    text = f"{opening}{colon if named else ''}{comma.join(named)}{stop}"
    before = [words.sot_prev, *words.encode(f" {text}")] if text else []
    return [*before, *words.sot_sequence, words.no_timestamps]


def once(text: str) -> str:
    """A text that is one sentence twice or more, as one: whisper says it again where the silence behind it is short."""
    places = [place for place, sign in enumerate(text) if sign.isalnum()]
    signs = "".join(text[place] for place in places)
    if signs.isdecimal():  # a number that somebody reads out
        return text
    for length in range(_SENTENCE, len(signs) // 2 + 1):
        if len(signs) % length == 0 and signs == signs[:length] * (len(signs) // length):
            return text[: places[length]].rstrip()
    return text


def _repeats(text: str) -> bool:
    content = text.encode()
    return len(content) / len(zlib.compress(content)) > _REPEATING
