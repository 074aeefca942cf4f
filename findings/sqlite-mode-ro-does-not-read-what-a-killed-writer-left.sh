#!/usr/bin/env bash
# sqlite3 of CPython: a connection with mode=ro cannot read a file whose writer was killed, and no reader of it can mend that.
#
# Without a write-ahead log (the default) a writer that is killed between two pages leaves a journal by which the next
# connection undoes what it had begun. That is a write, so a connection of mode=ro says "attempt to write a readonly
# database" to each SELECT, as long as no other connection comes: a tool that only looks never sees the file again. Any
# connection of mode=rw that reads once is enough. In a file with a write-ahead log the same reader reads on.
set -euo pipefail
cd "$(mktemp -d)"
python3 - <<'PY'
import sqlite3
import subprocess
import sys

WRITER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute(f"PRAGMA journal_mode={sys.argv[2]}")
store.execute("PRAGMA cache_size=5")
store.execute("CREATE TABLE known (x)")
store.execute("INSERT INTO known VALUES (1)")
store.execute("BEGIN IMMEDIATE")
store.execute("CREATE TABLE begun (x)")
for _ in range(500):
    store.execute("INSERT INTO begun VALUES (randomblob(1000))")
print(flush=True)
sys.stdin.read()
"""


def read(path: str, mode: str) -> object:
    try:
        return sqlite3.connect(f"file:{path}?mode={mode}", uri=True).execute("SELECT x FROM known").fetchall()
    except sqlite3.OperationalError as error:
        return str(error)


seen = {}
for mode in ("delete", "wal"):
    path = f"{mode}.db"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path, mode], **pipes)
    writer.stdout.readline()
    writer.kill()
    writer.wait()
    seen[mode] = [read(path, how) for how in ("ro", "ro", "rw", "ro")]
print(sqlite3.sqlite_version, seen)
refused = "attempt to write a readonly database"
assert seen == {"delete": [refused, refused, [(1,)], [(1,)]], "wal": [[(1,)]] * 4}
PY
echo "as described"
