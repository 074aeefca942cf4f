"""Cases over HTTP: taken in once, shown masked, acted on by the rules, and only by whom it is allowed."""

import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from control.register.register import Register
from hotline.cases.work import Work
from hotline.store import statements
from hotline.versions.case_rules import CaseRules, compiled_again
from hotline.views.metrics import Metrics
from hotline.web.app import make
from hotline.web.rights import Client
from hotline.web.tokens import WaitTokens
from tests.unit.hotline.web.asking import ask as send
from tests.unit.hotline.web.asking import over

pytestmark = pytest.mark.unit

SOME_DAY = 4_000_000_000.0
Ask = Callable[..., Awaitable[tuple[int, Any]]]


class Served:
    """A store behind the web, and nothing published."""

    region = "CN"
    zone = ZoneInfo("Asia/Shanghai")

    def __init__(self, database: Path) -> None:
        self.database = database
        self.metrics = Metrics()
        self.register = Register()


@pytest.fixture
def ask(database: Path) -> Ask:
    served: Any = Served(database)
    clients = (Client("desk", "reads", frozenset({"calls"})), Client("lead", "sees", frozenset({"calls", "numbers"})))
    made = over(served, clients=clients)

    async def asking(method: str, path: str, body: object = None, token: str = "token") -> tuple[int, Any]:
        return await send(made, method, path, body, token)

    return asking


@pytest.fixture
def ask_anew(database: Path) -> Ask:
    """Of an application of the test's own, which has read no rules yet."""
    made = make(cast(Any, Served(database)), "token", WaitTokens("a secret"))

    async def asking(method: str, path: str, body: object = None) -> tuple[int, Any]:
        return await send(made, method, path, body, "token")

    return asking


def incoming(source: str = "m1", **more: object) -> dict[str, object]:
    return {"source": source, "text": "扣了我三千块，打13800138000", "caller": "138 0013 8000", **more}


async def taken_in(ask: Ask, database: Path, **more: object) -> str:
    status, told = await ask("POST", "/cases", incoming(**more))
    assert status == 201
    Work(database).off(CaseRules(), time.time())
    return str(told["case"])


async def test_a_message_is_taken_in_once(ask: Ask, database: Path) -> None:
    case = await taken_in(ask, database)
    assert await ask("POST", "/cases", incoming()) == (201, {"case": case, "new": False})
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM cases").fetchone() == (1,)


GRADES = """kinds:
  complaint: {grades: [one], categories: [complaint, content]}
  problem: {grades: [two], categories: [problem, callback]}
grades: {one: {title: One}, two: {title: Two}}
signals: {harm: [骗]}
rules: [{grade: one, when: harm, because: loss}]
"""


async def test_a_category_that_is_nearly_one_is_refused_and_another_is_taken(
    ask_anew: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "hotline.web.rules_now.rules_of", lambda versions, version: compiled_again({"dialplans/grades.yaml": GRADES})
    )
    status, told = await ask_anew("POST", "/cases", incoming(category="complaintt"))
    assert (status, "(did you mean complaint?)" in told["detail"]) == (422, True)
    for number, category in enumerate(("problem", "服务态度", "complaint")):
        assert (await ask_anew("POST", "/cases", incoming(f"c{number}", category=category)))[0] == 201


async def test_rules_that_cannot_be_read_keep_no_message_out(ask_anew: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(versions: object, version: str) -> CaseRules:
        raise BadInput("not of this release")

    monkeypatch.setattr("hotline.web.rules_now.rules_of", unreadable)
    assert (await ask_anew("POST", "/cases", incoming(category="complaintt")))[0] == 201


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"text": ""}, "text: a subject or a text is needed"),
        ({"channel": "fax"}, "channel: no 'fax'"),
        ({"at": SOME_DAY}, "at: it is still to come"),
        ({"acount": "A1"}, "acount is no field (did you mean account?)"),
    ],
)
async def test_what_cannot_be_taken_in(ask: Ask, more: dict[str, object], told: str) -> None:
    status, answer = await ask("POST", "/cases", incoming(**more))
    assert status == 422
    assert told in answer["detail"]


async def test_it_is_shown_masked_but_to_who_may_see_numbers(ask: Ask, database: Path) -> None:
    case = await taken_in(ask, database)
    for path in ("/cases/list", f"/cases/{case}", "/cases/list?open=true&stage=accepted"):
        status, told = await ask("GET", path, token="reads")
        assert status == 200
        assert case in str(told)
        assert "13800138000" not in str(told)
    assert (await ask("GET", f"/cases/{case}/whole", token="reads"))[0] == 403
    status, told = await ask("GET", f"/cases/{case}/whole", token="sees")
    assert (status, told["contacts"][0]["caller"]) == (200, "+8613800138000")
    assert f"case {case}" in (database.parent / "audit.log").read_text()


async def test_an_act_is_done_or_refused_with_the_reason(ask: Ask, database: Path) -> None:
    case = await taken_in(ask, database)
    act = {"kind": "graded", "author": "li", "fields": {"grade": "level_1", "reason": "x"}}
    status, told = await ask("POST", f"/cases/{case}/acts", act)
    assert (status, told["stage"]) == (200, "graded")
    status, told = await ask("POST", f"/cases/{case}/acts", {"kind": "closed", "author": "li"})
    assert status == 409
    assert told["detail"].startswith("closed cannot follow: the case is graded")
    assert (await ask("POST", "/cases/123/acts", act))[0] == 404
    assert (await ask("GET", "/cases/123"))[0] == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/cases"), ("POST", "/cases/1/acts"), ("POST", "/cases/1/apart")],
)
async def test_who_only_reads_does_nothing(ask: Ask, method: str, path: str) -> None:
    bodies = {"/cases": incoming(), "/cases/1/acts": {"kind": "taken", "author": "li"}}
    body = bodies.get(path, {"other": "2", "author": "li"})
    assert (await ask(method, path, body, token="reads"))[0] == 403
    assert (await ask(method, path, body, token="nobody"))[0] == 401


async def test_a_match_that_was_not_proposed_is_not_answered(ask: Ask, database: Path) -> None:
    case = await taken_in(ask, database)
    assert (await ask("POST", f"/cases/{case}/apart", {"other": "2", "author": "li"}))[0] == 409
    assert await ask("GET", "/cases/matches") == (200, [])


async def test_an_agents_form_is_filled_from_the_call(ask: Ask, database: Path) -> None:
    row = ("+8613800138000", "95183", "v", "zh-CN", 1.8e9, 1.8e9 + 5, 1.8e9 + 78, 1.8e9 + 200, "care", "1001")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statements.CALL, ("c1", *row, "answered", "normal", "", "in"))
    status, told = await ask("POST", "/calls/c1/form", {"what": "被收违约金", "wanted": "退还", "amount": "3000元"})
    assert status == 201
    assert "受理坐席：1001；队列：care；等待：73秒" in told["text"]
    assert "13800138000" not in told["text"]
    again = await ask("POST", "/calls/c1/form", {"what": "x", "wanted": "y"})
    assert (again[0], again[1]["case"], again[1]["new"]) == (201, told["case"], False)
    assert (await ask("POST", "/calls/c2/form", {"what": "x", "wanted": "y"}))[0] == 404
    assert (await ask("POST", "/calls/c1/form", {"what": " ", "wanted": "y"}))[0] == 422


@pytest.mark.parametrize("at", [b"NaN", b"Infinity", b"-1", b"-1e300", b"1796000000000"])
async def test_an_instant_that_is_none_is_refused(ask: Ask, database: Path, at: bytes) -> None:
    case = await taken_in(ask, database)
    acts = f"/cases/{case}/acts"
    for path, body in (("/cases", b'"source": "m2", "text": "x"'), (acts, b'"kind": "noted", "author": "li"')):
        status, told = await ask("POST", path, b'{%s, "at": %s}' % (body, at))
        assert (status, told["detail"].startswith("at: ")) == (422, True), told


@pytest.mark.parametrize("person", [b"5", b'{"a": 1}', b'["li"]', b'"\\ud800"'])
async def test_a_field_of_another_shape_is_refused_with_the_reason(ask: Ask, database: Path, person: bytes) -> None:
    case = await taken_in(ask, database)
    body = b'{"kind": "recused", "author": "li", "fields": {"reason": "x", "person": %s}}' % person
    status, told = await ask("POST", f"/cases/{case}/acts", body)
    assert (status, "recused" in told["detail"]) == (409, True), told


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("stage=dispatchd", "no stage 'dispatchd' (did you mean dispatched?)"),
        ("grade=level_9", "no grade 'level_9'"),
        ("department=carre", "no department 'carre'"),
    ],
)
async def test_a_filter_of_a_word_that_there_is_not_is_refused(ask: Ask, database: Path, query: str, told: str) -> None:
    await taken_in(ask, database)
    for path in ("/cases/list", "/cases/inbox"):
        status, answer = await ask("GET", f"{path}?{query}")
        assert (status, told in answer["detail"]) == (422, True), answer
    assert await ask("GET", "/cases/list?stage=decided&handler=nobody") == (200, [])
