"""A scripted ARI on loopback: answers what it is told to answer, when it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Request = dict[str, Any]
_FOREVER_S = 60.0


class AriServer:
    """`answer` makes the reply to each request; None leaves it open. `requests` are all that came, each with the
    application of the connection it came by. `refused` are applications that get no connection."""

    def __init__(self, version: str = "22.10.1") -> None:
        self.version = version
        self.url = ""
        self.requests: list[Request] = []
        self._news = asyncio.Event()
        self.connections = 0
        self.answer: Callable[[Request], Request | None] = lambda request: {"status_code": 204}
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.refused: set[str] = set()

    async def say(self, message: object) -> None:
        """Send an event, or text that is none."""
        await self._say("hotline", message)

    async def _say(self, application: str, message: object) -> None:
        await self.sockets[application].send_str(message if isinstance(message, str) else json.dumps(message))

    async def reply(self, request: Request, **fields: object) -> None:
        message = {"type": "RESTResponse", "request_id": request["request_id"], "reason_phrase": "", **fields}
        await self._say(request["application"], message)

    async def asked(self, count: int) -> None:
        """Return once so many requests have come."""
        while len(self.requests) < count:
            self._news.clear()
            await self._news.wait()

    def _note(self, request: Request) -> Request | None:
        self.requests.append(request)
        self._news.set()
        return self.answer(request)

    async def drop(self, application: str = "hotline") -> None:
        """Close a connection."""
        await self.sockets[application].close()

    async def info(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Basic dXNlcjpzZWNyZXQ=":
            return web.Response(status=401)
        return web.json_response({"system": {"version": self.version}, "status": {"startup_time": "then"}})

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        application = request.query["app"]
        if application in self.refused:
            raise web.HTTPInternalServerError
        self.sockets[application] = socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        async for message in socket:
            asked = {**json.loads(message.data), "application": application}
            reply = self._note(asked)
            if reply is not None:
                await self.reply(asked, **reply)
        return socket

    async def rest(self, request: web.Request) -> web.Response:
        uri = str(request.rel_url).removeprefix("/ari/")
        asked = {"method": request.method, "uri": uri, "message_body": await request.text(), "over_http": True}
        reply = self._note(asked)
        if reply is None:
            await asyncio.sleep(_FOREVER_S)
            raise web.HTTPServiceUnavailable
        return web.Response(status=reply["status_code"], text=reply.get("message_body", ""))


@asynccontextmanager
async def ari_server(version: str = "22.10.1") -> AsyncIterator[AriServer]:
    server = AriServer(version)
    app = web.Application()
    app.router.add_get("/ari/asterisk/info", server.info)
    app.router.add_get("/ari/events", server.events)
    app.router.add_route("*", "/ari/{rest:.*}", server.rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/ari"
    try:
        yield server
    finally:
        await runner.cleanup()
