"""One HTTP request to an application, without a network."""

import json
from typing import Any

from fastapi import FastAPI


async def ask(app: FastAPI, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
    """The answer's status, and its JSON."""
    status, answer = await fetch(app, method, path, body, token)
    return status, json.loads(answer)


async def fetch(app: FastAPI, method: str, path: str, body: object = None, token: str = "") -> tuple[int, bytes]:
    """The answer's status, and its bytes."""
    sent: list[dict[str, Any]] = []
    given = [{"type": "http.request", "body": json.dumps(body).encode() if body else b""}]

    async def receive() -> dict[str, Any]:
        return given.pop(0) if given else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {token}".encode())]
    scope = {
        "type": "http",
        "method": method,
        "root_path": "",
        "path": path,
        "headers": headers,
        "query_string": b"",
        "client": None,
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are what the protocol says
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
