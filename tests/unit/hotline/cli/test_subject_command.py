"""hotline subject: all of one person is exported, what may go is erased and nothing of others; receipts hold."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from calls.ids import AttemptId, CallId
from complaints.intake.contact import Contact
from complaints.stages.rules import Act
from hotline.cases import intake
from hotline.cases.keeping import act, kept
from hotline.cases.work import Work
from hotline.cli.main import app
from hotline.site.site import Site
from hotline.store import case_log, legal_holds, opening, statements
from hotline.store.transactions import writing
from hotline.store.unanswered import UnansweredRows
from hotline.versions.case_rules import CaseRules
from ivr.commands import QuestionUnanswered

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
HERS, OTHERS = "+8613800138000", "+8613900139000"
WHY = ("--reason", "letter of 2026-11-28")


def call(connection: sqlite3.Connection, name: str, caller: str, folder: Path) -> Path:
    row = (
        caller,
        "95183",
        "v",
        "zh-CN",
        NOW,
        NOW,
        NOW + 5,
        NOW + 60,
        "care",
        "8001",
        "answered",
        "normal",
        "yes",
        "in",
    )
    connection.execute(statements.CALL, (name, *row))
    connection.execute(
        "INSERT INTO steps VALUES (?, 0, 'main', 'greet', 'say', ?, ?, '', 'done')", (name, NOW, NOW + 1)
    )
    sound = folder / f"{name}.wav"
    sound.write_bytes(b"RIFF" + name.encode())
    connection.execute("INSERT INTO recordings VALUES (?, ?, 55, 'talk', '', 1)", (str(sound), name))
    return sound


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two callers, each with two calls; she has a closed case and an open one, both are on a list."""
    (tmp_path / "hotline.yaml").write_text("region: CN\n")
    opened = Site.open(tmp_path)
    opened.prepare()
    opening.migrate(opened.database)
    with closing(sqlite3.connect(opened.database)) as store, store:
        for name, caller in (("c1", HERS), ("c2", HERS), ("c3", OTHERS)):
            call(store, name, caller, tmp_path)
        store.execute("INSERT INTO legs VALUES ('l9', 'c3', 'outside', ?, ?, ?, ?, '')", (HERS, NOW, NOW, NOW))
        for row, number in ((1, HERS), (2, OTHERS)):
            store.execute("INSERT INTO contacts VALUES (7, ?, '', '', 'Wang', '{}')", (row,))
            store.execute("INSERT INTO contact_numbers VALUES (7, ?, ?, 1, '')", (number, row))
        store.execute(
            "INSERT INTO suppression_entries (list, kind, number, scope, source, reason, author, since)"
            " VALUES ('house', 'number', ?, '', 'phone', 'asked', 'li', ?)",
            (HERS, NOW),
        )
        store.execute("INSERT INTO journal VALUES (1, 0.0, ?)", (f'{{"caller":"{HERS}"}}'.encode(),))
    contacts = [
        Contact("http", "m1", NOW, "扣了我三千块", caller=HERS, account="A17"),
        Contact("http", "m2", NOW, "网点停车不方便", caller=HERS),
        Contact("http", "m3", NOW, "排队太久", caller=OTHERS),
    ]
    closed, *_ = intake.take_in(opened.database, contacts, ZoneInfo("Asia/Shanghai"))
    Work(opened.database).off(CaseRules(), NOW)
    with writing(opened.database) as connection:
        act(connection, kept(connection, closed.case), Act("withdrawn", "li", NOW), NOW, None)
    return tmp_path


def asked(site: Path) -> None:
    """Two questions that nobody answered: one that only she asked, one that others asked, too."""
    with closing(sqlite3.connect(site / "var" / "hotline.db")) as store, store:
        told = UnansweredRows(store.execute, lambda: NOW, lambda: "CN")  # type: ignore[arg-type]
        for name, said in (("c1", "hers alone"), ("c2", "hers alone"), ("c2", "of many"), ("c3", "of many")):
            attempt = AttemptId(f"{name}/{said}")
            told.take(QuestionUnanswered(CallId(name), attempt, "en", "main/a", said, "not_understood"))


def run(site: Path, *words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["subject", *words, "--site", str(site), "--json"])
    return done.exit_code, json.loads(done.stdout) if done.stdout else done.stderr


def rows(site: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(site / "var" / "hotline.db")) as store:
        return store.execute(query).fetchall()


def test_all_of_a_person_is_in_the_archive_and_nothing_of_others(site: Path) -> None:
    code, receipt = run(site, "export", "--number", "138 0013 8000", "--output", str(site / "wang.zip"), *WHY)
    assert code == 0, receipt
    with zipfile.ZipFile(site / "wang.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert [one["call"] for one in json.loads(held["calls.json"])] == ["c1", "c2"]
    assert [one["source"] for one in json.loads(held["case_contacts.json"])] == ["m1", "m2"]
    assert {name: held[name] for name in held if name.endswith(".wav")} == {
        "recordings/1-c1.wav": b"RIFFc1",
        "recordings/2-c2.wav": b"RIFFc2",
    }
    assert OTHERS.encode() not in b"".join(held.values())
    assert set(receipt["files"]) == {"recordings/1-c1.wav", "recordings/2-c2.wav"}
    assert receipt["counts"]["calls"] == 2
    assert HERS not in json.dumps(receipt)
    assert run(site, "export", "--number", HERS, "--output", str(site / "wang.zip"), *WHY)[0] == 2


def test_what_only_they_asked_is_exported_and_goes_with_them(site: Path) -> None:
    asked(site)
    assert run(site, "export", "--number", HERS, "--output", str(site / "wang.zip"), *WHY)[0] == 0
    with zipfile.ZipFile(site / "wang.zip") as archive:
        given = json.loads(archive.read("unanswered.json"))
    assert sorted((one["call"], one["wording"]) for one in given) == [
        ("c1", "hers alone"),
        ("c2", "hers alone"),
        ("c2", "of many"),
    ]
    assert run(site, "erase", "--number", HERS, *WHY)[0] == 0
    assert rows(site, "SELECT wording FROM unanswered") == [("of many",)]
    assert rows(site, 'SELECT "call" FROM unanswered_times') == [("c3",)]


def test_what_may_go_goes_and_the_receipt_says_what_stays(site: Path) -> None:
    planned = run(site, "erase", "--number", HERS, *WHY, "--dry-run")[1]
    assert len(rows(site, "SELECT 1 FROM calls")) == 3
    code, receipt = run(site, "erase", "--number", HERS, *WHY)
    assert code == 0, receipt
    assert (planned["would_go"], planned["would_stay"]) == (receipt["counts"], receipt["kept"])
    assert receipt["counts"] == {"calls": 2, "recordings and messages": 2, "cases": 1, "rows of lists": 1}
    assert [(one["what"], one["count"]) for one in receipt["kept"]] == [
        ("cases", 1),
        ("do-not-call entries", 1),
        ("events of the journal", 1),
    ]
    assert rows(site, 'SELECT "call" FROM calls') == rows(site, 'SELECT "call" FROM steps') == [("c3",)]
    assert sorted(path.name for path in site.glob("*.wav")) == ["c3.wav"]
    assert rows(site, "SELECT party FROM legs") == [("",)]
    assert rows(site, "SELECT number FROM contact_numbers") == [(OTHERS,)]
    assert rows(site, "SELECT source FROM case_contacts ORDER BY row") == [("m2",), ("m3",)]
    with closing(sqlite3.connect(site / "var" / "hotline.db")) as store:
        assert case_log.verify(store).fault == ""
    again = run(site, "erase", "--number", HERS, *WHY)[1]
    assert (again["counts"], again["kept"]) == ({}, receipt["kept"])


def test_nothing_of_it_is_left_in_the_file(site: Path) -> None:
    run(site, "erase", "--account", "A17", *WHY)
    assert "扣了我三千块".encode() not in b"".join(path.read_bytes() for path in (site / "var").glob("hotline.db*"))


def test_what_is_on_legal_hold_stays(site: Path) -> None:
    legal_holds.put(site / "var" / "hotline.db", "c1", "li", "matter 118")
    receipt = run(site, "erase", "--number", HERS, *WHY)[1]
    assert {"what": "calls", "count": 1, "why": "on legal hold"} in receipt["kept"]
    assert rows(site, 'SELECT "call" FROM calls ORDER BY 1') == [("c1",), ("c3",)]
    assert sorted(path.name for path in site.glob("*.wav")) == ["c1.wav", "c3.wav"]


def test_a_receipt_is_known_again_and_one_that_was_changed_is_not(site: Path) -> None:
    receipt = run(site, "erase", "--number", HERS, *WHY, "--output", str(site / "receipt.json"))[1]
    file = site / "receipt.json"
    told = {"receipt": receipt["receipt"], "fault": "", "is_about": None}
    assert run(site, "check", str(file)) == (0, told)
    assert run(site, "check", str(file), "--number", HERS) == (0, {**told, "is_about": True})
    assert run(site, "check", str(file), "--number", OTHERS) == (1, {**told, "is_about": False})
    file.write_text(file.read_text().replace('"cases": 1', '"cases": 2'))
    assert run(site, "check", str(file))[1]["fault"] == "it does not say what was written"
    log = site / "var" / "audit.log"
    log.write_text(log.read_text().replace(receipt["digest"], "0" * 64))
    kept_one = site / "var" / "receipts" / f"{receipt['receipt']}.json"
    assert "does not know it" in run(site, "check", str(kept_one))[1]["fault"]
    assert HERS not in log.read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "say whom"),
        (("--number", "anonymous"), "no telephone number"),
        (("--number", "00000000"), "nobody"),
    ],
)
def test_whom_it_is_about_must_be_certain(site: Path, words: tuple[str, ...], told: str) -> None:
    done = CliRunner().invoke(app, ["subject", "erase", *words, *WHY, "--site", str(site)])
    assert done.exit_code == 2
    assert any(word in done.stderr for word in told.split("|")), done.stderr
