#!/usr/bin/env bash
# SQLite 3.46.1, by apsw 3.46.1.0: of a table WITHOUT ROWID and without statistics, a query with two equalities is answered
# by the primary key, of which one column is known, and not by the index of which both are.
#
# Numbers of contacts are kept by (list, number), with an index on (list, row): the numbers of one contact are two
# equalities. The plan searches the primary key by the list alone, and so walks along the whole list for each contact. The
# same table with a rowid takes the index, and so does this one after ANALYZE.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install apsw==3.46.1.0 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import apsw

QUERY = 'SELECT number, zone FROM numbers WHERE list = 1 AND "row" = 7 ORDER BY place'


def plan(ending: str, analyze: bool) -> list[str]:
    store = apsw.Connection(":memory:")
    store.execute(
        'CREATE TABLE numbers (list INTEGER NOT NULL, number TEXT NOT NULL, "row" INTEGER NOT NULL, '
        f"place INTEGER NOT NULL, zone TEXT NOT NULL, PRIMARY KEY (list, number)) {ending}"
    )
    store.execute('CREATE INDEX by_row ON numbers (list, "row")')
    rows = [(1, f"+86138{n:08d}", n // 2, n % 2, "") for n in range(20_000)]
    store.executemany("INSERT INTO numbers VALUES (?, ?, ?, ?, ?)", rows)
    if analyze:
        store.execute("ANALYZE")
    return [row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {QUERY}")]


print("SQLite", apsw.sqlite_lib_version())
for ending, analyze in (("WITHOUT ROWID", False), ("", False), ("WITHOUT ROWID", True)):
    print(f"{ending or 'with rowid'}, {'after' if analyze else 'without'} ANALYZE: {plan(ending, analyze)}")
bare, rowid, known = plan("WITHOUT ROWID", False), plan("", False), plan("WITHOUT ROWID", True)
assert "PRIMARY KEY (list=?)" in bare[0], bare
assert "by_row (list=? AND row=?)" in rowid[0], rowid
assert "by_row (list=? AND row=?)" in known[0], known
PY
echo "as described"
