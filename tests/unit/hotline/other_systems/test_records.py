"""Call records of other systems: what counts as what, which rows are none, and the same file twice."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from dialer.governor.scene import Scene
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import Record
from hotline.ledger.searching import Reader
from hotline.other_systems.importing import Imported, import_records
from hotline.other_systems.records import BadRow, Reading, records

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 23, 10, tzinfo=ZONE).timestamp()
SCENES = {"offer": Scene(name="offer", category="marketing", channel="ai")}


def how(**changed: object) -> Reading:
    return Reading(**{"source": "old", "region": "CN", "zone": ZONE, "scenes": SCENES, **changed})  # type: ignore[arg-type]  # as a caller would


def read(tmp_path: Path, text: str, **changed: object) -> list[Record | BadRow]:
    path = tmp_path / "Master.csv"
    path.write_text(text, encoding="utf-8")
    return list(records(path, how(**changed)))


def one(tmp_path: Path, text: str, **changed: object) -> Record:
    (found,) = read(tmp_path, text, **changed)
    assert isinstance(found, Record), found
    return found


def test_asterisks_own_records(tmp_path: Path) -> None:
    heading = "accountcode,src,dst,dcontext,clid,channel,calldate,answer,end,billsec,disposition,uniqueid\n"
    times = "2026-11-23 10:00:00,2026-11-23 10:00:12,2026-11-23 10:01:12"
    row = f"88,4000095183,13800138000,out,x,PJSIP/8001-1,{times},60,ANSWERED,1.2\n"
    found = one(tmp_path, heading + row, scene="offer")
    assert (found.call, found.number, found.at, found.state) == ("1.2", "+8613800138000", AT, "effective")
    assert (found.talked_until, found.caller_id, found.result) == (AT + 72, "+864000095183", "")
    assert (found.scene, found.category, found.channel) == ("offer", "marketing", "ai")


@pytest.mark.parametrize(
    ("result", "talk", "state", "kept"),
    [
        ("ANSWERED", "5", "effective", ""),
        ("ANSWERED", "4", "answered", ""),
        ("ANSWERED", "", "effective", ""),  # how long is not said: the stricter
        ("NO ANSWER", "0", "attempted", "no_answer"),
        ("BUSY", "", "attempted", "busy"),
        ("FAILED", "0", "attempted", "failed"),
        ("空号", "", "attempted", "invalid_number"),
        ("已接通", "0:01:30", "effective", ""),
        ("拦截", "", "blocked", ""),
        ("放弃", "0", "abandoned", ""),
        ("承诺还款", "75", "effective", "承诺还款"),  # their own word for a talk
        ("承诺还款", "0", "attempted", "承诺还款"),
        ("PTP", "75", "effective", "promise"),
        ("", "10", "effective", ""),
        ("", "", "attempted", ""),
    ],
)
def test_what_a_call_counts_as(tmp_path: Path, result: str, talk: str, state: str, kept: str) -> None:
    text = f"被叫号码,开始时间,通话时长,呼叫结果\n13800138000,2026-11-23 10:00,{talk},{result}\n"
    found = one(tmp_path, text, words={"ptp": "promise"})
    assert (found.state, found.result) == (state, kept)


def test_a_row_without_an_id_has_one_of_what_it_says(tmp_path: Path) -> None:
    rows = "dst,date,agent\n13800138000,2026-11-23 10:00,8001\n13800138000,2026-11-23 10:00,8002\n"
    first, second = read(tmp_path, rows)
    again, _ = read(tmp_path, rows)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first == again
    assert first.call.startswith("row-")
    assert first.call != second.call


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1.38E+10,2026-11-23 10:00,1,offer,", "rounded"),
        (",2026-11-23 10:00,1,offer,", "is missing"),
        ("13800138000,,1,offer,", "is missing"),
        ("13800138000,yesterday,1,offer,", "is no time"),
        ("13800138000,2026-11-23 10:00,long,offer,", "no time of talk"),
        ("13800138000,2026-11-23 10:00,1,ofer,", "did you mean offer"),
        ("13800138000,2026-11-23 10:00,1,offer,effectiv", "did you mean effective"),
        ("13800138000,2026-11-23 10:00,-1,offer,", "ends before it was answered"),
    ],
)
def test_rows_that_are_none(tmp_path: Path, row: str, said: str) -> None:
    (found,) = read(tmp_path, f"dst,date,billsec,scene,state\n{row}\n")
    assert isinstance(found, BadRow)
    assert (found.line, said in found.reason) == (2, True), found.reason


def test_a_column_that_is_not_found_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="which column has when it was dialled"):
        read(tmp_path, "dst,x\n13800138000,2026-11-23\n")
    found = one(tmp_path, "dst,x\n13800138000,2026-11-23 10:00\n", columns={"x": "at"})
    assert found.at == AT


def test_the_same_file_twice_is_one_and_a_bad_row_refuses_all(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "uniqueid,dst,calldate,billsec,disposition\n"
        "1.1,13800138000,2026-11-23 10:00,60,ANSWERED\n"
        "1.2,138,2026-11-23 10:05,,BUSY\n"
        "1.3,1.39E+10,2026-11-23 10:06,,BUSY\n",
        encoding="utf-8",
    )
    place = Place(file=tmp_path / "ledger.db")

    async def load(rest: bool) -> Imported:
        ledger = open_ledger(place, lambda: AT + 86_400)
        try:
            return await import_records(ledger, path, how(), load_the_rest=rest)
        finally:
            await ledger.close()

    refused = asyncio.run(load(False))
    assert (refused.outcomes, refused.bad_count, refused.bad[0].line) == ({}, 1, 4)
    assert asyncio.run(load(True)).outcomes == {"added": 2}
    assert asyncio.run(load(True)).outcomes == {"repeated": 2}
    rows = list(Reader(place).in_order(0.0, AT + 86_400))
    assert [(row["number"], row["state"], row["source"], row["verdict"]) for row in rows] == [
        ("+8613800138000", "effective", "old", ""),
        ("138", "attempted", "old", ""),
    ]
    assert next(Reader(place).in_order(AT + 1, AT + 400))["call"] == "1.2"


@pytest.mark.parametrize("talk", ["nan", "inf", "1e999", "1:nan"])
def test_a_talk_without_a_length_is_told(tmp_path: Path, talk: str) -> None:
    (bad,) = read(tmp_path, f"number,time,result,talk\n13800138000,2026-11-23 10:00,ANSWERED,{talk}\n")
    assert isinstance(bad, BadRow)
    assert "is no time of talk" in bad.reason


def test_an_hour_of_one_digit_as_spreadsheets_write_it(tmp_path: Path) -> None:
    found = one(tmp_path, "number,time,result\n13800138000,2026/11/23 9:05:07,BUSY\n")
    assert found.at == datetime(2026, 11, 23, 9, 5, 7, tzinfo=ZONE).timestamp()
