"""Greetings under any voices: one decision, in time, that stands whatever comes, and by the settings' own limits."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.events import VOICE_QUIET_S
from dialer.answering_machines.greeting import LATE_S, Greeting
from dialer.answering_machines.settings import Detection
from sim.answering_machines.greetings import Answer
from sim.answering_machines.judging import judged, voices

pytestmark = pytest.mark.properties

_TIMES = st.floats(0.3, 6.0).map(lambda at: round(at, 2))
DETECTIONS = st.builds(
    Detection,
    on=st.just(True),
    greeting_s=_TIMES,
    between_words_s=_TIMES,
    initial_silence_s=_TIMES,
    decide_within_s=_TIMES,
    before_answer=st.sampled_from(["silence", "counts", "ignored"]),
)
WORDS = st.lists(st.tuples(st.floats(-10.0, 12.0), st.floats(0.0, 4.0)), max_size=8).map(
    lambda drawn: tuple(voices((round(at, 2), round(at + length, 2)) for at, length in drawn))
)
STEPS = st.lists(
    st.tuples(st.floats(0.0, 2.0), st.sampled_from(["answered", "began", "ended", "look"]), st.floats(0.0, 3.0)),
    max_size=30,
)


@given(WORDS, DETECTIONS)
def test_every_answer_is_decided_in_time_and_by_its_own_voices(words: tuple[tuple[float, float], ...], by: Detection):
    found = judged(Answer("any", "person", words), by)
    assert 0.0 <= found.at_s <= by.decide_within_s + 1e-9
    heard = [one for one in words if one[1] > 0.0 and one[0] <= found.at_s]
    if found.found == "silence":
        assert not any(min(ended, found.at_s) - max(begun, 0.0) > by.shortest_word_s + LATE_S for begun, ended in heard)
    if found.found == "person":
        assert heard, "nobody is a person who has said nothing"
    if found.found == "machine" and by.before_answer == "ignored":
        assert heard
        assert max(ended for _, ended in heard) - max(heard[0][0], 0.0) >= by.greeting_s - 1e-9


@given(STEPS, DETECTIONS)
def test_a_decision_is_made_once_and_stands(steps: list[tuple[float, str, float]], by: Detection):
    greeting, now, made = Greeting(), 100.0, []
    for after_s, what, length_s in steps:
        now += after_s
        twin = msgspec.msgpack.decode(msgspec.msgpack.encode(greeting), type=Greeting)
        results = []
        for one in (greeting, twin):
            if what == "answered":
                results.append(one.answered(by, now))
            elif what == "began":
                results.append(one.voice_began(by, now))
            elif what == "ended":
                results.append(one.voice_ended(by, now, length_s, VOICE_QUIET_S))
            else:
                results.append(one.look(by, now))
        assert results[0] == results[1], "what is kept is all that counts"
        assert greeting == twin
        if results[0] is not None:
            made.append(results[0])
        assert len(made) <= 1
        assert greeting.found == (made[0] if made else None)
        due = greeting.due(by)
        if due is not None:
            assert greeting.look(by, due[0] - 1e-6) is None or due[0] <= now, "nothing is decided before it is due"
            if greeting.found is not None:
                made.append(greeting.found)


@given(WORDS, DETECTIONS, st.floats(0.1, 3.0))
def test_a_longer_greeting_of_people_makes_no_more_machines(
    words: tuple[tuple[float, float], ...], by: Detection, more_s: float
):
    by = msgspec.structs.replace(by, before_answer="ignored")
    answer = Answer("any", "person", words)
    if judged(answer, msgspec.structs.replace(by, greeting_s=by.greeting_s + more_s)).found == "machine":
        assert judged(answer, by).found == "machine"
