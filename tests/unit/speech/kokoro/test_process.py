"""Kokoro's process from the outside: one that is loaded once, one that hangs, one that dies, one that is not there."""

from __future__ import annotations

import sys

import pytest

from speech.kokoro import process
from speech.kokoro.process import KokoroProcess
from speech.kokoro.worker import Question
from speech.voice import VoiceError

pytestmark = pytest.mark.unit

WORKER = """
import struct, sys
def write(content):
    sys.stdout.buffer.write(struct.pack("<I", len(content)) + content)
    sys.stdout.buffer.flush()
write(b"")
asked = 0
while head := sys.stdin.buffer.read(4):
    given = sys.stdin.buffer.read(*struct.unpack("<I", head))
    asked += 1
    if b"hang" in given:
        sys.stdin.buffer.read()
    if b"die" in given:
        sys.exit("out of memory")
    write(struct.pack("<hh", asked, len(given)))
"""


def question(speaker: str) -> Question:
    return Question(speaker, [1, 2], 1.0)


def worker(**limits: float) -> KokoroProcess:
    return KokoroProcess(command=(sys.executable, "-S", "-c", WORKER), **limits)


def test_one_process_answers_all() -> None:
    one = worker()
    assert one.ask(question("a"))[0] == 1
    assert one.ask(question("a"))[0] == 2
    assert one.memory_mb() > 0
    assert 0 <= one.processor_s() < 60
    one.close()
    assert one.memory_mb() == 0
    assert one.processor_s() == 0


def test_one_that_dies_says_why_and_the_next_question_starts_another() -> None:
    one = worker()
    with pytest.raises(VoiceError, match="out of memory") as raised:
        one.ask(question("die"))
    assert raised.value.retryable
    assert one.ask(question("a"))[0] == 1
    one.close()


def test_one_that_hangs_is_killed() -> None:
    one = worker(piece_s=0.2)
    with pytest.raises(VoiceError, match="did not answer in time"):
        one.ask(question("hang"))
    one.close()


def test_where_it_is_not_installed_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "is_installed", lambda: False)
    with pytest.raises(VoiceError, match=r"hotline\[voice\]"):
        KokoroProcess().load()
