"""Persons over HTTP: what is told is seen by the gate at once; numbers masked, rights kept, everything written down."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import FastAPI

from hotline.governing.feed import Feed
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryLists
from hotline.governing.site_persons import site_persons
from hotline.governing.subjects import Subjects
from hotline.views.controller import Controller
from hotline.web import app
from hotline.web.rights import Client
from hotline.web.tokens import WaitTokens
from tests.unit.hotline.governing.asking import ZONE
from tests.unit.hotline.governing.gated_site import published
from tests.unit.hotline.web.asking import Answer, request

pytestmark = pytest.mark.unit

NUMBER = "13800138000"
CLIENTS = [Client("crm", "of crm", frozenset({"persons"})), Client("dialer", "of dialer", frozenset({"govern"}))]
HOUSE = (
    "policy: house\nlayer: group\npools: {main: {'+864000095183': {certified: true}}}\n"
    "rules:\n"
    "  wished: {for: {category: marketing}, consent: {need: given}}\n"
    "  hands_off: {sensitivity: {lists: vulnerable}}\n"
    "  early: {for: {category: marketing}, hours: {week: {mon-sun: 09:00-18:00}}}\n"
    "exceptions: {evenings: {rules: house.early, author: wang, reason: some asked, until: 2027-11-30}}\n"
)


@pytest.fixture
def served(tmp_path: Path) -> FastAPI:
    site = published(tmp_path, house=HOUSE)
    now = of_folder(site)
    subjects = Subjects("CN", MemoryLists(), site_persons(site.database))
    gate, feed = Gate(lambda: now, lambda _: subjects), Feed()
    controller = cast(Controller, SimpleNamespace(database=site.database, zone=ZONE, region="CN"))
    answers = cast(Any, SimpleNamespace(gate=gate, feed=feed, reserving=None))
    return app.make(controller, "token", WaitTokens("s"), CLIENTS, answers)


async def post(served: FastAPI, path: str, body: object, token: str = "of crm") -> Answer:
    return await request(served, "POST", path, body, token=token)


async def told(served: FastAPI, path: str, body: object) -> Any:
    answer = await post(served, path, body)
    assert answer.status == 200, answer.json
    return answer.json


async def rules(served: FastAPI, at: str = "10:00") -> list[str]:
    day = datetime.now(UTC).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    body = {"number": NUMBER, "scene": "offer", "at": f"{day}T{at}"}
    answer = await post(served, "/govern/check", body, "of dialer")
    return [reason["rule"] for reason in answer.json["reasons"] if reason["rule"].startswith("house.")]


async def test_what_is_told_decides_and_is_taken_back(served: FastAPI, tmp_path: Path) -> None:
    assert await rules(served) == ["house.wished"]
    person = await told(
        served, "/persons/c1", {"numbers": [NUMBER], "accounts": ["L-1"], "tier": "gold", "source": "crm"}
    )
    assert (person["tier"], next(one["value"][-4:] for one in person["links"])) == ("gold", "8000")
    given = await told(
        served,
        "/consents",
        {"person": "c1", "purpose": "marketing", "given": True, "channel": "human", "source": "web"},
    )
    assert await rules(served) == []
    entry = await told(
        served, "/person-lists", {"person": "c1", "list": "vulnerable", "reason": "said so", "source": "care"}
    )
    assert await rules(served) == ["house.hands_off"]
    await told(served, f"/person-lists/{entry['entry']}/undo", {"reason": "a mistake"})
    assert await rules(served, "18:30") == ["house.early"]
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    granted = await told(
        served, "/exceptions", {"number": NUMBER, "exception": "house.evenings", "reason": "asked", "until": until}
    )
    assert await rules(served, "18:30") == []
    await told(served, f"/exceptions/{granted['granted']}/end", {"reason": "misused"})
    assert await rules(served, "18:30") == ["house.early"]
    await told(served, f"/consents/{given['consent']}/undo", {"reason": "the wrong customer"})
    assert await rules(served) == ["house.wished"]
    known = await told(served, "/persons/known", {"person": "c1", "history": True})
    assert [one["over_why"] for one in known["consents"]] == ["the wrong customer"]
    assert [one["over_by"] for one in known["lists"]] == ["crm"]
    await told(served, "/persons/c1/unlink", {"number": NUMBER, "reason": "another owner"})
    found = await told(served, "/persons/known", {"number": NUMBER, "history": True})
    assert (found["people"], len(found["exceptions"])) == ([], 1)
    assert NUMBER not in json.dumps([person, known, found])
    log = (tmp_path / "var" / "audit.log").read_text()
    for what in (
        "person told of",
        "consent noted",
        "put on a list",
        "exception granted",
        "taken back",
        "number looked",
    ):
        assert f'"who":"web:crm","what":"{what}' in log


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/person-lists", {"person": "c1", "list": "vulnerable", "reason": "said so", "source": "care"}),
        ("/exceptions", {"person": "c1", "exception": "house.evenings", "reason": "asked"}),
        ("/consents", {"person": "c1", "purpose": "marketing", "given": True, "source": "web"}),
    ],
)
async def test_the_day_until_which_something_holds_is_its_last(
    served: FastAPI, path: str, body: dict[str, object]
) -> None:
    today, yesterday = (datetime.now(ZONE).date() - timedelta(days=ago) for ago in (0, 1))
    assert (await post(served, path, {**body, "until": today.isoformat()})).status == 200
    past = await post(served, path, {**body, "until": yesterday.isoformat()})
    assert past.status == 422, past.json


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/persons/known", {}, "one of person, number and account"),
        ("/persons/known", {"person": "c", "number": NUMBER}, "one of person, number and account"),
        ("/persons/known", {"number": "1.38E+10"}, "rounded"),
        ("/persons/c1", {"zone": "Asia/Shangai", "source": "crm"}, "no time zone"),
        ("/persons/c1", {"numbers": ["1.38E+10"], "source": "crm"}, "rounded"),
        ("/persons/c1/unlink", {"reason": "x"}, "one of person, number and account"),
        ("/persons/c1/unlink", {"account": "L-9", "reason": "x"}, "not that person's"),
        (
            "/consents",
            {"person": "c", "purpose": "marketing", "given": True, "source": "x", "at": "soon"},
            "is no time",
        ),
        ("/consents", {"person": "c", "purpose": "No!", "given": True, "source": "x"}, "is no purpose"),
        ("/consents", {"person": "c", "purpose": "all", "given": True, "source": "x", "chanel": "ai"}, "channel"),
        ("/consents/9/undo", {"reason": "x"}, "there is no consent 9"),
        ("/person-lists", {"account": "L", "list": "V I P", "reason": "x", "source": "x"}, "is no list"),
        ("/exceptions", {"person": "c", "exception": "house.evening", "reason": "x", "until": "2026-12-31"}, "did you"),
        ("/exceptions/9/end", {"reason": "x"}, "there is no exception 9"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_to_do(served: FastAPI, path: str, body: object, said: str) -> None:
    answer = await post(served, path, body)
    assert (answer.status, said in answer.json["detail"]) == (422, True), answer.json


async def test_without_the_right_nothing_is_told_or_shown(served: FastAPI, tmp_path: Path) -> None:
    log = tmp_path / "var" / "audit.log"
    before = log.read_bytes()
    for path in ("/persons/known", "/persons/c1", "/consents", "/consents/1/undo", "/person-lists", "/exceptions"):
        assert (await post(served, path, {}, "of dialer")).status == 403
    assert log.read_bytes() == before


async def test_a_word_of_a_time_to_come_is_refused(served: FastAPI) -> None:
    later = datetime.fromtimestamp(time.time() + 86_400, UTC).isoformat()
    body = {"person": "c", "purpose": "all", "given": True, "source": "x", "at": later}
    assert "a time to come" in (await post(served, "/consents", body)).json["detail"]
