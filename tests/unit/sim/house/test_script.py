"""Test cases of dialplans/tests/ as callers: what is done when, and what is waited for."""

from typing import Any

import pytest

from dsl.tree import Mark
from ivr.compiler.test_cases import Line
from sim.house.script import Script

pytestmark = pytest.mark.unit


def script(*lines: tuple[str, Any]) -> Script:
    return Script([Line(verb, value, Mark("test", 1, 1)) for verb, value in lines])


def test_keys_wait_for_the_words_before_them() -> None:
    one = script(("hears", "menu"), ("presses", 1), ("hears", {"phrase": "bye", "language": "en"}), ("hangs_up", None))
    one.hear({"welcome"}, in_queue=False, offered=False)
    assert one.next() is None
    one.hear({"menu"}, in_queue=False, offered=False)
    assert one.next() == ("presses", 1)
    assert one.next() is None, "what was heard before the key does not count after it"
    one.hear({"bye"}, in_queue=False, offered=False)
    assert one.next() == ("hangs_up", None)
    assert one.over


def test_lines_about_the_house_are_no_deeds_and_hold_keys_up_until_they_have_happened() -> None:
    one = script(
        ("lands_in", "care"), ("queue", {"offers": "callback"}), ("presses", 1), ("queue", "served"), ("presses", 5)
    )
    one.hear({"music"}, in_queue=True, offered=False)
    assert one.next() is None
    one.hear({"callback_offer"}, in_queue=True, offered=True)
    assert one.next() == ("presses", 1)
    assert one.next() is None, "still in the queue"
    one.hear({"survey_ask"}, in_queue=False, offered=False)
    assert one.next() == ("presses", 5)


def test_silence_and_messages() -> None:
    one = script(("waits", 6), ("leaves_message", 12), ("opens_case", "callback"), ("ends", "hung_up"))
    assert one.next() == ("waits", 6)
    assert one.message_s is None
    assert one.next() is None
    assert one.message_s == 12.0
    assert one.over


def test_a_text_is_no_phrase_and_is_not_waited_for() -> None:
    one = script(("hears", {"text": "八百元"}), ("presses", 2))
    assert one.next() == ("presses", 2)
