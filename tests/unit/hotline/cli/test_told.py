"""Errors of commands: those that somebody can mend are one line and exit code 2, the others keep their traceback."""

import errno
import sqlite3
from contextlib import closing

import pytest
import typer

from calls.errors import BadInput
from hotline.cli.common import told

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (BadInput("no such list"), "no such list"),
        (FileNotFoundError(errno.ENOENT, "No such file", "x.csv"), "x.csv: No such file"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; free space on the disk"),
    ],
)
def test_what_can_be_mended_is_one_line(error: Exception, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, told():
        raise error
    assert ended.value.exit_code == 2
    assert line in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "line"),
    [("max_page_count = 1", "the store: database or disk is full; free space"), ("query_only = 1", "readonly")],
)
def test_a_store_that_cannot_be_written_is_one_line(
    setting: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(":memory:")) as store:
        store.execute("CREATE TABLE a (x)")
        store.execute(f"PRAGMA {setting}")
        with pytest.raises(typer.Exit) as ended, told():
            store.execute("INSERT INTO a VALUES (zeroblob(1000000))")
    assert ended.value.exit_code == 2
    assert line in capsys.readouterr().err


def test_a_statement_that_is_none_keeps_its_traceback() -> None:
    with closing(sqlite3.connect(":memory:")) as store, pytest.raises(sqlite3.OperationalError), told():
        store.execute("SELECT x FROM nothing")


@pytest.mark.parametrize("error", [OSError(errno.EBADF, "Bad file descriptor"), KeyError("x"), sqlite3.DataError("x")])
def test_a_fault_of_ours_keeps_its_traceback(error: Exception) -> None:
    with pytest.raises(type(error)), told():
        raise error
