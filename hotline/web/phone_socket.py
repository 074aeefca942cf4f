"""The WebSocket of phones in browsers: SIP between an agent's page and the switch, passed on message by message.

The browser never reaches the switch: `/ws` of Asterisk shares its port with the interface that controls it. Who opens
this is signed in, comes from our own pages, and has the account lent; each request is in the account's own name
(`switch.web_phones`), and nothing but SIP goes either way.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketState

from calls.ids import AgentId
from hotline.people.roles import Act
from hotline.views.controller import Controller
from hotline.web.rights import Guard
from switch.accounts import PREFIX
from switch.web_phones import LONGEST, refusal

if TYPE_CHECKING:
    import aiohttp

log = structlog.get_logger("hotline")

PATH = "/agents/{agent}/phone/sip"
ACT: Act = "work"
PROTOCOL = "sip"
_REFUSED, _AWAY, _SIGNED_OUT = 1008, 1013, 4401
_LOOK_AT_SESSION_S = 5.0
_REACH_S = 5.0
_HEARTBEAT_S = 10.0


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the WebSocket into `app`; who opens it may `work` as this agent."""
    guard.sockets[PATH] = ACT

    async def phone(socket: WebSocket) -> None:
        path = dict(socket.path_params)
        try:
            opened = await guard.opens(socket, ACT, path)
            agent = AgentId(path["agent"])
            account = controller.account(agent)
            if account is None:
                raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml")
            if PROTOCOL not in socket.scope.get("subprotocols", ()):
                raise HTTPException(400, "this is SIP over WebSocket (RFC 7118): ask for the protocol sip")
            url = await asyncio.to_thread(controller.phone_opened, account)
            if not url:
                raise HTTPException(409, "this account is not lent to a browser: POST /agents/{agent}/phone does that")
        except HTTPException as refused:
            await socket.send_denial_response(JSONResponse({"detail": refused.detail}, refused.status_code))
            return
        try:
            await _pass_on(socket, url, f"{PREFIX}{account}", opened.holds)
        finally:
            controller.phone_closed(account)

    app.router.routes.append(WebSocketRoute(PATH, phone))


async def _pass_on(socket: WebSocket, url: str, user: str, holds: Callable[[], Awaitable[bool]]) -> None:
    import aiohttp  # with the first phone, and not with the server

    await socket.accept(subprotocol=PROTOCOL)
    code, why = _AWAY, "the switch does not answer"
    try:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_REACH_S)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.ws_connect(url, protocols=(PROTOCOL,), heartbeat=_HEARTBEAT_S, max_msg_size=LONGEST) as switch,
        ):
            code, why = await _both_ways(socket, switch, user, holds)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.info("a browser's phone cannot reach the switch", error=str(error))
    if socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(RuntimeError):  # it went in this moment
            await socket.close(code, why)


async def _both_ways(
    socket: WebSocket, switch: "aiohttp.ClientWebSocketResponse", user: str, holds: Callable[[], Awaitable[bool]]
) -> tuple[int, str]:
    """Pass messages on until one side goes, or the session ends; the code and reason for the page."""

    async def from_page() -> tuple[int, str]:
        while True:
            message = await socket.receive()
            if message["type"] != "websocket.receive":
                return 1000, ""
            text = message.get("text")
            if text is None:
                try:
                    text = (message.get("bytes") or b"").decode()
                except UnicodeDecodeError:
                    return _REFUSED, "no text"
            if refused := refusal(text, user):
                advice = "no page of ours says so: somebody at this session tries something"
                log.warning("a browser's phone said what it may not", user=user, refused=refused, advice=advice)
                return _REFUSED, refused
            await switch.send_str(text)

    async def from_switch() -> tuple[int, str]:
        async for message in switch:
            data = message.data
            await socket.send_text(data if isinstance(data, str) else bytes(data).decode(errors="replace"))
        return _AWAY, "the switch is gone"

    async def until_signed_out() -> tuple[int, str]:
        while await holds():  # noqa: ASYNC110 - most sessions end by the clock, which tells nobody
            await asyncio.sleep(_LOOK_AT_SESSION_S)
        return _SIGNED_OUT, "signed out"

    tasks = [asyncio.create_task(one()) for one in (from_page, from_switch, until_signed_out)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
