"""ARI messages: recorded ones as values, unknown ones kept, broken ones refused, garbage never anything else."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.asterisk import versions, wire

pytestmark = pytest.mark.wire

RECORDED = [json.loads(line) for line in (Path(__file__).parent / "recorded.jsonl").read_text().splitlines()]


def text_of(message: object) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


@pytest.mark.parametrize("message", RECORDED, ids=lambda message: message["type"])
def test_recorded_messages_are_understood(message: dict[str, object]) -> None:
    decoded = wire.decode(text_of(message))
    known = {*wire.WANTED_EVENTS}
    assert isinstance(decoded, wire.Unknown) == (message["type"] not in known)
    assert wire.decode(json.dumps(message)) == decoded  # as text, too


def test_what_a_call_that_arrives_says() -> None:
    message = next(message for message in RECORDED if message["type"] == "StasisStart")
    decoded = wire.decode(text_of(message))
    assert isinstance(decoded, wire.StasisStart)
    assert decoded.args == ("caller",)
    assert decoded.channel.state == "Ring"
    assert decoded.channel.caller == wire.Caller("张三", "13800000001")
    assert decoded.channel.dialplan.exten == "95001"


def test_an_answer_carries_its_request() -> None:
    decoded = wire.decode(
        text_of({"type": "RESTResponse", "request_id": "7", "status_code": 204, "reason_phrase": "OK"})
    )
    assert decoded == wire.RestResponse("7", 204, "OK", "")


def test_an_unknown_kind_is_kept_by_name() -> None:
    assert wire.decode(b'{"type":"ChannelConnectedLine","channel":{}}') == wire.Unknown("ChannelConnectedLine")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"StasisStart"',
        b"{}",
        b'{"type":7}',
        b'{"type":"StasisStart"}',
        b'{"type":"StasisStart","channel":[]}',
        b'{"type":"StasisStart","channel":{"id":7}}',
        b'{"type":"ChannelDtmfReceived","channel":{"id":"c"},"digit":5}',
        b'{"type":"RESTResponse","request_id":"1","status_code":"200"}',
        b'{"type":"StasisStart","channel":{"id":"\xff\xfe"}}',
        b'{"type":"x","a":' + b"[" * 100_000,
    ],
)
def test_a_broken_message_is_refused(data: bytes) -> None:
    with pytest.raises(wire.BadMessage):
        wire.decode(data)


def test_a_huge_message_is_refused_unread() -> None:
    with pytest.raises(wire.BadMessage, match="bytes"):
        wire.decode(b" " * (wire.MAX_MESSAGE_BYTES + 1))


@given(st.binary(max_size=400))
def test_garbage_is_refused_or_unknown(data: bytes) -> None:
    with contextlib.suppress(wire.BadMessage):
        wire.decode(data)


@given(st.sampled_from(RECORDED), st.data())
def test_a_truncated_message_is_refused(message: dict[str, object], data: st.DataObject) -> None:
    whole = text_of(message)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(wire.BadMessage):
        wire.decode(whole[:cut])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(RECORDED), st.data(), JSON)
def test_a_field_of_another_kind_is_read_or_refused(
    message: dict[str, object], data: st.DataObject, value: object
) -> None:
    key = data.draw(st.sampled_from(sorted(message)))
    with contextlib.suppress(wire.BadMessage):
        wire.decode(text_of({**message, key: value}))


@given(st.text(min_size=1, max_size=30), st.text(max_size=60), JSON)
def test_a_request_cannot_be_forged_by_what_it_carries(name: str, uri: str, body: object) -> None:
    sent = json.loads(wire.encode_request("9", "POST", f"channels/{wire.part(name)}/play?media={wire.part(uri)}", body))
    assert sent["type"] == "RESTRequest"
    assert (sent["request_id"], sent["method"]) == ("9", "POST")
    path, _, query = sent["uri"].partition("?")
    assert path.count("/") == 2
    assert query.count("=") == 1
    assert "&" not in query
    if body is not None:
        assert json.loads(sent["message_body"]) == body


@pytest.mark.parametrize(
    ("version", "speaks"),
    [
        ("20.13.0", False),
        ("20.14.0", True),
        ("20.15.2~dfsg", True),
        ("21.8.1", False),
        ("21.9.0", True),
        ("22.3.0", False),
        ("22.4.0", True),
        ("22.10.1+dfsg+~cs6.17", True),
        ("23.0.0", True),
        ("18.26.1", False),
        ("GIT-22-1234", False),
        ("", False),
    ],
)
def test_which_versions_take_requests_over_the_websocket(version: str, speaks: bool) -> None:
    assert versions.speaks_rest_over_websocket(version) is speaks
