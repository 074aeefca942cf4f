"""The HTTP interface on its port, beside the server's own work on one event loop.

Loading FastAPI and uvicorn takes a quarter of a start. After a crash callers wait for the controller and not for that:
the port is taken first, the framework is loaded in a thread once the switch is reached; a request meanwhile waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from calls.errors import BadInput
from hotline.site.site import Site

if TYPE_CHECKING:
    import uvicorn

    from hotline.governing.gate import Answers
    from hotline.people.oidc_provider import Provider
    from hotline.site.web import WebClientSettings as WebClient
    from hotline.views.controller import Controller


_LONGEST_WORD = 32_768
"""Bytes of a message on a WebSocket to us: SIP of a page's phone, with all that a browser offers. On the live wire
nothing is said."""


def bind(site: Site) -> socket.socket:
    """Take the port of the site. Raises BadInput when another process has it."""
    settings = site.settings.web
    address = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        address.bind((settings.host, settings.port))
        address.listen()  # a port that is only bound, Linux would give to another one too
    except OSError as error:
        address.close()
        raise BadInput(
            f"{settings.host}:{settings.port}: {error.strerror}. Set web.port in hotline.yaml to a free one, "
            "or stop the other controller."
        ) from error
    return address


@contextlib.asynccontextmanager
async def answering(
    controller: Controller,
    address: socket.socket,
    token: str,
    waiting: str,
    clients: Mapping[str, WebClient],
    answers: Answers | None = None,
    url: str | None = None,
    directory: Provider | None = None,
) -> AsyncIterator[None]:
    """Answer for `controller` at `address`; at the end, requests under way are answered first.

    `token` is the site's, `waiting` the secret of the tokens of callers who wait, `clients` are those with rights of
    their own, by their tokens: as they were at the start, whatever has become of their files. `answers` are those of
    the gate of outgoing calls; `url` is the address that browsers have of the pages, where it is another; `directory`
    lets people in, where there is one.
    """
    server = await asyncio.to_thread(_load, controller, token, waiting, clients, answers, url, directory)
    serving = asyncio.create_task(server.serve(sockets=[address]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _load(
    controller: Controller,
    token: str,
    waiting: str,
    clients: Mapping[str, WebClient],
    answers: Answers | None,
    url: str | None,
    directory: Provider | None,
) -> uvicorn.Server:
    import uvicorn

    from hotline.web.app import make
    from hotline.web.rights import Client
    from hotline.web.tokens import WaitTokens

    known = [Client(client.name, own, frozenset(client.rights)) for own, client in clients.items()]
    app = make(controller, token, WaitTokens(waiting), known, answers, url, directory)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=_LONGEST_WORD,
        ws_per_message_deflate=False,  # it would be done for each reader of the live wire anew
    )
    config.load()  # here, in this thread: what speaks WebSocket takes a while to load
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # older uvicorns install their own
    return server
