"""Transcripts over HTTP: read and searched by who may, and each look audited."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.hotline.web.asking import Answer, request
from tests.unit.hotline.web.logged import NOON, NUMBER, OTHER, Logged

pytestmark = pytest.mark.unit

LINES = [
    {"side": "caller", "begin_s": 0.5, "end_s": 2.0, "text": "I want a Refund, please", "confidence": 0.9},
    {"side": "house", "begin_s": 2.5, "end_s": 3.0, "text": "of course", "confidence": 1.0},
]


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    made = Logged(tmp_path)
    made.log("a", NOON, NUMBER)
    made.log("b", NOON + 60, OTHER)
    row = ("/rec/a.wav", "a", 1, "en", "whisper", NOON, "", json.dumps(LINES), '["hello"]', "[]", "iwantarefundplease")
    with closing(sqlite3.connect(made.database)) as store, store:
        store.execute(f"INSERT INTO transcripts VALUES ({', '.join('?' * len(row))})", row)
    return made


async def get(house: Logged, path: str, token: str = "token") -> Answer:
    return await request(house.app(), "GET", path, token=token)


async def test_what_was_said_is_read_and_audited(house: Logged) -> None:
    answer = await get(house, "/calls/a/transcript", "quality-token")
    assert answer.status == 200
    (one,) = answer.json["recordings"]
    assert (one["talk"], one["lines"], one["missing"], one["forbidden"]) == (1, LINES, ["hello"], [])
    assert [(line["what"], line["about"]) for line in house.audited()] == [("transcript read", "call a")]
    assert (await get(house, "/calls/b/transcript")).status == 404
    assert (await get(house, "/calls/a/transcript", "looks-token")).status == 403


async def test_calls_are_found_by_words_that_were_said(house: Logged) -> None:
    answer = await get(house, "/calls?said=a%20refund", "quality-token")
    assert [row["call"] for row in answer.json] == ["a"]
    assert [line["what"] for line in house.audited()] == ["transcripts searched"]
    assert (await get(house, "/calls?said=bread")).json == []
    assert (await get(house, "/calls?said=%20..%20")).status == 422
    assert (await get(house, "/calls?said=refund", "looks-token")).status == 403
