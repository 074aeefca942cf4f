"""One HTTP request to an application, without a network."""

import json
from typing import Any

from fastapi import FastAPI


async def ask(app: FastAPI, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """The answer's status, and its JSON."""
    sent: list[dict[str, Any]] = []
    given = [{"type": "http.request", "body": json.dumps(body).encode() if body else b""}]

    async def receive() -> dict[str, Any]:
        return given.pop(0) if given else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": method, "path": path, "headers": headers, "query_string": b"", "client": None}
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are what the protocol says
    return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:]))
