"""Answering-machine detection as campaigns write it, and how that is read.

    answering_machine: {message: call_us_back, silence: hang_up, greeting: 2.5 s}

Times of speech are shorter than a second, so these durations have fractions: `0.8 s`, `800 ms`, `1 min`.
"""

import re
from collections.abc import Callable, Collection
from typing import Annotated, Literal

import msgspec

from calls.ids import Seconds
from dialer.answering_machines.greeting import LATE_S
from dialer.answering_machines.settings import Detection
from dsl.spelling import nearest_hint

SHORT_PATTERN = r"^([0-9]{1,5} ?ms|[0-9]{1,3}(\.[0-9]{1,3})? ?s|[1-9][0-9]? ?min)$"
_SHORT = re.compile(r"([0-9.]+) ?(ms|s|min)")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
TIMES: dict[str, tuple[Seconds, Seconds]] = {
    "greeting": (0.5, 10.0),
    "between_words": (0.3, 3.0),
    "initial_silence": (0.5, 10.0),
    "decide_within": (1.0, 20.0),
    "greeting_over": (0.5, 10.0),
    "longest_greeting": (5.0, 300.0),
    "called_back": (0.0, 3600.0),
}
"""The shortest and the longest of each. A pause of less than 0.3 s is in every word: no switch tells of it."""


class WrittenDetection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who has answered, a person or a machine; without `message` and `flow` a machine is hung up."""

    message: str = ""
    """The phrase that a machine hears once its greeting is over."""
    flow: str = ""
    """The flow that speaks then."""
    silence: Literal["hang_up", "machine", "person"] = "hang_up"
    unsure: Literal["person", "machine"] = "person"
    before_answer: Literal["silence", "counts", "ignored"] = "silence"
    """What a greeting that was heard before the answer makes a machine of."""
    greeting: str = "2.5 s"
    """The longest of a person."""
    between_words: str = "0.8 s"
    """A pause of so long ends a greeting."""
    initial_silence: str = "2.5 s"
    decide_within: str = "5 s"
    greeting_over: str = "1.5 s"
    """Silence after which a machine has come to its end."""
    longest_greeting: str = "60 s"
    patience_from: Literal["greeting", "answer"] = "greeting"
    """From when `patience` counts for a person who was judged."""
    false_positives: _Share = 0.08
    """The share of those taken for machines or silence that are people, as you have measured it."""
    called_back: str = "60 s"
    """Who calls the house so soon after they were taken for a machine was a person."""


Wrong = Callable[[str, str], None]
"""Takes a word of the record, or nothing for all of it, and what is wrong with it."""


def read_detection(
    written: WrittenDetection, phrases: Collection[str], flows: Collection[str], patience_s: Seconds, wrong: Wrong
) -> Detection:
    """The settings; what is wrong is told, and then they mean nothing."""
    times = {word: _time(word, getattr(written, word), wrong) for word in TIMES}
    if written.message and written.flow:
        wrong("flow", "a machine hears the message or the flow, not both")
    for word, name, known, label in (
        ("message", written.message, phrases, "phrase"),
        ("flow", written.flow, flows, "flow"),
    ):
        if name and name not in known:
            wrong(word, f"there is no {label} {name}{nearest_hint(name, known)}")
    if times["greeting"] + LATE_S >= times["decide_within"]:
        told = f"{written.decide_within} is over before a voice is longer than {written.greeting}: no machine is found"
        wrong("decide_within", told)
    if times["initial_silence"] > times["decide_within"]:
        wrong("initial_silence", f"{written.initial_silence} is after decide_within, {written.decide_within}")
    word = "decide_within" if written.patience_from == "answer" else "between_words"
    if times[word] >= patience_s:
        since = "the answer" if written.patience_from == "answer" else "the end of the greeting"
        told = (
            f"{getattr(written, word)}, and patience is {patience_s:g} s from {since}: nobody is left to be asked for"
        )
        wrong(word, told)
    return Detection(
        on=True,
        greeting_s=times["greeting"],
        between_words_s=times["between_words"],
        initial_silence_s=times["initial_silence"],
        decide_within_s=times["decide_within"],
        unsure=written.unsure,
        silence=written.silence,
        before_answer=written.before_answer,
        leave_message=written.message,
        leave_flow=written.flow,
        greeting_over_s=times["greeting_over"],
        longest_greeting_s=times["longest_greeting"],
        patience_from=written.patience_from,
        false_positives=written.false_positives,
        called_back_s=times["called_back"],
    )


def _time(word: str, text: str, wrong: Wrong) -> Seconds:
    shortest, longest = TIMES[word]
    if not re.fullmatch(SHORT_PATTERN, text.strip()):
        wrong(word, f"a duration such as 700 ms, 1.8 s or 1 min is wanted, not {text!r}")
        return shortest
    found = _SHORT.match(text.strip())
    assert found is not None
    length = round(float(found[1]) * _UNITS[found[2]], 3)
    if not shortest <= length <= longest:
        wrong(word, f"{text} is not between {shortest:g} s and {longest:g} s")
    return length
