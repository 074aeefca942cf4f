"""Log files that are turned over, and the failed registrations that are read from one."""

import gzip
import os
import time
from pathlib import Path

import pytest

from switch.failed_registrations import ASTERISK, FREESWITCH, FailedRegistration, RegistrationLog
from switch.log_files import DAY_S, Turnover, put_aside, put_asides, tidy

pytestmark = pytest.mark.unit

NOW = 1_795_988_802.0


def test_it_is_due_by_size_and_by_the_age_of_its_first_line(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    turnover = Turnover(max_bytes=100, max_days=1.0)
    assert not turnover.due(log, NOW), "it is not there"
    log.touch()
    assert not turnover.due(log, NOW), "it is empty"
    log.write_text('{"timestamp":"2026-11-28T07:00:00.1Z","event":"serving"}\n')
    began = 1_795_849_200.0  # that instant
    assert not turnover.due(log, began + DAY_S - 1)
    assert turnover.due(log, began + DAY_S + 1)
    log.write_text(f"[{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(began))}.675] Asterisk 22\n")
    assert not turnover.due(log, began + DAY_S - 1), "Asterisk writes the time of its own zone"
    assert turnover.due(log, began + DAY_S + 1)
    log.write_text(f'"contact-1","s","{began:.6f}","","BUSY"\n')
    assert not turnover.due(log, began + DAY_S - 1), "a call record has epoch seconds"
    assert turnover.due(log, began + DAY_S + 1)
    log.write_text("x" * 100)
    assert turnover.due(log, NOW)


def test_the_past_is_gzipped_and_goes_by_age_and_by_number(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    turnover = Turnover(keep_days=10, keep_files=3)
    for day in range(6):
        log.write_text(f"day {day}\n")
        aside = put_aside(log, NOW + day * DAY_S)
        os.utime(aside, (NOW + day * DAY_S,) * 2)
        tidy(log, turnover, NOW + day * DAY_S)
    assert [gzip.decompress(file.read_bytes()) for file in put_asides(log)] == [b"day 3\n", b"day 4\n", b"day 5\n"]
    assert {oct(file.stat().st_mode & 0o777) for file in put_asides(log)} <= {"0o600", "0o644"}
    tidy(log, turnover, NOW + 14.5 * DAY_S)
    assert [gzip.decompress(file.read_bytes()) for file in put_asides(log)] == [b"day 5\n"]
    others = [tmp_path / "b-20261201T073000Z.log", tmp_path / "a-notes.log"]
    for other in others:
        other.touch()
    tidy(log, turnover, NOW + 100 * DAY_S)
    assert sorted(tmp_path.iterdir()) == sorted(others), "nothing of others is touched"


def test_two_in_one_second_are_two(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    for number in range(12):
        log.write_text(f"{number}\n")
        put_aside(log, NOW)
    assert [file.read_text() for file in put_asides(log)] == [f"{number}\n" for number in range(12)]


TRIED = (
    "Request 'REGISTER' from '<sip:agent-8001@h>' failed for '203.0.113.9:4042' (callid: de2e) - Failed to authenticate"
)


@pytest.mark.parametrize(
    ("pattern", "line", "found"),
    [
        (ASTERISK, TRIED, ("203.0.113.9", "agent-8001")),
        (ASTERISK, TRIED.replace("203.0.113.9", "[2001:db8::9]"), ("[2001:db8::9]", "agent-8001")),
        (ASTERISK, TRIED.replace("REGISTER", "INVITE"), None),
        (
            ASTERISK,
            TRIED.replace("<sip", "\"x' failed for '192.0.2.7:1' (callid: y) - Failed\" <sip"),
            ("203.0.113.9", "agent-8001"),
        ),
        (ASTERISK, "Endpoint 'trunk' (198.51.100.7:40042) has no configured AORs", ("198.51.100.7", "")),
        (
            FREESWITCH,
            "SIP auth failure (REGISTER) on sofia profile 'hotline' for [8001@h] from ip 203.0.113.9",
            ("203.0.113.9", "8001"),
        ),
        (
            FREESWITCH,
            "[WARNING] sofia_reg.c:2906 Can't find user [1000@203.0.113.1] from 203.0.113.9",
            ("203.0.113.9", "1000"),
        ),
        (
            FREESWITCH,
            "SIP auth challenge (REGISTER) on sofia profile 'hotline' for [8001@h] from ip 203.0.113.9",
            None,
        ),
    ],
)
def test_who_tried(tmp_path: Path, pattern: object, line: str, found: tuple[str, str] | None) -> None:
    path = tmp_path / "switch.log"
    path.touch()
    log = RegistrationLog(path, pattern)  # type: ignore[arg-type]  # a pattern, as pytest hands it on
    log.new()
    path.write_text(f"[2026-11-29 21:46:43.150] NOTICE[1] a.c: {line}\n")
    assert log.new() == ([] if found is None else [FailedRegistration(*found)], 0)


def test_a_log_is_followed_over_its_turnover_and_half_lines(tmp_path: Path) -> None:
    path = tmp_path / "asterisk.log"
    log = RegistrationLog(path, ASTERISK)
    assert log.new() == ([], 0), "no log yet"
    path.write_text(f"{TRIED}\n{TRIED[:40]}")
    assert len(log.new()[0]) == 1
    with path.open("a") as file:
        file.write(f"{TRIED[40:]}\n")
    assert len(log.new()[0]) == 1
    assert log.new() == ([], 0)
    put_aside(path, NOW)
    path.write_text(f"{TRIED}\n" * 3)
    assert len(log.new()[0]) == 3


def test_of_a_flood_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "asterisk.log"
    path.touch()
    log = RegistrationLog(path, ASTERISK)
    log.new()
    path.write_text(f"{TRIED}\n" * 20_000)
    began = time.process_time()
    failed, skipped = log.new()
    assert time.process_time() - began < 1.0
    assert skipped > 1_000_000
    assert 1_000 < len(failed) < 20_000
    assert log.new() == ([], 0)


def test_what_stood_there_before_is_no_news_and_what_comes_before_the_first_look_is(tmp_path: Path) -> None:
    path = tmp_path / "asterisk.log"
    path.write_text(f"{TRIED}\n" * 5)
    log = RegistrationLog(path, ASTERISK)
    with path.open("a") as file:
        file.write(f"{TRIED}\n" * 2)
    assert len(log.new()[0]) == 2
    assert log.new() == ([], 0)
