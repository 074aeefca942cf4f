"""One HTTP request to an application, without a network."""

import asyncio
import json
from typing import Any, NamedTuple
from urllib.parse import unquote

from fastapi import FastAPI


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
    return Answer(sent[0]["status"], back, b"".join(message.get("body", b"") for message in sent[1:]))
