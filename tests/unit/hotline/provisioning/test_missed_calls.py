"""Calls of the fallback as its log has them, and the messages that they left on disk."""

import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from control.messages.log_commands import LogCall, LogRecording
from hotline.provisioning.plan import missed_call
from switch.missed import FallbackCall, FallbackOutcome

pytestmark = pytest.mark.unit


def call(voicemail: str) -> FallbackCall:
    return FallbackCall(
        "1.2", datetime.fromtimestamp(1_000, UTC), datetime.fromtimestamp(1_030, UTC), "+8613800138000", "95183",
        FallbackOutcome.NO_ANSWER, "main", "all", "", voicemail,
    )  # fmt: skip


def message(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(2 * round(8_000 * seconds)))


def test_a_message_has_the_length_of_its_file(tmp_path: Path) -> None:
    message(tmp_path / "1.2.wav", 12.5)
    row, recording = missed_call(call("1.2.wav"), tmp_path, "a").rows("CN")
    assert isinstance(row, LogCall)
    assert isinstance(recording, LogRecording)
    assert row.outcome == "message"
    assert (recording.path, recording.duration_s) == (str(tmp_path / "1.2.wav"), 12.5)


def test_one_that_cannot_be_read_is_in_the_log_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "1.2.wav").write_bytes(b"RIFF")
    recording = missed_call(call("1.2.wav"), tmp_path, "a").rows("CN")[1]
    assert isinstance(recording, LogRecording)
    assert recording.duration_s == 0.0


def test_one_that_was_offered_and_not_left_is_none(tmp_path: Path) -> None:
    (row,) = missed_call(call("1.2.wav"), tmp_path, "a").rows("CN")
    assert isinstance(row, LogCall)
    assert row.outcome == "abandoned"
