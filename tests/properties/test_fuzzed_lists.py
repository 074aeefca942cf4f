"""Files that were changed anywhere: what cannot be read is told, nothing else goes wrong, and no number is made up."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.errors import BadInput
from hotline.contacts import rows as contact_rows
from hotline.contacts.columns import found
from hotline.contacts.rows import Contact, Problem
from hotline.contacts.tables import open_table
from hotline.site import number_file
from tests.unit.hotline.contacts.workbooks import xls, xlsx

pytestmark = pytest.mark.properties

TABLE = [
    ["客户号", "手机", "备注"],
    ["C1", "13800138000", '他说,"不"'],
    ["C2", 13900139000.0, "晚上"],
    ["C3", "010-12345678", None],
]
CSV = '客户号,手机,备注\nC1,13800138000,"他说,""不"""\nC2,13900139000.0,晚上\nC3,010-12345678,\n'
FILES = (
    CSV.encode(),
    CSV.encode("gb18030"),
    CSV.encode("utf-16"),
    CSV.replace(",", ";").encode("utf-8-sig"),
    xlsx({"S": TABLE}),
    xls(TABLE),
)
changes = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6)


def changed(whole: bytes, places: list[tuple[int, int]], cut: int) -> bytes:
    made = bytearray(whole)
    for place, byte in places:
        made[place % len(made)] = byte
    return bytes(made[: len(made) - cut % len(made)] if cut % 3 == 0 else made)


@settings(max_examples=200)
@given(st.sampled_from(FILES), changes, st.integers(0, 10**6))
def test_a_list_that_was_changed_anywhere_is_read_or_told(
    whole: bytes, places: list[tuple[int, int]], cut: int
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.bin"
        path.write_bytes(changed(whole, places, cut))
        try:
            table = open_table(path, "CN")
            with contextlib.closing(table.rows):
                first = next(table.rows, None)
                if first is None or first.problem:
                    return
                columns = found(first.cells, {}, False)
                read = list(contact_rows.read(table.rows, columns, "CN", ""))
        except BadInput:
            return
        for one in read:
            if isinstance(one, Problem):
                assert one.kind == "rejected"
                assert one.reason
            else:
                assert isinstance(one, Contact)
                assert one.numbers
                assert all(number.startswith("+") and number[1:].isdecimal() for number, _ in one.numbers)


@settings(max_examples=200)
@given(
    st.one_of(st.binary(max_size=300), st.builds(changed, st.sampled_from(FILES[:4]), changes, st.integers(0, 10**6)))
)
def test_a_do_not_call_file_of_any_bytes_is_read_line_by_line_or_told(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "unwanted.csv"
        path.write_bytes(content)
        try:
            numbers = number_file.read(path, "CN")
        except UnicodeError:
            return
        lines = content.count(b"\n") + content.count(b"\r") + 1
        assert all(0 < one.line <= lines for one in numbers.unreadable)
        for part in numbers.international.ascending():
            assert all(10**6 < number < 10**15 for number in part.tolist())
