"""Why a leg ended, from what a switch tells: its SIP status, its own cause, and whether it rang."""

import asyncio
from unittest.mock import Mock, create_autospec

import pytest

from calls.causes import Cause
from calls.ids import AttemptId, LegId
from switch.legs import Leg, cause_of_end

pytestmark = pytest.mark.unit


def called(device: str | None, *, rang: bool, ours: bool = True) -> Leg:
    """A leg that we called and that is not answered; not `ours`: by an earlier controller, without a ring time here."""
    leg = Leg(LegId("leg-1"), "", "", inbound=False, device=device)
    leg.originate = AttemptId("ring")
    leg.ringing = rang
    if ours:
        timer: Mock = create_autospec(asyncio.TimerHandle, instance=True)
        leg.ring_timer = timer
    return leg


@pytest.mark.parametrize(
    ("leg", "status", "own", "cause"),
    [
        pytest.param(called("1001", rang=True), 486, Cause.NORMAL, Cause.BUSY, id="the answer counts, not the reason"),
        pytest.param(called("1001", rang=True), 0, Cause.NO_ANSWER, Cause.NO_ANSWER, id="it rang for its time"),
        pytest.param(called("1001", rang=True), 0, Cause.NORMAL, Cause.NO_ANSWER, id="never up: no ordinary end"),
        pytest.param(called("1001", rang=False), 0, Cause.NO_ANSWER, Cause.UNREACHABLE, id="a silent phone"),
        pytest.param(called(None, rang=False), 0, Cause.NO_ANSWER, Cause.TRUNK_UNREACHABLE, id="a silent trunk"),
        pytest.param(called(None, rang=False), 408, Cause.NO_ANSWER, Cause.TRUNK_UNREACHABLE, id="silent for 32 s"),
        pytest.param(called(None, rang=False), 480, Cause.NO_ANSWER, Cause.SWITCHED_OFF, id="a trunk's own 480"),
        pytest.param(called("1001", rang=False), 480, Cause.NO_ANSWER, Cause.UNREACHABLE, id="a phone's own 480"),
        pytest.param(called(None, rang=True), 480, Cause.NO_ANSWER, Cause.NO_ANSWER, id="a trunk's 480 after ringing"),
        pytest.param(
            called(None, rang=False, ours=False), 480, Cause.NO_ANSWER, Cause.TRUNK_UNREACHABLE, id="the switch's 480"
        ),
        pytest.param(called(None, rang=False), 0, Cause.CONGESTION, Cause.CONGESTION, id="the switch has no room"),
    ],
)
def test_a_call_out_that_was_not_answered(leg: Leg, status: int, own: Cause, cause: Cause) -> None:
    assert cause_of_end(leg, status, own) is cause


@pytest.mark.parametrize(
    ("answered", "status", "own", "cause"),
    [
        (False, 487, Cause.FAILED, Cause.CANCELLED),
        (False, 0, Cause.NORMAL, Cause.CANCELLED),
        (False, 0, Cause.REJECTED, Cause.REJECTED),
        (True, 200, Cause.NORMAL, Cause.NORMAL),
        (True, 0, Cause.TIMED_OUT, Cause.TIMED_OUT),
        (True, 481, Cause.FAILED, Cause.TIMED_OUT),  # it started anew, and knows nothing of the call
        (True, 408, Cause.FAILED, Cause.TIMED_OUT),
    ],
)
def test_a_call_in(answered: bool, status: int, own: Cause, cause: Cause) -> None:
    leg = Leg(LegId("leg-1"), "", "", inbound=True)
    leg.answered = answered
    assert cause_of_end(leg, status, own) is cause
