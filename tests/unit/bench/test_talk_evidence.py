"""What is kept of one call, among the messages of many."""

import contextlib
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.ari_tap import Told
from bench.talk_evidence import Entry, of_journal, of_link, of_phones, trace
from bench.talk_script import Line
from calls.events import ClockSet
from hotline.store import opening

pytestmark = pytest.mark.unit

CALLER, OTHER = "+8613800000042", "+8613800000043"


def told(at: float, **event: Any) -> Told:
    return Told(at, False, 1, json.dumps(event).encode())


def asked(at: float, number: int, method: str, uri: str, connection: int = 2) -> Told:
    request = {"type": "RESTRequest", "request_id": str(number), "method": method, "uri": uri}
    return Told(at, True, connection, json.dumps(request).encode())


def answered(at: float, number: int, connection: int = 2) -> Told:
    reply = {"type": "RESTResponse", "request_id": str(number), "status_code": 204, "uri": "…"}
    return Told(at, False, connection, json.dumps(reply).encode())


def channel(name: str, caller: str = "", connected: str = "") -> dict[str, Any]:
    return {"id": name, "caller": {"number": caller}, "connected": {"number": connected}}


LINK = [
    told(1.0, type="StasisStart", channel=channel("long-ago", CALLER)),
    told(100.0, type="StasisStart", channel=channel("c-42", CALLER)),
    told(100.1, type="StasisStart", channel=channel("c-43", OTHER)),
    asked(100.2, 7, "POST", "channels/c-42/answer"),
    asked(100.2, 7, "POST", "channels/c-43/answer", connection=3),
    answered(100.3, 7),
    answered(100.3, 7, connection=3),
    told(100.4, type="PlaybackFinished", playback={"id": "p", "target_uri": "channel:c-42"}),
    told(100.5, type="Dial", peer=channel("a-1", "1001", "13800000042"), dialstatus="RINGING"),
    told(100.6, type="StasisStart", channel=channel("a-1", "1001", "13800000042")),
    asked(100.7, 8, "POST", "bridges/hotline-talk-9/addChannel?channel=c-42,a-1"),
    answered(100.8, 8),
]


def test_the_messages_of_one_call_are_found_by_its_channels() -> None:
    link = of_link(LINK, CALLER, 100.0, 101.0)
    assert link.channels == {"c-42", "a-1"}
    assert (link.told_at, link.asked_at) == (100.6, 100.7)
    assert [entry.at for entry in link.entries] == [100.0, 100.2, 100.3, 100.4, 100.5, 100.6, 100.7, 100.8]
    assert [entry.where for entry in link.entries[:3]] == ["ARI ←", "ARI →", "ARI ←"]


def test_steps_that_nobody_saw_have_no_instant() -> None:
    link = of_link(LINK[:6], CALLER, 100.0, 101.0)
    assert (link.told_at, link.asked_at) == (None, None)
    assert of_link(LINK, "+8613800000099", 100.0, 101.0).entries == []


def test_events_of_the_journal_stand_on_the_machine_s_line_of_time(tmp_path: Path) -> None:
    database = tmp_path / "hotline.db"
    opening.migrate(database)
    now = time.monotonic()
    line_begun = 1_000.0  # of the machine's own
    clock = msgspec.json.encode(ClockSet(time.time() - (now - line_begun)))
    rows = [(1, 0.0, clock), (2, now - line_begun - 5.0, b'{"leg":"c-42"}'), (3, 1.0, b'{"leg":"c-43"}')]
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany("INSERT INTO journal VALUES (?, ?, ?)", rows)
    (entry,) = of_journal(database, frozenset({"c-42", "a-1"}))
    assert entry.at == pytest.approx(now - 5.0, abs=0.5)
    assert (entry.where, entry.text) == ("journal", '{"leg":"c-42"}')


def test_a_trace_has_all_lines_by_time() -> None:
    entries = [
        Entry(100.5, "journal", "{}"),
        *of_phones([Line(100.0, True, "INVITE sip:9000@127.0.0.1 SIP/2.0\r\nCall-ID: x\r\n\r\nv=0\r\n")]),
    ]
    assert trace(CALLER, "no agent's phone was rung", 100.0, entries).splitlines() == [
        "+8613800000042: no agent's phone was rung",
        "",
        "       0.0 ms  SIP →    INVITE sip:9000@127.0.0.1 SIP/2.0",
        "                        Call-ID: x",
        "                        v=0",
        "     500.0 ms  journal  {}",
    ]
