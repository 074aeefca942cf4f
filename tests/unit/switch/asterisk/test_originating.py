"""When an agent's leg counts as ended; that a call out overtakes what has not left yet; the trunks of a call out."""

import asyncio
from unittest.mock import Mock, create_autospec

import msgspec
import pytest

from calls import commands
from calls.causes import Cause
from calls.ids import AttemptId, LegId
from calls.trunks import Trunk
from switch.asterisk import wire
from switch.asterisk.connection import Connection
from switch.asterisk.legs import Leg
from switch.asterisk.originating import Dialler
from switch.asterisk.requests import Reply, reply_of
from switch.asterisk.session import AsteriskOptions, Session
from switch.asterisk.websocket import GatheringWebSocket
from switch.trunk_lines import TrunkLines

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


@pytest.mark.parametrize(
    ("dialstatus", "heard"), [("RINGING", True), ("PROGRESS", True), ("", False), ("NOANSWER", False)]
)
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
    session.has_called_context = True
    session.trunks = TrunkLines()
    Dialler(session).originate(commands.Originate(LegId("leg-2"), AttemptId("ring"), "phone:1001", "95588", "", 20.0))
    assert [call.args[1:3] for call in session.request_first.call_args_list] == [
        ("POST", "channels/leg-2"),
        ("POST", "applications/hotline/subscription?eventSource=channel:leg-2"),
    ]
    assert not session.request.called


async def test_first_is_before_the_others_of_a_lane() -> None:
    socket: Mock = create_autospec(GatheringWebSocket, instance=True)
    connection = Connection(socket, lambda data: None)
    connection.put("1", "POST", "channels/caller/answer", None)
    connection.put("2", "POST", "bridges/hotline-music/addChannel?channel=caller", None)
    connection.put("3", "POST", "channels/agent", None, first=True)
    connection.put("4", "POST", "applications/hotline/subscription?eventSource=channel:agent", None, first=True)
    assert not socket.send_together.called, "what one event gives rise to leaves together"
    await asyncio.sleep(0)
    socket.send_together.assert_called_once()
    (messages,) = socket.send_together.call_args.args
    assert [msgspec.json.decode(message)["request_id"] for message in messages] == ["3", "4", "1", "2"]


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
    session.trunks = TrunkLines()
    assert Dialler(session).endpoint_of(to) == endpoint


TRUNKS = {"carrier": Trunk("192.0.2.1", max_calls=1), "backup": Trunk("192.0.2.2", order=2)}
GONE = {"id": "leg-3", "name": "PJSIP/trunk-carrier-0", "state": "Down"}


def by_trunks(trunks: dict[str, Trunk]) -> tuple[Dialler, Mock, TrunkLines]:
    lines = TrunkLines()
    lines.use(trunks, "CN")
    session: Mock = create_autospec(Session, instance=True)
    session.options = AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret")
    session.legs, session.loop, session.trunks, session.client = {}, Mock(), lines, Mock(connected=True)
    session.has_called_context = True
    session.add.side_effect = lambda leg: session.legs.update({leg.id: leg})
    session.emit = Mock()
    dialler = Dialler(session)
    dialler.originate(commands.Originate(LegId("leg-3"), AttemptId("out"), "tel:+8613800138000", "95183", "", 20.0))
    return dialler, session, lines


def endpoints(session: Mock) -> list[object]:
    return [body["endpoint"] for body in bodies(session)]


def bodies(session: Mock) -> list[dict[str, object]]:
    """Of the requests to call."""
    calls = session.request_first.call_args_list
    return [call.args[4] for call in calls if call.args[1:3] == ("POST", "channels/leg-3")]


def destroyed(**cause: int) -> wire.ChannelDestroyed:
    event = wire.decode(msgspec.json.encode({"type": "ChannelDestroyed", "channel": GONE, **cause}))
    assert isinstance(event, wire.ChannelDestroyed)
    return event


@pytest.mark.parametrize(
    ("cause", "goes_on"),
    [
        ({"cause": 42, "tech_cause": 503}, True),
        ({"cause": 21, "tech_cause": 403}, True),
        ({"cause": 21, "tech_cause": 401}, True),
        ({"cause": 38}, True),
        ({"cause": 17, "tech_cause": 486}, False),
        ({"cause": 21, "tech_cause": 603}, False),
        ({"cause": 1, "tech_cause": 404}, False),
        ({"cause": 20, "tech_cause": 480}, False),
        ({"cause": 16}, True),  # nobody answered anything
    ],
)
def test_the_next_trunk_is_tried_for_a_fault_of_the_trunk_only(cause: dict[str, int], goes_on: bool) -> None:
    dialler, session, lines = by_trunks(TRUNKS)
    dialler.on_destroyed(destroyed(**cause))
    first = "PJSIP/+8613800138000@trunk-carrier"
    assert endpoints(session) == [first, *(["PJSIP/+8613800138000@trunk-backup"] if goes_on else [])]
    assert session.end.called is not goes_on
    assert (len(lines.failures.get("carrier", ())) == 1) is goes_on


def test_what_rang_is_no_fault_of_the_trunk() -> None:
    dialler, session, _ = by_trunks(TRUNKS)
    dialler.on_ringing(LegId("leg-3"))
    dialler.on_destroyed(destroyed(cause=42, tech_cause=503))
    assert len(endpoints(session)) == 1
    assert session.end.call_args.args[1] is Cause.CONGESTION


def test_when_all_have_failed_the_outcome_names_each() -> None:
    dialler, session, _ = by_trunks(TRUNKS)
    dialler.on_destroyed(destroyed(cause=42, tech_cause=503))
    dialler.on_destroyed(destroyed(cause=21, tech_cause=401))
    cause, detail = session.end.call_args.args[1:]
    assert cause is Cause.NO_TRUNK
    assert detail == (
        "carrier: SIP 503; backup: wrong credentials: the gateway refuses our user and password (SIP 401)"
    )


def test_a_call_that_we_withdrew_goes_by_no_other_trunk() -> None:
    dialler, session, lines = by_trunks(TRUNKS)
    session.legs["leg-3"].ending = Cause.CANCELLED
    dialler.on_destroyed(destroyed(cause=42, tech_cause=503))
    assert session.end.call_args.args[1] is Cause.CANCELLED
    assert lines.failures == {}


def test_nobody_is_called_where_no_trunk_carries_the_number() -> None:
    _, session, _ = by_trunks({"abroad": Trunk("192.0.2.1", carries=("+49",))})
    assert endpoints(session) == []
    ended = session.later.call_args.args[0]
    assert (ended.cause, ended.detail) == (Cause.NO_TRUNK, "no trunk carries such a number")


def answer(session: Mock, uri: str, reply: Reply) -> None:
    """Asterisk's answer to the newest request of that URI."""
    asked = [call.args for call in session.request_first.call_args_list if call.args[2].startswith(uri)]
    asked[-1][3](reply)


CALLED = {"context": "hotline-called", "extension": "s", "label": "answered"}
INTO_THE_APPLICATION = {"app": "hotline", "appArgs": "out"}


def test_who_is_called_enters_by_the_dialplan_once_they_answer() -> None:
    _, session, _ = by_trunks(TRUNKS)
    (body,) = bodies(session)
    assert body.items() >= CALLED.items()
    assert body["variables"] == {"CHANNEL(accountcode)": "hotline"}
    assert not body.keys() & INTO_THE_APPLICATION.keys(), "it would count, and the context would not"


def test_a_dialplan_of_an_earlier_release_calls_into_the_application() -> None:
    dialler, session, _ = by_trunks(TRUNKS)
    missing = reply_of(404, "Not Found", "Requested label can not be found")
    answer(session, "channels/leg-3", missing)
    answered = [call.args[3] for call in session.request_first.call_args_list][:2]
    answered[1](reply_of(422, "Unprocessable Entity", "Event source does not exist"))
    first, second = bodies(session)
    assert second.items() >= INTO_THE_APPLICATION.items()
    assert not second.keys() & CALLED.keys()
    assert first["endpoint"] == second["endpoint"]
    assert session.has_called_context is False
    assert not session.end.called, "it is being called"
    dialler.on_destroyed(destroyed(cause=17, tech_cause=486))
    assert session.end.call_args.args[1] is Cause.BUSY


@pytest.mark.parametrize(
    ("end", "cause", "trunks"),
    [
        pytest.param({"cause": 17, "tech_cause": 486}, Cause.BUSY, ["carrier"], id="busy is busy, by no other trunk"),
        pytest.param({"cause": 42, "tech_cause": 503}, None, ["carrier", "backup"], id="a gateway that is full"),
    ],
)
def test_what_ends_before_it_is_told_of_is_placed_again_where_every_end_is_told(
    end: dict[str, int], cause: Cause | None, trunks: list[str]
) -> None:
    dialler, session, lines = by_trunks(TRUNKS)
    answer(session, "applications/hotline/subscription", reply_of(422, "Unprocessable Entity", "does not exist"))
    first, second = bodies(session)
    assert second["endpoint"] == first["endpoint"]
    assert second.items() >= INTO_THE_APPLICATION.items()
    assert not second.keys() & CALLED.keys()
    assert session.has_called_context is not False, "the next call is for whichever controller is there"
    dialler.on_destroyed(destroyed(**end))
    assert [endpoint.rpartition("-")[2] for endpoint in endpoints(session)] == ["carrier", *trunks]
    assert bool(lines.failures.get("carrier")) is (cause is None)
    assert (session.end.call_args.args[1] if session.end.called else None) is cause


def test_what_we_have_withdrawn_is_not_placed_again() -> None:
    _, session, _ = by_trunks(TRUNKS)
    session.legs["leg-3"].ending = Cause.CANCELLED
    answer(session, "applications/hotline/subscription", reply_of(422, "Unprocessable Entity", "does not exist"))
    assert len(endpoints(session)) == 1
    assert session.end.call_args.args[1] is Cause.CANCELLED


def test_an_answer_to_what_was_asked_of_the_trunk_before_changes_nothing() -> None:
    dialler, session, _ = by_trunks(TRUNKS)
    told_late(session)
    before = [call.args[3] for call in session.request_first.call_args_list]
    dialler.on_destroyed(destroyed(cause=42, tech_cause=503))
    before[1](reply_of(422, "Unprocessable Entity", "does not exist"))
    before[2](reply_of(200, "OK", '{"id": "leg-3", "state": "Ringing"}'))
    assert len(endpoints(session)) == 2
    assert not session.legs["leg-3"].ringing
    assert not session.end.called


def told_late(session: Mock) -> None:
    """The application is subscribed to the leg, and is not told in time that its call begins."""
    answer(session, "applications/hotline/subscription", reply_of(200, "OK", "{}"))
    ((_, look, *about),) = [call.args for call in session.loop.call_later.call_args_list if call.args[0] < 0.1]
    look(*about)


def methods(session: Mock) -> list[str]:
    return [call.args[1] for call in session.request_first.call_args_list]


def test_of_whom_it_was_told_that_the_call_begins_all_that_follows_is_told() -> None:
    dialler, session, _ = by_trunks(TRUNKS)
    peer = {"id": "leg-3", "name": "PJSIP/trunk-carrier-0", "state": "Down"}
    begun = wire.decode(msgspec.json.encode({"type": "Dial", "timestamp": "", "peer": peer, "dialstatus": ""}))
    assert isinstance(begun, wire.Dial)
    dialler.on_dial(begun)
    answer(session, "applications/hotline/subscription", reply_of(200, "OK", "{}"))
    assert [call.args[0] for call in session.loop.call_later.call_args_list if call.args[0] < 0.1] == []
    assert methods(session) == ["POST", "POST"]


@pytest.mark.parametrize("seen", ["begun", "ringing", "answered"])
def test_whose_call_was_told_of_meanwhile_is_not_looked_at(seen: str) -> None:
    dialler, session, _ = by_trunks(TRUNKS)
    leg = session.legs["leg-3"]

    def seen_meanwhile(*_: object) -> None:
        if seen == "begun":
            leg.begun = True
        elif seen == "ringing":
            dialler.on_ringing(leg.id)
        else:
            leg.answer()

    session.loop.call_later.side_effect = seen_meanwhile
    told_late(session)
    assert methods(session) == ["POST", "POST"]


@pytest.mark.parametrize(("state", "rings"), [("Ringing", True), ("Down", False), ("Up", False)])
def test_what_rings_before_it_is_told_of_is_seen(state: str, rings: bool) -> None:
    _, session, _ = by_trunks(TRUNKS)
    told_late(session)
    assert methods(session) == ["POST", "POST", "GET"]
    answer(session, "channels/leg-3", reply_of(200, "OK", f'{{"id": "leg-3", "state": "{state}"}}'))
    assert session.legs["leg-3"].ringing is rings
