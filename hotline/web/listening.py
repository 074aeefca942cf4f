"""The HTTP interface on its port, beside the server's own work on one event loop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from calls.errors import BadInput
from hotline.site import Site
from hotline.tokens import WaitTokens
from hotline.web.app import House, make


def bind(site: Site) -> socket.socket:
    """Take the port of the site. Raises BadInput when somebody has it."""
    settings = site.settings.web
    address = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        address.bind((settings.host, settings.port))
    except OSError as error:
        address.close()
        raise BadInput(
            f"{settings.host}:{settings.port}: {error.strerror}. Set web.port in hotline.yaml to a free one, "
            "or stop the other controller."
        ) from error
    return address


@contextlib.asynccontextmanager
async def answering(site: Site, house: House, address: socket.socket) -> AsyncIterator[None]:
    """Answer for `house` at `address`; at the end what is being asked is answered first."""
    app = make(house, site.secret("web"), WaitTokens(site.secret("waiting")))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # older uvicorns install their own
    serving = asyncio.create_task(server.serve(sockets=[address]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
