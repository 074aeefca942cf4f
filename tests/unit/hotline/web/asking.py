"""One HTTP request to an application, without a network."""

import asyncio
import copy
import json
from typing import Any, NamedTuple
from urllib.parse import unquote

from fastapi import FastAPI

from hotline.web.app import make
from hotline.web.rights import Client
from hotline.web.tokens import WaitTokens

_made: dict[tuple[type, str, tuple[Client, ...]], tuple[Any, FastAPI]] = {}


def over(served: Any, token: str = "token", clients: tuple[Client, ...] = ()) -> FastAPI:
    """The application over `served`, made once for its class: a quarter of a second each is for tests of the making.

    It stands on a twin that has the attributes of whom it was last asked for. Not for sessions, follow-ups and what is
    read of published versions: those keep the folder of the first one.
    """
    key = (type(served), token, clients)
    if key not in _made:
        twin = copy.copy(served)
        _made[key] = twin, make(twin, token, WaitTokens("a secret"), clients)
    twin, made = _made[key]
    twin.__dict__ = served.__dict__
    return made


async def ask(app: FastAPI, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    """The answer's status, and its JSON."""
    status, answer = await fetch(app, method, path, body, token)
    return status, json.loads(answer)


async def fetch(app: FastAPI, method: str, path: str, body: object = None, token: str = "") -> tuple[int, bytes]:
    """The answer's status, and its bytes."""
    answer = await request(app, method, path, body, token)
    return answer.status, answer.body


class Answer(NamedTuple):
    """An answer; names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    """Each `Set-Cookie`, of which `headers` has the last one."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def request(
    app: FastAPI, method: str, path: str, body: object = None, token: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """The whole answer; `path` may have a query, and be percent-encoded. A body of bytes is sent as it is."""
    sent: list[dict[str, Any]] = []
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    given = [{"type": "http.request", "body": data}]

    async def receive() -> dict[str, Any]:
        if not given:
            await asyncio.Event().wait()  # whoever asks stays until the answer is there
        return given.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    said = {"host": "127.0.0.1:8780", "content-type": "application/json", "authorization": f"Bearer {token}"}
    said |= headers or {}
    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "root_path": "",
        "path": unquote(raw),
        "headers": [(name.encode(), value.encode()) for name, value in said.items()],
        "query_string": query.encode(),
        "client": None,
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are what the protocol says
    back = {name.decode().lower(): value.decode() for name, value in sent[0].get("headers", ())}
    cookies = tuple(value.decode() for name, value in sent[0].get("headers", ()) if name.lower() == b"set-cookie")
    return Answer(sent[0]["status"], back, b"".join(message.get("body", b"") for message in sent[1:]), cookies)
