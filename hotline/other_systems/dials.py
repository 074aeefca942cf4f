"""Calls to outside that somebody else's Asterisk makes, by the events of its manager interface. Pure.

Asterisk 12 and later tell DialBegin and DialEnd, earlier ones Dial with SubEvent Begin; Newstate and Hangup are in
both. What an event says of the leg that is called has other names in each (`_FIELDS`). A call to outside is a leg on
one of the channels that the site names; whoever else talks there is nobody's business here.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

from dialer.governor.history import State

Event = Mapping[str, str]
"""The fields of an event, names in small letters."""

_FIELDS = {
    "channel": ("destchannel", "destination"),
    "call": ("destuniqueid", "destuniqueid"),
    "shown": ("calleridnum", "calleridnum"),
    "dialled": ("dialstring", "dialstring"),
}
_RESULTS = {
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "no_answer",
    "CONGESTION": "congestion",
    "CHANUNAVAIL": "failed",
    "ABORT": "failed",
    "DONTCALL": "rejected",
    "TORTURE": "rejected",
}
"""Of `DialStatus`."""
_CAUSES = {
    "1": "invalid_number",
    "17": "busy",
    "18": "no_answer",
    "19": "no_answer",
    "20": "switched_off",
    "21": "rejected",
    "22": "invalid_number",
    "27": "out_of_service",
    "28": "invalid_number",
    "34": "congestion",
    "38": "congestion",
    "42": "congestion",
}
"""Of `Cause` in Hangup: ITU-T Q.850."""
_MOST = 10_000
"""Legs at once: of more, the ends of the oldest were missed."""


class Seen(msgspec.Struct, frozen=True):
    """What became known of one call. Instants are UTC epoch seconds."""

    call: str
    """Its id there: the `Uniqueid` of the leg, as its call records have it."""
    number: str
    """As it stands in the dial string."""
    state: State
    at: float
    """When it was dialled."""
    shown: str = ""
    """The number that was shown, as it stands in the event."""
    result: str = ""
    talked_until: float = 0.0
    ended: bool = False
    begins: bool = False
    """It has just been dialled."""


class _Leg(msgspec.Struct):
    number: str
    shown: str
    at: float
    answered_at: float | None = None
    result: str = ""


class Dials:
    """The calls to outside that go on at one Asterisk."""

    def __init__(self, channels: tuple[str, ...], number: str, talk_s: float) -> None:
        """`channels` are patterns of names of channels; `number` is a regular expression that finds the callee in a
        dial string; a call is a talk from `talk_s` on."""
        self._channels = channels
        self._number = re.compile(number)
        self._talk_s = talk_s
        self._legs: dict[str, _Leg] = {}

    @property
    def live(self) -> int:
        """How many calls go on, as far as is known."""
        return len(self._legs)

    def forget(self) -> None:
        """The link was lost: the ends of calls that went on may never be told."""
        self._legs.clear()

    def handle(self, event: Event, now: float) -> Seen | None:
        """What this event, heard at `now` (UTC epoch seconds), says of a call to outside; None: nothing."""
        match event.get("event", "").lower():
            case "dialbegin":
                return self._begun(event, now)
            case "dialend":
                return self._dialled(_said(event, "call"), event.get("dialstatus", ""), now)
            case "newstate" if event.get("channelstatedesc") == "Up":
                return self._answered(event.get("uniqueid", ""), now)
            case "dial" if event.get("subevent", "").lower() == "begin":
                return self._begun(event, now)
            case "hangup":
                return self._hung_up(event.get("uniqueid", ""), event.get("cause", ""), now)
        return None

    def _begun(self, event: Event, now: float) -> Seen | None:
        channel, call = _said(event, "channel"), _said(event, "call")
        if not call or call in self._legs or not any(fnmatchcase(channel, one) for one in self._channels):
            return None
        found = self._number.search(_said(event, "dialled"))
        if found is None:
            return None
        if len(self._legs) >= _MOST:
            del self._legs[next(iter(self._legs))]
        leg = self._legs[call] = _Leg(found[0], _said(event, "shown"), now)
        return Seen(call, leg.number, "attempted", now, leg.shown, begins=True)

    def _dialled(self, call: str, status: str, now: float) -> Seen | None:
        if status == "ANSWER":
            return self._answered(call, now)
        if (leg := self._legs.get(call)) is not None:
            leg.result = _RESULTS.get(status, leg.result)
        return None  # its hangup follows, and says by its cause more than this

    def _answered(self, call: str, now: float) -> Seen | None:
        leg = self._legs.get(call)
        if leg is None or leg.answered_at is not None:
            return None
        leg.answered_at = now
        return Seen(call, leg.number, "answered", leg.at, leg.shown)

    def _hung_up(self, call: str, cause: str, now: float) -> Seen | None:
        leg = self._legs.pop(call, None)
        if leg is None:
            return None
        if leg.answered_at is None:
            result = _CAUSES.get(cause) or leg.result or "no_answer"
            return Seen(call, leg.number, "attempted", leg.at, leg.shown, result, ended=True)
        if now - leg.answered_at < self._talk_s:
            return Seen(call, leg.number, "answered", leg.at, leg.shown, ended=True)
        return Seen(call, leg.number, "effective", leg.at, leg.shown, talked_until=now, ended=True)


def _said(event: Event, what: str) -> str:
    """A field of the leg that is called, by its newer or older name."""
    newer, older = _FIELDS[what]
    found = event.get(newer) or event.get(older) or ""
    return "" if found == "<unknown>" else found
