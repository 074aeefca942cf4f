"""Bodies that are too long are refused before they are read: a stranger's far sooner than one of somebody we know."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from hotline.web.bodies import LONGEST, LONGEST_OF_STRANGERS
from tests.unit.hotline.web.asking import request
from tests.unit.hotline.web.browsing import OURS, Browser
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit

PIECE = 4_096


class Upload:
    """A body of spaces and an object, in pieces; counts how much of it was taken."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        piece = min(PIECE, self._left)
        self._left -= piece
        self.taken += piece
        body = b" " * piece if self._left else b"{}".rjust(piece)
        return {"type": "http.request", "body": body, "more_body": self._left > 0}


async def _send(app: FastAPI, path: str, upload: Upload, **headers: str) -> tuple[int, dict[str, str], Any]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    said = {"host": "127.0.0.1:8780", "content-type": "application/json", **headers}
    scope = {
        **{"type": "http", "method": "POST", "root_path": "", "path": path, "query_string": b"", "client": None},
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in said.items()],
    }
    await app(scope, upload.receive, send)  # type: ignore[arg-type]  # plain dicts are what the protocol says
    back = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], back, json.loads(b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return Logged(tmp_path).app()


PATHS = ["/session", "/agents/8001/pause", "/govern/scrub"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("authorization", ["", "Bearer made-up", "Basic dG9rZW4="])
async def test_a_stranger_sends_little(app: FastAPI, path: str, authorization: str) -> None:
    named, streamed = Upload(50_000_000), Upload(50_000_000)
    told = await _send(app, path, named, content_length="50000000", authorization=authorization)
    assert (told[0], named.taken) == (413, 0)
    assert "who is not known sends no more" in told[2]["detail"]
    assert told[1]["connection"] == "close"
    told = await _send(app, path, streamed, transfer_encoding="chunked", authorization=authorization)
    assert told[0] == 413
    assert streamed.taken <= LONGEST_OF_STRANGERS + PIECE


@pytest.mark.parametrize(("path", "most"), [("/cases", LONGEST), ("/govern/scrub", 16_777_216)])
async def test_one_whom_we_know_sends_as_much_as_the_path_takes(app: FastAPI, path: str, most: int) -> None:
    known = {"transfer_encoding": "chunked", "authorization": "Bearer token"}
    within, beyond = Upload(most), Upload(most + PIECE * 2)
    assert (await _send(app, path, within, **known))[0] != 413
    assert within.taken == most
    status, _, told = await _send(app, path, beyond, **known)
    assert (status, told["detail"]) == (413, f"the body is longer than {most:,} bytes")
    assert beyond.taken <= most + PIECE


async def test_a_body_under_a_key_of_idempotency_is_refused_likewise(app: FastAPI) -> None:
    upload = Upload(50_000_000)
    status, _, _ = await _send(app, "/agents/8001/pause", upload, transfer_encoding="chunked", idempotency_key="a" * 8)
    assert status in (413, 422)
    assert upload.taken <= 65_536 + PIECE


async def test_a_session_counts_as_known_with_its_own_word_only(tmp_path: Path) -> None:
    browser = Browser(Logged(tmp_path).own_app)
    await browser.sign_in(tmp_path)
    body = b" " * LONGEST_OF_STRANGERS + b"{}"
    assert (await browser.tell("/cases", body)).status != 413
    length = {"content_length": str(len(body))}
    assert (await browser.ask("POST", "/cases", body, origin=OURS, **length)).status == 413
    told = await browser.ask("POST", "/cases", body, origin=OURS, hotline_csrf=browser.csrf, **length)
    assert told.status in (403, 422)  # read, and then refused for what it says


@pytest.mark.parametrize("said", [{"origin": "http://["}, {"host": "["}, {"origin": "http://[", "host": "["}])
async def test_an_address_that_is_none_is_nobody_of_ours(tmp_path: Path, said: dict[str, str]) -> None:
    app = Logged(tmp_path).own_app
    answer = await request(app, "POST", "/session", {"person": "li", "password": "x"}, headers=said)
    assert answer.status == 403
