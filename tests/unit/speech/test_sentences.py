"""Sentences made during a call: once, in time or by a fallback, in bounded space."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from speech.clauses import Piece
from speech.sentences import Sentences
from speech.voice import Pcm, VoiceBusy, VoiceError
from tests.unit.speech.voices import ToneVoice, until

pytestmark = pytest.mark.unit

ONE_SOUND = 4 * 5192 + 44  # bytes of a ToneVoice sentence: 0.65 s at 8 kHz, three files


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sentences(tmp_path: Path, voice: ToneVoice, clock: Clock) -> AsyncIterator[Sentences]:
    made = Sentences(tmp_path, voice, limit_bytes=3 * ONE_SOUND + 100, clock=clock, parallel=2, deadline_s=60.0)
    await made.start(["en"])
    yield made
    await made.close()


async def test_a_sentence_is_made_and_then_cached(sentences: Sentences, voice: ToneVoice) -> None:
    stem = await sentences.sound("您的余额是两元", "zh-CN")
    assert stem.is_absolute()
    assert {path.name for path in stem.parent.iterdir()} == {stem.name + end for end in (".wav", ".ulaw", ".alaw")}
    assert await sentences.sound("您的余额是两元", "zh-CN") == stem
    assert await sentences.sound("您的余额是两元", "en") != stem
    assert (sentences.counts.made, sentences.counts.cached, len(voice.asked)) == (2, 1, 2)


async def test_callers_who_want_the_same_at_once_share_one_making(sentences: Sentences, voice: ToneVoice) -> None:
    stems = await asyncio.gather(*(sentences.sound("same", "en") for _ in range(20)))
    assert len(set(stems)) == 1
    assert len(voice.asked) == 1


async def test_a_caller_who_hangs_up_leaves_the_sentence_to_the_others(sentences: Sentences, voice: ToneVoice) -> None:
    voice.gate = asyncio.Event()
    first = asyncio.create_task(sentences.sound("same", "en"))
    second = asyncio.create_task(sentences.sound("same", "en"))
    await until(lambda: voice.busy)
    first.cancel()
    voice.gate.set()
    assert (await second).with_suffix(".wav").exists()
    assert first.cancelled() or first.cancelling()
    assert len(voice.asked) == 1


async def test_past_the_deadline_the_fallback_is_played_and_the_sentence_finished(
    tmp_path: Path, voice: ToneVoice
) -> None:
    static = tmp_path / "please_wait"
    sentences = Sentences(tmp_path / "s", voice, deadline_s=0.02, fallback=lambda language: static)
    voice.gate = asyncio.Event()
    assert await sentences.sound("slow", "en") == static
    voice.gate.set()
    await until(lambda: sentences.counts.made)
    await sentences.close()
    patient = Sentences(tmp_path / "s", voice, deadline_s=60.0, fallback=lambda language: static)
    await patient.start()  # it finds what has been made
    assert await patient.sound("slow", "en") != static
    assert (sentences.counts.fallback, len(voice.asked)) == (1, 1)
    await patient.close()


async def test_a_voice_that_fails_falls_back_or_raises(tmp_path: Path, voice: ToneVoice) -> None:
    voice.refused = {"bad"}
    with_fallback = Sentences(tmp_path / "a", voice, fallback=lambda language: tmp_path / language, deadline_s=60.0)
    assert await with_fallback.sound("bad", "en") == tmp_path / "en"
    without = Sentences(tmp_path / "b", voice, deadline_s=60.0)
    with pytest.raises(VoiceError, match="refused"):
        await without.sound("bad", "en")
    voice.refused = set()
    assert (await without.sound("bad", "en")).parent.exists()


async def test_the_folder_is_bounded_and_the_least_used_goes(sentences: Sentences, clock: Clock) -> None:
    stems = [await sentences.sound(f"text {number}", "en") for number in range(3)]
    clock.now += 100
    await sentences.sound("text 0", "en")
    clock.now += 100
    await sentences.sound("text 3", "en")
    assert [stem.with_suffix(".wav").exists() for stem in stems] == [True, False, True]
    assert sentences.bytes_kept <= 3 * ONE_SOUND + 100
    assert sentences.counts.evicted == 1


async def test_what_a_switch_may_be_about_to_open_is_not_removed(sentences: Sentences) -> None:
    stems = [await sentences.sound(f"text {number}", "en") for number in range(6)]
    assert all(stem.with_suffix(".wav").exists() for stem in stems)


async def test_after_a_restart_the_sentences_are_still_there(
    sentences: Sentences, voice: ToneVoice, tmp_path: Path
) -> None:
    kept = await sentences.sound("kept", "en")
    half = await sentences.sound("half", "en")
    half.with_suffix(".wav").write_bytes(b"cut short")
    again = Sentences(tmp_path, voice)
    await again.start(["en", "zh-CN"])
    assert again.bytes_kept == ONE_SOUND
    assert not half.with_suffix(".ulaw").exists()
    assert await again.sound("kept", "en") == kept
    assert await again.sound("half", "en") == half
    assert len(voice.asked) == 3


async def test_a_voice_that_is_away_at_the_start_does_not_stop_it(tmp_path: Path, voice: ToneVoice) -> None:
    voice.away = True
    sentences = Sentences(tmp_path, voice, fallback=lambda language: tmp_path / "static")
    await sentences.start(["en"])
    assert await sentences.sound("a", "en") == tmp_path / "static"
    voice.away = False
    assert await sentences.sound("a", "en") != tmp_path / "static"


async def test_warming_leaves_a_lane_to_callers(sentences: Sentences, voice: ToneVoice) -> None:
    voice.refused = {"bad"}
    voice.gate = asyncio.Event()
    warming = asyncio.create_task(sentences.warm([(f"w{number}", "en") for number in range(5)] + [("bad", "en")]))
    await until(lambda: voice.busy)
    caller = asyncio.create_task(sentences.sound("urgent", "en"))
    await until(lambda: voice.busy == 2)
    assert voice.asked == [("w0", "en"), ("urgent", "en")]
    voice.gate.set()
    assert (await caller).with_suffix(".wav").exists()
    assert await warming == 5


async def test_closing_stops_what_is_being_made(tmp_path: Path, voice: ToneVoice) -> None:
    sentences = Sentences(tmp_path, voice)
    voice.gate = asyncio.Event()
    waiting = asyncio.create_task(sentences.sound("never", "en"))
    await until(lambda: voice.busy)
    await sentences.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert files_below(tmp_path) == []


async def test_what_the_good_voice_cannot_say_in_time_the_quick_one_says(tmp_path: Path, voice: ToneVoice) -> None:
    slow = ToneVoice()
    slow.gate = asyncio.Event()
    quick = Sentences(tmp_path / "quick", voice)
    sentences = Sentences(tmp_path / "good", slow, deadline_s=0.01, instead=quick)
    await sentences.start(["en"])
    stem = await sentences.sound("twelve", "en")
    assert stem.is_relative_to(tmp_path / "quick")
    assert (sentences.counts.instead, quick.counts.made) == (1, 1)
    slow.gate.set()
    await until(lambda: sentences.counts.made)
    assert (await sentences.sound("twelve", "en")).is_relative_to(tmp_path / "good")
    await sentences.close()


def by_bars(text: str) -> list[Piece]:
    """Pieces parted by `|`, all but the last one with a pause of their own."""
    *before, last = text.split("|")
    return [*(Piece(part, 0.05) for part in before), Piece(last)]


async def test_the_first_piece_is_there_before_the_next_is_made(tmp_path: Path, voice: ToneVoice) -> None:
    sentences = Sentences(tmp_path, voice, deadline_s=60.0, parted=by_bars)
    spoken = sentences.spoken("you owe|twelve yuan", "en")
    first = await anext(spoken)
    assert voice.asked == [("you owe", "en")]
    second = await anext(spoken)
    assert first != second
    assert first.with_suffix(".ulaw").stat().st_size < second.with_suffix(".ulaw").stat().st_size, "a shorter pause"
    assert [stem async for stem in spoken] == []
    await sentences.close()


async def test_what_sentences_begin_with_is_made_once_and_a_whole_one_is_another_sound(
    tmp_path: Path, voice: ToneVoice
) -> None:
    sentences = Sentences(tmp_path, voice, deadline_s=60.0, parted=by_bars)
    twelve = [stem async for stem in sentences.spoken("you owe|twelve yuan", "en")]
    two = [stem async for stem in sentences.spoken("you owe|two yuan", "en")]
    assert twelve[0] == two[0]
    assert len({*twelve, *two, await sentences.sound("you owe", "en")}) == 4
    assert await sentences.warm([("you owe|two yuan", "en")]) == 1
    assert sentences.counts.made == 4
    await sentences.close()


async def test_the_quick_voice_says_what_is_left_once_the_good_one_is_late(tmp_path: Path, voice: ToneVoice) -> None:
    quick = Sentences(tmp_path / "quick", voice, deadline_s=60.0)
    good = ToneVoice()
    good.refused = {"twelve"}
    sentences = Sentences(tmp_path / "good", good, deadline_s=60.0, instead=quick, parted=by_bars)
    stems = [stem async for stem in sentences.spoken("you owe|twelve|yuan", "en")]
    assert [stem.is_relative_to(tmp_path / "good") for stem in stems] == [True, False]
    assert voice.asked == [("twelve yuan", "en")]
    await sentences.close()


async def test_a_busy_voice_is_asked_for_the_next_piece_again_and_for_a_new_sentence_not(tmp_path: Path) -> None:
    class Busy(ToneVoice):
        async def synthesise(self, text: str, language: str) -> Pcm:
            if text == "twelve yuan" and self.busy:
                raise VoiceBusy("one is before it")
            return await super().synthesise(text, language)

    voice = Busy()
    sentences = Sentences(tmp_path, voice, deadline_s=60.0, parted=by_bars, parallel=3)
    spoken = sentences.spoken("you owe|twelve yuan", "en")
    await anext(spoken)
    voice.gate = asyncio.Event()
    other = asyncio.create_task(sentences.sound("another", "en"))
    await until(lambda: voice.busy)
    following = asyncio.create_task(anext(spoken))  # type: ignore[arg-type]  # a coroutine in all but name
    with pytest.raises(VoiceBusy):
        await sentences.sound("twelve yuan", "en")
    assert not following.done()
    voice.gate.set()
    await other
    assert (await following).with_suffix(".wav").exists()
    await sentences.close()


async def test_a_later_piece_has_the_time_in_which_those_before_are_heard(tmp_path: Path, voice: ToneVoice) -> None:
    static = tmp_path / "please_wait"
    sentences = Sentences(tmp_path / "s", voice, deadline_s=0.2, fallback=lambda language: static, parted=by_bars)
    spoken = sentences.spoken("you owe|twelve yuan", "en")
    begun = asyncio.get_running_loop().time()
    await anext(spoken)
    voice.gate = asyncio.Event()
    assert await anext(spoken) == static
    assert asyncio.get_running_loop().time() - begun > 0.6, "half a second of a tone, a pause, and a fifth"
    await sentences.close()


async def test_beginnings_are_made_while_nobody_waits_and_not_at_all_for_a_voice_that_is_quick(
    tmp_path: Path, voice: ToneVoice
) -> None:
    voice.refused = {"bad"}
    sentences = Sentences(tmp_path / "a", voice, deadline_s=60.0, parted=by_bars)
    voice.gate = asyncio.Event()
    caller = asyncio.create_task(sentences.sound("urgent", "en"))
    await until(lambda: voice.busy)
    warming = asyncio.create_task(
        sentences.warm_pieces([(Piece(text, 0.05), "en") for text in ("you owe", "bad", "it is")])
    )
    for _ in range(20):
        await asyncio.sleep(0)
    assert voice.asked == [("urgent", "en")]
    voice.gate.set()
    await caller
    assert await warming == 2
    asked = len(voice.asked)
    await anext(sentences.spoken("you owe|twelve yuan", "en"))
    assert len(voice.asked) == asked, "it is kept"
    assert await Sentences(tmp_path / "b", voice).warm_pieces([(Piece("you owe"), "en")]) == 0
    await sentences.close()
