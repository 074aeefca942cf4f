"""A day lived again over HTTP: begun, watched, stopped; one at a time, in a process of its own."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from hotline.web import whatif
from hotline.web.app import make
from hotline.web.tokens import WaitTokens
from tests.unit.hotline.web.asking import ask
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit

DRAFT = {"date": "2026-11-29", "draft": True}


class Served(Logged):
    """The controller, as far as it is asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder


def app_of(folder: Path) -> FastAPI:
    known: Any = Served(folder)
    return make(known, "token", WaitTokens("a secret"))


async def over(app: FastAPI) -> Any:
    """The trial once it runs no more."""
    until = time.monotonic() + 60
    while (found := (await ask(app, "GET", "/whatif", None, "token"))[1])["state"] == "running":
        assert time.monotonic() < until, found
        await asyncio.sleep(0.02)
    return found


def instead(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Run this script in place of `hotline whatif`; its words are in sys.argv."""
    usual = whatif.Trials._words
    monkeypatch.setattr(
        whatif.Trials, "_words", lambda *given: [sys.executable, "-S", "-c", script, *usual(*given)[3:]]
    )


async def test_a_day_is_lived_again_and_told_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "import json, sys\n"
        'print(\'{"step": "journal", "percent": 40}\', file=sys.stderr)\n'
        "print(json.dumps({'words': sys.argv[1:], 'policy': open(sys.argv[-1]).read()}))\n"
    )
    instead(monkeypatch, script)
    app = app_of(tmp_path)
    assert await ask(app, "GET", "/whatif", None, "token") == (200, None)
    body = {"date": "2026-11-29", "policy": "policy: weighted", "seeds": 2, "within_s": 30}
    status, told = await ask(app, "POST", "/whatif", body, "token")
    assert (status, told["state"], told["wanted"]["date"]) == (202, "running", "2026-11-29")
    found = await over(app)
    assert (found["state"], found["step"], found["percent"]) == ("done", "journal", 40)
    words = found["result"]["words"]
    assert words[:4] == ["whatif", "2026-11-29", "--json", "--steps"]
    assert words[words.index("--within-s") + 1] == "30.0"
    assert found["result"]["policy"] == "policy: weighted"


async def test_what_cannot_be_is_told_in_words(tmp_path: Path) -> None:
    app = app_of(tmp_path)
    assert (await ask(app, "POST", "/whatif", {**DRAFT, "version": "0001-00000001"}, "token"))[0] == 422
    assert (await ask(app, "POST", "/whatif", {"date": "2026-11-29"}, "token"))[0] == 422
    assert (await ask(app, "POST", "/whatif", {**DRAFT, "date": "soon"}, "token"))[0] == 422
    assert (await ask(app, "POST", "/whatif", {**DRAFT, "version": "--help"}, "token"))[0] == 422
    assert (await ask(app, "POST", "/whatif", DRAFT, "looks-token"))[0] in (401, 403)


async def test_one_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "import sys; sys.exit('no call of that day')")
    app = app_of(tmp_path)
    assert (await ask(app, "POST", "/whatif", DRAFT, "token"))[0] == 202
    found = await over(app)
    assert (found["state"], found["error"]) == ("failed", "no call of that day")


async def test_one_runs_at_a_time_and_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "import time; time.sleep(600)")
    app = app_of(tmp_path)
    assert (await ask(app, "POST", "/whatif", DRAFT, "token"))[0] == 202
    status, refused = await ask(app, "POST", "/whatif", DRAFT, "token")
    assert status == 409
    assert "2026-11-29" in refused["detail"]
    assert await ask(app, "DELETE", "/whatif", None, "token") == (200, {"stopped": True})
    assert (await over(app))["state"] == "stopped"
    assert await ask(app, "DELETE", "/whatif", None, "token") == (200, {"stopped": False})
