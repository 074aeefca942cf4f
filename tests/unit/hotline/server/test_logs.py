"""The log of a server: its file is turned over, and what repeats itself is left out and counted."""

import gzip
import io
import json
from pathlib import Path

import pytest
import structlog

from calls.errors import BadInput
from hotline.server import logs
from hotline.server.log_file import LogFile
from hotline.server.repeats import Repeats
from switch.log_files import Turnover, put_asides

pytestmark = pytest.mark.unit


def test_no_line_is_lost_at_the_turnover(tmp_path: Path) -> None:
    path = tmp_path / "log" / "hotline.log"
    file = LogFile(path, Turnover(max_bytes=1_000, keep_files=1_000))
    for number in range(500):
        file.write(json.dumps({"number": number}) + "\n")
    file.flush()
    file.close()
    LogFile(path, Turnover(max_bytes=1_000, keep_files=1_000)).close()  # the past that was not tidied is, at the start
    asides = put_asides(path)
    assert len(asides) > 5
    assert {aside.suffix for aside in asides} == {".gz"}
    text = b"".join(gzip.decompress(aside.read_bytes()) for aside in asides) + path.read_bytes()
    assert [json.loads(line)["number"] for line in text.splitlines()] == list(range(500))
    assert max(len(gzip.decompress(aside.read_bytes())) for aside in asides) <= 1_000
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_new_day_is_a_new_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_795_996_000.0]  # some hours before midnight, UTC
    monkeypatch.setattr("hotline.server.log_file.time.time", lambda: now[0])
    file = LogFile(tmp_path / "hotline.log", Turnover())
    file.write("today\n")
    now[0] += 86_400.0
    file.write("tomorrow\n")
    file.close()
    assert (tmp_path / "hotline.log").read_text() == "tomorrow\n"
    assert len(put_asides(tmp_path / "hotline.log")) == 1


def test_a_file_that_cannot_be_is_said_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(BadInput, match=r"log\.file"):
        LogFile(tmp_path / "taken" / "hotline.log", Turnover())


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def passed(repeats: Repeats, **line: object) -> bool:
    try:
        repeats(None, "", dict(line))
    except structlog.DropEvent:
        return False
    return True


def test_the_same_line_is_written_some_times_a_minute_and_the_rest_counted() -> None:
    clock = Clock()
    repeats = Repeats(clock)
    assert repeats.left_out() == []
    wrong = {"event": "prompt not played", "level": "warning", "call": "1"}
    assert [passed(repeats, **wrong) for _ in range(8)] == [True] * 5 + [False] * 3
    assert passed(repeats, **{**wrong, "call": "2"}), "of another call it says another thing"
    assert repeats.left_out() == [], "once a minute"
    clock.now = 60.0
    assert repeats.left_out() == [("prompt not played", "warning", 3)]
    assert passed(repeats, **wrong)
    clock.now = 120.0
    assert repeats.left_out() == []


def test_a_flood_of_lines_that_are_alike_ends_and_the_days_work_does_not() -> None:
    repeats = Repeats(Clock())
    alike = [passed(repeats, event="prompt not played", level="error", call=str(number)) for number in range(1_500)]
    assert alike.count(True) == 1_000
    assert all(passed(repeats, event="call ended", level="info", call=str(number)) for number in range(1_500))


async def test_what_was_left_out_is_a_line_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, before, clock = io.StringIO(), structlog.get_config(), Clock()
    monkeypatch.setattr(logs, "_repeats", Repeats(clock))
    logs.configure(stream)
    structlog.configure(cache_logger_on_first_use=False)
    try:
        for _ in range(9):
            structlog.get_logger("hotline").error("the same", detail="again")
        await logs.tell_left_out()
        clock.now = 61.0
        await logs.tell_left_out()
    finally:
        structlog.configure(**before)
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [row["event"] for row in rows] == ["the same"] * 5 + ["lines left out"]
    assert (rows[-1]["of"], rows[-1]["lines"]) == ("the same", 4)
