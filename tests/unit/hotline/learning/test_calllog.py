"""Call logs: what is read, what is mended, and what ends the reading with its place."""

import gzip
from pathlib import Path

import pytest

from acd.forecast.events import CallGone, CallJoined, CallServed, TalkOver
from calls.errors import BadInput
from hotline.learning.calllog import COLUMNS, read
from hotline.learning.replay import facts

pytestmark = pytest.mark.unit

HEAD = ",".join(COLUMNS)
DAY = "1999-01-01T"
GOOD = f"{DAY}09:00:00,{DAY}09:00:05,{DAY}09:01:00,{DAY}09:00:59,{DAY}09:03:00,answered,PS,2,a01"


def log(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def test_a_row_becomes_facts_in_order(tmp_path: Path) -> None:
    given_up = f"{DAY}09:00:10,{DAY}09:00:15,{DAY}09:00:40,,{DAY}09:00:40,abandoned,NW,0,"
    at_once = f"{DAY}09:00:20,,,{DAY}09:00:25,{DAY}09:00:25,answered,PS,0,a02"
    menu = f"{DAY}09:00:30,,,,{DAY}09:00:44,left_in_menu,PS,0,"
    read_log = read([log(tmp_path, GOOD, given_up, at_once, menu)])
    nine = 9 * 3600.0
    assert read_log.mended == 0  # the answer one second before the leaving is how the log rounds
    assert [(at - nine, fact) for at, fact, _ in facts(read_log.calls)] == [
        (5.0, CallJoined("0", "PS", 2)),
        (15.0, CallJoined("1", "NW", 0)),
        (25.0, CallServed("2", "PS", "a02")),
        (25.0, TalkOver("2")),
        (40.0, CallGone("1")),
        (60.0, CallServed("0", "PS", "a01")),
        (180.0, TalkOver("0")),
    ]


def test_gzip_and_several_files_are_read_in_order_of_names(tmp_path: Path) -> None:
    later = tmp_path / "b.csv.gz"
    with gzip.open(later, "wt", encoding="utf-8") as file:
        file.write(HEAD + "\n" + GOOD.replace("1999-01-01", "1999-01-02") + "\n")
    earlier = log(tmp_path, GOOD).rename(tmp_path / "a.csv")
    seen: list[tuple[str, int]] = []
    both = read([later, earlier], lambda path, rows: seen.append((path.name, rows)))
    assert [c.arrived_at for c in both.calls] == [9 * 3600.0, 33 * 3600.0]
    assert seen == [("a.csv", 1), ("b.csv.gz", 2)]


def test_clocks_that_differ_are_mended_and_counted(tmp_path: Path) -> None:
    early = f"{DAY}09:00:00,{DAY}09:00:05,{DAY}09:01:00,{DAY}09:00:01,{DAY}09:00:58,answered,PS,2,a01"
    mended = read([log(tmp_path, early)])
    assert mended.mended == 1
    assert mended.calls[0].ended_at == mended.calls[0].left_at


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (GOOD.replace("09:03:00", "9.03"), ":3: ended_at is '1999-01-01T9.03', not an instant"),
        (GOOD.replace("answered,PS", "anwsered,PS"), ":3: outcome 'anwsered' is not one of answered"),
        (GOOD.replace("T09:00:00", "T08:59:59"), ":3: out of order: arrived 1 s before the row above"),
        (GOOD.replace("1999-01-01", "1999-01-07"), ":3: a hole of 6.0 days before this row"),
        (GOOD.replace("09:01:00", "09:00:04"), ":3: left the queue 1 s before it joined"),
        (GOOD.replace(f"{DAY}09:01:00", ""), ":3: left_queue_at is missing, the other is there"),
        (GOOD.replace(f"{DAY}09:00:59", ""), ":3: outcome answered without answered_at"),
        (GOOD.replace("answered,PS", "abandoned,PS"), ":3: outcome abandoned with answered_at"),
        (GOOD.replace(",2,a01", ",two,a01"), ":3: priority is 'two', not a whole number"),
        (GOOD.replace(",PS,", ",,"), ":3: no kind"),
        (GOOD + ",more", ":3: 10 values for 9 columns"),
        (GOOD.replace("09:03:00", "09:03:00+02:00"), ":3: ended_at has a time zone"),
        (f"{DAY}09:00:00,,,,{DAY}09:00:40,abandoned,NW,0,", ":3: abandoned without queued_at"),
    ],
)
def test_a_bad_row_is_told_with_its_place(tmp_path: Path, row: str, message: str) -> None:
    path = log(tmp_path, GOOD, row)
    with pytest.raises(BadInput) as error:
        read([path])
    assert str(error.value).startswith(f"{path}{message}")


def test_a_missing_column_is_told_with_the_nearest_word(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r":1: no column 'queued_at'; is 'queue_at' meant\?"):
        read([log(tmp_path, GOOD, head=HEAD.replace("queued_at", "queue_at"))])


def test_empty_missing_and_broken_files_are_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(BadInput, match=r"empty.csv:1: empty file"):
        read([empty])
    with pytest.raises(BadInput, match=r"none.csv: cannot be read"):
        read([tmp_path / "none.csv"])
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"no gzip")
    with pytest.raises(BadInput, match=r"broken.csv.gz: cannot be read"):
        read([broken])
    with pytest.raises(BadInput, match="no calls in the logs"):
        read([log(tmp_path)])
