"""Keys that Asterisk tells twice were pressed once.

Seen in 22.10.1, and why in `__ast_read` of its main/channel.c: a key is told as soon as its end is read, before it is
decided whether the key is due. One that is not due goes to the back of the channel's own line, is read again later and
told again. That is so while Asterisk lengthens the key before it (its beginning was not seen, or came within the gap
that Asterisk wants between two keys) and for that gap afterwards. A stalled machine or network that bunches the packets
of two keys starts it, a phone that keys fast keeps it going: then all keys of a row come twice, with others in between.

What comes again has the same length to the millisecond, in the order of the first telling, and not before its time. So
of each key that may have been put back this remembers until when it must have come again. It is made to lose no key
that was pressed: where both can be, it was pressed. tests/properties/asterisk_reading.py has a model of that reading.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from calls.ids import Seconds

# Of Asterisk's main/channel.c and main/options.c: AST_MIN_DTMF_GAP, the default of mindtmfduration.
GAP_S: Seconds = 0.045
SHORTEST_S: Seconds = 0.080
LATE_S: Seconds = 0.060
"""It looks at the time with each packet, 20 ms, twice until it reads the next key; the rest is for a busy machine."""
PAUSE_S: Seconds = 0.030
"""A phone sends the end of a key three times, 20 ms apart (RFC 4733 2.5.1.4), before it begins another."""
FORGOTTEN_S: Seconds = 3.0
"""The longest that a key which was put back for certain is waited for."""


@dataclass(slots=True)
class _Told:
    digit: str
    length_s: Seconds
    at: float
    surely: bool = False
    """Put back without a doubt; once it has come again: lengthened without a doubt."""

    def is_like(self, other: _Told) -> bool:
        return (self.digit, self.length_s) == (other.digit, other.length_s)


class Keys:
    """The keys of one leg, in the order told."""

    __slots__ = ("_put_back", "_taken")

    def __init__(self) -> None:
        self._taken = _Told("", 0.0, 0.0)  # the last that Asterisk did not put back
        self._put_back: deque[_Told] = deque()  # perhaps, oldest first

    def is_news(self, digit: str, length_s: Seconds, at: float) -> bool:
        """True for a key that was pressed, False where it is told again. `at` is the telling, by Asterisk's clock."""
        told = _Told(digit, length_s, at)
        self._forget_until(at)
        if self._put_back and self._put_back[0].is_like(told):
            self._put_back.popleft()
            told.surely = True
            self._taken = told
            return False
        if self._put_back or self._may_be_early(told):
            told.surely = self._is_early(told)
            self._put_back.append(told)
        else:
            self._taken = told
        return True

    def _forget_until(self, now: float) -> None:
        """Who has not come again in time was taken when it was told first."""
        while self._put_back and now > self._again_by(self._put_back[0]):
            self._taken = self._put_back.popleft()
            self._taken.surely = False
            while self._put_back and not self._may_be_early(self._put_back[0]):
                self._taken = self._put_back.popleft()

    def _may_be_early(self, told: _Told) -> bool:
        return told.at < self._ready_at() + LATE_S

    def _is_early(self, told: _Told) -> bool:
        """Asterisk had to ignore its beginning: another stands before it, is being lengthened, or has just ended."""
        behind = bool(self._put_back) and self._put_back[-1].surely
        lengthening = self._taken.surely and told.at < self._ready_at() - GAP_S
        return behind or lengthening or told.at - self._taken.at < GAP_S

    def _again_by(self, told: _Told) -> float:
        """When it has come again if it was put back."""
        if told.surely:
            return told.at + FORGOTTEN_S
        latest = max(told.at, self._ready_at()) + LATE_S
        if told.at - self._taken.at < told.length_s + PAUSE_S:  # sooner than a phone can: packets came bunched
            return latest
        return min(latest, told.at + told.length_s + PAUSE_S)

    def _ready_at(self) -> float:
        """When Asterisk reads the next key at the latest: the one before is lengthened and the gap is over."""
        return self._taken.at + max(self._taken.length_s, SHORTEST_S) + GAP_S
