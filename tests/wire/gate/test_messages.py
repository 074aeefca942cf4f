"""Messages of the gate's proxy: each as it comes, and nothing else for garbage."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.gate.messages import Answered, Asked, Ended, Failed, NotAMessage, Welcome, answer, read

pytestmark = pytest.mark.wire


def hexed(text: str) -> str:
    return text.encode().hex()


def test_a_question_has_all_that_the_invite_says() -> None:
    said = (
        f"ask 11 22 dialer n{hexed('13800138000')} f{hexed('4000095183')} c{hexed('a84b4c76e66710')} "
        f"s{hexed('spring offer')} p{hexed('张三')} a m{hexed('spring')} g"
    )
    assert read(said.encode()) == Asked(
        11, 22, "dialer", "13800138000", "4000095183", "a84b4c76e66710", "spring offer", "张三", "", "spring", ""
    )


def test_what_became_of_a_call() -> None:
    call = hexed("a84b")
    assert read(f"answered c{call}".encode()) == Answered("a84b")
    assert read(f"ended c{call}".encode()) == Ended("a84b")
    assert read(f"failed c{call} 603 t{hexed('Network Blocked')}".encode()) == Failed("a84b", 603, "Network Blocked")
    assert read(b"welcome") == Welcome()


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "hello",
        "ask",
        "ask 1 2",
        "ask x 2 a n f c",
        "answered",
        "answered zz",
        "failed c 603",
        "answered x61",
        "ask 1 2 a n6",
    ],
)
def test_what_the_proxy_never_says_is_an_error(wrong: str) -> None:
    with pytest.raises(NotAMessage):
        read(wrong.encode())


@given(st.binary(max_size=100))
def test_garbage_is_never_anything_else(garbage: bytes) -> None:
    with contextlib.suppress(NotAMessage):
        read(garbage)


@given(st.text(max_size=60), st.text(max_size=60))
def test_an_answer_is_five_words_whatever_the_rule_is_called(rule: str, policy: str) -> None:
    asked = Asked(11, 22, "dialer", "13800138000", "", "a84b")
    words = answer(asked, "deny", rule, policy).decode("ascii").split(" ")
    assert words[:3] == ["deny", "11", "22"]
    assert len(words) == 5
    assert '"' not in "".join(words)
