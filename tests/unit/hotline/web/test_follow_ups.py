"""Follow-ups and questionnaires over HTTP: shown masked, ended once, answers of an app once a person and day."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from control.register.register import Register
from hotline.followups import reading
from hotline.store import opening
from hotline.versions.follow_up_rules import FollowUpRules
from hotline.versions.store import Versions
from hotline.views.metrics import Metrics
from hotline.web import app
from hotline.web.rights import Client
from hotline.web.tokens import WaitTokens
from tests.unit.hotline.followups.visits import Visits, rules
from tests.unit.hotline.web.asking import ask as send

pytestmark = pytest.mark.unit

Ask = Callable[..., Awaitable[tuple[int, Any]]]


class Served:
    """A store behind the web."""

    region = "CN"
    zone = ZoneInfo("Asia/Shanghai")

    def __init__(self, database: Path) -> None:
        self.database = database
        self.metrics = Metrics()
        self.register = Register()
        self.register.version = "0001-test"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    monkeypatch.setattr(Versions, "follow_ups", lambda self, version: rules())
    monkeypatch.setattr(Versions, "sources", lambda self, version, paths: {})
    return path


@pytest.fixture
def ask(database: Path) -> Ask:
    served: Any = Served(database)
    made = app.make(served, "token", WaitTokens("a secret"), [Client("desk", "reads", frozenset({"calls"}))])

    async def asking(method: str, path: str, body: object = None, token: str = "token") -> tuple[int, Any]:
        return await send(made, method, path, body, token)

    return asking


def planned(database: Path) -> str:
    """A case with a follow-up; its number."""
    visits = Visits(database)
    case = visits.close_case()
    visits.off()
    return case


async def test_a_follow_up_is_shown_masked_and_whole_only_with_the_right(ask: Ask, database: Path) -> None:
    case = planned(database)
    status, (row,) = await ask("GET", f"/followups?case={case}&open=true", token="reads")
    assert (status, row["number"], row["state"]) == (200, 1, "planned")
    status, story = await ask("GET", "/followups/1", token="reads")
    assert (status, story["log"]) == (200, [])
    assert "13800138000" not in str((row, story))
    assert (await ask("GET", "/followups/1/whole", token="reads"))[0] == 403
    assert (await ask("GET", "/followups/1/whole"))[1]["caller"] == "+8613800138000"
    assert (database.parent / "audit.log").read_text().count("follow-up 1") == 1
    assert (await ask("GET", "/followups/7"))[0] == 404


async def test_a_result_is_taken_once_and_refused_where_it_is_half(ask: Ask, database: Path) -> None:
    planned(database)
    half = await ask("POST", "/followups/1/done", {"answers": {"solved": "no"}, "author": "li"})
    assert half == (409, {"detail": "visit: an answer to why is missing"})
    body = {"answers": {"solved": "yes", "satisfied": "5"}, "author": "li", "how": "visit"}
    assert (await ask("POST", "/followups/1/done", body))[1]["state"] == "done"
    status, told = await ask("POST", "/followups/1/done", body)
    assert (status, told["detail"]) == (409, "follow-up 1 is done already")


async def test_one_is_ended_with_a_reason(ask: Ask, database: Path) -> None:
    planned(database)
    assert (await ask("POST", "/followups/1/end", {"act": "cancelled", "author": "li"}))[0] == 422
    body = {"act": "refused", "reason": "said so", "author": "li"}
    assert (await ask("POST", "/followups/1/end", body))[1]["state"] == "not_wanted"


async def test_answers_of_an_app_are_kept_with_their_version_once_a_source_and_once_a_person_and_day(
    ask: Ask, database: Path
) -> None:
    (shown,) = (await ask("GET", "/questionnaires"))[1]
    assert (shown["questionnaire"], shown["version"], shown["start"]) == ("visit", "v1", "solved")
    sent = {"source": "app-1", "answers": {"solved": "no", "why": "slow"}, "person": "138 0013 8000"}
    path = "/questionnaires/visit/answers"
    assert await ask("POST", path, sent) == (201, {"new": True, "complete": False, "version": "v1"})
    assert (await ask("POST", path, sent))[1]["new"] is False
    status, told = await ask("POST", path, {**sent, "source": "app-2"})
    assert (status, "within a day" in told["detail"]) == (409, True)
    off_the_way = {"source": "app-3", "answers": {"why": "slow"}}
    assert (await ask("POST", path, off_the_way))[0] == 409
    assert (await ask("POST", "/questionnaires/other/answers", sent))[0] == 404
    now = time.time()
    status, rows = await ask("GET", f"{path}?since=2026-01-01", token="reads")
    assert [(row["question"], row["word"], row["channel"]) for row in rows] == [
        ("solved", "no", "http"), ("why", "slow", "http"),
    ]  # fmt: skip
    assert "13800138000" not in str(rows)
    whole = reading.answers(database, "visit", now - 60, now + 60)
    assert {row["person"] for row in whole} == {"+8613800138000"}
    assert isinstance(rules(), FollowUpRules)
