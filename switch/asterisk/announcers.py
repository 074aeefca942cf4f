"""Announcers bring one music to all holding bridges: mixed once, in frames of 40 ms.

Asterisk plays a file in frames of 20 ms, and each of them wakes the thread of each caller who hears it. That is most of
what hundreds of callers cost who wait. A conference mixes at an interval that can be chosen, so music that has been
through one comes in longer frames (`asterisk/conf/confbridge.conf`): half as many wake everybody half as often. In it
are a player and one listener for each holding bridge, whose other end is that bridge's announcer (context hotline-music
of extensions.conf).

They are there as long as the bridge is, so that nobody depends on a controller to hear music. When the player is gone
its listeners are sent out, and so the announcers are, which is told: then all of it is asked for anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from calls.ids import LegId
from switch.asterisk import wire
from switch.asterisk.requests import Reply, Then
from switch.asterisk.session import Session

ARGUMENT = "announcer"
"""The Stasis argument of an announcer."""
CONTEXT = "hotline-music"
_ENDING = "-announcer"


class Announcers:
    """The announcer of each holding bridge, by a channel id that says whose it is, and the player of their music."""

    def __init__(self, session: Session, first: str) -> None:
        self._session = session
        self._about = LegId(first)  # all on one connection, in the order asked
        self._player = f"{first}-player"

    def ask(self, bridge: str, again: Callable[[], None], refused: Callable[[], None]) -> None:
        """Have music in a bridge. `again`: it is to be asked for later; `refused`: this Asterisk has no announcers."""
        into = f"endpoint=Local/music@{CONTEXT}/n&extension=feed&context={CONTEXT}&priority=1&formats=slin"
        self._request("POST", f"channels/{wire.part(self._player)}?{into}")  # 409: it plays already
        application = wire.part(self._session.options.application)
        into = f"endpoint=Local/listen@{CONTEXT}/n&app={application}&appArgs={ARGUMENT}&formats=slin"
        asked = partial(self._asked, bridge, again, refused)
        self._request("POST", f"channels/{wire.part(announcer_of(bridge))}?{into}", asked)

    def place(self, bridge: str, again: Callable[[], None]) -> None:
        """Put an announcer that is up into its bridge."""
        into = f"channel={wire.part(announcer_of(bridge))}&role=announcer"
        self._request("POST", f"bridges/{wire.part(bridge)}/addChannel?{into}", partial(_unless_placed, again))

    def _asked(self, bridge: str, again: Callable[[], None], refused: Callable[[], None], reply: Reply) -> None:
        if reply.status == 409:  # there it stands, and was in no bridge; or it is about to go
            self.place(bridge, again)
        elif reply.failure == "refused":
            refused()

    def _request(self, method: str, uri: str, then: Then | None = None) -> None:
        self._session.request(self._about, method, uri, then)


def _unless_placed(again: Callable[[], None], reply: Reply) -> None:
    if reply.failure == "refused":
        again()


def bridge_of(announcer: str) -> str:
    """The bridge of an announcer, by its channel id."""
    return announcer.removesuffix(_ENDING)


def announcer_of(bridge: str) -> str:
    """The channel id of a bridge's announcer."""
    return bridge + _ENDING


def is_announcer(channel: str) -> bool:
    """Whether a channel id is one of an announcer."""
    return channel.endswith(_ENDING)
