"""Transfers by a phone's own key: REFER is told as TransferRequested, and has been refused by then.

The switch carries out none, whoever sends it: its profile answers 403, and tells what was asked for before
(`sip_watch_headers`; freeswitch/conf/freeswitch.xml says why it is not trusted with more). So a phone is told nothing
of what becomes of its request: it sees 403 in each case, and that its call ends where the other side was handed on.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import structlog

from calls import commands, events
from calls.ids import LegId
from switch.freeswitch.session import Session
from switch.freeswitch.wire import Event

WATCHED = "sofia::notify_watched_header"
_TARGET = re.compile(r"(?:<|\A)\s*(?:sips?:([^@>;?:]+)[^@>?]*@|tel:([^>;?]+))", re.IGNORECASE)
_REPLACES = re.compile(r"\?(?:.*&)?replaces=", re.IGNORECASE)

log = structlog.get_logger(__name__)


class Transferring:
    """What phones ask for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_header(self, event: Event) -> None:
        """A phone in a talk asks. Of others, and of what replaces another call, nothing is told: they are refused."""
        leg = self._session.legs.get(LegId(event.leg))
        if leg is None or leg.device is None or leg.talk is None or leg.ending is not None:
            return
        if not event.get("SIP-Message").startswith("REFER ") or event.get("Header-Name").lower() != "refer-to":
            return
        to = target_of(event.get("Header-Value"))
        if to:
            self._session.emit(events.TransferRequested(leg.id, to))
        else:
            log.info("transfer_without_target", leg=leg.id, device=leg.device)

    def report(self, command: commands.ReportTransfer) -> None:
        """Tell the phone: it has been told, before anybody knew."""
        if self._session.leg_of(command) is not None:
            self._session.later(events.CommandDone(command.attempt, command.leg))


def target_of(refer_to: str) -> str:
    """The user part of a Refer-To (RFC 3515), the number of a tel URI; empty where there is none, or with Replaces."""
    found = _TARGET.search(refer_to)
    if found is None or _REPLACES.search(refer_to):
        return ""
    return unquote(found[1] or found[2])
