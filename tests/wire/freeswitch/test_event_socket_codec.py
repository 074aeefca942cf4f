"""The Event Socket codec against recorded bytes, cut anywhere, and against hostile and broken ones."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.freeswitch.wire import (
    Api,
    AuthRequested,
    BackgroundApi,
    Command,
    CommandReplied,
    Connect,
    Conversation,
    DisconnectNotice,
    Event,
    Exit,
    Limits,
    LogLine,
    NoEvents,
    PeerFault,
    Received,
    Rejected,
    UnknownFrame,
    parse_json_event,
    parse_plain_event,
)
from switch.freeswitch.wire.events import PlainHeaders, _parse_by_line, _split_usual
from switch.freeswitch.wire.framing import DEFAULT_LIMITS
from tests.wire.freeswitch.recording import load, names, switch_bytes

pytestmark = pytest.mark.wire

HOSTILE = "Zoë 王\r\nHangup-Cause: USER_BUSY\n\nEvent-Name: CHANNEL_HANGUP"


def _percent(text: str) -> str:
    """Everything encoded that could be."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _frame(content_type: str, body: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: %s\n\n" % (len(body), content_type.encode()) + body


def _told(recording: str, pieces: list[bytes]) -> list[Received]:
    """What a conversation tells that has sent the recorded commands (as words of one kind: the order is the point)."""
    talk = Conversation()
    for said in load(recording):
        if said.speaker == "client":
            api = said.frame.startswith("api ")
            talk.send(Api("x") if api else Exit())
    return [received for piece in pieces for received in talk.receive(piece)]


@pytest.mark.parametrize("recording", names())
def test_a_recording_is_told_alike_however_it_is_cut(recording: str) -> None:
    data = switch_bytes(load(recording))
    whole = _told(recording, [data])
    assert any(isinstance(received, Event | CommandReplied) for received in whole)
    assert _told(recording, [data[i : i + 1] for i in range(len(data))]) == whole
    for size in (2, 3, 7, 1000, 1460):
        assert _told(recording, [data[i : i + size] for i in range(0, len(data), size)]) == whole


def test_a_frame_is_told_alike_when_cut_at_every_boundary() -> None:
    body = b"Event-Name: DTMF\nDTMF-Digit: %235\nUnique-ID: a%20b\n\n"
    data = b"Content-Type: auth/request\n\n" + _frame("text/event-plain", body) + _frame("log/data", body)
    whole = Conversation().receive(data)
    assert [type(received) for received in whole] == [AuthRequested, Event, LogLine]
    for cut in range(len(data) + 1):
        talk = Conversation()
        assert talk.receive(data[:cut]) + talk.receive(data[cut:]) == whole
        assert talk.buffered == 0


def test_both_forms_of_one_call_tell_the_same() -> None:
    plain, json = (
        [event for event in _told(f"originate_{form}", [switch_bytes(load(f"originate_{form}"))])
         if isinstance(event, Event)]
        for form in ("plain", "json")
    )  # fmt: skip
    for name in ("CHANNEL_CREATE", "CHANNEL_ANSWER", "PLAYBACK_START", "DTMF", "CHANNEL_HANGUP_COMPLETE"):
        one, other = (next(event for event in events if event.name == name) for events in (plain, json))
        assert set(one.headers) == set(other.headers)
        assert one.get("Caller-Destination-Number") == other.get("Caller-Destination-Number")
    assert next(event for event in json if event.name == "DTMF").get("DTMF-Digit") == "5"
    jobs = [next(event for event in events if event.name == "BACKGROUND_JOB") for events in (plain, json)]
    assert all(job.body.startswith("+OK ") and job.get("Job-Command") == "originate" for job in jobs)


def test_a_hostile_name_stays_one_value() -> None:
    body = f"Event-Name: CHANNEL_PARK\nCaller-Caller-ID-Name: {_percent(HOSTILE)}\nUnique-ID: u1\n\n".encode()
    event = parse_plain_event(body)
    assert event.name == "CHANNEL_PARK"
    assert event.get("Caller-Caller-ID-Name") == HOSTILE
    assert "Hangup-Cause" not in event.headers
    as_json = msgspec.json.encode({"Event-Name": "CHANNEL_PARK", "Caller-Caller-ID-Name": HOSTILE, "Unique-ID": "u1"})
    assert parse_json_event(as_json) == event


def test_the_real_switch_passes_a_hostile_name_on_and_it_forges_nothing() -> None:
    for form in ("plain", "json"):
        events = [
            e for e in _told(f"originate_{form}", [switch_bytes(load(f"originate_{form}"))]) if isinstance(e, Event)
        ]
        named = [event for event in events if "Zoë" in event.get("Caller-Caller-ID-Name")]
        assert named
        assert all(event.get("Hangup-Cause") in ("", "NORMAL_CLEARING") for event in named)


def test_content_length_counts_bytes() -> None:
    body = ("Event-Name: CUSTOM\nContent-Length: 6\n\n" + "王二").encode()
    talk = Conversation()
    told = talk.receive(_frame("text/event-plain", body) + b"Content-Type: auth/request\n\n")
    assert isinstance(told[0], Event)
    assert told[0].body == "王二"
    assert told[1] == AuthRequested()


def test_a_body_of_a_megabyte_comes_through_in_small_pieces() -> None:
    text = "一二三四五" * 70_000
    data = _frame("api/response", text.encode())
    talk = Conversation()
    talk.send(Api("show", "channels"))
    told = [received for i in range(0, len(data), 777) for received in talk.receive(data[i : i + 777])]
    assert [reply.text for reply in told if isinstance(reply, CommandReplied)] == [text]


def test_replies_find_their_commands_in_order_with_events_between() -> None:
    talk = Conversation()
    commands: list[Command] = [Api("one"), NoEvents(), Api("two"), BackgroundApi("three", "", "job-3")]
    places = [talk.send(command)[0] for command in commands]
    event = _frame("text/event-plain", b"Event-Name: HEARTBEAT\n\n")
    told = talk.receive(
        event + _frame("api/response", b"1") + event
        + b"Content-Type: command/reply\nReply-Text: +OK no longer listening\n\n"
        + _frame("api/response", b"-ERR no\n") + event
        + b"Content-Type: command/reply\nReply-Text: +OK Job-UUID: job-3\nJob-UUID: job-3\n\n\n" + event
    )  # fmt: skip
    replies = [received for received in told if isinstance(received, CommandReplied)]
    assert [(reply.place, reply.command) for reply in replies] == list(zip(places, commands, strict=True))
    assert [reply.ok for reply in replies] == [True, True, False, True]
    assert replies[3].headers["Job-UUID"] == "job-3"
    assert sum(isinstance(received, Event) for received in told) == 4
    assert talk.waiting == 0


def test_an_api_that_is_not_allowed_is_answered_as_a_command() -> None:
    talk = Conversation()
    talk.send(Api("reloadxml"))
    [reply] = talk.receive(b"Content-Type: command/reply\nReply-Text: -ERR permission denied\n\n")
    assert isinstance(reply, CommandReplied)
    assert not reply.ok


def test_other_frames_are_told_and_none_dropped() -> None:
    talk = Conversation()
    talk.send(Connect())
    told = talk.receive(
        b"Content-Type: command/reply\nReply-Text: %2BOK%0A\nUnique-ID: u%201\n\n"
        + _frame("text/disconnect-notice", b"Disconnected, goodbye.\n")
        + b"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nLinger-Time: 5\n\n"
        + _frame("text/rude-rejection", b"Access Denied, go away.\n")
        + _frame("log/data", b"a line\n")
        + _frame("text/event-xml", b"<event/>")
    )
    connected, notice, lingering, rejected, line, unknown = told
    assert isinstance(connected, CommandReplied)
    assert (connected.text, connected.headers["Unique-ID"]) == ("+OK", "u 1")
    assert notice == DisconnectNotice("Disconnected, goodbye.\n", lingering=False)
    assert lingering == DisconnectNotice("", lingering=True)
    assert rejected == Rejected("Access Denied, go away.\n")
    assert line == LogLine("", "a line\n")
    assert isinstance(unknown, UnknownFrame)
    assert unknown.content_type == "text/event-xml"


def test_bytes_that_are_not_utf8_do_no_harm() -> None:
    event = parse_json_event(b'{"Event-Name":"CHANNEL_PARK","Caller-Caller-ID-Name":"a\xff\xfeb"}')
    assert event.get("Caller-Caller-ID-Name") == "a��b"
    event = parse_plain_event(b"Event-Name: CHANNEL_PARK\nCaller-Caller-ID-Name: a%FF%zzb\n\n")
    assert event.get("Caller-Caller-ID-Name") == "a�%zzb"


def test_odd_json_values_become_text() -> None:
    event = parse_json_event(b'{"Event-Name":"CUSTOM","list":["a","b"],"number":5,"none":null}')
    assert dict(event.headers) == {"Event-Name": "CUSTOM", "list": "ARRAY::a|:b", "number": "5", "none": "null"}


def test_an_undefined_value_is_empty() -> None:
    assert parse_plain_event(b"Event-Name: DTMF\nDTMF-Source: _undef_\n\n").get("DTMF-Source") == ""


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"nonsense\n\n", "not a header line"),
        (b": x\n\n", "without a name"),
        (b"Content-Length: -1\nContent-Type: x\n\n", "content length"),
        (b"Content-Length: 1e3\nContent-Type: x\n\n", "content length"),
        (b"Content-Length: 99999999999\nContent-Type: x\n\n", "content length"),
        (b"Content-Length: \xd9\xa3\nContent-Type: x\n\n", "content length"),
        (b"Content-Length: 2000\nContent-Type: x\n\n", "more than 1000"),
        (b"A: b\n" * 50 + b"\n", "header lines"),
        (b"A" * 600, "header block"),
        (b"A: " + b"b" * 600 + b"\n\n", "header block"),
        (b"Content-Type: command/reply\nReply-Text: +OK\n\n", "reply to nothing"),
        (_frame("text/event-json", b"{"), "not a JSON event"),
        (_frame("text/event-json", b"[1]"), "not a JSON event"),
        (_frame("text/event-json", b"[" * 900), "not a JSON event"),
        (_frame("text/event-json", b"{}"), "without Event-Name"),
        (_frame("text/event-plain", b""), "not a header line"),
        (_frame("text/event-plain", b"A: b\n\n"), "without Event-Name"),
        (_frame("text/event-plain", b"Event-Name: X\nContent-Length: 5\n\nabc"), "says 5 bytes"),
        (_frame("text/event-plain", b"Event-Name: X\n\nabc"), "says 0 bytes"),
    ],
)
def test_what_the_protocol_does_not_allow_is_said_clearly(data: bytes, fault: str) -> None:
    talk = Conversation(Limits(header_bytes=500, header_lines=40, body_bytes=1000))
    with pytest.raises(PeerFault, match=fault):
        talk.receive(data)


def test_an_answer_of_the_wrong_kind_is_a_fault() -> None:
    talk = Conversation()
    talk.send(NoEvents())
    with pytest.raises(PeerFault, match="API answer to NoEvents"):
        talk.receive(_frame("api/response", b"1"))


def test_a_truncated_frame_tells_nothing_and_waits() -> None:
    talk = Conversation()
    data = _frame("text/event-plain", b"Event-Name: DTMF\n\n")
    assert talk.receive(data[:-1]) == []
    assert talk.buffered > 0
    assert len(talk.receive(data[-1:])) == 1


_NAMES = st.text(st.characters(codec="ascii", exclude_characters=":\n\r%", categories=("L", "N", "P")), min_size=1)
_VALUES = st.text(st.characters(codec="utf-8"))


@given(st.dictionaries(_NAMES, _VALUES, max_size=20), st.text(), st.integers(1, 50))
def test_any_event_comes_back_from_both_forms(headers: dict[str, str], body: str, size: int) -> None:
    headers = {"Event-Name": "CUSTOM", **headers}
    headers.pop("Content-Length", None)
    headers.pop("_body", None)
    lines = "".join(f"{name}: {_percent(value) or '_undef_'}\n" for name, value in headers.items())
    length = f"Content-Length: {len(body.encode())}\n" if body else ""
    plain = _frame("text/event-plain", f"{lines}{length}\n{body}".encode())
    json = _frame("text/event-json", msgspec.json.encode(headers | ({"_body": body} if body else {})))
    for data in (plain, json):
        talk = Conversation()
        [event] = [told for i in range(0, len(data), size) for told in talk.receive(data[i : i + size])]
        assert isinstance(event, Event)
        assert event.body == body
        assert {name: event.get(name) for name in headers} == headers


_ODD = b'Event-Name|A|b|: |:| |\n|\n\n|"|\\|","|":"|,|{|%0A|\xff|\0|\x1f|\x7f|_undef_|Content-Length: 0|\nA: b|\\u0041'
_PIECES = st.sampled_from([*_ODD.split(b"|"), "名".encode(), b"Content-Length: 3"])


@settings(max_examples=500)
@given(st.lists(_PIECES, max_size=12), st.sampled_from([b"", b"\n", b"\n\n"]))
def test_the_short_way_of_a_plain_event_says_what_the_long_one_says(pieces: list[bytes], end: bytes) -> None:
    body = b"Event-Name: DTMF\n" + b"".join(pieces) + end
    headers = _split_usual(body, DEFAULT_LIMITS)
    if headers is not None:
        assert Event(PlainHeaders(headers)) == _parse_by_line(body, DEFAULT_LIMITS)


def test_recorded_plain_events_go_the_short_way() -> None:
    bodies = [
        said.frame.encode().split(b"\n\n", 1)[1] for said in load("originate_plain") if "event-plain" in said.frame
    ]
    short = [body for body in bodies if _split_usual(body, DEFAULT_LIMITS) is not None]
    assert len(short) > len(bodies) / 2
    for body in short:
        assert parse_plain_event(body) == _parse_by_line(body, DEFAULT_LIMITS)


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_garbage_is_told_or_refused_but_never_anything_else(pieces: list[bytes]) -> None:
    talk = Conversation(Limits(header_bytes=300, header_lines=20, body_bytes=300))
    try:
        for piece in pieces:
            talk.receive(piece)
    except PeerFault:
        return
    assert talk.buffered <= 600 + 60


def test_mutated_recordings_are_told_or_refused() -> None:
    events = [said for said in load("originate_plain") if "Content-Type: text/event-plain" in said.frame]
    data = switch_bytes(events[:3])
    chance = random.Random(3)
    refused = 0
    for _ in range(400):
        broken = bytearray(data)
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(broken))
            match chance.randrange(3):
                case 0:
                    broken[place] = chance.randrange(256)
                case 1:
                    del broken[place : place + chance.randrange(40)]
                case _:
                    broken[place:place] = chance.choice([b"\n", b"\n\n", b"Content-Length: 9\n", b"%0A", b"\xff"])
        try:
            Conversation().receive(broken)
        except PeerFault:
            refused += 1
    assert 0 < refused < 400
