"""The gate over HTTP: one question, ten thousand names, the last decisions; rights, masking, and the nearest words."""

import json
import time
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI

from dialer.governor.questions import Listed
from hotline.governing.feed import Feed
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.subjects import Subjects
from hotline.views.controller import Controller
from hotline.web import app
from hotline.web.rights import Client
from hotline.web.tokens import WaitTokens
from tests.unit.hotline.governing.asking import MONDAY, ZONE
from tests.unit.hotline.governing.gated_site import write
from tests.unit.hotline.web.asking import Answer, request

pytestmark = pytest.mark.unit

LISTED = "+8613900139000"
CHECK = {"number": "13800138000", "scene": "offer", "at": "2026-11-23T10:00"}
CLIENTS = [Client("crm", "of crm", frozenset({"govern"})), Client("board", "of board", frozenset({"live"}))]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


@pytest.fixture
def served(tmp_path: Path, state: Path) -> FastAPI:
    now = of_folder(write(tmp_path))
    subjects = Subjects("CN", MemoryLists({LISTED: [Listed("do_not_call")]}), MemoryPersons(), now.own)
    feed = Feed()
    gate = Gate(lambda: now, lambda _: subjects, None, feed, utc=lambda: MONDAY)
    controller = cast(Controller, SimpleNamespace(database=state / "hotline.db", zone=ZONE, region="CN"))
    return app.make(controller, "token", WaitTokens("s"), CLIENTS, cast(Any, SimpleNamespace(gate=gate, feed=feed)))


async def post(app: FastAPI, path: str, body: object, token: str = "token") -> Answer:
    return await request(app, "POST", path, body, token=token)


async def test_a_question_is_answered_with_its_reasons(served: FastAPI, state: Path) -> None:
    allowed = await post(served, "/govern/check", CHECK)
    assert allowed.status == 200
    assert (allowed.json["verdict"], allowed.json["scene"], allowed.json["past_calls"]) == ("allow", "offer", None)
    assert allowed.json["obligations"]["caller_ids"] == ["+864000095183"]
    later = (await post(served, "/govern/check", {**CHECK, "at": "2026-11-23T20:00"})).json
    assert (later["verdict"], later["until_at"]) == ("defer", "2026-11-24T09:00:00+08:00")
    assert later["reasons"][0]["rule"] == "scenes.hours.outbound"
    listed = (await post(served, "/govern/check", {**CHECK, "number": LISTED}, "of crm")).json
    assert (listed["verdict"], listed["callee"]["number"]) == ("deny", "+86*******9000")
    assert "13900139000" not in json.dumps(listed)
    assert '"who":"web:crm","what":"gate asked"' in (state / "audit.log").read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scene": "ofer"}, "no scene 'ofer' (did you mean offer?)"),
        ({"number": "1.38E+10"}, "a spreadsheet has rounded this number"),
        ({"number": "nobody"}, "number: nobody: no telephone number can be read here"),
        ({"at": "tomorrow"}, "at: 'tomorrow' is no time"),
        ({"orign": "agent"}, "orign is no field (did you mean origin?)"),
        ({"origin": "campain"}, "origin: no 'campain' (did you mean campaign?)"),
        ({"number": None}, "number"),
    ],
)
async def test_what_is_not_known_is_422_with_the_nearest_word(
    served: FastAPI, change: dict[str, object], said: str
) -> None:
    answer = await post(served, "/govern/check", {**CHECK, **change})
    assert answer.status == 422, answer.json
    assert said in answer.json["detail"]


async def test_rights(served: FastAPI) -> None:
    assert (await post(served, "/govern/check", CHECK, "none")).status == 401
    assert (await post(served, "/govern/check", CHECK, "of board")).status == 403
    assert (await post(served, "/govern/scrub", {"scene": "offer", "names": [CHECK]}, "of board")).status == 403
    assert (await request(served, "GET", "/govern/decisions", token="of crm")).status == 403
    assert (await request(served, "GET", "/govern/decisions", token="of board")).status == 200
    assert (await request(served, "GET", "/govern/scenes", token="of board")).status == 200


async def test_a_batch_has_a_row_for_each_name(served: FastAPI, state: Path) -> None:
    names = [{"number": "13800138000"}, {"number": "nobody"}, {"number": LISTED, "person": "p1"}, {"number": "95183"}]
    body = {"scene": "offer", "at": "2026-11-23T10:00", "names": names}
    answer = (await post(served, "/govern/scrub", body, "of crm")).json
    rows = {row["row"]: row for row in answer["results"]}
    assert sorted(rows) == [0, 1, 2, 3]
    assert (rows[0]["verdict"], rows[0]["rules"]) == ("allow", [])
    assert (rows[1]["verdict"], rows[1]["rules"]) == ("deny", ["gate.number"])
    assert rows[2]["rules"] == ["gate.do_not_call"]
    assert rows[3]["rules"][0] == "governor.number"
    assert answer["counts"] == {"allow": 1, "deny": 3, "defer": 0}
    assert len(answer["policy"]) == 32
    assert "13900139000" not in json.dumps(answer)
    assert '"about":"4 names for offer"' in (state / "audit.log").read_text()
    allowed = (await post(served, "/govern/scrub", {**body, "only": "allowed"})).json
    assert [row["row"] for row in allowed["results"]] == [0]
    refused = (await post(served, "/govern/scrub", {**body, "only": "refused"})).json
    assert sorted(row["row"] for row in refused["results"]) == [1, 2, 3]


@pytest.mark.parametrize("names", [[], [{"number": "1"}] * 10_001, [{"numbr": "13800138000"}]])
async def test_a_batch_that_is_none_is_refused(served: FastAPI, names: list[dict[str, str]]) -> None:
    assert (await post(served, "/govern/scrub", {"scene": "offer", "names": names})).status == 422


async def test_ten_thousand_names_are_one_call_of_seconds_and_little_memory(served: FastAPI) -> None:
    names = [{"number": f"138{number:08d}", "person": f"p{number}"} for number in range(10_000)]
    body = json.dumps({"scene": "offer", "at": "2026-11-23T10:00", "names": names}).encode()
    await post(served, "/govern/check", CHECK)
    tracemalloc.start()
    began = time.process_time()
    answer = await post(served, "/govern/scrub", body)
    took = time.process_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.json["counts"] == {"allow": 10_000, "deny": 0, "defer": 0}
    assert [row["row"] for row in answer.json["results"]] == list(range(10_000))
    assert took < 10  # of processor time, while every allocation is counted; about one without
    assert peak < 64_000_000


async def test_the_last_decisions(served: FastAPI) -> None:
    await post(served, "/govern/check", CHECK, "of crm")
    await post(served, "/govern/check", {**CHECK, "number": LISTED})
    await post(served, "/govern/scrub", {"scene": "offer", "names": [{"number": LISTED}]})
    answer = (await request(served, "GET", "/govern/decisions", token="of board")).json
    first, second = answer["decisions"]
    assert (answer["last"], first["row"], first["verdict"], first["source"]) == (2, 1, "allow", "crm")
    assert (second["rules"], second["number"]) == (["gate.do_not_call"], "+86*******9000")
    after = (await request(served, "GET", "/govern/decisions?after=1", token="of board")).json
    assert [one["row"] for one in after["decisions"]] == [2]


async def test_the_scenes(served: FastAPI) -> None:
    rows = (await request(served, "GET", "/govern/scenes", token="of board")).json
    assert [row["scene"] for row in rows] == ["how", "offer", "remind"]
    assert rows[0]["settings"]["category"] == "survey"


async def test_the_rules(served: FastAPI) -> None:
    found = (await request(served, "GET", "/govern/rules?scene=offer", token="of board")).json
    assert "house.not_often" in [one["rule"] for one in found["rules"]]
    assert {one["rule"]: one["clause"] for one in found["rules"]}["house.not_often"] == "article 12"
    wrong = await request(served, "GET", "/govern/rules?scene=ofer", token="of board")
    assert (wrong.status, wrong.json["detail"]) == (422, "no scene 'ofer' (did you mean offer?)")
    assert (await request(served, "GET", "/govern/rules", token="of crm")).status == 403


async def test_without_a_policy_everything_is_denied(state: Path) -> None:
    controller = cast(Controller, SimpleNamespace(database=state / "hotline.db", zone=ZONE, region="CN"))
    closed = app.make(controller, "token", WaitTokens("s"))
    answer = await post(closed, "/govern/check", CHECK)
    assert (answer.status, answer.json["verdict"]) == (200, "deny")
    assert answer.json["reasons"][0]["rule"] == "gate.policy"
    scrubbed = (await post(closed, "/govern/scrub", {"scene": "x", "names": [{"number": "13800138000"}]})).json
    assert scrubbed["counts"] == {"allow": 0, "deny": 1, "defer": 0}
    rules = await request(closed, "GET", "/govern/rules", token="token")
    assert (rules.status, rules.json["detail"]) == (422, "no policy has been read yet")
