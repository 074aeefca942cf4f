"""The dialler places calls out, ends calls, and gives a leg away."""

from __future__ import annotations

import math
import re
from functools import partial

from calls import commands, events
from calls.causes import Cause, FailureReason
from calls.ids import LegId, Seconds
from calls.sip_causes import cause_of_q850
from switch import originating
from switch.asterisk import called, voices, wire
from switch.asterisk.legs import CAUSE_OF_MASK, Leg, failure_of
from switch.asterisk.requests import Reply
from switch.asterisk.session import Session
from switch.legs import cause_of_end, unreachable
from switch.originating import AUTO_ANSWER, SPARE_RING_S
from switch.peers import DIALLED, peer_user

_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f"\\<>]')
ARGUMENT = "out"
"""The Stasis argument of a leg that we called."""
_FAILURE = 300
_BEGUN_S: Seconds = 0.05
"""Asterisk tells within milliseconds that it begins to call."""
AWAY_CONTEXT = "hotline-given-away"
AWAY_VARIABLE = "HOTLINE_AWAY_TO"


class Dialler(originating.Dialler[Leg]):
    """Originate, HangUp, Redirect."""

    switch = "Asterisk"
    leg_kind = Leg
    _session: Session

    def _phone(self, account: str) -> str:
        return f"PJSIP/{self._session.options.device_prefix}{account}"

    def _peer(self, account: str, node: str) -> str:
        return f"PJSIP/{DIALLED}{account}@{peer_user(node)}"

    def _number(self, number: str) -> str:
        return f"PJSIP/{number}@{self._session.options.gateway}"

    def _by_trunk(self, endpoint: str, number: str) -> str:
        return f"PJSIP/{number}@{endpoint}"

    # -- out

    def _place(self, command: commands.Originate, leg: Leg, endpoint: str) -> None:
        leg.hanging_up, leg.seen_cause, leg.seen_status = False, 0, 0
        leg.begun = False
        name = _UNSAFE_IN_NAME.sub(" ", command.caller_name)
        number = _UNSAFE_IN_NAME.sub("", command.caller)
        body: dict[str, object] = {
            "endpoint": endpoint,
            "callerId": f'"{name}" <{number}>',
            "timeout": math.ceil(command.ring_s) + SPARE_RING_S,
        }
        variables = {called.MARK: self._session.options.application}
        if command.auto_answer:
            variables["PJSIP_HEADER(add,Call-Info)"] = AUTO_ANSWER
        if command.watch_voice:
            variables[voices.VARIABLE] = voices.VALUE
        body["variables"] = variables
        self._request(leg, body)

    def _request(self, leg: Leg, body: dict[str, object], *, into_application: bool = False) -> None:
        """Ask for the call, before what the same event gave rise to: a talk taken apart, a caller who is answered."""
        session, channel = self._session, wire.part(leg.id)
        application = session.options.application
        leg.placing = body
        placed = partial(self._placed, leg, body)
        if into_application or not session.has_called_context:
            into = {"app": application, "appArgs": ARGUMENT}
            session.request_first(leg.id, "POST", f"channels/{channel}", placed, body | into)
            return
        session.request_first(leg.id, "POST", f"channels/{channel}", placed, body | called.PLACE)
        events_of = f"applications/{wire.part(application)}/subscription?eventSource=channel:{channel}"
        session.request_first(leg.id, "POST", events_of, partial(self._subscribed, leg, body))

    def on_dial(self, event: wire.Dial) -> None:
        """A leg is being called, rings (180), or is heard before its answer (183: the channel's state stays Down)."""
        if event.dialstatus in ("RINGING", "PROGRESS"):
            self.on_ringing(LegId(event.peer.id))
        elif not event.dialstatus and (leg := self._session.legs.get(LegId(event.peer.id))) is not None:
            leg.begun = True

    def on_answered(self, leg: Leg) -> None:
        """A leg that we called came under our control: it is up."""
        attempt = leg.answer()
        if attempt is not None and leg.ending is None:
            self._session.emit(events.CallAnswered(leg.id, attempt))

    def _is_placing(self, leg: Leg, body: dict[str, object]) -> bool:
        """Whether the leg still is of this request, and not answered. After a trunk that failed it is of the next."""
        return self._session.legs.get(leg.id) is leg and leg.placing is body and leg.originate is not None

    def _subscribed(self, leg: Leg, body: dict[str, object], reply: Reply) -> None:
        """Refused: it ended in the moment between both requests, and nobody is told why: busy, or a gateway that is
        down. It is placed again, into the application, which is told of every end. Nobody was woken by a moment."""
        if reply.ok and not leg.begun:
            self._session.loop.call_later(_BEGUN_S, self._look, leg, body)
        if reply.failure != "refused" or not self._is_placing(leg, body):
            return
        if leg.ending is None:
            self._request(leg, dict(body), into_application=True)
        else:
            self.not_answered(leg, unreachable(leg), "it ended at once", 0)

    def _look(self, leg: Leg, body: dict[str, object]) -> None:
        """Of whom it was told that the call begins, all that follows is told. Another may have begun to ring in that
        moment between both requests, and is looked at."""
        if not leg.begun and not leg.ringing and self._is_placing(leg, body):
            uri = f"channels/{wire.part(leg.id)}"
            self._session.request_first(leg.id, "GET", uri, partial(self._seen, leg, body))

    def _seen(self, leg: Leg, body: dict[str, object], reply: Reply) -> None:
        """It rings, or not."""
        if not reply.ok or not self._is_placing(leg, body):
            return
        if wire.decode_body(reply.body, wire.Channel).state == "Ringing":
            self.on_ringing(leg.id)

    def _placed(self, leg: Leg, body: dict[str, object], reply: Reply) -> None:
        if reply.ok or self._session.legs.get(leg.id) is not leg or reply.failure == "switch_lost":
            return  # after a lost link, the inventory tells what became of it
        if reply.status == 404 and leg.placing is body and self._session.has_called_context:
            # Its dialplan is of an earlier release: who answers while no controller is there is hung up.
            self._session.has_called_context = False
            self._request(leg, dict(body))
        elif reply.status == 409:
            # A duplicate, says Asterisk; and, after one duplicate, of anything that it cannot call (22.10.1).
            self._session.request(leg.id, "GET", f"channels/{wire.part(leg.id)}", partial(self._confirmed, leg))
        elif reply.failure == "deadline":
            self._session.hang_up(leg, Cause.FAILED)
        else:
            self._not_placed(leg, reply)

    def _confirmed(self, leg: Leg, reply: Reply) -> None:
        if not reply.ok and reply.failure != "switch_lost" and self._session.legs.get(leg.id) is leg:
            self._not_placed(leg, reply)

    def _not_placed(self, leg: Leg, reply: Reply) -> None:
        # Asterisk says 500 "Allocation failed" when no phone is registered for the account, and of a trunk without one
        # address that answers.
        self.not_answered(leg, unreachable(leg), reply.reason, 0)

    def _withdraw(self, leg: Leg) -> None:
        self._session.request(leg.id, "DELETE", f"channels/{wire.part(leg.id)}")

    # -- the end

    def on_hangup_request(self, event: wire.ChannelHangupRequest) -> None:
        """Remember the cause: the events that end a leg may not have it.

        An agent whose phone hung up is free from now on: StasisEnd comes once the channel's own thread has had its
        turn, which with hundreds of callers is many milliseconds later. A leg on which something is open (a recording
        that is about to be told of) is left to StasisEnd, and so is one that we hang up: its phone is not yet free.
        """
        leg = self._session.legs.get(LegId(event.channel.id))
        if leg is None:
            return
        leg.hanging_up = True
        if event.soft:
            leg.mask = event.cause
            return
        leg.seen_cause, leg.seen_status = event.cause or leg.seen_cause, event.tech_cause or leg.seen_status
        if leg.answered and not leg.inbound and not leg.open:
            self._gone(leg)

    def on_gone(self, event: wire.StasisEnd) -> None:
        """A leg left us: hung up, or given away."""
        leg = self._session.legs.get(LegId(event.channel.id))
        if leg is not None:
            self._gone(leg)

    def _gone(self, leg: Leg) -> None:
        if leg.ending is not None:
            self._session.end(leg, leg.ending)
        elif leg.mask:
            self._session.end(leg, CAUSE_OF_MASK.get(leg.mask, Cause.FAILED), f"ended by Asterisk, mask {leg.mask}")
        else:
            cause = cause_of_end(leg, leg.seen_status, cause_of_q850(leg.seen_cause))
            self._session.end(leg, cause, _native(leg.seen_status, leg.seen_cause))

    def on_destroyed(self, event: wire.ChannelDestroyed) -> None:
        """A leg that never came under our control has ended: it was not answered."""
        leg = self._session.legs.get(LegId(event.channel.id))
        if leg is not None:
            cause = cause_of_end(leg, event.tech_cause, cause_of_q850(event.cause))
            detail = f"{_native(event.tech_cause, event.cause)} {event.cause_txt}".strip()
            self.not_answered(leg, cause, detail, event.tech_cause)

    # -- away

    def redirect(self, command: commands.Redirect) -> None:
        """Give the leg to the dialplan, which dials `to` and keeps the audio."""
        session = self._session
        leg = session.legs.get(command.leg)
        endpoint = self.endpoint_of(command.to)
        if leg is None or endpoint is None:
            reason: FailureReason = session.missing if leg is None else "refused"
            session.later(
                events.CommandFailed(command.attempt, reason, command.leg, f"cannot redirect to {command.to!r}")
            )
            return
        session.quiet(leg)
        leg.open[command.attempt] = command
        uri = f"channels/{wire.part(leg.id)}"
        session.request(leg.id, "POST", f"{uri}/variable?variable={AWAY_VARIABLE}&value={wire.part(endpoint)}")
        leg.ending = Cause.TRANSFERRED
        session.request(
            leg.id,
            "POST",
            f"{uri}/continue?context={AWAY_CONTEXT}&extension=s&priority=1",
            partial(self._redirected, command),
        )

    def _redirected(self, command: commands.Redirect, reply: Reply) -> None:
        leg = self._session.close(command) if not reply.ok else None
        if leg is not None:
            leg.ending = None
            self._session.emit(failure_of(command, reply))


def _native(status: int, q850: int) -> str:
    if status >= _FAILURE:
        return f"SIP {status}"
    return f"Q.850 {q850}" if q850 else ""
