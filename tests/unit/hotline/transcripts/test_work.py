"""From a recording to a document: both sides apart, kept, searched, and gone with the recording."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile

from calls.errors import BadInput
from hotline.site.site import Site
from hotline.store import opening
from hotline.store.said import searched
from hotline.store.searches import CallSearch
from hotline.store.searching import search
from hotline.transcripts import work
from hotline.transcripts.work import Sound
from speech.utterances import Understood

pytestmark = pytest.mark.unit

NOW = 1_795_400_000.0
WORDS = {1: "我的手机是13800138000", 2: "本次通话将被录音，征信没有问题", 3: ""}


class Levels:
    """Hears the level of a tone: each stands for its words."""

    def turns(self, sound: Sound) -> list[tuple[float, float]]:
        loud = np.flatnonzero(np.abs(sound) > 0.05)
        return [(float(loud[0]) / work.RATE, float(loud[-1]) / work.RATE)] if len(loud) else []

    def transcribe(self, sound: Sound, language: str) -> Understood:
        assert language == "zh-CN"
        return Understood(WORDS[round(float(np.abs(sound).max()) * 10)], 0.8)


def tone(level: int, begin_s: float, seconds: float = 4.0) -> np.ndarray:
    at = np.arange(round(seconds * 8_000)) / 8_000
    return np.where((at >= begin_s) & (at < begin_s + 1), np.sin(2 * np.pi * 500 * at), 0.0) * level / 10


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "hotline.yaml").write_text(
        "transcripts: {wording: {calls: {required: [工号], forbidden: [征信]}}}\nregion: CN\n", encoding="utf-8"
    )
    site = Site.open(tmp_path)
    site.database.parent.mkdir(parents=True, exist_ok=True)
    opening.migrate(site.database)
    return site


def put(site: Site, call: str, sound: np.ndarray, *, kind: str = "talk", talk: int = 1) -> Path:
    path = site.folder / f"{call}-{talk}.wav"
    soundfile.write(path, sound, 8_000, subtype="PCM_16")
    with closing(sqlite3.connect(site.database)) as connection, connection:
        connection.execute(
            "INSERT OR IGNORE INTO calls (call, caller, called, version, language, arrived_at, ended_at, queue, "
            "outcome, cause) VALUES (?, '+8613800138000', '95183', 'v', 'zh-CN', ?, ?, 'care', 'answered', 'normal')",
            (call, NOW, NOW + 60),
        )
        connection.execute(
            "INSERT INTO recordings (path, call, duration_s, kind, box, talk) VALUES (?, ?, 4, ?, '', ?)",
            (str(path), call, kind, talk),
        )
    return path


def transcribe(site: Site, most: int = 100) -> int:
    found = work.without_transcript(site, most)
    for one in found:
        work.transcribe(site, one, Levels(), "levels 1", NOW)
    return len(found)


def calls_with(site: Site, said: str) -> list[str]:
    return [row["call"] for row in asyncio.run(search(site.database, CallSearch(said=searched(said)))).rows]


def test_both_sides_are_heard_apart_masked_marked_and_found(site: Site) -> None:
    put(site, "one", np.stack([tone(1, 2.0), tone(2, 0.5)], axis=1))
    assert transcribe(site) == 1
    document = work.document(site, "one")
    ((talk, lines),) = document.talks
    assert talk == 1
    assert [(line.side, round(line.begin_s), line.text) for line in lines] == [
        ("house", 0, "本次通话将被录音，征信没有问题"),
        ("caller", 2, "我的手机是1******8000"),
    ]
    assert document.missing == ("工号",)
    assert [word.word for word in document.forbidden] == ["征信"]
    assert (document.engine, document.made_at, document.scene) == ("levels 1", NOW, "")
    assert calls_with(site, "征信 没有") == ["one"]
    assert calls_with(site, "13800138000") == calls_with(site, "100%") == calls_with(site, "逾期") == []
    assert transcribe(site) == 0, "once"


def test_talks_of_a_call_are_one_document_and_a_message_is_the_callers(site: Site) -> None:
    put(site, "two", np.stack([tone(1, 0.5), tone(3, 0.5)], axis=1), talk=1)
    put(site, "two", np.stack([tone(1, 0.5), tone(2, 2.0)], axis=1), talk=2)
    put(site, "message", tone(2, 0.5), kind="message", talk=0)
    assert transcribe(site) == 3
    assert [(talk, [line.side for line in lines]) for talk, lines in work.document(site, "two").talks] == [
        (1, ["caller"]),  # what the engine makes nothing of is no line
        (2, ["caller", "house"]),
    ]
    message = work.document(site, "message")
    assert [[line.side for line in lines] for _, lines in message.talks] == [["caller"]]
    assert (message.missing, message.forbidden) == ((), ())


def test_it_goes_with_its_recording(site: Site) -> None:
    path = put(site, "gone", tone(2, 0.5), kind="message", talk=0)
    transcribe(site)
    with closing(sqlite3.connect(site.database)) as connection, connection:
        connection.execute("DELETE FROM recordings WHERE path = ?", (str(path),))
    assert calls_with(site, "征信") == []
    with pytest.raises(BadInput, match="no recording of call gone is transcribed"):
        work.document(site, "gone")


def test_a_recording_that_is_deleted_while_it_is_heard_leaves_nothing(site: Site) -> None:
    path = put(site, "race", tone(2, 0.5), kind="message", talk=0)
    (one,) = work.without_transcript(site, 1)

    class Deletes(Levels):
        def transcribe(self, sound: Sound, language: str) -> Understood:
            with closing(sqlite3.connect(site.database)) as connection, connection:
                connection.execute("DELETE FROM recordings WHERE path = ?", (str(path),))
            return super().transcribe(sound, language)

    with pytest.raises(BadInput, match="deleted meanwhile"):
        work.transcribe(site, one, Deletes(), "levels 1", NOW)
    assert calls_with(site, "征信") == []


def test_a_file_that_is_gone_is_told(site: Site) -> None:
    put(site, "lost", tone(2, 0.5)).unlink()
    (one,) = work.without_transcript(site, 1)
    with pytest.raises(BadInput, match=r"lost-1\.wav"):
        work.transcribe(site, one, Levels(), "levels 1", NOW)


def test_a_call_is_heard_again_only_when_asked(site: Site) -> None:
    put(site, "one", tone(2, 0.5))
    transcribe(site)
    assert work.of_call(site, "one", again=False) == []
    assert len(work.of_call(site, "one", again=True)) == 1
    with pytest.raises(BadInput, match="has no recording"):
        work.of_call(site, "nobody", again=False)


def test_a_store_of_before_has_nothing_said(site: Site) -> None:
    put(site, "one", tone(2, 0.5))
    with closing(sqlite3.connect(site.database)) as connection, connection:
        connection.execute("DROP TRIGGER transcripts_with_recording")
        connection.execute("DROP TABLE transcripts")
    assert calls_with(site, "征信") == []
