"""Answers and unanswered questions over HTTP: approved in the client's own name, added and dismissed by editors."""

import sqlite3
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import FastAPI

from calls.ids import AttemptId, CallId
from hotline.site.site import Site
from hotline.store.unanswered import UnansweredRows
from hotline.views.controller import Controller
from hotline.web import app
from hotline.web.rights import Client
from hotline.web.tokens import WaitTokens
from ivr.commands import QuestionUnanswered
from tests.unit.hotline.governing.answered_site import published
from tests.unit.hotline.web.asking import ask

pytestmark = pytest.mark.unit

CLIENTS = [
    Client("wang-fang", "of wang", frozenset({"approve"})),
    Client("li.wei", "of li", frozenset({"approve"})),  # who has written one
    Client("board", "of board", frozenset({"live"})),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hotline.versions.understanding.is_installed", lambda: False)
        patched.setattr("hotline.versions.understanding.engine_name", lambda: "")
        made = published(tmp_path_factory.mktemp("answered"))
    with sqlite3.connect(made.database) as connection:
        rows = UnansweredRows(connection.execute, lambda: 1_795_400_000.0, lambda: "CN")  # type: ignore[arg-type]
        for call, said in (("1", "wipe the debt"), ("2", "mumble")):
            rows.take(QuestionUnanswered(CallId(call), AttemptId(call), "en", "main/a", said, "not_understood"))
    connection.close()
    return made


@pytest.fixture
def served(site: Site) -> FastAPI:
    controller = SimpleNamespace(folder=site.folder, database=site.database, zone=site.zone, region="CN")
    return app.make(cast(Controller, controller), "token", WaitTokens("s"), CLIENTS)


async def test_approved_in_the_clients_name_by_another_than_the_author(served: FastAPI, site: Site) -> None:
    body = {"answers": ["early"], "reason": "read", "effective_until": "2099-06-30"}
    status, told = await ask(served, "POST", "/answers/approve", body, "of li")
    assert (status, "somebody else must approve it" in told["detail"]) == (422, True)
    assert (await ask(served, "POST", "/answers/approve", body, "of board"))[0] == 403
    status, told = await ask(served, "POST", "/answers/approve", body, "of wang")
    assert status == 200, told
    assert [(one["answer"], one["said"], one["approvers"]) for one in told] == [("early", True, ["wang-fang"])]
    status, told = await ask(served, "GET", "/answers", token="token")
    assert {one["answer"]: one["said"] for one in told} == {"card": False, "early": True}
    status, told = await ask(
        served, "POST", "/answers/withdraw", {"answers": ["*"], "reason": "changed", "approver": "zhao"}, "token"
    )
    assert [one["said"] for one in told] == [False, False]
    assert '"who":"web:wang-fang","what":"answers approved"' in (site.state / "audit.log").read_text()


async def test_questions_are_listed_added_and_dismissed(served: FastAPI, site: Site) -> None:
    status, told = await ask(served, "GET", "/unanswered", token="token")
    assert status == 200, told
    names = {one["wording"]: one["id"] for one in told}
    assert set(names) == {"wipe the debt", "mumble"}
    path = f"/unanswered/{names['wipe the debt']}"
    assert (await ask(served, "GET", path, token="token"))[1]["times"] == 1
    status, told = await ask(served, "POST", f"{path}/add", {"intent": "erly", "author": "wu"}, "token")
    assert (status, "did you mean early" in told["detail"]) == (422, True)
    status, told = await ask(served, "POST", f"{path}/add", {"intent": "early", "author": "wu"}, "token")
    assert (status, told["state"], told["settled_by"]) == (200, "added", "wu")
    assert told["file"] == "dialplans/intents/all.yaml"
    assert "- wipe the debt\n" in (site.folder / "dialplans/intents/all.yaml").read_text()
    dismissed = f"/unanswered/{names['mumble']}/dismiss"
    assert (await ask(served, "POST", dismissed, {"reason": "noise"}, "token"))[0] == 422, "whose word is it?"
    assert (await ask(served, "POST", dismissed, {"reason": "noise", "author": "wu"}, "token"))[1]["note"] == "noise"
    status, told = await ask(served, "POST", dismissed, {"reason": "music", "author": "li"}, "token")
    assert (status, "dismissed (noise) by wu" in told["detail"]) == (409, True)
    status, told = await ask(
        served, "POST", f"{path}/add", {"intent": "card", "sentence": "x y", "author": "li"}, "token"
    )
    assert (status, "added to early by wu" in told["detail"]) == (409, True)
    assert (await ask(served, "POST", dismissed, {"reason": " ", "author": "li"}, "token"))[0] == 422
    assert (await ask(served, "GET", "/unanswered", token="token"))[1] == []
    assert (await ask(served, "GET", "/unanswered?state=aded", token="token"))[0] == 422
    assert (await ask(served, "GET", "/unanswered/beef", token="token"))[0] == 404
    assert (await ask(served, "POST", "/unanswered/beef/add", {"intent": "early", "author": "wu"}, "token"))[0] == 404
