"""Judging of labelled greetings: by our rules, fed as a switch tells of voices, and by those of Asterisk's AMD."""

from collections.abc import Iterable

import msgspec

from calls.events import VOICE_QUIET_S
from calls.ids import Seconds
from dialer.answering_machines.greeting import Greeting
from dialer.answering_machines.settings import Detection, Found
from sim.answering_machines.greetings import Answer, Word


class Judged(msgspec.Struct, frozen=True):
    """What an answer was taken for, and so long after it. `after_greeting_s`: after the last word until then; None
    where there was none."""

    answer: Answer
    found: Found
    at_s: Seconds
    after_greeting_s: Seconds | None


def voices(words: Iterable[Word]) -> list[Word]:
    """As a switch hears them: what is not apart by VOICE_QUIET_S is one voice."""
    heard: list[Word] = []
    for begun, ended in sorted(words):
        if heard and begun - heard[-1][1] < VOICE_QUIET_S:
            heard[-1] = (heard[-1][0], max(heard[-1][1], ended))
        else:
            heard.append((begun, ended))
    return heard


def judged(answer: Answer, detection: Detection) -> Judged:
    """By our rules. Every voice's end is told VOICE_QUIET_S late, as switches do."""
    greeting = Greeting()
    told: list[tuple[Seconds, int, Word]] = [(0.0, 0, (0.0, 0.0))]
    for voice in voices(answer.words):
        told += [(voice[0], 1, voice), (voice[1] + VOICE_QUIET_S, 2, voice)]
    for at, what, voice in sorted(told):
        _pass_time(greeting, detection, at)
        if what == 0:
            greeting.answered(detection, at)
        elif what == 1:
            greeting.voice_began(detection, at)
        else:
            greeting.voice_ended(detection, at, voice[1] - voice[0], VOICE_QUIET_S)
    _pass_time(greeting, detection, float("inf"))
    assert greeting.found is not None
    return _told(answer, greeting.found, greeting.found_at)


def _pass_time(greeting: Greeting, detection: Detection, until: Seconds) -> None:
    due = greeting.due(detection)
    if due is not None and due[0] < until:
        greeting.look(detection, due[0])


def _told(answer: Answer, found: Found, at_s: Seconds) -> Judged:
    before = [ended for begun, ended in answer.words if begun >= 0.0 and begun < at_s]
    return Judged(answer, found, at_s, max(at_s - before[-1], 0.0) if before else None)


_FRAME_MS = 20
_INITIAL_SILENCE_MS, _GREETING_MS, _AFTER_GREETING_MS, _TOTAL_MS = 2500, 1500, 800, 5000
_WORD_MS, _BETWEEN_WORDS_MS, _WORDS = 100, 50, 3


def judged_by_amd(answer: Answer) -> Judged:
    """By the rules of Asterisk's AMD with the times of amd.conf.sample, written anew: it hears nothing of what comes
    before the answer, counts words, and takes silence for a machine. Its third word makes a machine (22.10.1)."""
    in_word, greeted = False, False
    silent_ms = voice_ms = run_ms = words = 0
    for at_ms in range(0, _TOTAL_MS, _FRAME_MS):
        at_s = (at_ms + _FRAME_MS) / 1000
        if not any(begun * 1000 <= at_ms < ended * 1000 for begun, ended in answer.words):
            silent_ms += _FRAME_MS
            if silent_ms >= _BETWEEN_WORDS_MS:
                in_word, run_ms = False, 0
            if not greeted and silent_ms >= _INITIAL_SILENCE_MS:
                return _told(answer, "machine", at_s)
            if greeted and silent_ms >= _AFTER_GREETING_MS:
                return _told(answer, "person", at_s)
            continue
        silent_ms = 0
        run_ms += _FRAME_MS
        voice_ms += _FRAME_MS
        if run_ms >= _WORD_MS and not in_word:
            in_word, greeted, words = True, True, words + 1
        if words >= _WORDS or (greeted and voice_ms >= _GREETING_MS):
            return _told(answer, "machine", at_s)
    return _told(answer, "unsure", _TOTAL_MS / 1000)
