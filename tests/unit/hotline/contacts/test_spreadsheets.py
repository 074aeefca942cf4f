"""Spreadsheets as people and systems make them: what a cell shows is read, what it has lost is told."""

import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.contacts.tables import Row, open_table
from tests.unit.hotline.contacts.importing_lists import ZHANG, imported, numbers, people
from tests.unit.hotline.contacts.workbooks import xls, xlsx

pytestmark = pytest.mark.unit


def read(folder: Path, content: bytes, **given: str) -> tuple[list[Row], dict[str, str]]:
    path = folder / "list.bin"
    path.write_bytes(content)
    table = open_table(path, "CN", **given)
    return list(table.rows), table.form


def test_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    cells = ["13800138000", 13800138000, 13800138000.0, 1.5, True, None, "张三 & <李四>"]
    shown = ["13800138000", "13800138000", "13800138000", "1.5", "true", "", "张三 & <李四>"]
    assert read(tmp_path, xlsx({"S": [cells]}))[0] == [Row(1, shown)]
    assert read(tmp_path, xls([cells]))[0] == [Row(1, shown)]


def test_rows_keep_their_place_in_the_sheet(tmp_path: Path) -> None:
    found, _ = read(tmp_path, xlsx({"S": [["手机"], [None], ["13800138000"], [""], [13900139000]]}, first_row=4))
    assert [(row.line, row.cells[0]) for row in found] == [(4, "手机"), (6, "13800138000"), (8, "13900139000")]
    found, _ = read(tmp_path, xls([[None], [None], ["手机"], [None], [13900139000]]))
    assert [(row.line, row.cells[0]) for row in found] == [(3, "手机"), (5, "13900139000")]


def test_the_first_sheet_that_is_shown_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    book = xlsx({"旧": [["x"]], "名单": [["手机"]], "说明": [["y"]]}, hidden=["旧"])
    found, form = read(tmp_path, book)
    assert (found, form) == ([Row(1, ["手机"])], {"sheet": "名单", "note": "not read: 旧, 说明"})
    assert read(tmp_path, book, sheet="旧")[0] == [Row(1, ["x"])]
    with pytest.raises(BadInput, match=r"no sheet 新; there are 旧, 名单, 说明"):
        read(tmp_path, book, sheet="新")


@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_a_list_of_a_spreadsheet_is_a_list(store: Path, form: str) -> None:
    table = [
        ["客户编号", "姓名", "手机号", "备用电话", "余额"],
        ["C1", "张三", 13800138000.0, "010-12345678", 12.5],
        ["C2", "李四", 1380013800.0, None, None],
        ["C3", "王五", 13700137000, 1012345678, 3],
        [110101199003078888.0, "赵六", 13600136000, None, 1],
    ]
    done = imported(store, xlsx({"S": table}) if form == "xlsx" else xls(table), f"list.{form}")
    assert [row[:3] for row in numbers(store)] == [
        (2, 1, ZHANG),
        (2, 2, "+861012345678"),
        (4, 1, "+8613700137000"),
    ]
    assert people(store)[0] == (2, "C1", "", "张三", '{"余额":"12.5"}')
    told = [(one.row, one.kind, one.reason.rpartition(": ")[2]) for one in done.problems]
    assert told == [
        (3, "rejected", "too few digits for a mobile number of China"),
        (4, "number", "the zero in front is missing, as spreadsheets cut it off"),
        (5, "rejected", "a spreadsheet has rounded it, and others would have the same"),
    ]


def test_an_xls_that_was_cut_anywhere_is_said_and_no_row_of_it_taken(tmp_path: Path) -> None:
    whole = xls([["手机"], *([13_800_138_000.0 + count] for count in range(1_500))])
    assert len(read(tmp_path, whole)[0]) == 1_501
    for cut in (*range(8, len(whole), 997), *range(len(whole) - 700, len(whole), 13)):
        with pytest.raises(BadInput, match=r"no spreadsheet that can be read|its end is missing|no text and no"):
            read(tmp_path, whole[:cut])


def test_an_xlsx_that_was_cut_is_said(tmp_path: Path) -> None:
    whole = xlsx({"S": [["手机"], *([f"1380013{count:04d}"] for count in range(500))]})
    for cut in range(4, len(whole), 101):
        with pytest.raises(BadInput, match=r"no spreadsheet that can be read"):
            read(tmp_path, whole[:cut])


def test_a_cell_far_away_is_told_before_it_takes_all_memory(tmp_path: Path) -> None:
    book = xlsx({"S": [["手机"], [13800138000.0]]})
    far = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(far, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name).replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"/></row></sheetData>')
            after.writestr(name, text)
    with pytest.raises(BadInput, match=r"a cell stands far away from the others, at the end of 16384 columns"):
        read(tmp_path, far.getvalue())


def test_nothing_is_stored_of_a_file_that_is_none(store: Path) -> None:
    with pytest.raises(BadInput):
        imported(store, xlsx({"S": [["列甲"], ["13800138000"]]}), "list.xlsx")
    with sqlite3.connect(store) as connection:
        assert connection.execute("SELECT count(*) FROM contact_lists").fetchone() == (0,)
    connection.close()
