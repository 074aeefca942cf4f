"""A hundred cases a second from outside, while the process that takes them in is killed (-9) again and again.

What was not acknowledged is sent again to the next process, and every tenth message twice anyway. At the end each
message must be one case, with one log that begins once, and the chain of the audit log must be whole.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from bench.catalogue import Options
from bench.intake_taker import rules
from bench.machine import facts
from bench.report import Figure, Report, at_least, at_most, told
from complaints.intake.contact import Contact
from hotline.cases.work import Work
from hotline.store import case_log, opening

RATE = 100
_SEVERE = "FROM case_entries AS e WHERE e.kind = 'graded' AND json_extract(e.fields, '$.grade') = 'level_1'"
"""Cases whose department's lead is to be told: the sample's grades.yaml has `tell_lead` for this grade alone."""
_TEXTS = (
    "扣了我{}块手续费，没有人通知",
    "第{}次来电，还是没有解决",
    "我要去银保监投诉你们，单号{}",
    "等了{}分钟没人接",
    "The app logs me out, ticket {}",
    "网点停车不方便，第{}位",
    "你们的人把我的欠款告诉了同事，编号{}",
)


def run(options: Options) -> Report:
    """Takes ten minutes, `quick` ten seconds."""
    seconds = 6 if options.quick else 600
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        database = Path(folder) / "hotline.db"
        opening.migrate(database)
        sender = _Sender(database, seconds, 2.0 if options.quick else 25.0, options)
        took_s = sender.run()
        options.progress("the rest is worked off, and counted")
        began = time.perf_counter()
        work, known = Work(database), rules()
        while work.off(known, time.time()).begun:
            pass
        rest_s = time.perf_counter() - began
        figures = _counted(database, sender)
    figures += [
        at_least("cases a second", len(sender.sent) / took_s, "/s", RATE * 0.95),
        told("kills", sender.kills, ""),
        told("seconds until the rest was graded and dispatched", rest_s, "s"),
        told("99 of 100 acknowledged within", sender.p99_s() * 1e3, "ms"),
    ]
    return Report("intake", facts(), figures)


class _Sender:
    """Sends messages at an even rate to a process that it kills, and sends again what was not acknowledged."""

    def __init__(self, database: Path, seconds: int, kill_every_s: float, options: Options) -> None:
        self._database = database
        self._seconds = seconds
        self._kill_every_s = kill_every_s
        self._options = options
        self._chance = random.Random(1)
        self._lock = threading.Lock()
        self._open: dict[str, bytes] = {}
        self._at: dict[str, float] = {}
        self._delays: list[float] = []
        self.sent: set[str] = set()
        self.told: dict[str, set[str]] = {}
        """The cases that were told for each message."""
        self.kills = 0

    def run(self) -> float:
        """Send everything; the seconds from the first to the last one."""
        taker = self._start()
        began, kill_at = time.perf_counter(), self._kill_every_s
        for sent, message in enumerate(self._messages()):
            due = int(message.source[1:]) / RATE  # what is sent twice is one case
            while (ahead := due - (time.perf_counter() - began)) > 0:
                time.sleep(min(ahead, 0.05))
            if due >= kill_at and due < self._seconds - 2:
                kill_at += self._kill_every_s * self._chance.uniform(0.5, 1.5)
                taker = self._killed(taker)
                self._options.progress(f"{sent:,} sent, {self.kills} kills")
            self._send(taker, message)
        took_s = time.perf_counter() - began
        deadline = time.perf_counter() + 120
        while self._open and time.perf_counter() < deadline:
            if taker.poll() is not None:
                taker = self._start()
                self._again(taker)
            time.sleep(0.05)
        assert taker.stdin is not None
        taker.stdin.close()
        try:
            taker.wait(30)
        except subprocess.TimeoutExpired:
            taker.kill()
            taker.wait()
        return took_s

    def p99_s(self) -> float:
        """The delay that one in a hundred exceeds."""
        return sorted(self._delays)[int(len(self._delays) * 0.99)] if self._delays else 0.0

    def _messages(self) -> Iterator[Contact]:
        for number in range(self._seconds * RATE):
            text = _TEXTS[number % len(_TEXTS)].format(number)
            caller = f"+861380{number % 5_000_000:07d}"
            yield Contact("http", f"m{number}", time.time(), text, caller=caller, account=f"A{number}")
            if number % 10 == 0:
                yield Contact("http", f"m{number}", time.time(), text, caller=caller, account=f"A{number}")

    def _send(self, taker: subprocess.Popen[bytes], message: Contact) -> None:
        line = msgspec.json.encode(message) + b"\n"
        with self._lock:
            self.sent.add(message.source)
            self._open[message.source] = line
            self._at.setdefault(message.source, time.perf_counter())
        self._write(taker, line)

    def _write(self, taker: subprocess.Popen[bytes], line: bytes) -> None:
        assert taker.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):  # it is dead: the next one gets it
            taker.stdin.write(line)
            taker.stdin.flush()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "bench.intake_taker", str(self._database)]
        taker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self._listen, args=(taker,), daemon=True).start()
        return taker

    def _killed(self, taker: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        taker.kill()
        taker.wait()
        self.kills += 1
        taker = self._start()
        self._again(taker)
        return taker

    def _again(self, taker: subprocess.Popen[bytes]) -> None:
        with self._lock:
            lines = list(self._open.values())
        for line in lines:
            self._write(taker, line)

    def _listen(self, taker: subprocess.Popen[bytes]) -> None:
        assert taker.stdout is not None
        for line in taker.stdout:
            source, _, case = line.decode().strip().partition(" ")
            if not case:
                continue
            with self._lock:
                self.told.setdefault(source, set()).add(case)
                if self._open.pop(source, None) is not None:
                    self._delays.append(time.perf_counter() - self._at[source])


def _counted(database: Path, sender: _Sender) -> list[Figure]:
    with closing(opening.to_read(database)) as connection:
        rows = dict(connection.execute('SELECT source, "case" FROM case_contacts').fetchall())
        (cases,) = connection.execute("SELECT count(*) FROM cases").fetchone()
        whole = case_log.verify(connection)
        begun = _number(connection, "SELECT count(*) FROM case_entries WHERE kind = 'opened'")
        twice = _number(
            connection,
            "SELECT count(*) FROM (SELECT 1 FROM case_entries WHERE kind IN ('opened', 'graded', 'dispatched')"
            ' GROUP BY "case", kind HAVING count(*) > 1)',
        )
        told_of_severe = _number(connection, f"SELECT count(*) {_SEVERE}")
        notices = _number(connection, "SELECT count(*) FROM case_notices WHERE kind = 'lead'")
        unsaid = _number(
            connection,
            f"SELECT count(*) {_SEVERE} AND NOT EXISTS (SELECT 1 FROM case_notices AS n"
            ' WHERE n."case" = e."case" AND n.kind = \'lead\')',
        )
    lost = len(sender.sent - rows.keys()) + sum(rows.get(source) not in cases for source, cases in sender.told.items())
    doubled = cases - len(rows) + sum(len(told_of) > 1 for told_of in sender.told.values()) + twice
    return [
        at_most("lost", lost, "", 0),
        at_most("doubled", doubled, "", 0),
        at_most("notices lost", unsaid, "", 0),
        at_most("notices given twice", notices - told_of_severe + unsaid, "", 0),
        told("notices", notices, ""),
        at_most("without a log", len(rows) - begun, "", 0),
        at_most("altered rows of the audit log", 0 if not whole.fault else 1, "", 0),
        told("cases", cases, ""),
        told("not acknowledged at the end", len(sender.sent - sender.told.keys()), ""),
    ]


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])
