"""In outbound-socket mode the dialplan offers each call to controllers by turns, and the one that answers claims it.

```
dialplan: socket A|B|C async full     the first that accepts the connection
  A: connect                          the call's data, of which its uuid is all we want
  A: hotline_controller=A on it       now it is A's
  A: exit                             the dialplan goes on to context hotline-claimed, which parks it
CHANNEL_PARK in hotline-claimed       CallArrived, and all goes on as with calls that are parked for the only controller
```

The connection is for the offer alone. Everything after goes over the one event socket that proves itself by a password,
and CallArrived comes of an event of that one: whoever else connects here learns our name, and that is all. We listen
only while that event socket is up, so that a controller which could not serve a call is offered none.
"""

from __future__ import annotations

import asyncio
import re
from typing import cast

import structlog

from calls.errors import SwitchAway
from calls.ids import Seconds
from switch.freeswitch.wire import Api, Command, CommandReplied, Connect, Conversation, Exit, PeerFault, Received

log = structlog.get_logger(__name__)

CLAIMED = "hotline-claimed"
"""The dialplan's context in which claimed calls are parked."""
_LEG = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_WAITING_OFFERS = 1_000
"""That may stand in line at the socket; a burst of calls is no reason to turn any away."""


class Offer(asyncio.Protocol):
    """One connection of the dialplan: the call is claimed for `controller`, and the connection ended."""

    def __init__(self, controller: str, deadline_s: Seconds, standing: set[Offer]) -> None:
        """`standing` holds all offers whose connection is open."""
        self._controller = controller
        self._deadline_s = deadline_s
        self._standing = standing
        self._talk = Conversation()
        self._overdue: asyncio.TimerHandle
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the dialplan is here. We speak first."""
        self._transport = cast("asyncio.Transport", transport)
        self._standing.add(self)
        self._overdue = asyncio.get_running_loop().call_later(self._deadline_s, self.abort)
        self._say(Connect())

    def data_received(self, data: bytes) -> None:
        """asyncio: answers, and at the end a notice that the switch closes the connection."""
        try:
            for received in self._talk.receive(data):
                self._take(received)
        except PeerFault as fault:
            log.warning("offer_garbled", fault=str(fault))
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the dialplan has gone on."""
        self._overdue.cancel()
        self._standing.discard(self)

    def abort(self) -> None:
        """Close at once. A call that is not yet claimed goes to the fallback."""
        self._transport.abort()

    def _take(self, received: Received) -> None:
        match received:
            case CommandReplied(command=Connect(), headers=channel):
                leg = channel.get("Unique-ID", "")
                if not _LEG.match(leg):
                    raise PeerFault(f"an offer of no call: {leg[:80]!r}")
                self._say(Api("uuid_setvar", f"{leg} hotline_controller {self._controller}"))
                self._say(Exit())
            case CommandReplied(command=Api(), ok=False, text=text):
                log.info("offer_ended_first", text=text.strip())
            case _:
                pass  # the end of the connection tells the rest

    def _say(self, command: Command) -> None:
        self._transport.write(self._talk.send(command)[1])


class Offers:
    """Listens at an address and claims what is offered there."""

    def __init__(self, address: tuple[str, int], controller: str, deadline_s: Seconds) -> None:
        self._address = address
        self._controller = controller
        self._deadline_s = deadline_s
        self._server: asyncio.Server | None = None
        self._standing: set[Offer] = set()

    async def open(self) -> None:
        """Listen from now on. Raises SwitchAway when the address cannot be had."""
        if self._server is not None:
            return
        host, port = self._address
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: Offer(self._controller, self._deadline_s, self._standing), host, port, backlog=_WAITING_OFFERS
            )
        except OSError as error:
            raise SwitchAway(f"cannot listen for calls at {host}:{port}: {error.strerror}") from error

    def close(self) -> None:
        """No more offers: the dialplan tries the next controller."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for offer in list(self._standing):
            offer.abort()
