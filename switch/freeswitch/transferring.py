"""Transfers by a phone's own key: REFER is told as TransferRequested, and has been refused by then.

The switch carries out none, whoever sends it: its profile answers 403, and tells what was asked for before
(`sip_watch_headers`; freeswitch/conf/freeswitch.xml says why it is not trusted with more). So a phone is told nothing
of what becomes of its request: it sees 403 in each case, and that its call ends where the other side was handed on.
A second call that it names (Replaces, RFC 3891) is found by the Call-ID of its dialog.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import structlog

from calls import commands, events
from calls.ids import LegId
from switch.freeswitch.legs import Leg
from switch.freeswitch.session import Session
from switch.freeswitch.wire import Event

WATCHED = "sofia::notify_watched_header"
_TARGET = re.compile(r"(?:<|\A)\s*(?:sips?:([^@>;?:]+)[^@>?]*@|tel:([^>;?]+))", re.IGNORECASE)
_REPLACES = re.compile(r"\?(?:.*&)?replaces=([^&>]*)", re.IGNORECASE)

CALL_ID = "sip_call_id"
"""The switch's variable with the Call-ID of a leg's dialog."""

log = structlog.get_logger(__name__)


class Transferring:
    """What phones ask for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_header(self, event: Event) -> None:
        """A phone in a talk asks. Of others, and of a second call that is none of ours, nothing is told."""
        leg = self._session.legs.get(LegId(event.leg))
        if leg is None or leg.device is None or leg.talk is None or leg.ending is not None:
            return
        if not event.get("SIP-Message").startswith("REFER ") or event.get("Header-Name").lower() != "refer-to":
            return
        to, named = asked(event.get("Header-Value"))
        if named is None and to:
            self._session.emit(events.TransferRequested(leg.id, to))
        elif named and (other := self._leg_with(named)) is not None and other is not leg:
            self._session.emit(events.TransferRequested(leg.id, to, replaces=other.id))
        else:
            log.info("transfer_without_target", leg=leg.id, device=leg.device)

    def _leg_with(self, call_id: str) -> Leg | None:
        legs = self._session.legs.values()
        return next((leg for leg in legs if leg.call_id == call_id and leg.ending is None), None)

    def report(self, command: commands.ReportTransfer) -> None:
        """Tell the phone: it has been told, before anybody knew."""
        if self._session.leg_of(command) is not None:
            self._session.later(events.CommandDone(command.attempt, command.leg))


def asked(refer_to: str) -> tuple[str, str | None]:
    """What a Refer-To (RFC 3515) asks for: the user part, or the number of a tel URI, empty where there is none; and
    the Call-ID of the dialog that is to be replaced, None where none is."""
    target, replaces = _TARGET.search(refer_to), _REPLACES.search(refer_to)
    to = "" if target is None else unquote(target[1] or target[2])
    return to, None if replaces is None else unquote(replaces[1]).partition(";")[0].strip()
