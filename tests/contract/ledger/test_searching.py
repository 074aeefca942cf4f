"""Searching: each filter, pages, origins, refusals, exports; and the plan of each, a walk along an index."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from calls.errors import BadInput
from dialer.governor.decisions import Decision, Reason
from hotline.ledger.exporting import export, note_search
from hotline.ledger.opening import Place
from hotline.ledger.port import LedgerAway, Record
from hotline.ledger.searching import AttemptSearch, Reader
from hotline.store.searching import Cursor
from tests.contract.ledger.rig import NUMBER, START, LedgerRig, asked

OTHER = "+8613800138001"


@pytest.fixture
async def rows(rig: LedgerRig) -> list[int]:
    """Four attempts, a minute after each other: ours, another of ours, a gate's, an import. Their numbers."""
    first = await rig.reserve(
        asked(person="p1", account="a1", agent="8001", campaign="spring"),
        case="C-1", version="v1", script="s1", category="service", channel="human", caller_ids=("+861095183001",),
    )  # fmt: skip
    rig.now += 60
    second = await rig.reserve(asked(OTHER, person="p1", scene="survey"))
    rig.now += 60
    third = await rig.reserve(asked(OTHER, source="vicidial", origin="gate"))
    await rig.settle(first.attempt, "effective", call="call-1", recording="call-1.wav", talked_until=START + 50)
    (fourth,) = await rig.ledger.record(
        [Record(source="vicidial", call="u-1", at=START + 180, number=NUMBER, state="attempted", scene="survey")]
    )
    return [one.attempt or 0 for one in (first, second, third, fourth)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [3, 2, 1, 0]),
        ({"number": NUMBER}, [3, 0]),
        ({"number": "+8613900000000"}, []),
        ({"person": "p1"}, [1, 0]),
        ({"person": "p1", "number": OTHER}, [1]),
        ({"account": "a1"}, [0]),
        ({"case": "C-1"}, [0]),
        ({"call": "u-1"}, [3]),
        ({"call": "call-1", "source": ""}, [0]),
        ({"agent": "8001"}, [0]),
        ({"agent": "8002"}, []),
        ({"caller_id": "+861095183001"}, [0]),
        ({"scene": "survey"}, [3, 1]),
        ({"scene": "survey", "source": "vicidial"}, [3]),
        ({"campaign": "spring"}, [0]),
        ({"since": START + 60}, [3, 2, 1]),
        ({"until": START + 60}, [0]),
        ({"number": OTHER, "since": START + 61, "until": START + 121}, [2]),
    ],
)
async def test_each_filter(rig: LedgerRig, rows: list[int], wanted: dict[str, Any], found: list[int]) -> None:
    page = await rig.reader.attempts(AttemptSearch(**wanted))
    assert [rows.index(row["id"]) for row in page.rows] == found
    assert page.next is None


async def test_pages_meet_and_what_comes_in_meanwhile_moves_nothing(rig: LedgerRig) -> None:
    ids = []
    for turn in range(7):
        rig.now += turn // 2  # some at the same instant
        ids.append((await rig.reserve(asked(f"+861380013800{turn}"))).attempt)
    seen, after = [], None
    while True:
        page = await rig.reader.attempts(AttemptSearch(after=after), 3)
        seen += [row["id"] for row in page.rows]
        if page.next is None:
            break
        after = Cursor.read(page.next.text())
        rig.now += 1
        await rig.reserve(asked("+8613900000000", person=f"{len(seen)}"))
    assert seen == ids[::-1]


async def test_the_origin_of_a_call(rig: LedgerRig, rows: list[int]) -> None:
    found = await rig.reader.origin(rows[0])
    assert found is not None
    names = (
        "source",
        "origin",
        "scene",
        "version",
        "agent",
        "script",
        "recording",
        "case_number",
        "caller_id",
        "state",
    )
    assert [found[name] for name in names] == [
        *("", "campaign", "renewal", "v1", "8001", "s1", "call-1.wav", "C-1", "+861095183001", "effective")
    ]
    assert found["policy"] == found["decision"]["policy"] == "hash"
    assert found["decision"]["verdict"] == "allow"
    imported = await rig.reader.origin(rows[3])
    assert imported is not None
    assert imported["decision"] is None
    assert await rig.reader.origin(10**12) is None


async def test_a_refusal_that_needed_no_ledger_is_found_like_the_others(rig: LedgerRig) -> None:
    reason = Reason("house.unwanted", "do_not_call", "group", "deny", "on the list")
    rig.ledger.refused(asked(), "service", Decision("deny", "p1", "renewal", "v1", (reason,)))
    rig.ledger.refused(asked("+8613800000001" * 400), "service", Decision("deny", "p1", "renewal", "v1", (reason,)))
    await rig.reserve(asked("+8613800000002"))  # written after it, and awaited
    (row,) = (await rig.reader.refusals(AttemptSearch(rule="house.unwanted"))).rows
    assert (row["number"], row["verdict"], row["scene"]) == (NUMBER, "deny", "renewal")
    await rig.ledger.close()
    rig.ledger.refused(asked(), "service", Decision("deny", "p1"))  # nobody waits, so nobody is told


async def test_refusals_say_which_rule(rig: LedgerRig) -> None:
    for _ in range(4):
        await rig.reserve(asked(person="p1"))
    for wanted in (AttemptSearch(rule="test.talks"), AttemptSearch(number=NUMBER), AttemptSearch(person="p1")):
        (row,) = (await rig.reader.refusals(wanted)).rows
        assert (row["verdict"], row["rule"], row["scene"], row["origin"]) == (
            "deny",
            "test.talks",
            "renewal",
            "campaign",
        )
        assert row["decision"]["reasons"][0]["counted"] == 3
    assert (await rig.reader.refusals(AttemptSearch(rule="test.attempts"))).rows == []
    with pytest.raises(BadInput, match="refusals are not searched by call"):
        await rig.reader.refusals(AttemptSearch(call="u-1"))


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "attempts_by_time"),
        ({"since": START, "until": START + 60}, "attempts_by_time"),
        ({"number": NUMBER, "scene": "survey", "agent": "8001"}, "attempts_by_number"),
        ({"person": "p1", "since": START}, "attempts_by_person"),
        ({"account": "a1"}, "attempts_by_account"),
        ({"case": "C-1", "number": NUMBER}, "attempts_by_case"),
        ({"call": "u-1", "source": "vicidial"}, "attempts_by_call"),
        ({"agent": "8001", "scene": "survey"}, "attempts_by_agent"),
        ({"caller_id": "+861095183001"}, "attempts_by_caller_id"),
        ({"scene": "survey", "source": "vicidial"}, "attempts_by_scene"),
    ],
)
async def test_each_search_is_a_walk_along_its_index(
    rig: LedgerRig, rows: list[int], wanted: dict[str, Any], index: str
) -> None:
    """In PostgreSQL of four rows a look at all is cheaper, so that is forbidden first."""
    reader = rig.reader
    if rig.place.url:
        reader = Reader(Place(url=f"{rig.place.url}&options=-c%20enable_seqscan%3Doff"))
    plan = "\n".join(reader.explain(AttemptSearch(**wanted)))
    assert index in plan, plan
    assert "SCAN attempts" not in plan.replace(f"SCAN attempts USING INDEX {index}", ""), plan


async def test_an_export_is_masked_and_noted_before_it_goes(rig: LedgerRig, rows: list[int], tmp_path: Path) -> None:
    text = "".join([part async for part in export(rig.reader, AttemptSearch(person="p1"), tmp_path)])
    parsed = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"] for row in parsed] == ["+86*******8001", "+86*******8000"]
    assert "p1" not in text
    assert [row["scene"] for row in parsed] == ["survey", "renewal"]
    (noted,) = [json.loads(line) for line in (tmp_path / "audit.log").read_text().splitlines()]  # short
    assert (noted["what"], noted["about"]) == ("attempts exported, masked", "person p1")
    whole = "".join(
        [part async for part in export(rig.reader, AttemptSearch(), tmp_path, reveal=True, web_client="crm")]
    )
    assert NUMBER in whole
    noted = json.loads((tmp_path / "audit.log").read_text().splitlines()[-1])  # short
    assert (noted["what"], noted["who"]) == ("attempts exported, numbers whole", "web:crm")


async def test_an_export_that_cannot_be_noted_does_not_go(rig: LedgerRig, rows: list[int], tmp_path: Path) -> None:
    parts = export(rig.reader, AttemptSearch(), tmp_path / "none")
    with pytest.raises(OSError, match="No such file"):
        await anext(parts)


async def test_an_export_of_nothing_has_its_header(rig: LedgerRig, tmp_path: Path) -> None:
    await rig.ledger.history(NUMBER, "", "", 0.0)  # the tables are there
    text = "".join([part async for part in export(rig.reader, AttemptSearch(), tmp_path)])
    assert text.startswith("id,at,state,number,")
    assert text.count("\n") == 1


@pytest.mark.unit
async def test_a_look_up_of_somebody_is_noted(tmp_path: Path) -> None:
    note_search(tmp_path, AttemptSearch(scene="survey"), reveal=False)
    assert not (tmp_path / "audit.log").exists()  # short
    note_search(tmp_path, AttemptSearch(number=NUMBER), reveal=True)
    lines = (tmp_path / "audit.log").read_text().splitlines()  # short
    assert [json.loads(line)["what"] for line in lines] == ["number looked up", "numbers shown"]


@pytest.mark.parametrize("most", [0, 1_001])
async def test_a_page_has_its_bounds(rig: LedgerRig, most: int) -> None:
    with pytest.raises(BadInput):
        await rig.reader.attempts(AttemptSearch(), most)


async def test_a_cursor_of_another_list_is_refused(rig: LedgerRig) -> None:
    with pytest.raises(BadInput, match="no cursor of the ledger"):
        await rig.reader.attempts(AttemptSearch(after=Cursor(START, "switch-1@x")))


@pytest.mark.unit
async def test_a_ledger_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerAway, match="there is none yet; hotline serve makes it"):
        await Reader(Place(file=tmp_path / "none.db")).attempts(AttemptSearch())


async def test_refusals_are_counted_by_scene_and_rule(rig: LedgerRig) -> None:
    for number in (NUMBER, NUMBER, "+8613900139000"):
        for _ in range(4):
            await rig.reserve(asked(person=f"of {number}", number=number))
    rows = await rig.reader.refusals_by_scene(0.0, float("inf"))
    assert rows == [{"scene": "renewal", "rule": "test.talks", "denied": 6, "deferred": 0, "numbers": 2}]
    assert await rig.reader.refusals_by_scene(0.0, rig.now - 1) == []


async def test_states_are_counted_by_scene(rig: LedgerRig, rows: list[int]) -> None:
    reader = Reader(rig.place)
    assert await reader.by_scene(START, START + 180) == {
        "renewal": {"effective": 1, "reserved": 1},
        "survey": {"reserved": 1},
    }
    assert (await reader.by_scene(START, START + 181))["survey"] == {"reserved": 1, "attempted": 1}
    assert await reader.by_scene(START + 500, START + 900) == {}
