"""The audit log of looks is a chain: whatever is altered afterwards is named by its line."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.site import audit
from hotline.site.audit import Head

pytestmark = pytest.mark.unit


def lines(state: Path) -> list[str]:
    return (state / "audit.log").read_text(encoding="utf-8").splitlines(keepends=True)


def write(state: Path, rows: list[str]) -> None:
    (state / "audit.log").write_text("".join(rows), encoding="utf-8")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    for number in range(1, 5):
        audit.note(tmp_path, "numbers shown", f"case {number}", "li" if number % 2 else None)
    return tmp_path


def test_a_log_that_nobody_altered_is_whole(state: Path) -> None:
    found = audit.verify(state)
    assert (found.rows, found.before, found.fault) == (4, 0, "")
    assert audit.verify(state, found.head).fault == ""
    assert json.loads(lines(state)[0])["who"] == "web:li"
    assert (state / "audit.log").stat().st_mode & 0o077 == 0


def test_a_site_without_a_log_has_nothing_altered(tmp_path: Path) -> None:
    assert audit.verify(tmp_path) == audit.Verified(0, 0, Head(0, ""))


@pytest.mark.parametrize(
    ("alter", "row"),
    [
        pytest.param(lambda rows: [rows[0], rows[1].replace("case 2", "case 9"), *rows[2:]], 2, id="changed"),
        pytest.param(lambda rows: [rows[0], *rows[2:]], 2, id="taken out"),
        pytest.param(lambda rows: [*rows[:2], rows[0], *rows[2:]], 3, id="put in"),
        pytest.param(lambda rows: [rows[1], rows[0], *rows[2:]], 1, id="in another order"),
        pytest.param(lambda rows: [*rows[:3], "no JSON\n"], 4, id="no row at all"),
        pytest.param(lambda rows: [rows[0], '{"at": 1, "what": "x"}\n', *rows[1:]], 2, id="a row without a hash"),
        pytest.param(lambda rows: [rows[0].replace('":', '": '), *rows[1:]], 1, id="written otherwise"),
    ],
)
def test_the_first_altered_line_is_named(state: Path, alter: Callable[[list[str]], list[str]], row: int) -> None:
    write(state, alter(lines(state)))
    found = audit.verify(state)
    assert found.row == row
    assert f"line {row} " in found.fault


def test_what_was_cut_off_shows_to_whoever_kept_the_head(state: Path) -> None:
    head = audit.verify(state).head
    write(state, lines(state)[:2])
    assert audit.verify(state).fault == ""
    assert audit.verify(state, head).fault == "lines 3 to 4 were cut off"
    for number in (3, 4):
        audit.note(state, "numbers shown", f"case {number} anew")
    assert "written anew" in audit.verify(state, head).fault


def test_a_log_of_before_the_chain_is_sealed_by_its_first_line(tmp_path: Path) -> None:
    old = [f'{{"at":{number},"who":"li","what":"numbers shown","about":"all"}}\n' for number in range(3)]
    write(tmp_path, old)
    assert audit.verify(tmp_path).before == 3
    audit.note(tmp_path, "numbers shown", "case 1")
    found = audit.verify(tmp_path)
    assert (found.rows, found.before, found.fault) == (4, 3, "")
    write(tmp_path, [old[0], old[1].replace("all", "none"), *lines(tmp_path)[2:]])
    assert audit.verify(tmp_path).row == 4, "the old lines are not those that were sealed"


def test_a_line_that_a_writer_died_in_costs_nothing(state: Path) -> None:
    with (state / "audit.log").open("a", encoding="utf-8") as log:
        log.write('{"at": 5, "who": "li", "wh')
    assert audit.verify(state).fault == ""
    audit.note(state, "numbers shown", "case 5")
    found = audit.verify(state)
    assert (found.rows, found.fault) == (5, "")


def test_writers_at_once_make_one_chain(tmp_path: Path) -> None:
    def writes() -> None:
        for number in range(5):
            audit.note(tmp_path, "numbers shown", f"case {number}")

    threads = [threading.Thread(target=writes) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = audit.verify(tmp_path)
    assert (found.rows, found.fault) == (20, "")
