"""Callers of the demonstration: which of them are of the line of own words, and what is missing for them to speak."""

from random import Random
from typing import Any

import pytest

from hotline.demo import speaking
from hotline.demo.callers import BY_KEYS, KINDS, OWN_WORDS, SENTENCES, Crowd, Kind, Speak, who_speak
from phones.audio import tone

pytestmark = pytest.mark.unit


class Line:
    """A line on which nobody answers."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, bool]] = []

    async def dial(self, number: str, *, caller_id: str, clip: object) -> Any:
        self.dialled.append((number, clip is not None))
        raise ConnectionError("it is enough to have dialled")


def crowd(kinds: tuple[Kind, ...]) -> Crowd:
    line: Any = Line()
    return Crowd(line, "95183", [tone(440, 0.1)], Random(1), 1.0, of_own_words=kinds)


def test_one_in_five_is_of_the_line_of_own_words_in_turn() -> None:
    callers = crowd(BY_KEYS)
    came = []
    for _ in range(20):
        came.append(callers._next())
        callers.placed += 1
    own = [(place, kind.name) for place, kind in enumerate(came) if kind.number == OWN_WORDS]
    assert [place for place, _ in own] == [2, 7, 12, 17]
    assert [name for _, name in own[:3]] == [kind.name for kind in BY_KEYS]


def test_before_their_voices_are_there_nobody_is() -> None:
    callers = crowd(())
    callers.placed = 8
    assert callers._next() in KINDS
    callers.of_own_words = BY_KEYS
    assert [callers._next() in BY_KEYS for _ in range(3)] == [True, True, False], "two are made up for"


async def test_who_speaks_says_nothing_else() -> None:
    kinds = who_speak([tone(440, 0.1) for _ in SENTENCES])
    spoken = [act.clip for kind in kinds for act in kind.acts if isinstance(act, Speak)]
    assert len(spoken) == len(SENTENCES)
    callers = crowd(kinds)
    for kind in (kinds[0], KINDS[0]):
        with pytest.raises(ConnectionError):
            await callers._one(kind, Random(1))
    assert callers.line.dialled == [(OWN_WORDS, False), ("95183", True)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("ear", "voice", "said"), [(True, True, ""), (False, True, "the ear not"), (False, False, "the ear and Kokoro not")]
)
def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, ear: bool, voice: bool, said: str) -> None:
    monkeypatch.setattr(speaking, "whisper_is_there", lambda: ear)
    monkeypatch.setattr(speaking, "kokoro_is_there", lambda: voice)
    assert speaking.speech_missing().startswith(said)
    assert bool(speaking.speech_missing()) == bool(said)


async def test_without_the_ear_they_press_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "whisper_is_there", lambda: False)
    callers, told = crowd(()), list[str]()
    stage: Any = None
    await speaking.let_speak(stage, callers, told.append)
    assert callers.of_own_words == BY_KEYS
    assert "./setup.sh voice" in told[0]
