"""The SIP codec: examples, a round trip of anything that can be written, and no surprise for anything read."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.hostile import garbage, half_invite
from phones.sdp import PCMA, PCMU, Session, answer_to, encode_sdp, parse_sdp
from phones.sip import (
    Headers,
    Message,
    NameAddr,
    Request,
    Response,
    SipError,
    encode,
    format_name_addr,
    parse,
    parse_name_addr,
    parse_uri,
    parse_via,
    split_list,
)

pytestmark = pytest.mark.unit

# The INVITE of RFC 3261 section 24.2, message F1, with a compact name and a folded line added.
F1 = (
    b"INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"
    b"v: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKnashds8\r\n"
    b"Max-Forwards: 70\r\n"
    b"To: Bob <sip:bob@biloxi.example.com>\r\n"
    b"From: Alice <sip:alice@atlanta.example.com>\r\n ;tag=1928301774\r\n"
    b"Call-ID: a84b4c76e66710\r\n"
    b"CSeq: 314159 INVITE\r\n"
    b"Contact: <sip:alice@pc33.atlanta.example.com>\r\n"
    b"Content-Length: 3\r\n\r\nv=0 and what follows the body"
)

_names = st.from_regex(r"[A-Za-z][A-Za-z0-9\-]{1,20}", fullmatch=True).filter(
    lambda name: name.lower() not in ("via", "from", "to", "call-id", "cseq", "content-length")
)
_values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60)
_methods = st.sampled_from(["INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "X-OWN"])


@st.composite
def messages(draw: st.DrawFn) -> Message:
    method = draw(_methods)
    headers = Headers([("Via", "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1"), ("From", "<sip:a@b>;tag=1")])
    headers.add("To", "<sip:c@d>")
    headers.add("Call-ID", "x")
    headers.add("CSeq", f"{draw(st.integers(0, 2**31 - 1))} {method}")
    for name, value in draw(st.lists(st.tuples(_names, _values), max_size=6)):
        headers.add(name, value)
    body = draw(st.binary(max_size=200))
    if draw(st.booleans()):
        return Request(method, "sip:95183@127.0.0.1", headers, body)
    reason = draw(_values)
    return Response(draw(st.integers(100, 699)), reason, headers, body)


def test_an_invite_of_the_standard_is_read() -> None:
    message = parse(F1)
    assert isinstance(message, Request)
    assert (message.method, message.uri, message.body) == ("INVITE", "sip:bob@biloxi.example.com", b"v=0")
    assert parse_name_addr(message.headers.require("from")).tag == "1928301774"
    via = parse_via(message.headers.require("via"))
    assert (via.host, via.port, via.branch) == ("pc33.atlanta.example.com", 5060, "z9hG4bKnashds8")


@given(messages())
def test_what_is_written_is_read_again(message: Message) -> None:
    again = parse(encode(message))
    again_headers = Headers(field for field in again.headers if field[0] != "Content-Length")
    written = Headers((name, value) for name, value in message.headers)
    assert type(again) is type(message)
    assert again_headers == written
    assert again.body == message.body


@given(st.binary(max_size=600))
def test_noise_raises_only_sip_errors(data: bytes) -> None:
    _read(data)


@given(messages(), st.data())
def test_damaged_messages_raise_only_sip_errors(message: Message, data: st.DataObject) -> None:
    damaged = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    _read(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]))


def test_what_a_stranger_sends_raises_only_sip_errors() -> None:
    rng = Random(3)
    for _ in range(500):
        _read(garbage(rng))
        with pytest.raises(SipError):
            parse(half_invite(rng, ("127.0.0.1", 5060)))


def _read(data: bytes) -> None:
    """All that an endpoint reads of a message."""
    try:
        message = parse(data)
        for via in message.headers.all("via"):
            parse_via(via)
        for name in ("from", "to", "contact"):
            for value in message.headers.all(name):
                parse_uri(parse_name_addr(value).uri)
        parse_sdp(message.body)
    except SipError:
        return


@given(st.text(max_size=300))
def test_any_sdp_raises_only_sip_errors(text: str) -> None:
    body = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0 8\r\n" + text
    try:
        assert parse_sdp(body.encode("utf-8", "surrogatepass")).payloads
    except SipError:
        return


@pytest.mark.parametrize(
    ("name", "value"),
    [("X", "a\r\nContact: <sip:evil@evil>"), ("X", "a\nb"), ("X", "a\0"), ("X Y", "a"), ("", "a"), ("X:", "a")],
)
def test_a_value_cannot_forge_a_header(name: str, value: str) -> None:
    with pytest.raises(SipError):
        Headers([(name, value)])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ((b"Content-Length: 3", b"Content-Length: 300"), "cut off"),
        ((b"Content-Length: 3", b"Content-Length: -3"), "not a number"),
        ((b"Call-ID", b"X-ID"), "no call-id"),
        ((b"314159 INVITE", b"314159 BYE"), "CSeq names BYE"),
        ((b"314159", b"4294967296"), "bad CSeq"),
        ((b"Bob <", b"\xff <"), "UTF-8"),
        ((b"SIP/2.0\r\n", b"SIP/3.0\r\n"), "start line"),
        ((b"Max-Forwards:", b"Max-Forwards"), "colon"),
    ],
)
def test_a_bad_message_is_refused_with_its_reason(change: tuple[bytes, bytes], complaint: str) -> None:
    with pytest.raises(SipError, match=complaint):
        parse(F1.replace(*change, 1))


def test_lengths_count_bytes() -> None:
    message = Request("MESSAGE", "sip:a@b", parse(F1.replace(b"INVITE", b"MESSAGE")).headers, "你好".encode())
    assert b"Content-Length: 6\r\n\r\n" in encode(message)


@given(
    _values,
    st.from_regex(r"sip:[a-z0-9+]{1,12}@[a-z]{1,9}", fullmatch=True),
    st.from_regex(r"[a-z0-9]{0,8}", fullmatch=True),
)
def test_any_display_name_survives(display: str, uri: str, tag: str) -> None:
    assert parse_name_addr(format_name_addr(display, uri, tag)) == NameAddr(display, uri, {"tag": tag} if tag else {})


def test_lists_split_outside_quotes_and_brackets() -> None:
    assert split_list('"a,\\"b" <sip:x@y;a,b>, <sip:z>') == ['"a,\\"b" <sip:x@y;a,b>', "<sip:z>"]


@pytest.mark.parametrize("direction", ["sendrecv", "sendonly", "recvonly", "inactive"])
@pytest.mark.parametrize("payloads", [(PCMU,), (PCMA,), (PCMA, PCMU)])
@pytest.mark.parametrize("event_type", [None, 96, 101])
def test_sdp_round_trip_and_answer(direction: str, payloads: tuple[int, ...], event_type: int | None) -> None:
    offer = Session("127.0.0.1", 4000, payloads, event_type, direction)  # type: ignore[arg-type]  # a Literal
    assert parse_sdp(encode_sdp(offer)) == offer
    answer = answer_to(offer, "127.0.0.2", 5000)
    assert answer.payloads == payloads[:1]
    assert answer.event_type == event_type
    assert answer.on_hold == (direction in ("recvonly", "inactive"))
