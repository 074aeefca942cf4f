"""Transfers by a phone's own key: REFER is told as TransferRequested, and the phone hears what becomes of it.

Asterisk itself moves nobody (`PJSIP_TRANSFER_HANDLING`, `ari-only`, on the endpoints of agents' phones): it answers
202, tells ChannelTransfer, and sends a NOTIFY for each report of ours. A REFER on a trunk is answered 603.
"""

from __future__ import annotations

from calls import commands, events
from calls.ids import LegId
from switch.asterisk import wire
from switch.asterisk.session import Session

_STATES = {"done": "channel_answered", "refused": "channel_declined"}
"""States of `transfer_progress`: the NOTIFY then has 200 or 603 (22.10.1)."""
_ECHO_S = 0.3
"""A hang-up that overtakes the report would take the NOTIFY along, so it waits for the echo, which comes in its turn on
the channel's own thread, or for so long."""


class Transferring:
    """What phones ask for, and what they are told."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_transfer(self, event: wire.ChannelTransfer) -> None:
        """A phone asks. Where it names another call of its own (Replaces), its number says nothing."""
        leg = self._session.legs.get(LegId(event.referred_by.source_channel.id))
        if leg is None:
            return  # it has just ended
        if event.state:
            self._session.reported(leg)
            return
        target = event.refer_to.requested_destination
        other = event.refer_to.destination_channel
        replaces = self._session.legs.get(LegId(other.id)) if other is not None else None
        if replaces is not None:
            self._session.emit(events.TransferRequested(leg.id, target.destination, replaces=replaces.id))
        elif target.destination and not target.protocol_id and other is None:
            self._session.emit(events.TransferRequested(leg.id, target.destination))
        else:  # nobody is named, or a call that is none of ours
            self._session.request(leg.id, "POST", _uri(leg.id, "refused"))

    def report(self, command: commands.ReportTransfer) -> None:
        """Tell the phone."""
        leg = self._session.leg_of(command)
        if leg is not None:
            if leg.report_timer is None:
                leg.report_timer = self._session.loop.call_later(_ECHO_S, self._session.reported, leg)
            self._session.quick(command, "POST", _uri(command.leg, command.progress))


def _uri(leg: LegId, progress: str) -> str:
    return f"channels/{wire.part(leg)}/transfer_progress?states={_STATES[progress]}"
