"""Lists of contacts: rows read, checked, merged; bad ones told; whole in the store or not at all."""

import csv
import re
import sqlite3
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.contacts import importing
from hotline.contacts.importing import Wanted, import_list
from tests.unit.hotline.contacts.importing_lists import LI, ZHANG, imported, numbers, people, rows

pytestmark = pytest.mark.unit


def test_columns_are_found_by_their_words(store: Path) -> None:
    done = imported(store, "客户编号,姓名,手机号,备用电话,时区,等级\nC1,张三,13800138000,010-12345678,Asia/Urumqi,金\n")
    assert people(store) == [(2, "C1", "", "张三", '{"等级":"金"}')]
    assert numbers(store) == [(2, 1, ZHANG, "Asia/Urumqi"), (2, 2, "+861012345678", "Asia/Urumqi")]
    assert done.columns == {
        "手机号": "number",
        "备用电话": "number",
        "时区": "zone",
        "客户编号": "person",
        "姓名": "name",
        "等级": "attribute",
    }


def test_each_number_may_have_a_zone_of_its_own(store: Path) -> None:
    imported(store, "Phone 1,Phone 2,Time zone 2\n+1 415 555 2671,+44 20 7946 0958,Europe/London\n", zone="UTC")
    assert numbers(store) == [(2, 1, "+14155552671", "UTC"), (2, 2, "+442079460958", "Europe/London")]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1.38E+10", "a spreadsheet has rounded this number"),
        ("1380013800", "too few digits"),
        ("138001380000", "too many digits"),
        ("4155552671", "the zero in front is missing"),
        ("1012345678", "the zero in front is missing"),
        ("442079460958", "no number of any country's plan"),
        ("95188", "a short number"),
        ("张三", "no telephone number can be read here"),
        ("", "there is no number in this row"),
        ("0", "no telephone number|a short number"),
    ],
)
def test_what_is_not_certain_is_rejected_with_its_row(store: Path, cell: str, reason: str) -> None:
    done = imported(store, f"手机,姓名\n{cell},张三\n13900139000,李四\n")
    (problem,) = done.problems
    assert (problem.row, problem.kind) == (2, "rejected")
    assert re.search(reason, problem.reason), problem.reason
    assert (done.rows, done.contacts, done.rejected) == (2, 1, 1)
    assert numbers(store) == [(3, 1, LI, "")]


@pytest.mark.parametrize(
    "cell",
    [
        "13800138000.0",
        "１３８００１３８０００",
        "013800138000",
        "8613800138000",
        "0086 138 0013 8000",
        "13800138000 张三",
        "张三13800138000",
        '"=""13800138000"""',
        "'13800138000",
        "1795113800138000",
    ],
)
def test_what_is_certain_is_read_however_it_is_written(store: Path, cell: str) -> None:
    done = imported(store, f"手机,姓名\n{cell},张三\n")
    assert [row[2] for row in numbers(store)] == [ZHANG], done.problems


@pytest.mark.parametrize(
    ("region", "cell", "number"),
    [
        ("DE", "0171 1234567", "+491711234567"),
        ("DE", "+86 138 0013 8000", ZHANG),
        ("DE", "13800138000", None),
        ("DE", "8613800138000", None),
        ("US", "(415) 555-2671", "+14155552671"),
        ("US", "011 86 138 0013 8000", ZHANG),
        ("US", "13800138000", None),
        ("CN", "0044 20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_is_never_guessed_abroad(store: Path, region: str, cell: str, number: str | None) -> None:
    done = imported(store, f"phone\n{cell}\n", region=region)
    assert [row[2] for row in numbers(store)] == ([] if number is None else [number]), done.problems


def test_one_bad_number_of_two_is_told_and_the_person_loaded(store: Path) -> None:
    done = imported(store, "手机,备用电话\n13800138000,1.38E+10\n")
    assert [(one.row, one.kind, one.column) for one in done.problems] == [(2, "number", "备用电话")]
    assert [row[2] for row in numbers(store)] == [ZHANG]


def test_doubles_are_merged_after_normalising_and_the_row_that_won_is_told(store: Path) -> None:
    done = imported(store, "手机,姓名\n13800138000,张三\n+86 138-0013-8000,张叁\n13900139000,李四\n013900139000.0,\n")
    assert [(one.row, one.kind, one.winner) for one in done.problems if one.kind == "merged"] == [
        (3, "merged", 2),
        (5, "merged", 4),
    ]
    assert (done.contacts, done.merged, done.numbers) == (2, 2, 2)
    assert [row[3] for row in people(store)] == ["张三", "李四"]


def test_rows_of_one_person_are_one_contact_with_all_numbers(store: Path) -> None:
    done = imported(
        store,
        "客户号,手机,姓名,等级,城市\nC1,13800138000,张三,金,\nC2,13700137000,王五,,\nC1,13900139000,,银,上海\n",
    )
    assert people(store)[0] == (2, "C1", "", "张三", '{"等级":"金","城市":"上海"}')
    assert [row[:3] for row in numbers(store)] == [(2, 1, ZHANG), (2, 2, LI), (3, 1, "+8613700137000")]
    assert [(one.row, one.kind, one.winner) for one in done.problems] == [(4, "merged", 2)]


def test_a_number_that_two_people_have_is_called_for_the_first(store: Path) -> None:
    done = imported(store, "客户号,手机,备用电话\nC1,13800138000,\nC2,13800138000,13900139000\nC3,13900139000,\n")
    assert [row[:3] for row in numbers(store)] == [(2, 1, ZHANG), (3, 1, LI)]
    assert [(one.row, one.kind, one.winner) for one in done.problems] == [
        (3, "duplicate", 2),
        (4, "duplicate", 3),
        (4, "merged", 3),
    ]


def test_a_key_that_a_spreadsheet_has_rounded_would_make_one_of_many(store: Path) -> None:
    done = imported(store, "客户号,手机\n1.10101E+17,13800138000\n1.10101E+17,13900139000\n")
    assert (done.contacts, done.rejected) == (0, 2)
    assert "rounded" in done.problems[0].reason


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_and_dialects_are_found_out(store: Path, delimiter: str, encoding: str) -> None:
    lines = [
        ["手机", "姓名", "备注"],
        ["13800138000", "张三", "晚上，六点后"],
        ["13900139000", "欧阳", "逗号, 分号; 竖线|"],
    ]
    path = store.with_name("list.csv")
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    done = imported(store, path.read_bytes())
    assert done.form["delimiter"] == delimiter
    assert [row[3] for row in people(store)] == ["张三", "欧阳"]
    assert people(store)[1][4] == '{"备注":"逗号, 分号; 竖线|"}'


def test_a_latin_list_is_no_chinese_one(store: Path) -> None:
    text = "Telefon;Name;Ort\n+49 171 1234567;Jürgen Müller;Köln\n+49 171 1234568;Françoise Großmann;München\n" * 3
    done = imported(store, text.encode("cp1252"), region="DE", columns={"Telefon": "number"})
    assert done.form["encoding"] == "cp1252"
    assert [row[3] for row in people(store)] == ["Jürgen Müller", "Françoise Großmann"]


def test_a_name_that_was_cut_inside_a_character_spoils_no_row(store: Path) -> None:
    line = "13800138000,张三丰,上海\n".encode("gb18030")
    cut = line.replace("丰".encode("gb18030"), "丰".encode("gb18030")[:1])
    more = "".join(f"139{count:08d},李四光,北京\n" for count in range(50)).encode("gb18030")
    done = imported(store, "手机,姓名,城市\n".encode("gb18030") + cut + more)
    assert (done.form["encoding"], done.contacts, done.rejected) == ("gb18030", 51, 0)
    assert people(store)[0][3:] == ("张三\ufffd", '{"城市":"上海"}')


@pytest.mark.parametrize(
    ("lines", "bad"),
    [
        ('手机,姓名\n13800138000,"张三\n13900139000,李四\n13700137000,王五\n', [(2, "not closed|quotation mark")]),
        ('手机,姓名\n13800138000,"张三\n13900139000,"李四\n13700137000,王五\n', [(2, "quotation"), (3, "quotation")]),
        ('手机,姓名\n13800138000,"张"三"\n13900139000,李四\n', [(2, "quotation mark stands inside")]),
        ("手机,姓名\n13800138000,张,三\n13900139000,李四\n", [(2, "3 cells where the heading has 2")]),
    ],
)
def test_a_broken_row_takes_no_other_with_it(store: Path, lines: str, bad: list[tuple[int, str]]) -> None:
    done = imported(store, lines)
    told = [(one.row, one.reason) for one in done.problems]
    assert len(told) == len(bad)
    for (row, reason), (line, pattern) in zip(told, bad, strict=True):
        assert row == line
        assert re.search(pattern, reason), reason
    assert done.contacts == lines.count("\n") - 1 - len(bad)


def test_a_cell_may_have_lines_and_rows_keep_their_own(store: Path) -> None:
    done = imported(store, '手机,地址\n13800138000,"路 1\n楼 2"\n\n,,\n1390013900,x\n13700137000,y\n')
    assert [row[0] for row in people(store)] == [2, 7]
    assert [one.row for one in done.problems] == [6]


def test_a_heading_without_numbers_is_asked_for(store: Path) -> None:
    with pytest.raises(BadInput, match=r"which column has the telephone numbers\? \(列甲, 列乙\)"):
        imported(store, "列甲,列乙\n13800138000,x\n")
    assert imported(store, "列甲,列乙\n13800138000,x\n", columns={"列甲": "number"}).contacts == 1
    with pytest.raises(BadInput, match="no column 列丙"):
        imported(store, "列甲,列乙\n13800138000,x\n", columns={"列丙": "number"}, replace=True)


def test_a_file_of_numbers_alone_needs_no_heading(store: Path) -> None:
    assert imported(store, "13800138000\n13900139000\n").contacts == 2


def test_excels_first_line_is_no_row(store: Path) -> None:
    done = imported(store, "sep=;\n手机;姓名\n13800138000;张三\n1;x\n")
    assert (done.form["delimiter"], done.contacts, done.problems[0].row) == (";", 1, 4)


def test_what_is_no_table_is_said(store: Path) -> None:
    with pytest.raises(BadInput, match="it is empty"):
        imported(store, "")
    with pytest.raises(BadInput, match="a web page"):
        imported(store, "<html><table><tr><td>13800138000</td></tr></table></html>", "list.xls")
    with pytest.raises(BadInput, match="no spreadsheet that can be read"):
        imported(store, b"PK\x03\x04 and nothing else", "list.xlsx")
    with pytest.raises(BadInput, match="no text and no spreadsheet"):
        imported(store, bytes(range(256)) * 20, "list.bin")


def test_a_list_is_replaced_only_when_that_is_said_and_all_at_once(store: Path) -> None:
    imported(store, "手机\n13800138000\n")
    with pytest.raises(BadInput, match="there is a list spring already"):
        imported(store, "手机\n13900139000\n")
    imported(store, "手机\n13900139000\n", replace=True)
    assert [row[2] for row in numbers(store)] == [LI]
    assert rows(store, "SELECT name, state, contacts FROM contact_lists") == [("spring", "ready", 1)]


def test_a_file_with_nobody_in_it_takes_no_lists_place(store: Path) -> None:
    imported(store, "手机\n13800138000\n13700137000\n")
    for lines, told in (("手机\n", "no row in it but the heading"), ("手机\n1.38E+10\n", "the list spring stays")):
        with pytest.raises(BadInput, match=told):
            imported(store, lines, replace=True)
        assert rows(store, "SELECT name, state, contacts FROM contact_lists") == [("spring", "ready", 2)]
        assert len(people(store)) == 2


def test_an_import_that_is_cut_leaves_nothing_half(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "手机\n" + "".join(f"{13_000_000_000 + count}\n" for count in range(3_500))
    plain = importing._Loading.take
    taken: list[int] = []

    def cut(loading: importing._Loading, part: list[object]) -> None:
        taken.append(len(part))
        if len(taken) == 3:
            raise KeyboardInterrupt
        plain(loading, part)  # type: ignore[arg-type]

    monkeypatch.setattr(importing._Loading, "take", cut)
    with pytest.raises(KeyboardInterrupt):
        imported(store, content)
    for table in ("contact_lists", "contacts", "contact_numbers", "contact_problems"):
        assert rows(store, f"SELECT count(*) FROM {table}") == [(0,)], table
    monkeypatch.undo()
    assert imported(store, content).contacts == 3_500


def test_the_store_of_a_running_server_is_not_held(store: Path) -> None:
    """Another writer gets its turn while a list is imported; and what it wrote is there."""
    content = "手机\n" + "".join(f"{13_000_000_000 + count}\n" for count in range(5_000))
    path = store.with_name("list.csv")
    path.write_text(content)
    wrote = []

    def other(read: int, share: float) -> None:
        with sqlite3.connect(store, timeout=0) as connection:
            connection.execute("INSERT INTO legal_holds VALUES (?, 0, '', '')", (str(read),))
        connection.close()
        wrote.append(read)

    import_list(store, path, Wanted("spring", "CN", "lin"), other)
    assert wrote == [1_000, 2_000, 3_000, 4_000, 5_000]
    assert rows(store, "SELECT count(*) FROM legal_holds") == [(5,)]
