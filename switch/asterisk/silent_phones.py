"""Silent phones: an agent's phone from which no audio comes is asked whether it is there, and only then given up.

Some phones send no packet while they are muted, or while nobody speaks (voice activity detection), so silence alone is
no sign of death. Asterisk's own `rtp_timeout` asks nobody, and is far off for these phones (`muted_s`). Instead the
packets of each phone in a call are counted here (`rtp_statistics`), and where none came for the time of the setting:

- Asterisk asks each registered phone by OPTIONS every few seconds anyway. One that does not answer is gone: the leg is
  ended, as timed out.
- One that answers may have started anew and know nothing of the call. It is sent a re-INVITE within the call, which
  changes nothing where the call is known; to a 481 Asterisk ends the leg by itself.

A phone on hold sends nothing either; for it `rtp_timeout_hold` counts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

import structlog

from calls.causes import Cause
from calls.ids import Instant, LegId, Seconds
from switch.asterisk import answers, wire
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session

LOOKS_EVERY_S: Seconds = 2.0
"""A phone is looked at so often, or four times in the time of the setting where that is shorter."""
ASKS_EVERY_S: Seconds = 30.0
"""A phone that goes on being silent is sent a re-INVITE so often."""
_REFRESH = f"variable?variable={wire.part('PJSIP_SEND_SESSION_REFRESH()')}&value=invite"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Heard:
    """Packets that have come from a phone, since when there were no more, and when it was last asked in the call."""

    packets: int
    since: Instant
    asked_at: Instant | None = None


class SilentPhones:
    """Looks at the agents' phones that are in a call. `start` begins, `stop` ends it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._after_s: Seconds = session.options.talking_s
        self._every_s = min(LOOKS_EVERY_S, self._after_s / 4)
        self._heard: dict[LegId, _Heard] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look from now on. What was known before the link was lost says nothing."""
        self.stop()
        self._timer = self._session.loop.call_later(self._every_s, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._heard.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def on_end(self, leg: Leg) -> None:
        """A leg is gone."""
        self._heard.pop(leg.id, None)

    def _look(self) -> None:
        self._timer = self._session.loop.call_later(self._every_s, self._look)
        for leg in self._session.legs.values():
            if leg.device is None or not leg.answered or leg.ending is not None:
                continue
            if leg.held:
                self._heard.pop(leg.id, None)
            else:
                uri = f"channels/{wire.part(leg.id)}/rtp_statistics"
                self._session.request(leg.id, "GET", uri, partial(self._counted, leg))

    def _is_over(self, leg: Leg) -> bool:
        return leg.held or leg.ending is not None or self._session.legs.get(leg.id) is not leg

    def _counted(self, leg: Leg, reply: Reply) -> None:
        if not reply.ok or self._is_over(leg) or self._timer is None:
            return
        packets, now = wire.decode_body(reply.body, answers.RtpStatistics).rxcount, self._session.loop.time()
        heard = self._heard.get(leg.id)
        if heard is None or heard.packets != packets:
            self._heard[leg.id] = _Heard(packets, now)
        elif now - heard.since >= self._after_s - 1.5 * self._every_s:  # the last packet came up to one look sooner
            user = f"{self._session.options.device_prefix}{leg.device}"
            self._session.request(leg.id, "GET", f"endpoints/PJSIP/{wire.part(user)}", partial(self._asked, leg, heard))

    def _asked(self, leg: Leg, heard: _Heard, reply: Reply) -> None:
        if not reply.ok or self._is_over(leg) or self._heard.get(leg.id) is not heard:
            return
        now = self._session.loop.time()
        if wire.decode_body(reply.body, answers.Endpoint).state != "online":
            self._session.hang_up(leg, Cause.TIMED_OUT)
        elif heard.asked_at is None or now - heard.asked_at >= ASKS_EVERY_S:
            if heard.asked_at is None:
                advice = "nothing, where it is muted and sends no packets meanwhile; else look for one-way audio"
                log.info("no audio of a phone that answers", leg=leg.id, device=leg.device, advice=advice)
            heard.asked_at = now
            self._session.request(leg.id, "POST", f"channels/{wire.part(leg.id)}/{_REFRESH}")
