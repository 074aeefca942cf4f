"""Workbooks made by hand: xlsx as a zip of XML, xls as BIFF8 in a compound file; nothing but what a sheet needs."""

import io
import struct
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

Cell = str | float | int | bool | None
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HIDDEN = ' state="hidden"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(sheets: dict[str, Sequence[Sequence[Cell]]], hidden: Sequence[str] = (), first_row: int = 1) -> bytes:
    """A workbook; numbers as numbers, text as inline strings."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        names = "".join(
            f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"{_HIDDEN if name in hidden else ""}/>'
            for at, name in enumerate(sheets, start=1)
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{names}</sheets></workbook>'
        )
        relations = "".join(
            f'<Relationship Id="rId{at}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
            for at in range(1, len(sheets) + 1)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>')
        for at, rows in enumerate(sheets.values(), start=1):
            archive.writestr(f"xl/worksheets/sheet{at}.xml", _sheet(rows, first_row))
    return made.getvalue()


def _sheet(rows: Sequence[Sequence[Cell]], first_row: int) -> str:
    body = "".join(
        f'<row r="{line}">{"".join(_cell(f"{chr(65 + place)}{line}", cell) for place, cell in enumerate(row))}</row>'
        for line, row in enumerate(rows, start=first_row)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'


def _cell(place: str, cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{cell!r}</v></c>'
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xls(rows: Sequence[Sequence[Cell]], sheet: str = "Sheet1") -> bytes:
    """A workbook of Excel 97 with one sheet: BIFF8 ([MS-XLS]) in a compound file ([MS-CFB])."""
    stream = _biff(rows, sheet)
    stream = stream.ljust(max(4_096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    fat = [_FAT, _END, *range(3, count + 2), _END]
    assert len(fat) <= _SECTOR // 4, "one sector of the allocation table is enough"
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, 1, 0, 4_096, _END, 0, _END, 0, 0),
    )
    table = struct.pack("<128I", *fat, *[_FREE] * (_SECTOR // 4 - len(fat)))
    empty = _entry("", 0, _FREE, 0, 0)
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream)) + empty * 2
    return header + struct.pack("<108I", *[_FREE] * 108)[: _SECTOR - len(header)] + table + folder + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    return struct.pack("<64sHBBIII16sIQQIQ", text, len(text), kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, start, size)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff(rows: Sequence[Sequence[Cell]], sheet: str) -> bytes:
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = sheet.encode("utf-16-le")
    bound = struct.pack("<IBBBB", 0, 0, 0, len(sheet), 1) + name
    before = _record(0x0809, begin) + _record(0x0042, struct.pack("<H", 1200))
    place = len(before) + 4 + len(bound) + 4
    bound = struct.pack("<I", place) + bound[4:]
    cells = b"".join(_biff_cell(line, column, cell) for line, row in enumerate(rows) for column, cell in enumerate(row))
    within = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    records = _record(0x0809, within) + cells + _record(0x000A, b"")
    return before + _record(0x0085, bound) + _record(0x000A, b"") + records


def _biff_cell(line: int, column: int, cell: Cell) -> bytes:
    at = struct.pack("<HHH", line, column, 0)
    match cell:
        case None:
            return b""
        case bool():
            return _record(0x0205, at + struct.pack("<BB", int(cell), 0))
        case int() | float():
            return _record(0x0203, at + struct.pack("<d", cell))
        case str():
            return _record(0x0204, at + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
