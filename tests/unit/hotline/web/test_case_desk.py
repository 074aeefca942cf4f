"""The case desk over HTTP: the inbox by due time, and a case with what whoever asks may do now."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from calls.ids import CallId
from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendar, Version
from complaints.clocks.clock import Clock, Condition, ExtensionStep
from dsl.hours import Hours
from hotline.cases.clock_work import ClockWork
from hotline.cases.work import Work
from hotline.people import users
from hotline.people.roles import Role
from hotline.people.users import User
from hotline.versions.case_rules import CaseRules
from hotline.versions.store import Versions
from tests.unit.hotline.web.asking import ask
from tests.unit.hotline.web.browsing import Browser
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit

H = 3600.0
ALWAYS = Calendar((Version(Hours("UTC", (((0, 1440),),) * 7), "always"),))
BOOK = ClockBook(
    {
        "feedback": Clock(
            "feedback", "internal", "natural_minutes", "it", Condition({"opened": ()}),
            Condition({"first_feedback": ()}), {"else": 2 * H}, extensions=(ExtensionStep(4 * H, "lead", ""),),
        )
    },
    {"it": ALWAYS},
)  # fmt: skip
Asked = Callable[..., Awaitable[Any]]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Logged:
    """With a clock for each case; nothing is read from a published version here."""
    monkeypatch.setattr(Versions, "clocks", lambda self, version: BOOK)
    monkeypatch.setattr("hotline.web.rules_now.rules_of", lambda versions, version: CaseRules())
    made = Logged(tmp_path)
    monkeypatch.setattr(made.register, "version", "1")
    return made


async def opened(house: Logged, source: str, ago_s: float, **more: str) -> str:
    """A case that came in so long ago, with its log and its clocks."""
    told = {"source": source, "text": "扣了我三千块，打13800138000", "caller": "138 0013 8000", **more}
    _, answer = await ask(house.own_app, "POST", "/cases", {**told, "at": time.time() - ago_s}, "token")
    Work(house.database).off(CaseRules(), time.time())
    ClockWork(house.database).off(BOOK, time.time())
    return str(answer["case"])


async def act(house: Logged, case: str, kind: str, **fields: Any) -> None:
    status, told = await ask(
        house.own_app, "POST", f"/cases/{case}/acts", {"kind": kind, "author": "li", "fields": fields}, "token"
    )
    assert status == 200, told
    ClockWork(house.database).off(BOOK, time.time())


async def inbox(house: Logged, query: str = "") -> Any:
    status, told = await ask(house.own_app, "GET", f"/cases/inbox{query}", None, "looks-token")
    assert status == 200, told
    return told


async def test_the_inbox_is_by_due_time_page_after_page_with_clocks_that_run(house: Logged) -> None:
    late = await opened(house, "late", 3 * H, account="A1", product="loans")
    soon = await opened(house, "soon", 1 * H, account="B2", product="cards")
    fresh = await opened(house, "fresh", 60.0, account="C3", product="funds")
    first = await inbox(house, "?most=2")
    assert [row["case"] for row in first["cases"]] == [late, soon]
    (clock,) = first["cases"][0]["clocks"]
    assert (clock["clock"], clock["state"], clock["due_at"]) == ("feedback", "overdue", first["cases"][0]["due_at"])
    assert first["cases"][1]["clocks"][0]["state"] == "running"
    assert "13800138000" not in str(first)
    second = await inbox(house, f"?most=2&after={first['next']}")
    assert ([row["case"] for row in second["cases"]], second["next"]) == ([fresh], "")
    assert [row["case"] for row in (await inbox(house, "?overdue=true"))["cases"]] == [late]
    within = await inbox(house, "?due_in_days=0.05")  # 72 minutes
    assert [row["case"] for row in within["cases"]] == [late, soon]
    status, told = await ask(house.own_app, "GET", "/cases/inbox?after=x", None, "token")
    assert (status, "is no cursor" in told["detail"]) == (422, True)


async def test_what_is_answered_has_no_deadline_and_stands_last(house: Logged) -> None:
    late = await opened(house, "late", 3 * H, account="A1", product="loans")
    fresh = await opened(house, "fresh", 60.0, account="C3", product="funds")
    for kind, fields in (
        ("graded", {"grade": "level_2", "reason": "x"}),
        ("dispatched", {"department": "care"}),
        ("taken", {}),
        ("first_feedback", {}),
    ):
        await act(house, late, kind, **fields)
    found = await inbox(house)
    assert [(row["case"], row["due_at"] is None) for row in found["cases"]] == [(fresh, False), (late, True)]
    assert [row["case"] for row in (await inbox(house, "?handler=li"))["cases"]] == [late]
    assert [row["case"] for row in (await inbox(house, "?free=true"))["cases"]] == [fresh]
    assert (await inbox(house, "?stage=closed"))["cases"] == []


async def test_a_case_tells_its_clocks_and_what_each_may_do(house: Logged) -> None:
    case = await opened(house, "one", 60.0)
    status, told = await ask(house.own_app, "GET", f"/cases/{case}/desk", None, "token")
    assert status == 200
    (clock,) = told["clocks"]
    assert clock["state"] == "running"
    assert clock["lines"][0].startswith("internal, counts natural minutes")
    assert {"graded", "unmerged"} & {one["kind"] for one in told["acts"]} == {"graded"}
    assert told["choices"]["clock"] == {"feedback": "feedback"}
    assert "13800138000" not in str(told)
    _, reads = await ask(house.own_app, "GET", f"/cases/{case}/desk", None, "looks-token")
    assert reads["acts"] == []
    assert (await ask(house.own_app, "GET", "/cases/123/desk", None, "token"))[0] == 404


async def test_what_is_a_leads_no_handler_is_offered(house: Logged) -> None:
    case = await opened(house, "one", 60.0)
    await act(house, case, "graded", grade="level_2", reason="x")
    offered = {}
    people: tuple[tuple[str, Role], ...] = (("wang", "handler"), ("zhou", "lead"))
    for name, role in people:
        users.add(house.database, User(name=name, roles=(role,), agent="", added_at=0.0, added_by="t"))
        browser = Browser(house.own_app)
        await browser.by_link_of(house.database.parent, name)
        offered[role] = {one["kind"] for one in (await browser.ask("GET", f"/cases/{case}/desk")).json["acts"]}
    assert offered["lead"] - offered["handler"] == {"regraded", "extended"}
    assert "dispatched" in offered["handler"]


async def test_a_case_names_the_calls_that_it_came_in_by(house: Logged) -> None:
    house.log("c1")
    status, told = await ask(house.own_app, "POST", "/calls/c1/form", {"what": "被收违约金", "wanted": "退还"}, "token")
    assert status == 201
    Work(house.database).off(CaseRules(), time.time())
    _, shown = await ask(house.own_app, "GET", f"/cases/{told['case']}/desk", None, "token")
    assert shown["calls"] == [CallId("c1")]
