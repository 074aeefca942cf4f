"""The dialler places calls out, up to the words that each switch has for them, and ends calls."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from calls import commands, events
from calls.causes import Cause
from calls.ids import NODE_NAME, LegId
from switch.legs import Leg, unreachable
from switch.session import Session

_NUMBER = re.compile(r"\+?[0-9*#]{1,32}\Z")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z")
SPARE_RING_S = 5
"""How much longer the switch rings than we do: its ring time is for the case that we are gone."""

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
            return self._number(rest)
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
        elif not session.linked:
            session.later(events.CallEnded(command.leg, Cause.FAILED, f"the link to {self.switch} is down"))
        else:
            leg = self.leg_kind.called_by(command)
            session.add(leg)
            leg.ring_timer = session.loop.call_later(command.ring_s, self._rang_out, leg)
            self._place(command, leg, endpoint)

    @abstractmethod
    def _place(self, command: commands.Originate, leg: L, endpoint: str) -> None:
        """Ask the switch for it."""

    def on_ringing(self, leg_id: LegId) -> None:
        """A leg rings, or is heard before it is answered (183); told once, of a leg that we called."""
        leg = self._session.legs.get(leg_id)
        if leg is not None and leg.originate is not None and not leg.ringing:
            leg.ringing = True
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
            self._session.later(events.CallEnded(command.leg, Cause.LOST, "no such leg"))
        else:
            self._session.hang_up(leg, command.cause if leg.originate is None else Cause.CANCELLED)
