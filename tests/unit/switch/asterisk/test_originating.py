"""When an agent's leg counts as ended, and that a call out overtakes what has not left yet."""

from unittest.mock import Mock, create_autospec

import aiohttp
import msgspec
import pytest

from calls import commands
from calls.causes import Cause
from calls.ids import AttemptId, LegId
from switch.asterisk import wire
from switch.asterisk.connection import Connection
from switch.asterisk.legs import Leg
from switch.asterisk.originating import Dialler
from switch.asterisk.session import AsteriskOptions, Session
from switch.asterisk.websocket import GatheringWebSocket

pytestmark = pytest.mark.unit


CHANNEL = {"id": "leg-1", "name": "PJSIP/agent-1001-0", "state": "Up"}


def hangup_request(soft: bool, cause: int = 16) -> wire.ChannelHangupRequest:
    """Of the channel leg-1, as Asterisk tells it."""
    told = {"type": "ChannelHangupRequest", "timestamp": "", "channel": CHANNEL, "cause": cause, "soft": soft}
    event = wire.decode(msgspec.json.encode(told))
    assert isinstance(event, wire.ChannelHangupRequest)
    return event


@pytest.mark.parametrize(
    ("soft", "answered", "inbound", "busy", "ends"),
    [
        pytest.param(False, True, False, False, True, id="an agent hung up"),
        pytest.param(True, True, False, False, False, id="we hung up: the phone is not yet free"),
        pytest.param(False, False, False, False, False, id="it rang: ChannelDestroyed has the cause"),
        pytest.param(False, True, True, False, False, id="a caller: a message that was left is told of first"),
        pytest.param(False, True, False, True, False, id="something is open on it: it has its own end first"),
    ],
)
def test_who_is_free_before_the_channel_is_gone(
    soft: bool, answered: bool, inbound: bool, busy: bool, ends: bool
) -> None:
    session: Mock = create_autospec(Session, instance=True)
    leg = Leg(LegId("leg-1"), "", "1001", inbound=inbound)
    leg.answered = answered
    if busy:
        leg.open[AttemptId("whisper")] = commands.Play(leg.id, AttemptId("whisper"), ())
    session.legs = {leg.id: leg}
    Dialler(session).on_hangup_request(hangup_request(soft))
    assert leg.hanging_up
    assert [call.args[1] for call in session.end.call_args_list] == ([Cause.NORMAL] if ends else [])


@pytest.mark.parametrize(
    ("mask", "cause"),
    [
        pytest.param(1, Cause.TIMED_OUT, id="rtp_timeout, and not Q.850 1, a number that nobody has"),
        pytest.param(32, Cause.NORMAL, id="by hand at the console"),
        pytest.param(4, Cause.LOST, id="Asterisk ends"),
    ],
)
def test_the_number_of_a_hang_up_by_asterisk_itself_is_a_mask(mask: int, cause: Cause) -> None:
    session: Mock = create_autospec(Session, instance=True)
    leg = Leg(LegId("leg-1"), "", "95001", inbound=True)
    leg.answered = True
    session.legs = {leg.id: leg}
    dialler = Dialler(session)
    dialler.on_hangup_request(hangup_request(True, mask))
    gone = wire.decode(msgspec.json.encode({"type": "StasisEnd", "timestamp": "", "channel": CHANNEL}))
    assert isinstance(gone, wire.StasisEnd)
    dialler.on_gone(gone)
    assert session.end.call_args.args[:2] == (leg, cause)


@pytest.mark.parametrize(("dialstatus", "heard"), [("PROGRESS", True), ("", False), ("NOANSWER", False)])
def test_a_trunk_that_is_heard_before_the_answer_is_there(dialstatus: str, heard: bool) -> None:
    session: Mock = create_autospec(Session, instance=True)
    leg = Leg(LegId("leg-1"), "", "+861012345678", inbound=False)
    leg.originate = AttemptId("ring")
    session.legs, session.emit = {leg.id: leg}, Mock()
    told = {"type": "Dial", "timestamp": "", "peer": CHANNEL, "dialstatus": dialstatus}
    event = wire.decode(msgspec.json.encode(told))
    assert isinstance(event, wire.Dial)
    Dialler(session).on_dial(event)
    assert leg.ringing is heard


def test_a_call_out_leaves_before_what_has_not_left() -> None:
    session: Mock = create_autospec(Session, instance=True)
    session.options = AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret")
    session.legs = {}
    session.loop = Mock()
    session.client = Mock(connected=True)
    Dialler(session).originate(commands.Originate(LegId("leg-2"), AttemptId("ring"), "phone:1001", "95588", "", 20.0))
    assert session.request_first.call_args.args[1:3] == ("POST", "channels/leg-2")
    assert not session.request.called


async def test_first_is_before_the_others_of_a_lane() -> None:
    socket: Mock = create_autospec(GatheringWebSocket, instance=True)
    socket.send_together.side_effect = aiohttp.ClientError("enough")
    connection = Connection(socket, lambda data: None)
    connection.put("1", "POST", "channels/caller/answer", None)
    connection.put("2", "POST", "bridges/hotline-music/addChannel?channel=caller", None)
    connection.put("3", "POST", "channels/agent", None, first=True)
    with pytest.raises(aiohttp.ClientError):
        await connection.write()
    (messages,) = socket.send_together.call_args.args
    assert [msgspec.json.decode(message)["request_id"] for message in messages] == ["3", "1", "2"]


@pytest.mark.parametrize(
    ("to", "endpoint"),
    [
        ("phone:1001", "PJSIP/agent-1001"),
        ("phone:1001@b", "PJSIP/*1001@switch-b"),
        ("phone:a.b-c_d@switch-1", "PJSIP/*a.b-c_d@switch-switch-1"),
        ("tel:+8610", "PJSIP/+8610@gateway"),
        ("phone:1001@", None),
        ("phone:@b", None),
        ("phone:1001@B", None),
        ("phone:1001@b&PJSIP/1", None),
        ("phone:10/01@b", None),
        ("phone:1001@b@c", None),
        ("tel:1@b", None),
    ],
)
def test_what_asterisk_dials(to: str, endpoint: str | None) -> None:
    session: Mock = create_autospec(Session, instance=True)
    session.options = AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret")
    assert Dialler(session).endpoint_of(to) == endpoint
