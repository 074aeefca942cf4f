"""The live wire over HTTP: the WebSocket /live/events. docs/live.yaml has its messages."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketState

from hotline.people.roles import Act
from hotline.views.controller import Controller
from hotline.web.live_wire import MOST_READERS, LiveWire
from hotline.web.rights import Guard

PATH = "/live/events"
ACT: Act = "watch"
_TRY_AGAIN_LATER, _SAYS_TOO_MUCH, _SIGNED_OUT = 1013, 1008, 4401
_LOOK_AT_SESSION_S = 5.0


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the WebSocket into `app`; who opens it may `watch`."""
    wire = LiveWire(controller)
    guard.sockets[PATH] = ACT

    async def events(socket: WebSocket) -> None:
        try:
            opened = await guard.opens(socket, ACT)
        except HTTPException as refused:
            await socket.send_denial_response(JSONResponse({"detail": refused.detail}, refused.status_code))
            return
        await socket.accept()
        if wire.readers >= MOST_READERS:
            await socket.close(_TRY_AGAIN_LATER, f"{MOST_READERS} read already")
            return
        reading = asyncio.create_task(wire.read(socket.send_text))
        hearing = asyncio.create_task(_says_something(socket))
        signed_in = asyncio.create_task(_until_signed_out(opened.holds))
        tasks = (reading, hearing, signed_in)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            said = hearing.done() and hearing.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if socket.application_state is not WebSocketState.CONNECTED:
            return
        if said:
            await socket.close(_SAYS_TOO_MUCH, "nothing is asked here; /docs has what can be")
        elif signed_in.done() and not signed_in.cancelled():
            await socket.close(_SIGNED_OUT, "signed out")

    app.router.routes.append(WebSocketRoute(PATH, events))  # FastAPI's own would ask for its parameters by HTTP's rules


async def _says_something(socket: WebSocket) -> bool:
    """True once the other side says anything, False once it is gone."""
    message = await socket.receive()
    return str(message["type"]) == "websocket.receive"


async def _until_signed_out(holds: Callable[[], Awaitable[bool]]) -> None:
    while await holds():  # noqa: ASYNC110 - most sessions end by the clock, which tells nobody
        await asyncio.sleep(_LOOK_AT_SESSION_S)
