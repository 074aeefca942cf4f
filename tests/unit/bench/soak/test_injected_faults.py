"""One fault of each kind, put by hand into real files, a real store or a real process, is seen by a soak."""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench.soak import holdings, records
from bench.soak.found import Found, Held
from bench.soak.judge import judge
from bench.soak.script import Line, Talk
from control.messages.events import Restarted
from control.routing.router import Router
from hotline.store import opening, statements
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

CALL = ("a", "+861", "9000", "1", "en", 100.0, 101.0, 104.0, 110.0, "desk", "1001", "answered", "normal", "", "in")
TALK = ("a", 1, "agent", "1001", "agent-1001", "desk", "a:1-agent", 104.0, 107.0, "normal", 0, 0.0, 0, 0.0)
LINE = Line("+861", "talks", 100.0, 110.0, True, 200, "", (Talk("agent-1001", 104.0, 107.0),), "")
_CHILD = """
import sys
held = []
print(flush=True)
for line in sys.stdin:
    if line == "open\\n":
        held += [open("/dev/null") for _ in range(5)]
    else:
        import threading, time
        threads = [threading.Thread(target=time.sleep, args=(60,), daemon=True) for _ in range(9)]
        for thread in threads:
            thread.start()
    print(flush=True)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The store of one call with one recorded talk, and a journal of four events with two snapshots."""
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    router = _new_router()
    states = []
    for seq in range(1, 5):
        router.handle(Restarted(), float(seq))
        states.append(router.snapshot())
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute(statements.CALL, CALL)
        store.execute(statements.TALK, TALK)
        store.execute(statements.RECORDING, (str(tmp_path / "rec/a-1.wav"), "a", 2.9, "talk", "", 1))
        store.executemany(statements.JOURNAL, [(seq, float(seq), b'{"type":"Restarted"}') for seq in range(1, 5)])
        store.executemany(statements.SNAPSHOT, [(seq, float(seq), float(seq), states[seq - 1]) for seq in (2, 4)])
    (tmp_path / "rec").mkdir()
    record(tmp_path / "rec/a-1.wav", 2.9)
    return path


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    """A process that opens descriptors or starts threads when it is told to."""
    process = subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        tell(process, "")
        yield process
        process.kill()


def _new_router() -> Router:
    return ControlHarness("01").router


def record(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(4 * round(8_000 * seconds)))


def tell(process: subprocess.Popen[str], words: str) -> None:
    """Say it, and wait until it is done."""
    assert process.stdout is not None
    if words:
        assert process.stdin is not None
        process.stdin.write(f"{words}\n")
        process.stdin.flush()
    process.stdout.readline()


def found(database: Path) -> Found:
    """What a soak of that one call finds."""
    return Found(
        ledger=[LINE],
        log=records.log_of(database),
        files=holdings.sounds(database.parent / "rec"),
        away=[],
        not_over=[],
        waiting=[],
        before=Held(),
        after=Held(),
        samples=[],
        controller_mb=1.0,
        asterisk_mb=1.0,
        kill_every_s=None,
        journal=list(records.journal_of(database, _new_router)),
        complaints=[],
    )


def failed(found: Found) -> list[str]:
    return [check.check for check in judge(found) if not check.passed and check.check != "memory is flat"]


def write(database: Path, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(database)) as store, store:
        store.execute(statement, values)


def test_without_a_fault_nothing_is_found(database: Path) -> None:
    assert failed(found(database)) == []


def test_a_recording_that_was_removed(database: Path) -> None:
    (database.parent / "rec/a-1.wav").unlink()
    assert failed(found(database)) == ["every recording fits its talk"]


def test_a_recording_that_stopped_early(database: Path) -> None:
    record(database.parent / "rec/a-1.wav", 1.0)
    assert failed(found(database)) == ["every recording fits its talk"]


def test_half_a_recording_that_was_left_behind(database: Path) -> None:
    (database.parent / "rec/hotline-a:2-a.sln").write_bytes(bytes(16_000))
    assert failed(found(database)) == ["every recording fits its talk"]


def test_a_row_that_is_doubled(database: Path) -> None:
    write(database, statements.CALL, "a2", *CALL[1:])
    assert failed(found(database)) == ["every call has one row, every row its call"]


def test_an_event_that_is_missing_in_the_journal(database: Path) -> None:
    write(database, "DELETE FROM journal WHERE seq = 3")
    assert failed(found(database)) == ["journal and snapshots agree"]


def test_a_snapshot_that_a_replay_does_not_give(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as store:
        ((state,),) = store.execute("SELECT state FROM snapshots WHERE seq = 4")
    write(database, statements.SNAPSHOT, 4, 4.0, 4.0, state.replace(b'"minted":0', b'"minted":1'))
    check = next(check for check in judge(found(database)) if check.check == "journal and snapshots agree")
    assert check.found == ["a replay of the journal gives other register than the last snapshot has"]


def test_the_last_events_without_a_snapshot(database: Path) -> None:
    write(database, "DELETE FROM snapshots WHERE seq = 4")
    assert failed(found(database)) == ["journal and snapshots agree"]


def test_events_that_only_the_write_ahead_file_has(database: Path) -> None:
    database.with_name("hotline.db-tail1").write_bytes(b'\n[5,5.0,{"type":"Restarted"}]')
    assert failed(found(database)) == ["journal and snapshots agree"]


def test_a_lock_on_the_store_that_is_held(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert failed(found(database)) == ["journal and snapshots agree"]


@pytest.mark.parametrize(("words", "kind"), [("open", "descriptors"), ("start", "threads")])
def test_what_a_process_keeps(child: subprocess.Popen[str], database: Path, words: str, kind: str) -> None:
    count = {"descriptors": holdings.descriptors, "threads": holdings.threads}[kind]

    def held() -> Held:
        return Held({f"controller {kind}": count(child.pid)})

    before = held()
    clean = replace(found(database), before=before, after=held())
    assert failed(clean) == []
    tell(child, words)
    assert failed(replace(clean, after=held())) == ["nothing is left over"]


def test_a_file_lock_that_a_process_holds(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", f"import fcntl, time; f = open({str(tmp_path / 'lock')!r}, 'w'); "
         "fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        tell(process, "")
        assert holdings.locks(process.pid) == 1
        with (tmp_path / "lock").open("w") as mine, pytest.raises(BlockingIOError):
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process.kill()


def test_a_process_that_is_gone_holds_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    for look in (holdings.descriptors, holdings.threads, holdings.resident_mb):
        with pytest.raises(ProcessLookupError):
            look(process.pid)


def test_a_broken_rule_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "controller.log"
    log.write_text(
        '{"event": "call ended", "level": "info"}\n'
        '{"event": "command not carried out", "level": "critical", "trace": "AttributeError"}\n'
        '{"event": "cut off'  # by a kill
    )
    assert list(records.complaints_in(log)) == ["command not carried out: AttributeError"]
