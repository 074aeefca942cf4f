"""A switch that speaks: what is ready is heard at once, each Play has its one outcome, and music stays out of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import pytest

from calls.causes import Cause, Outcome
from calls.commands import Answer, Bridge, Clip, HangUp, Play, Sentence, StartMusic, Stop, StopMusic, SwitchCommand
from calls.events import CallEnded, LiveLeg, PlaybackFinished, SwitchBack, SwitchEvent
from calls.ids import AttemptId, LegId
from calls.ports import Sink
from speech.speaking_switch import SpeakingSwitch
from speech.voice import VoiceError
from tests.unit.speech.voices import until

pytestmark = pytest.mark.unit

LEG = LegId("anna")
WELCOME = Clip("/welcome")
MUSIC = StartMusic(LEG, AttemptId("a/9"))


class Line:
    """A switch that plays until the test says that it is over, and a speaker whose pieces come when the test gives
    them: a text is its pieces, parted by `|`, those before a `.` are kept from an earlier call."""

    name = "line"

    def __init__(self) -> None:
        self.sent: list[SwitchCommand] = []
        self.told: list[SwitchEvent] = []
        self.pieces: dict[str, asyncio.Event] = {}
        self.given_up = 0
        self.sink: Sink

    async def start(self, sink: Sink) -> None:
        self.sink = sink

    def send(self, command: SwitchCommand) -> None:
        self.sent.append(command)

    async def calls(self) -> Sequence[LiveLeg]:
        return ()

    async def close(self) -> None:
        pass

    async def say(self, sentence: Sentence) -> AsyncGenerator[Clip]:
        try:
            for piece in sentence.text.split("|"):
                if not piece.endswith("."):
                    await self.pieces.setdefault(piece, asyncio.Event()).wait()
                if piece == "no voice":
                    raise VoiceError("it has gone")
                yield Clip(piece)
        except GeneratorExit:
            self.given_up += 1
            raise

    async def make(self, piece: str) -> None:
        """The piece is there, and everybody has seen it."""
        self.pieces.setdefault(piece, asyncio.Event()).set()
        await _settle()

    def played(self) -> list[tuple[str, tuple[str, ...]]]:
        """The attempt of each Play, and what it plays."""
        return [
            (one.attempt, tuple(clip.path for clip in one.media if isinstance(clip, Clip)))
            for one in self.sent
            if isinstance(one, Play)
        ]

    def over(self, outcome: Outcome = Outcome.FINISHED) -> None:
        """What was played last is over."""
        last = [one for one in self.sent if isinstance(one, Play)][-1]
        self.sink(PlaybackFinished(LEG, last.attempt, outcome))


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def switch(line: Line) -> AsyncIterator[SpeakingSwitch]:
    switch = SpeakingSwitch(line, line)
    await switch.start(line.told.append)
    yield switch
    await switch.close()


def play(*media: str | Clip, number: int = 1) -> Play:
    said = tuple(one if isinstance(one, Clip) else Sentence(one, "en") for one in media)
    return Play(LEG, AttemptId(f"a/{number}"), said)


def finished(outcome: Outcome = Outcome.FINISHED, number: int = 1) -> PlaybackFinished:
    return PlaybackFinished(LEG, AttemptId(f"a/{number}"), outcome)


async def test_the_beginning_is_heard_while_the_rest_is_made(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe|twelve yuan"))
    await _settle()
    assert line.played() == []
    await line.make("you owe")
    assert line.played() == [("a/1~1", ("you owe",))]
    line.over()
    await line.make("twelve yuan")
    assert line.played() == [("a/1~1", ("you owe",)), ("a/1", ("twelve yuan",))]
    assert line.told == [], "the whole is not over"
    line.over()
    assert line.told == [finished()]


async def test_what_is_made_while_the_beginning_is_heard_follows_at_once(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe|twelve|yuan"))
    for piece in ("you owe", "twelve", "yuan"):
        await line.make(piece)
    assert line.played() == [("a/1~1", ("you owe",))]
    line.over()
    assert line.played()[1:] == [("a/1", ("twelve", "yuan"))]


async def test_what_is_kept_is_one_play(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play(WELCOME, "you owe.|twelve yuan."))
    await _settle()
    assert line.played() == [("a/1", ("/welcome", "you owe.", "twelve yuan."))]


async def test_a_recording_before_a_sentence_is_heard_while_that_is_made(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play(WELCOME, "twelve yuan", Clip("/bye")))
    await _settle()
    assert line.played() == [("a/1~1", ("/welcome",))]
    await line.make("twelve yuan")
    line.over()
    assert line.played()[1:] == [("a/1", ("twelve yuan", "/bye"))]


async def test_without_sentences_it_goes_to_the_switch_as_it_is(line: Line, switch: SpeakingSwitch) -> None:
    commands = [Answer(LEG, AttemptId("a/0")), play(WELCOME), MUSIC, Stop(LEG, AttemptId("a/1"))]
    for command in commands:
        switch.send(command)
    assert line.sent == commands


async def test_stopped_while_nothing_is_heard_yet(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe|twelve yuan"))
    await _settle()
    switch.send(Stop(LEG, AttemptId("a/1")))
    assert line.told == [], "not before send returns"
    await _settle()
    assert (line.told, line.sent) == ([finished(Outcome.STOPPED)], [])


@pytest.mark.parametrize("came_of", [Outcome.STOPPED, Outcome.FINISHED])
async def test_stopped_while_the_beginning_is_heard(line: Line, switch: SpeakingSwitch, came_of: Outcome) -> None:
    switch.send(play("you owe|twelve yuan"))
    await line.make("you owe")
    switch.send(Stop(LEG, AttemptId("a/1")))
    assert line.sent[-1] == Stop(LEG, AttemptId("a/1~1"))
    line.over(came_of)  # it may have been through before the stop came
    await line.make("twelve yuan")
    assert line.told == [finished(Outcome.STOPPED)]
    assert len(line.played()) == 1


async def test_another_play_takes_its_place(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe|twelve yuan"))
    await line.make("you owe")
    switch.send(play(WELCOME, number=2))
    line.sink(PlaybackFinished(LEG, AttemptId("a/1~1"), Outcome.STOPPED))
    line.sink(finished(number=2))
    assert line.told == [finished(Outcome.STOPPED), finished(number=2)]


@pytest.mark.parametrize("command", [HangUp(LEG), Bridge(AttemptId("a/8"), LEG, LegId("bob"))])
async def test_what_takes_the_leg_ends_what_is_made(line: Line, switch: SpeakingSwitch, command: SwitchCommand) -> None:
    switch.send(play("you owe|twelve yuan"))
    switch.send(command)
    await line.make("you owe")
    assert (line.sent, line.told) == ([command], [finished(Outcome.STOPPED)])


async def test_the_end_of_the_leg_is_its_last_event(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe"))
    ended = CallEnded(LEG, Cause.NORMAL)
    line.sink(ended)
    await line.make("you owe")
    assert (line.sent, line.told) == ([], [finished(Outcome.STOPPED), ended])


async def test_what_fails_on_the_way_is_the_outcome_of_the_whole(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe|twelve yuan"))
    await line.make("you owe")
    line.sink(PlaybackFinished(LEG, AttemptId("a/1~1"), Outcome.FAILED, "gone", "switch_lost"))
    await line.make("twelve yuan")
    assert line.told == [PlaybackFinished(LEG, AttemptId("a/1"), Outcome.FAILED, "gone", "switch_lost")]
    assert len(line.played()) == 1


@pytest.mark.parametrize("text", ["no voice", "you owe|no voice"])
async def test_what_cannot_be_said_is_left_out(line: Line, switch: SpeakingSwitch, text: str) -> None:
    switch.send(play(text))
    for piece in text.split("|"):
        await line.make(piece)
    if "|" in text:
        line.over()
        assert line.told == [finished()]
    else:
        (told,) = line.told
        assert isinstance(told, PlaybackFinished)
        assert (told.outcome, told.reason) == (Outcome.FAILED, "missing_file")


async def test_over_music_all_is_heard_in_one(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(MUSIC)
    switch.send(play("two are|before you"))
    await line.make("two are")
    assert line.played() == []
    await line.make("before you")
    assert line.played() == [("a/1", ("two are", "before you"))]


async def test_a_leg_that_has_music_since_an_earlier_controller_is_known(line: Line, switch: SpeakingSwitch) -> None:
    waiting = LiveLeg(leg=LEG, caller="1", called="2", answered=True, inbound=True, in_music=True)
    line.sink(SwitchBack("line", (waiting,)))
    switch.send(play("two are|before you"))
    await line.make("two are")
    assert line.played() == []


async def test_music_ordered_between_two_pieces_comes_after_the_last(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe|twelve yuan"))
    await line.make("you owe")
    off = StopMusic(LEG, AttemptId("a/10"))
    switch.send(MUSIC)
    switch.send(off)
    switch.send(MUSIC)
    assert MUSIC not in line.sent
    await line.make("twelve yuan")
    line.over()
    assert line.sent[-4:] == [play(Clip("twelve yuan")), MUSIC, off, MUSIC]


async def test_closing_leaves_nothing_that_is_made(line: Line, switch: SpeakingSwitch) -> None:
    switch.send(play("you owe|twelve yuan"))
    await until(lambda: line.pieces)
    await switch.close()
    await _settle()
    assert line.told == [finished(Outcome.STOPPED)]
