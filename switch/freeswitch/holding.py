"""Holding tells of a hold by a phone's own key, and gives the holder the time without audio that a hold may have.

The music is the switch's: the variable `hold_music` of the holder's leg, which is a global one. So is
`hold_hangup_xfer_exten`, without which the other leg is hung up with a holder who hangs up (1.10.12,
switch_ivr_bridge.c).
"""

from __future__ import annotations

from functools import partial

from calls.ids import LegId
from switch.freeswitch.legs import Leg
from switch.freeswitch.resumed import Resumed
from switch.freeswitch.session import Session, Told


class Holding:
    """CHANNEL_HOLD and CHANNEL_UNHOLD.

    The switch gives a holder `media_hold_timeout` by itself, and forgets it a quarter of a second later, when it reads
    `media_timeout` anew as the re-INVITE is through (1.10.12, check_media_timeout_params). So that one is set
    meanwhile: many phones send nothing while they hold, and would be taken for dead.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._resumed = Resumed(session)

    def held(self, leg_id: LegId) -> None:
        """The far end holds."""
        leg = self._session.legs.get(leg_id)
        self._session.hold(leg_id, True)
        self._resumed.forget(leg_id)
        if leg is not None:
            self._session.api("uuid_getvar", f"{leg_id} media_hold_timeout", partial(self._have_time, leg))
            if not leg.talking_ms:
                self._session.api("uuid_getvar", f"{leg_id} media_timeout", partial(self._keep, leg))

    def _keep(self, leg: Leg, told: Told) -> None:
        if told.ok and told.text.strip().isdecimal():
            leg.talking_ms = told.text.strip()

    def _have_time(self, leg: Leg, told: Told) -> None:
        if leg.held and told.ok and told.text.strip().isdecimal():
            self._session.setvar(leg.id, "media_timeout", told.text.strip())

    def resumed(self, leg_id: LegId) -> None:
        """The far end holds no more. The switch reads the time of talking at the next re-INVITE only: see `resumed`."""
        leg = self._session.legs.get(leg_id)
        if leg is not None and leg.talking_ms:
            self._session.setvar(leg_id, "media_timeout", leg.talking_ms)
            self._resumed.watch(leg, int(leg.talking_ms))
        self._session.hold(leg_id, False)

    def on_end(self, leg: Leg) -> None:
        """A leg ended."""
        self._resumed.forget(leg.id)
