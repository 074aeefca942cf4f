"""Called legs enter our application by the dialplan once they are answered: the context of extensions.conf for that.

Asterisk hangs up a channel that was called straight into an application which is not there as it is answered, and while
a controller restarts it is not there. The context tries again for some seconds instead. What that costs: a channel that
is called into the dialplan is told of to nobody, so the application is subscribed to it right after.
"""

from __future__ import annotations

import math

from calls.ids import Seconds
from switch.asterisk import wire

CONTEXT = "hotline-called"
PLACE: dict[str, object] = {"context": CONTEXT, "extension": "s", "label": "answered"}
"""Of a request to call. By the label Asterisk says 404, before it calls anybody, where it does not have the context."""
MARK = "CHANNEL(accountcode)"
"""Set to the application's name on each channel that it calls: the context enters the application of that name."""
_AWAY = "away"
_RINGS = "AppDial2"
"""What a channel that was called by a request does until it is answered."""
PAUSE_S: Seconds = 0.5
"""Between two tries: so long at most a leg is not ours yet when the application is there again."""
WAIT_S: Seconds = 10.0
"""How long who has answered waits for a controller. One that was killed is back within four seconds."""

LONGEST_WAIT_S: Seconds = 120.0


def tries(wait_s: Seconds) -> int:
    """How often the dialplan pauses and tries again within `wait_s`; 0: never, who answers is hung up at once."""
    return math.ceil(wait_s / PAUSE_S)


def is_called(channel: wire.Channel) -> bool:
    """Whether it is a leg of ours that was answered, wherever it is now in that context."""
    return channel.dialplan.context == CONTEXT


def is_ours(channel: wire.Channel, application: str) -> bool:
    """Whether the application called it, and it rings, or was answered and is in that context.

    A controller that is killed between its two requests leaves such a channel of which the application is not told.
    """
    return channel.accountcode == application and (channel.dialplan.app_name == _RINGS or is_called(channel))


def is_up(channel: wire.Channel) -> bool:
    """Whether a leg is up and in our application: one that waits to get there is told of as answered when it does."""
    return channel.state == "Up" and not (is_called(channel) and channel.dialplan.exten == _AWAY)
