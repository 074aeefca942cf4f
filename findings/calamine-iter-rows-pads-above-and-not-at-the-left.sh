#!/usr/bin/env bash
# python-calamine 0.9.1: `iter_rows` gives the empty rows above a sheet's first value, but not the empty columns before it.
#
# A list that a department keeps with a title's room above and a margin at the left begins at C5. `to_python()` leaves out
# both by default, `to_python(skip_empty_area=False)` gives both. `iter_rows()`, the way for long lists, does half: four
# empty rows come first, so rows can be named as people see them, while column C is the first of each. And
# `total_height`, `total_width` are one less than the rows and columns that `skip_empty_area=False` gives.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install python-calamine==0.9.1 XlsxWriter==3.2.9 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import xlsxwriter
from python_calamine import CalamineWorkbook

with xlsxwriter.Workbook("list.xlsx") as book:
    sheet = book.add_worksheet("list")
    for row, (name, number) in enumerate([("name", "number"), ("A", "one"), ("B", "two")], start=4):
        sheet.write_row(row, 2, [name, number])  # C5 and on

read = CalamineWorkbook.from_path("list.xlsx").get_sheet_by_name("list")
filled, whole, rows = read.to_python(), read.to_python(skip_empty_area=False), list(read.iter_rows())
print("to_python():", filled)
print("to_python(skip_empty_area=False):", whole)
print("iter_rows():", rows)
print("total_height", read.total_height, "total_width", read.total_width, "start", read.start)
assert filled == [["name", "number"], ["A", "one"], ["B", "two"]]
assert whole == [["", "", "", ""]] * 4 + [["", "", *row] for row in filled]
assert rows == [["", ""]] * 4 + filled
assert (read.total_height, read.total_width) == (len(whole) - 1, len(whole[0]) - 1)
PY
echo "as described"
