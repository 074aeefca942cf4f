"""Sound files that no row names: which are found, which are not."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.store.strays import strays
from tests.unit.hotline.store.test_retention import DAY_S, NOW, Store, site_with

pytestmark = pytest.mark.unit


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def file(store: Store, name: str, days: float = 40.0) -> Path:
    path = store.folder / "spool" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 500)
    os.utime(path, (NOW - days * DAY_S,) * 2)
    return path


def test_files_without_a_row_and_no_others(store: Store) -> None:
    older, old = file(store, "box/b.wav", 50.0), file(store, "a.wav")
    file(store, "young.wav", 0.5)
    file(store, "a.json")
    (store.folder / "spool" / "link.wav").symlink_to(old)
    store.insert("recordings", path="elsewhere/named.wav", call="c", duration_s=1.0, kind="talk", box="")
    file(store, "named.wav")  # the row names its folder in another way
    store.insert("legal_holds", call="switch-1@h-7", reason="r", who="w", since=NOW)
    file(store, "switch-1-h-7-1.wav")
    found = strays(store.connection, [store.folder / "spool", store.folder / "none"], NOW - DAY_S)
    assert [(stray.path, stray.size) for stray in found] == [(older, 500), (old, 500)]


def test_the_dry_run_names_them(store: Store, tmp_path: Path) -> None:
    site = site_with(store, tmp_path, "{recordings: 30, voicemail: 60}")
    path = site.recordings / "lost.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 700)
    os.utime(path, (NOW - 5 * DAY_S,) * 2)
    done = CliRunner().invoke(app, ["retention", "--dry-run", "--json", "--site", str(tmp_path)])
    row = json.loads(done.stdout)[-1]
    assert (row["kind"], row["count"], row["bytes"], row["keep_days"]) == ("without a row", 1, 700, 60)
    assert row["files"] == [str(path)]
    table = CliRunner().invoke(app, ["retention", "--dry-run", "--site", str(tmp_path)])
    assert "1 sound files without a row, 700 bytes; they go after 60 days" in table.stdout
    assert str(path) in table.stdout
    assert path.exists()
