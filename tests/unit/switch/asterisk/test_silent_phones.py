"""A phone from which no audio comes: when it is asked, what its answers mean, and who is never asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from unittest.mock import Mock, create_autospec

import pytest

from calls import events
from calls.causes import Cause
from calls.ids import LegId
from switch.asterisk.client import AriClient
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply
from switch.asterisk.session import AsteriskOptions, Session
from switch.asterisk.silent_phones import ASKS_EVERY_S, LOOKS_EVERY_S, SilentPhones

pytestmark = pytest.mark.unit

PHONE = LegId("phone")
NOTICED_S = 10.0


class Stage:
    """One phone in a call. `packets` have come of it; `online` is what Asterisk thinks of its registration."""

    def __init__(self, device: str | None = "8001", talking_s: float = 8.0) -> None:
        self.now = 0.0
        self.packets, self.online = 0, True
        self.asked: list[tuple[str, str]] = []
        self.told: list[events.SwitchEvent] = []
        self.due: list[tuple[float, Callable[[], None]]] = []
        options = AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret", talking_s=talking_s)
        self.session = Session(options)
        self.session.client = create_autospec(AriClient, instance=True)
        self.session.client.request = self._request  # type: ignore[method-assign]  # Asterisk
        self.session.loop = self  # type: ignore[assignment]  # its timers and its clock are asked, and no more
        self.session.emit = self.told.append
        self.leg = Leg(PHONE, "", "", inbound=False, device=device)
        self.leg.answered = True
        self.session.add(self.leg)
        self.phones = SilentPhones(self.session)
        self.phones.start()

    def time(self) -> float:
        return self.now

    def call_later(self, delay_s: float, call: Callable[..., None], *args: object) -> Mock:
        self.due.append((self.now + delay_s, lambda: call(*args)))
        return Mock()

    def _request(self, method: str, uri: str, then: Callable[[Reply], None] | None = None, *more: object) -> None:
        body = {"rxcount": self.packets} if "rtp_statistics" in uri else {"resource": "x", "state": self.state}
        if "rtp_statistics" not in uri:
            self.asked.append((method, uri))
        if then is not None:
            then(Reply(200, json.dumps(body)))

    @property
    def state(self) -> str:
        return "online" if self.online else "offline"

    def passes(self, seconds: float, packets_s: int = 0) -> None:
        """Time, with so many packets a second."""
        until = self.now + seconds
        while self.due and min(self.due)[0] <= until and self.leg.ending is None:
            at, call = min(self.due, key=lambda due: due[0])
            self.due.remove((at, call))
            self.packets += round((at - self.now) * packets_s)
            self.now = at
            call()
        if self.leg.ending is None:
            self.packets += round((until - self.now) * packets_s)
            self.now = until

    def asked_in_the_call(self) -> int:
        return sum(method == "POST" for method, _ in self.asked)


def test_a_phone_that_speaks_is_asked_nothing() -> None:
    stage = Stage()
    stage.passes(60.0, packets_s=50)
    assert stage.asked == []


@pytest.mark.parametrize("dies_at", [10.0, 10.5, 11.9])
def test_a_phone_that_is_gone_is_ended_in_time(dies_at: float) -> None:
    stage = Stage()
    stage.passes(dies_at, packets_s=50)
    stage.online = False
    stage.passes(60.0)
    assert stage.leg.ending is Cause.TIMED_OUT
    assert LOOKS_EVERY_S < stage.now - dies_at <= NOTICED_S


def test_a_phone_that_answers_is_asked_in_the_call_now_and_then_and_is_there() -> None:
    stage = Stage()
    stage.passes(10.0, packets_s=50)
    stage.passes(3 * ASKS_EVERY_S)
    assert stage.leg.ending is None
    assert stage.asked_in_the_call() == 3
    posted = next(uri for method, uri in stage.asked if method == "POST")
    assert posted == "channels/phone/variable?variable=PJSIP_SEND_SESSION_REFRESH%28%29&value=invite"
    assert ("GET", "endpoints/PJSIP/agent-8001") in stage.asked


def test_a_phone_that_speaks_again_begins_anew() -> None:
    stage = Stage()
    stage.passes(20.0)
    stage.passes(1.0, packets_s=50)
    stage.online = False
    before = stage.now
    stage.passes(60.0)
    assert stage.now - before > LOOKS_EVERY_S


@pytest.mark.parametrize("why", ["a caller", "on hold", "not answered", "hung up by us"])
def test_nobody_else_is_looked_at(why: str) -> None:
    stage = Stage(device=None if why == "a caller" else "8001")
    stage.leg.held = why == "on hold"
    stage.leg.answered = why != "not answered"
    stage.online = False
    if why == "hung up by us":
        stage.leg.ending = Cause.NORMAL
    stage.passes(60.0)
    assert stage.asked == []
    assert stage.leg.ending is (Cause.NORMAL if why == "hung up by us" else None)


def test_the_time_of_a_hold_is_no_silence() -> None:
    stage = Stage()
    stage.passes(4.0)
    stage.leg.held = True
    stage.passes(60.0)
    stage.leg.held, stage.online = False, False
    resumed_at = stage.now
    stage.passes(60.0)
    assert stage.now - resumed_at > LOOKS_EVERY_S


def test_after_a_lost_link_it_counts_from_the_beginning() -> None:
    stage = Stage()
    stage.passes(7.0)
    stage.phones.stop()
    stage.due.clear()
    stage.passes(60.0)
    stage.online = False
    stage.phones.start()
    back_at = stage.now
    stage.passes(60.0)
    assert 4.0 < stage.now - back_at <= NOTICED_S
