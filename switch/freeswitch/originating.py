"""The dialler places calls out, ends calls, and gives a leg away."""

from __future__ import annotations

import asyncio
import math
import re
from functools import partial

from calls import commands, events
from calls.causes import Cause
from calls.errors import SwitchAway, SwitchError
from calls.ids import LegId
from switch import originating
from switch.freeswitch.legs import Leg, cause_of, end_of, failed
from switch.freeswitch.session import Session, Told
from switch.freeswitch.wire import CommandRefused, Event
from switch.legs import cause_of_end
from switch.originating import AUTO_ANSWER, SPARE_RING_S
from switch.peers import DIALLED, peer_user
from switch.trunk_lines import trunk_of

_UNSAFE = re.compile(r"[\x00-\x1f\x7f'\"\\<>,;{}\[\]()$|^@&]")
"""What ends a value, begins a variable, or separates values in the switch's own language of originate."""
_FAILURE = 300
_WORDS = {
    "GATEWAY_DOWN": "its gateway is down",  # not registered, or silent when asked: no INVITE is sent
    "INVALID_GATEWAY": "the switch does not know its gateway",
}
_LEG_VARIABLES = (
    "park_after_bridge=true,hangup_after_bridge=false,uuid_bridge_park_on_cancel=true,playback_terminators=none,"
    "ignore_early_media=true,RECORD_STEREO=true,RECORD_MIN_SEC=0,hotline_role=out"
)


class Dialler(originating.Dialler[Leg]):
    """Originate, HangUp, Redirect."""

    switch = "FreeSWITCH"
    leg_kind = Leg
    _session: Session

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._jobs: set[asyncio.Future[str]] = set()

    def _phone(self, account: str) -> str:
        return f"user/{self._session.options.device_prefix}{account}@{self._session.options.domain}"

    def _peer(self, account: str, node: str) -> str:
        return f"sofia/gateway/{peer_user(node)}/{DIALLED}{account}"

    def _number(self, number: str) -> str:
        return f"sofia/gateway/{self._session.options.gateway}/{number}"

    def _by_trunk(self, endpoint: str, number: str) -> str:
        trunk = self._session.trunks.trunks.get(trunk_of(endpoint))
        secure = "[rtp_secure_media=mandatory]" if trunk is not None and trunk.srtp else ""
        return f"{secure}sofia/gateway/{endpoint}/{number}"

    # -- out

    def _place(self, command: commands.Originate, leg: Leg, endpoint: str) -> None:
        session = self._session
        leg.created, leg.job_done, leg.refused = False, False, None
        variables = [
            f"origination_uuid={command.leg}",
            f"hotline_called={leg.called}",
            f"origination_caller_id_number='{_UNSAFE.sub('', command.caller)}'",
            f"origination_caller_id_name='{_UNSAFE.sub(' ', command.caller_name)}'",
            f"originate_timeout={math.ceil(command.ring_s) + SPARE_RING_S}",
            _LEG_VARIABLES,
        ]
        if command.auto_answer:
            variables.append(f"sip_h_Call-Info='{AUTO_ANSWER}'")
        if leg.device is not None:
            variables.append(f"hotline_device={leg.device}")
        if leg.trunk:
            variables.append(f"hotline_trunk={leg.trunk}")
        if session.options.controller:
            variables.append(f"hotline_controller={session.options.controller}")
        argument = f"{{{','.join(variables)}}}{endpoint} &park()"
        try:
            job = session.client.job("originate", argument, command.ring_s + SPARE_RING_S + session.options.deadline_s)
        except CommandRefused as refused:
            session.loop.call_soon(session.end, leg, Cause.FAILED, str(refused))
            return
        self._jobs.add(job)
        job.add_done_callback(partial(self._placed, leg))

    def on_create(self, event: Event) -> None:
        """CHANNEL_CREATE: the channel of an Originate is there. A cancel that came too early is repeated."""
        leg = self._session.legs.get(LegId(event.leg))
        if leg is None:
            return
        leg.created = True
        if leg.ending is not None:
            self._session.kill(leg)

    def on_parked(self, leg: Leg) -> None:
        """CHANNEL_PARK of a leg that we called: it is up, and ours to use. Answered alone it is not yet."""
        if leg.originate is None:
            return
        attempt = leg.answer()
        assert attempt is not None
        if leg.ending is not None:
            self._session.kill(leg)
        else:
            self._session.emit(events.CallAnswered(leg.id, attempt))

    def _placed(self, leg: Leg, job: asyncio.Future[str]) -> None:
        """The job is done: `-ERR CAUSE` when it was never answered. Of `+OK` the park that follows is waited for."""
        self._jobs.discard(job)
        session = self._session
        if job.cancelled() or session.legs.get(leg.id) is not leg:
            return
        fault = job.exception()
        if isinstance(fault, SwitchAway):
            if session.client.connected:
                session.hang_up(leg, Cause.FAILED)
            return  # after a lost link, the inventory tells what became of it
        if isinstance(fault, SwitchError):
            session.end(leg, Cause.FAILED, str(fault))
            return
        text = job.result().strip()
        if text.startswith("-"):
            name = text.removeprefix("-ERR").strip()
            if leg.trunk:
                self._job_ended(leg, name)
            elif leg.created and leg.ending is None:
                session.await_end(leg, partial(self._ended, leg, 0, name))  # its own event has the SIP status
            else:
                self._ended(leg, 0, name)

    def _job_ended(self, leg: Leg, name: str) -> None:
        """The next trunk may use the leg's id only when both have been told: the channel's end, and the job's."""
        leg.job_done = True
        if leg.refused is not None:
            self._refused(leg, *leg.refused)
        elif leg.created and leg.ending is None:
            self._session.await_end(leg, partial(self._refused, leg, 0, name))
        else:
            self._refused(leg, 0, name)

    def _refused(self, leg: Leg, status: int, name: str) -> None:
        detail = f"SIP {status} {name}" if status >= _FAILURE else _WORDS.get(name, name)
        self.not_answered(leg, cause_of_end(leg, status, cause_of(name)), detail, status)

    def _withdraw(self, leg: Leg) -> None:
        self._session.kill(leg)

    # -- the end

    def on_hangup_complete(self, event: Event) -> None:
        """CHANNEL_HANGUP_COMPLETE: the leg is gone."""
        leg = self._session.legs.get(LegId(event.leg))
        if leg is None:
            return
        status, name = end_of(event)
        if not leg.trunk or leg.originate is None or leg.dialled is None or leg.ending is not None:
            self._ended(leg, status, name)
        elif leg.job_done:
            self._refused(leg, status, name)
        else:
            leg.refused = status, name

    def _ended(self, leg: Leg, status: int, name: str) -> None:
        cause = leg.ending or cause_of_end(leg, status, cause_of(name))
        self._session.end(leg, cause, f"SIP {status} {name}" if status >= _FAILURE else name)

    # -- away

    def redirect(self, command: commands.Redirect) -> None:
        """Bridge it to the target in the switch alone. If that fails it comes back to its park, and to us."""
        session = self._session
        leg = session.leg_of(command)
        if leg is None:
            return
        endpoint = self.endpoint_of(command.to)
        if endpoint is None:
            session.later(failed(command, "refused", f"cannot call {command.to!r}"))
            return
        leg.open[command.attempt] = command
        leg.away = command
        leg.parked = False
        session.clear_floor(leg)
        session.setvar(leg.id, "park_after_bridge", "false")
        session.setvar(leg.id, "hangup_after_bridge", "true")
        session.setvar(leg.id, "continue_on_fail", "true")
        session.setvar(leg.id, "hotline_role", "away")
        session.api("uuid_transfer", f"{leg.id} bridge:{endpoint},park inline", partial(self._transferred, command))

    def _transferred(self, command: commands.Redirect, told: Told) -> None:
        leg = self._session.legs.get(command.leg)
        if told.reason is not None and leg is not None and leg.away is command:
            self._come_back(leg, failed(command, told.reason, told.text))

    def on_bridge(self, event: Event) -> None:
        """CHANNEL_BRIDGE: a leg that was given away has arrived. It goes on without us."""
        for name in ("Bridge-A-Unique-ID", "Bridge-B-Unique-ID"):
            leg = self._session.legs.get(LegId(event.get(name)))
            if leg is not None and leg.away is not None:
                leg.open.pop(leg.away.attempt, None)
                self._session.end(leg, Cause.TRANSFERRED, leg.away.to)

    def on_redirect_parked(self, leg: Leg) -> bool:
        """CHANNEL_PARK of a leg that was to be given away: nobody took it. Says whether it was that."""
        command = leg.away
        if command is None:
            return False
        self._come_back(leg, failed(command, "refused", "nobody took the call"))
        return True

    def _come_back(self, leg: Leg, outcome: events.SwitchEvent) -> None:
        assert leg.away is not None
        leg.open.pop(leg.away.attempt, None)
        leg.away = None
        self._session.setvar(leg.id, "park_after_bridge", "true")
        self._session.setvar(leg.id, "hangup_after_bridge", "false")
        role = ("caller" if leg.device is None else "agent") if leg.inbound else "out"
        self._session.setvar(leg.id, "hotline_role", role)
        self._session.emit(outcome)
