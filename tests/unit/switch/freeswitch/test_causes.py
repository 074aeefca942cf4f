"""Why a FreeSWITCH ended a leg: the SIP status where there was one, and its own word only where there was none."""

from __future__ import annotations

import asyncio
from unittest.mock import Mock, create_autospec

import pytest

from calls.causes import Cause
from calls.ids import AttemptId, LegId
from switch.freeswitch.legs import NAME_OF, Leg, cause_of
from switch.freeswitch.originating import Dialler
from switch.freeswitch.session import FreeSwitchOptions, Session
from switch.freeswitch.wire import Event

pytestmark = pytest.mark.unit


@pytest.fixture
def session() -> Mock:
    session: Mock = create_autospec(Session, instance=True)
    session.options = FreeSwitchOptions("secret")
    session.legs = {}
    return session


def rings(session: Mock, device: str | None = "1001") -> Leg:
    """A leg that we called and that rings."""
    leg = Leg(LegId("leg-1"), "", "1001", inbound=False, device=device)
    leg.originate, leg.ringing = AttemptId("ring"), True
    session.legs[leg.id] = leg
    return leg


def ended(hangup_cause: str, protocol: str = "", term_status: str = "", came_from: str = "127.0.0.1") -> Event:
    """The end of the channel leg-1, with what FreeSWITCH knows of the far end's answer, and from where it came."""
    known = {
        "variable_proto_specific_hangup_cause": protocol,
        "variable_sip_term_status": term_status,
        "variable_sip_network_ip": came_from if protocol or term_status else "",
    }
    headers = {"Event-Name": "CHANNEL_HANGUP_COMPLETE", "Unique-ID": "leg-1", "Hangup-Cause": hangup_cause}
    return Event(headers | {name: value for name, value in known.items() if value})


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        pytest.param(ended("NORMAL_CLEARING", "sip:486"), Cause.BUSY, id="486 with Reason: Q.850;cause=16"),
        pytest.param(ended("UNALLOCATED_NUMBER", "sip:480"), Cause.NO_ANSWER, id="480 with cause=1"),
        pytest.param(ended("USER_BUSY", "sip:503"), Cause.CONGESTION, id="503 with cause=17"),
        pytest.param(ended("CALL_REJECTED", "sip:608"), Cause.BLOCKED, id="608, which is no decline of the callee"),
        pytest.param(ended("CALL_REJECTED", "", "407"), Cause.WRONG_CREDENTIALS, id="by the other variable"),
        pytest.param(ended("REQUESTED_CHAN_UNAVAIL", "sip:302"), Cause.FORWARDED, id="302, not followed"),
        pytest.param(ended("NORMAL_TEMPORARY_FAILURE", "sip:481"), Cause.FAILED, id="481 is no lack of room"),
        pytest.param(ended("NO_ANSWER"), Cause.NO_ANSWER, id="its ring time"),
        pytest.param(ended("GATEWAY_DOWN"), Cause.UNREACHABLE, id="its own word"),
    ],
)
def test_the_status_counts_before_the_switchs_word(session: Mock, event: Event, cause: Cause) -> None:
    leg = rings(session)
    Dialler(session).on_hangup_complete(event)
    assert session.end.call_args.args[:2] == (leg, cause)


@pytest.mark.parametrize(
    ("device", "event", "cause"),
    [
        (None, ended("NORMAL_TEMPORARY_FAILURE", "", "503", came_from=""), Cause.TRUNK_UNREACHABLE),
        ("1001", ended("NORMAL_TEMPORARY_FAILURE", "", "503", came_from=""), Cause.UNREACHABLE),
        (None, ended("NORMAL_TEMPORARY_FAILURE", "", "503"), Cause.CONGESTION),
        (None, ended("RECOVERY_ON_TIMER_EXPIRE", "", "408", came_from=""), Cause.TRUNK_UNREACHABLE),
    ],
)
def test_an_answer_that_the_switch_gave_itself_is_none(
    session: Mock, device: str | None, event: Event, cause: Cause
) -> None:
    leg = rings(session, device)
    leg.ringing = False
    Dialler(session).on_hangup_complete(event)
    assert session.end.call_args.args[:2] == (leg, cause)


async def test_the_outcome_of_the_job_waits_for_the_end_of_its_channel(session: Mock) -> None:
    """The job has the switch's word alone, and comes first as often as not."""
    dialler, leg = Dialler(session), rings(session)
    dialler.on_create(Event({"Event-Name": "CHANNEL_CREATE", "Unique-ID": leg.id}))
    job: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    job.set_result("-ERR NORMAL_CLEARING\n")
    dialler._placed(leg, job)
    assert not session.end.called
    dialler.on_hangup_complete(ended("NORMAL_CLEARING", "sip:486"))
    assert session.end.call_args.args[:2] == (leg, Cause.BUSY)


async def test_without_a_channel_the_job_is_all_there_is(session: Mock) -> None:
    leg = rings(session, device=None)
    leg.ringing = False
    job: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    job.set_result("-ERR INVALID_GATEWAY\n")
    Dialler(session)._placed(leg, job)
    assert session.end.call_args.args[:2] == (leg, Cause.TRUNK_UNREACHABLE)


def test_a_leg_without_audio_has_timed_out_and_each_cause_can_be_told() -> None:
    assert cause_of("MEDIA_TIMEOUT") is Cause.TIMED_OUT
    assert cause_of("A_WORD_OF_NEXT_YEAR") is Cause.FAILED
    assert set(NAME_OF) == set(Cause)
