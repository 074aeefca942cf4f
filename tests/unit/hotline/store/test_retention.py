"""Retention by kind and days: what goes, what is kept by something else, and in which pieces."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.site.keeping import KeepSettings
from hotline.site.settings import Settings
from hotline.site.site import Site
from hotline.store import (
    answer_tables,
    approval_tables,
    campaign_tables,
    case_clock_tables,
    case_origin_tables,
    case_tables,
    contact_tables,
    followup_tables,
    legal_holds,
    opening,
    schema,
    user_tables,
)
from hotline.store.retention import KINDS, OF_A_CALL, Kind, Piece, found, next_piece

pytestmark = pytest.mark.unit

DAY_S = 86_400.0
NOW = time.time()


class Store:
    """A store with calls of some days ago, each with its rows and a file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "hotline.db"
        self.folder = folder
        opening.migrate(self.path)
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = OFF")  # what is put there is no one's

    def call(self, name: str, days: float, *, talk: bool = False, message: bool = False, case: bool = False) -> None:
        at = NOW - days * DAY_S
        log = {"caller": "+8613800138000", "called": "95183", "version": "v", "language": "en", "queue": ""}
        ended = {"ended_at": at, "outcome": "answered", "cause": "normal"}
        self.insert("calls", call=name, arrived_at=at - 60, **log, **ended)
        self.insert("legs", leg=f"{name}-leg", call=name, role="caller", party="", began_at=at, ended_at=at, cause="")
        step = {"flow": "main", "step": "greet", "kind": "say", "keys": "", "outcome": ""}
        self.insert("steps", call=name, index=0, began_at=at, ended_at=at, **step)
        self.insert("surveys", call=name, question="kind", score=5)
        for kind, wanted in (("talk", talk), ("message", message)):
            if wanted:
                self.insert("recordings", path=str(self.file(name, kind)), call=name, duration_s=1.0, kind=kind, box="")
        if case:
            about = {"caller": "", "category": "complaint", "asked_by": "caller", "fields": "{}", "state": "open"}
            self.insert("cases", number=f"c-{name}"[:16], call=name, opened_at=at, **about)

    def file(self, call: str, kind: str) -> Path:
        path = self.folder / f"{call}-{kind}.wav"
        path.write_bytes(b"x" * 1_000)
        return path

    def callback(self, call: str, outcome: str) -> None:
        row = {"number": "+86", "queue": "q", "booked_at": 0.0, "changed_at": 0.0, "expires_at": 0.0, "tries": 0}
        self.insert("callbacks", call=call, outcome=outcome, detail="", **row)

    def insert(self, table: str, **values: object) -> None:
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        self.connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))

    def run(self, kind: Kind, days: float) -> int:
        """Carry out all pieces; how many there were."""
        pieces = 0
        while (piece := next_piece(self.connection, kind, NOW - days * DAY_S)) != Piece():
            pieces += 1
            for path in piece.files:
                Path(path).unlink()
            self.connection.execute("BEGIN")
            for statement, values in piece.rows:
                self.connection.execute(statement, values)
            self.connection.execute("COMMIT")
        return pieces

    def rows(self, table: str, column: str = "call") -> list[Any]:
        return sorted(row for (row,) in self.connection.execute(f'SELECT "{column}" FROM {table}'))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    with contextlib.closing(store.connection):
        yield store


def test_every_kind_is_a_setting_and_every_table_has_its_rule() -> None:
    assert set(KINDS) == set(KeepSettings.model_fields)
    ruled = {"cases", "recordings", "waits", "agent_states", "overrides", "journal", "snapshots", "legal_holds"}
    ruled |= {"transcripts"}  # with their recording, by a trigger
    ruled |= {"webhook_states"}  # a row for each webhook; what waits goes by its keep_hours, or with its call
    ruled |= {"contact_lists", "contacts", "contact_numbers", "contact_problems"}  # until `hotline lists remove`
    ruled |= {"campaign_contacts", "campaign_cursors", "campaign_tries"}  # likewise
    ruled |= {"campaign_states"}  # a row for each campaign
    ruled |= {"case_contacts", "case_entries", "case_heads", "case_matches"}  # with their case, entries by halves
    ruled |= {case_clock_tables.case_clocks.name, case_clock_tables.case_notices.name}  # with their case
    ruled |= {followup_tables.case_guesses.name}  # for a day
    ruled |= {followup_tables.followups.name, followup_tables.followup_log.name}  # with their case, or by their days
    ruled |= {case_origin_tables.case_origins.name, case_origin_tables.case_origin_looks.name}  # likewise
    ruled |= {f"{of}_approvals" for of in ("answer", "scene", "policy")}  # nobody's word is deleted
    ruled |= {approval_tables.approved_policies.name}  # nor what it is about
    ruled |= {answer_tables.unanswered.name}
    ruled |= {user_tables.users.name}  # nobody is deleted: a name that stands in a log stays one person's
    assert campaign_tables.metadata is contact_tables.metadata is schema.metadata
    tables = {table.name: table for table in schema.metadata.sorted_tables}
    assert {case_tables.case_entries.name, contact_tables.contacts.name} <= set(tables)
    assert set(tables) == ruled | set(OF_A_CALL)
    assert all("call" in tables[name].c for name in OF_A_CALL)


def test_recordings_and_voicemail_go_by_days_of_their_own(store: Store) -> None:
    store.call("old", 100, talk=True, message=True)
    store.call("young", 5, talk=True, message=True)
    talks = found(store.connection, "recordings", NOW - 30 * DAY_S)
    assert (talks.count, talks.size, talks.kept) == (1, 1_000, 0)
    assert talks.oldest == pytest.approx(NOW - 100 * DAY_S)
    assert store.run("recordings", 30) == 1
    assert [path.name for path in sorted(store.folder.glob("*.wav"))] == [
        "old-message.wav",
        "young-message.wav",
        "young-talk.wav",
    ]
    assert store.run("voicemail", 4) == 1
    assert store.rows("recordings") == ["young"]
    assert store.rows("calls") == ["old", "young"], "the log has days of its own"


def test_a_call_goes_with_all_that_was_logged_of_it_and_not_before_what_hangs_on_it(store: Store) -> None:
    store.call("plain", 100)
    store.call("recorded", 100, talk=True)
    store.call("case", 100, talk=True, case=True)
    store.call("booked", 100)
    store.callback("booked", "booked")
    store.call("young", 5)
    assert found(store.connection, "calls", NOW - 30 * DAY_S).kept == 3
    assert found(store.connection, "recordings", NOW - 30 * DAY_S).kept == 1
    store.run("calls", 30)
    assert store.rows("calls") == ["booked", "case", "recorded", "young"]
    assert store.rows("legs") == store.rows("steps") == store.rows("surveys") == store.rows("calls")
    store.run("recordings", 30)
    assert store.rows("recordings") == ["case"], "as long as its case"
    store.run("cases", 30)
    store.run("recordings", 30)
    store.run("calls", 30)
    assert store.rows("calls") == ["booked", "young"]
    store.connection.execute("UPDATE callbacks SET outcome = 'expired'")
    store.run("calls", 30)
    assert store.rows("calls") == store.rows("legs") == ["young"]
    assert store.rows("callbacks") == []


def test_nothing_of_a_call_on_legal_hold_goes(store: Store) -> None:
    store.call("held", 100, talk=True, message=True, case=True)
    wait = {"queue": "q", "priority": 0, "wait_s": 1.0, "features": "f", "vector": "[]"}
    store.insert("waits", call="held", joined_at=NOW - 100 * DAY_S, **wait)
    legal_holds.put(store.path, "held", "somebody", "matter 1")
    for kind in KINDS:
        assert store.run(kind, 30) == 0
        assert found(store.connection, kind, NOW - 30 * DAY_S).count == 0
    assert [(one.call, one.who, one.reason) for one in legal_holds.holds(store.path)] == [
        ("held", "somebody", "matter 1")
    ]
    legal_holds.release(store.path, "held")
    for kind in KINDS:
        store.run(kind, 30)
    assert not any(store.rows(table) for table in ("calls", "legs", "recordings", "waits"))
    assert list(store.folder.glob("*.wav")) == []
    with pytest.raises(legal_holds.BadInput, match="not on legal hold"):
        legal_holds.release(store.path, "held")


def test_pieces_are_small_and_the_oldest_goes_first(store: Store) -> None:
    for number in range(250):
        store.call(f"call-{number:03}", 300 - number, talk=True)
    first = next_piece(store.connection, "recordings", NOW - 10 * DAY_S)
    assert len(first.files) == len(first.rows) == 100
    assert first.files[0].endswith("call-000-talk.wav")
    skipped = next_piece(store.connection, "recordings", NOW - 10 * DAY_S, skip=2)
    assert skipped.files[0].endswith("call-002-talk.wav")
    assert store.run("recordings", 10) == 3
    assert store.run("calls", 10) == 3
    assert store.rows("calls") == []


def test_the_journal_goes_in_pieces_up_to_a_snapshot(store: Store) -> None:
    store.connection.executemany("INSERT INTO journal VALUES (?, ?, ?)", [(seq, 0.0, b"{}") for seq in range(1, 5_001)])
    snapshots = [(2_000, 0.0, NOW - 50 * DAY_S, b"{}"), (4_500, 0.0, NOW - 40 * DAY_S, b"{}"), (5_000, 0.0, NOW, b"{}")]
    store.connection.executemany("INSERT INTO snapshots VALUES (?, ?, ?, ?)", snapshots)
    assert found(store.connection, "journal", NOW - 30 * DAY_S).count == 4_500
    assert store.run("journal", 30) == 3
    assert store.connection.execute("SELECT min(seq), count(*) FROM journal").fetchone() == (4_501, 500)
    assert store.rows("snapshots", "seq") == [4_500, 5_000], "a replay begins with the last old one"


def site_with(store: Store, tmp_path: Path, keep: str) -> Site:
    (tmp_path / "hotline.yaml").write_text(f"state: .\nkeep: {keep}\n")
    return Site.open(tmp_path)


def test_the_dry_run_counts_and_deletes_nothing(store: Store, tmp_path: Path) -> None:
    store.call("old", 100, talk=True)
    store.call("kept", 100, talk=True, case=True)
    store.call("plain", 500)
    site_with(store, tmp_path, "{recordings: 30, calls: 365}")
    runner = CliRunner()
    done = runner.invoke(app, ["retention", "--dry-run", "--json", "--site", str(tmp_path)])
    rows = {row["kind"]: row for row in json.loads(done.stdout)}
    assert list(rows) == [*KINDS, "without a row"]
    assert (rows["recordings"]["count"], rows["recordings"]["bytes"], rows["recordings"]["kept"]) == (1, 1_000, 1)
    assert (rows["calls"]["count"], rows["calls"]["keep_days"]) == (1, 365)
    assert (rows["voicemail"]["count"], rows["voicemail"]["keep_days"]) == (0, None)
    table = runner.invoke(app, ["retention", "--dry-run", "--site", str(tmp_path)])
    assert "30 days" in table.output
    assert store.rows("calls") == ["kept", "old", "plain"]
    assert len(list(tmp_path.glob("*.wav"))) == 2
    shown = runner.invoke(app, ["retention", "--json", "--site", str(tmp_path)])
    assert {"kind": "recordings", "keep_days": 30} in json.loads(shown.output)


def test_a_hold_from_the_command_line_has_a_reason_and_is_audited(store: Store, tmp_path: Path) -> None:
    site_with(store, tmp_path, "{}")
    store.call("a", 1)
    runner = CliRunner()

    def hold(*words: str) -> tuple[int, str]:
        done = runner.invoke(app, ["legal-hold", *words, "--site", str(tmp_path)])
        return done.exit_code, done.output

    assert hold("a")[0] == 2
    assert hold("a", "--reason", "matter 7") == (0, "a is on legal hold\n")
    assert [row["reason"] for row in json.loads(hold("--json")[1])] == ["matter 7"]
    assert hold("a", "--release") == (0, "a is released\n")
    assert hold("a", "--release")[0] == 2
    lines = [json.loads(line) for line in (tmp_path / "audit.log").read_text().splitlines()]
    assert [line["what"] for line in lines][:2] == ["legal hold", "legal hold released"]
    assert lines[0]["about"] == "a: matter 7"


def test_an_older_store_is_left_alone(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "hotline.db").close()
    (tmp_path / "hotline.yaml").write_text("state: .\nkeep: {calls: 1}\n")
    done = CliRunner().invoke(app, ["retention", "--dry-run", "--site", str(tmp_path)])
    assert done.exit_code == 2


def test_the_journals_days_have_one_name_at_a_time() -> None:
    assert Settings.model_validate({"journal_days": 7}).days_kept["journal"] == 7
    assert Settings.model_validate({"keep": {"journal": 8}}).days_kept["journal"] == 8
    assert Settings.model_validate({}).days_kept["journal"] == 90
    with pytest.raises(ValueError, match=r"keep\.journal alone"):
        Settings.model_validate({"journal_days": 7, "keep": {"journal": 8}})


def test_an_override_goes_by_its_end_and_one_that_holds_stays(store: Store) -> None:
    told = {
        "kind": "line",
        "target": "95183",
        "author": "op",
        "reason": "storm",
        "detail": "{}",
        "over_by": "",
        "how": "",
    }
    for number, over_at in ((1, NOW - 100 * DAY_S), (2, NOW - DAY_S), (3, None)):
        store.insert("overrides", number=number, set_at=NOW - 200 * DAY_S, over_at=over_at, **told)
    assert found(store.connection, "overrides", NOW - 30 * DAY_S).count == 1
    assert store.run("overrides", 30) == 1
    assert store.rows("overrides", "number") == [2, 3]
