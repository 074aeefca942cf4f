"""A switch with an recogniser: every Listen has its one outcome, whatever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import pytest

from calls.causes import Cause
from calls.commands import Answer, Listen, Stop, SwitchCommand
from calls.errors import SwitchAway, SwitchError
from calls.events import CallEnded, CommandFailed, LiveLeg, SpeechHeard, SwitchEvent, SwitchLost
from calls.ids import AttemptId, LegId
from calls.ports import Sink
from speech.recogniser import SpeechLate
from speech.recognising_switch import RecognisingSwitch
from speech.voice import Pcm, SpeechError

pytestmark = pytest.mark.unit

LEG = LegId("anna")


class Line:
    """A switch whose sound flows until it is closed, and a recogniser that hears what the test says."""

    name = "line"
    sound_rate = 8_000

    def __init__(self) -> None:
        self.sent: list[SwitchCommand] = []
        self.taps = 0
        self.tapped = asyncio.Event()
        self.words: asyncio.Queue[SpeechHeard | Exception | None] = asyncio.Queue()
        self.fault: Exception | None = None
        self.told: list[SwitchEvent] = []
        self.news = asyncio.Event()
        self.sink: Sink

    async def start(self, sink: Sink) -> None:
        self.sink = sink

    def send(self, command: SwitchCommand) -> None:
        self.sent.append(command)

    async def calls(self) -> Sequence[LiveLeg]:
        return ()

    async def close(self) -> None:
        pass

    async def sound_of(self, leg: LegId) -> AsyncGenerator[bytes]:
        if self.fault is not None:
            raise self.fault
        self.taps += 1
        self.tapped.set()
        try:
            while True:
                yield bytes(320)
                await asyncio.sleep(0)
        finally:
            self.taps -= 1

    async def listen(self, order: Listen, audio: AsyncIterator[Pcm]) -> AsyncGenerator[SpeechHeard]:
        async for _ in audio:
            if self.words.empty():
                continue
            word = self.words.get_nowait()
            if isinstance(word, Exception):
                raise word
            if word is None:
                return
            yield word
            if word.final:
                return

    def take(self, event: SwitchEvent) -> None:
        self.told.append(event)
        self.news.set()

    async def next(self) -> SwitchEvent:
        while not self.told:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 10.0)
        return self.told.pop(0)


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def switch(line: Line) -> AsyncIterator[RecognisingSwitch]:
    switch = RecognisingSwitch(line, line, line)
    await switch.start(line.take)
    yield switch
    await switch.close()
    assert line.taps == 0, "no sound is left flowing"


def listen(number: int = 1) -> Listen:
    return Listen(LEG, AttemptId(f"a/{number}"), "en")


async def tapped(line: Line) -> None:
    await asyncio.wait_for(line.tapped.wait(), 10.0)


def said(text: str, *, final: bool = True, number: int = 1) -> SpeechHeard:
    return SpeechHeard(LEG, AttemptId(f"a/{number}"), text, final=final)


async def test_what_is_heard_is_told_and_the_sound_ends(line: Line, switch: RecognisingSwitch) -> None:
    switch.send(listen())
    for event in (said("", final=False), said("yes")):
        line.words.put_nowait(event)
        assert await line.next() == event
    switch.send(Answer(LEG, AttemptId("a/2")))
    assert line.sent == [Answer(LEG, AttemptId("a/2"))], "all else goes to the switch"


async def test_stopping_is_an_empty_end_and_comes_after_the_command(line: Line, switch: RecognisingSwitch) -> None:
    switch.send(listen())
    await tapped(line)
    switch.send(Stop(LEG, AttemptId("a/1")))
    assert not line.told
    stopped = await line.next()
    assert isinstance(stopped, SpeechHeard)
    assert (stopped.text, stopped.final) == ("", True)
    switch.send(Stop(LEG, AttemptId("a/1")))
    assert line.sent == [Stop(LEG, AttemptId("a/1"))], "what is over is the switch's to know"


async def test_another_listen_takes_the_place_of_the_first(line: Line, switch: RecognisingSwitch) -> None:
    switch.send(listen(1))
    await tapped(line)
    switch.send(listen(2))
    assert (await line.next()) == SpeechHeard(LEG, AttemptId("a/1"), "", 0.0)
    line.words.put_nowait(said("yes", number=2))
    assert (await line.next()) == said("yes", number=2)


async def test_the_end_of_the_leg_is_its_last_event(line: Line, switch: RecognisingSwitch) -> None:
    switch.send(listen())
    await tapped(line)
    line.sink(CallEnded(LEG, Cause.NORMAL))
    assert line.told == [CommandFailed(AttemptId("a/1"), "leg_gone", LEG), CallEnded(LEG, Cause.NORMAL)]


async def test_a_lost_link_fails_what_is_open_first(line: Line, switch: RecognisingSwitch) -> None:
    switch.send(listen())
    await tapped(line)
    line.sink(SwitchLost("line"))
    assert line.told == [CommandFailed(AttemptId("a/1"), "switch_lost", LEG), SwitchLost("line")]


@pytest.mark.parametrize(
    ("fault", "reason"), [(SwitchError("no such leg"), "refused"), (SwitchAway("no link"), "switch_lost")]
)
async def test_without_sound_it_fails(line: Line, switch: RecognisingSwitch, fault: Exception, reason: str) -> None:
    line.fault = fault
    switch.send(listen())
    failed = await line.next()
    assert isinstance(failed, CommandFailed)
    assert (failed.attempt, failed.reason) == ("a/1", reason)


@pytest.mark.parametrize(
    ("word", "reason"), [(SpeechError("away"), "refused"), (SpeechLate("busy"), "deadline"), (None, "leg_gone")]
)
async def test_an_ear_that_fails_or_hears_no_end_has_an_outcome(
    line: Line, switch: RecognisingSwitch, word: Exception | None, reason: str
) -> None:
    switch.send(listen())
    line.words.put_nowait(word)
    failed = await line.next()
    assert isinstance(failed, CommandFailed)
    assert failed.reason == reason
