"""The dialler places calls out, up to the words that each switch has for them, and ends calls."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

import msgspec

from calls import commands, events
from calls.causes import Cause
from calls.ids import NODE_NAME, LegId
from switch.legs import Leg, unreachable
from switch.session import Session
from switch.trunk_lines import ENDPOINT

_NUMBER = re.compile(r"\+?[0-9*#]{1,32}\Z")
_TEL = "tel:"
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z")
AUTO_ANSWER = "<sip:hotline>;answer-after=0"
"""The value of Call-Info by which a phone picks up by itself."""
SPARE_RING_S = 5
"""How much longer the switch rings than we do: its ring time is for the case that we are gone."""
TRUNK_STATUS = frozenset({401, 402, 403, 407, 408, 488, 500, 501, 502, 503, 504, 505, 513, 580, 606})
"""SIP answers before any ringing that are the trunk's fault and not the number's: another trunk is tried."""
_FAILURE = 300
_TRUNK_CAUSES = frozenset({Cause.TRUNK_UNREACHABLE, Cause.CONGESTION, Cause.WRONG_CREDENTIALS})
"""The same where there was no SIP answer."""

L = TypeVar("L", bound=Leg)


class Dialler(ABC, Generic[L]):
    """HangUp, and what Originate has in common. `switch` is the name of the switch in prose."""

    switch: str
    leg_kind: type[L]

    def __init__(self, session: Session[L]) -> None:
        self._session = session

    def endpoint_of(self, to: str) -> str | None:
        """`phone:1001`, `phone:1001@NODE` or `tel:+8610…` as the switch dials it; None when it is none of these."""
        kind, _, rest = to.partition(":")
        account, at, node = rest.partition("@")
        if kind == "phone" and at and _ACCOUNT.match(account) and NODE_NAME.fullmatch(node):
            return self._peer(account, node)
        if kind == "phone" and _ACCOUNT.match(rest):
            return self._phone(rest)
        if kind == "tel" and _NUMBER.match(rest):
            choice = self._session.trunks.choose(rest, "").routes
            return self._by_trunk(ENDPOINT + choice[0].trunk, choice[0].number) if choice else self._number(rest)
        return None

    @abstractmethod
    def _phone(self, account: str) -> str:
        """The phone of an account, as the switch dials it."""

    @abstractmethod
    def _peer(self, account: str, node: str) -> str:
        """The phone of an account that is registered with another switch of the controller, by way of that one."""

    @abstractmethod
    def _number(self, number: str) -> str:
        """A number of the network, as the switch dials it."""

    # -- out

    def originate(self, command: commands.Originate) -> None:
        """Call. Our own ring time is exact; the switch's, which outlives us, is a little longer."""
        session = self._session
        if command.leg in session.legs:
            return  # the same command again: the first one has its outcome, or will
        endpoint = self.endpoint_of(command.to)
        if endpoint is None:
            session.later(events.CallEnded(command.leg, Cause.FAILED, f"cannot call {command.to!r}"))
            return
        if not session.linked:
            cause = Cause.NO_TRUNK if command.to.startswith(_TEL) else Cause.FAILED  # the number is not to blame
            session.later(events.CallEnded(command.leg, cause, f"the link to {self.switch} is down"))
            return
        leg = self.leg_kind.called_by(command)
        if command.to.startswith(_TEL) and session.trunks.trunks:
            choice = session.trunks.choose(command.to.removeprefix(_TEL), command.caller)
            if not choice.routes:
                session.later(events.CallEnded(command.leg, Cause.NO_TRUNK, choice.reason))
                return
            leg.routes = list(choice.routes)
            session.add(leg)
            self._by_next_trunk(command, leg)
        else:
            session.add(leg)
            leg.ring_timer = session.loop.call_later(command.ring_s, self._rang_out, leg)
            self._place(command, leg, endpoint)

    def _by_next_trunk(self, command: commands.Originate, leg: L) -> None:
        """Call by the first of the routes that are left. Each trunk has the whole ring time."""
        session, route = self._session, leg.routes.pop(0)
        leg.cancel_timers()
        leg.end_timer = None
        leg.trunk, leg.silent = route.trunk, False
        leg.ring_timer = session.loop.call_later(command.ring_s, self._rang_out, leg)
        if leg.routes:
            progress_s = session.trunks.progress_s(route.trunk)
            leg.progress_timer = session.loop.call_later(progress_s, self._heard_nothing, leg)
        session.trunks.begun(route.trunk)
        shown = msgspec.structs.replace(command, caller=route.caller)
        leg.dialled = command
        self._place(shown, leg, self._by_trunk(ENDPOINT + route.trunk, route.number))

    @abstractmethod
    def _by_trunk(self, endpoint: str, number: str) -> str:
        """A number as the switch dials it by the trunk with this endpoint."""

    def not_answered(self, leg: L, cause: Cause, detail: str, status: int) -> None:
        """A leg that we called has come to nothing in the switch. `status`: of the final SIP answer, 0 for none.

        When the trunk is to blame the next one is tried, in the same Originate; when none is left, it has ended.
        """
        session, command = self._session, leg.dialled
        failed = status in TRUNK_STATUS if status >= _FAILURE else cause in _TRUNK_CAUSES
        trunk_failed = leg.silent or (failed and not leg.ringing)
        if not leg.trunk or leg.ending is not None or not trunk_failed or command is None:
            session.end(leg, leg.ending or cause, detail)
            return
        reason = f"SIP {status}" if status >= _FAILURE else detail or cause
        if leg.silent:
            reason = f"nothing was heard for {session.trunks.progress_s(leg.trunk):g} s"
        elif cause is Cause.WRONG_CREDENTIALS:
            reason = f"wrong credentials: the gateway refuses our user and password (SIP {status})"
        session.trunks.failed(leg.trunk, reason)
        leg.refusals.append(f"{leg.trunk}: {reason}")
        if leg.routes and session.linked:
            self._by_next_trunk(command, leg)
        else:
            session.end(leg, Cause.NO_TRUNK, "; ".join(leg.refusals))

    def _heard_nothing(self, leg: L) -> None:
        """Its gateway has said nothing for too long: withdraw the call, and the end of it is followed by the next."""
        leg.progress_timer = None
        if leg.originate is not None and not leg.ringing and leg.ending is None:
            leg.silent = True
            self._withdraw(leg)

    @abstractmethod
    def _withdraw(self, leg: L) -> None:
        """End a call that has not been answered; its end is told by `not_answered`."""

    @abstractmethod
    def _place(self, command: commands.Originate, leg: L, endpoint: str) -> None:
        """Ask the switch for it."""

    def on_ringing(self, leg_id: LegId) -> None:
        """A leg rings, or is heard before it is answered (183); told once, of a leg that we called."""
        leg = self._session.legs.get(leg_id)
        if leg is not None and leg.originate is not None and not leg.ringing:
            leg.ringing = True
            if leg.progress_timer is not None:
                leg.progress_timer.cancel()
                leg.progress_timer = None
            self._session.emit(events.CallRinging(leg.id))

    def _rang_out(self, leg: L) -> None:
        leg.ring_timer = None
        self._session.hang_up(leg, Cause.NO_ANSWER if leg.ringing else unreachable(leg))

    # -- away

    @abstractmethod
    def redirect(self, command: commands.Redirect) -> None:
        """Give the leg away."""

    # -- the end

    def hang_up(self, command: commands.HangUp) -> None:
        """End a leg; withdraw one that still rings."""
        leg = self._session.legs.get(command.leg)
        if leg is None:
            self._session.hang_up_unknown(command)
        else:
            self._session.hang_up(leg, command.cause if leg.originate is None else Cause.CANCELLED)
