"""Legs that have held and hold no more are watched for audio.

The switch gives them the time of holding until their next re-INVITE: it reads `media_timeout` anew only then, and
before we are told that the hold is over (1.10.12, switch_core_media_toggle_hold). Their packets are counted by the
switch (`uuid_set_media_stats`) and looked at a few times within the time of talking.
"""

from __future__ import annotations

from functools import partial

from calls.causes import Cause
from calls.ids import LegId, Seconds
from switch.freeswitch.legs import Leg
from switch.freeswitch.session import Session, Told

_LOOKS = 4
"""Within the time of talking: who is gone is known that time, and at most this part of it, after their last packet."""
_PACKETS = "rtp_audio_in_packet_count"


class Watch:
    """One leg: how many packets had come when there last were new ones, and when that was."""

    def __init__(self, leg: Leg, most_s: Seconds, now: Seconds) -> None:
        self.leg = leg
        self.most_s = most_s
        self.packets = ""
        self.since = now


class Resumed:
    """Ends a leg that sends nothing for its time of talking after a hold."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watches: dict[LegId, Watch] = {}

    def watch(self, leg: Leg, talking_ms: int) -> None:
        """Begin; a leg is watched until it holds again, or ends."""
        now = self._session.loop.time()
        watch = self._watches[leg.id] = Watch(leg, talking_ms / 1000, now)
        self._later(watch)

    def forget(self, leg_id: LegId) -> None:
        """The leg holds again, or has ended."""
        self._watches.pop(leg_id, None)

    def _later(self, watch: Watch) -> None:
        self._session.loop.call_later(watch.most_s / _LOOKS, self._look, watch)

    def _look(self, watch: Watch) -> None:
        leg = watch.leg
        if self._watches.get(leg.id) is not watch:
            return
        if self._session.linked:
            self._session.api("uuid_set_media_stats", leg.id)
            self._session.api("uuid_getvar", f"{leg.id} {_PACKETS}", partial(self._counted, watch))
        else:
            watch.since = self._session.loop.time()  # what came meanwhile is not known
            self._later(watch)

    def _counted(self, watch: Watch, told: Told) -> None:
        leg, now = watch.leg, self._session.loop.time()
        if self._watches.get(leg.id) is not watch:
            return
        packets = told.text.strip()
        if not told.ok or not packets.isdecimal() or packets != watch.packets:
            watch.packets, watch.since = packets, now
        elif now - watch.since >= watch.most_s:
            del self._watches[leg.id]
            self._session.hang_up(leg, Cause.TIMED_OUT)
            return
        self._later(watch)
