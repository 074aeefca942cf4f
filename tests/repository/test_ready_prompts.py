"""Sounds of the sample that come ready: of words that stand there, as long as words take, at the house's loudness."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from hotline.versions.voices import static_prompts
from speech.levelling import loudness
from speech.ready import ReadySounds
from speech.recordings import read_recording

pytestmark = pytest.mark.unit

_PROMPTS = Path(__file__).parents[2] / "prompts"
_READY = ReadySounds(_PROMPTS / "ready")
_LANGUAGES = ("zh-CN", "en")
_ANSWERS = {
    f"answer.{name}": one["says"]
    for path in (_PROMPTS.parent / "dialplans/answers").glob("*.yaml")
    for name, one in yaml.safe_load(path.read_text("utf-8"))["answers"].items()
}
_STATIC = static_prompts(
    {
        name: yaml.safe_load((_PROMPTS / f"{name}.yaml").read_text("utf-8"))
        | {key: says[name] for key, says in _ANSWERS.items()}
        for name in _LANGUAGES
    }
)
_SECONDS = {"zh-CN": (0.12, 0.6), "en": (0.04, 0.2)}
"""Of a character: the quickest and the slowest."""


def test_each_says_words_that_a_phrase_has() -> None:
    strays = _READY.strays({(prompt.language, prompt.text) for prompt in _STATIC})
    assert strays == [], "remove them, or hotline voice --keep does"


def test_nearly_all_come_ready() -> None:
    """A phrase may be changed where there is no Kokoro; so many that callers hear two voices are spoken again."""
    left = [f"{one.language} {one.key}" for one in _STATIC if _READY.find(one.language, one.text) is None]
    assert len(left) <= len(_STATIC) // 10, f"hotline voice --keep, where Kokoro is installed, speaks {left}"


def test_each_is_as_long_and_as_loud_as_words_are() -> None:
    found = [(prompt, path) for prompt in _STATIC if (path := _READY.find(prompt.language, prompt.text)) is not None]
    assert found
    for prompt, path in found:
        pcm = read_recording(path)
        letters = sum(character.isalnum() for character in prompt.text)
        quickest, slowest = _SECONDS[prompt.language]
        assert quickest * letters < pcm.duration_s < slowest * letters + 1, path.name
        assert loudness(pcm.samples / 32768, pcm.rate) == pytest.approx(-20, abs=2), path.name
        assert np.abs(pcm.samples).max() < 32_000, path.name
