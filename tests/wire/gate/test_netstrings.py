"""Netstrings: whatever way they are cut they are the same messages, and what is none is an error, never a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.gate.netstrings import LONGEST, NotANetstring, Reader, netstring

pytestmark = pytest.mark.wire


@given(st.lists(st.binary(max_size=300), max_size=8), st.data())
def test_messages_are_whole_however_they_come(messages: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(netstring, messages))
    reader, found, begin = Reader(), [], 0
    while begin < len(stream):
        end = data.draw(st.integers(begin + 1, len(stream)))
        found += reader.feed(stream[begin:end])
        begin = end
    assert found == messages


@given(st.binary(max_size=200))
def test_garbage_is_an_error_or_waits_for_more(garbage: bytes) -> None:
    reader = Reader()
    try:
        messages = reader.feed(garbage)
    except NotANetstring:
        return
    assert garbage.startswith(b"".join(map(netstring, messages))) or b"0" in garbage


@pytest.mark.parametrize(
    "wrong",
    [b"hello, world", b"5:hello;", b"x:1,", b"-1:,", b"99999999:", f"{LONGEST + 1}:".encode(), b":,", b"1234567890"],
)
def test_what_is_framed_wrongly_is_an_error(wrong: bytes) -> None:
    with pytest.raises(NotANetstring):
        Reader().feed(wrong)
