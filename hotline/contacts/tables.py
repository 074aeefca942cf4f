"""Tables in files: CSV in any usual dialect, xlsx, xls and ods; row by row, each with its line in the file."""

import contextlib
import csv
import itertools
import lzma
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import python_calamine as calamine

from calls.errors import BadInput
from hotline.contacts.text_encoding import encoding_of

DELIMITERS = ",;\t|"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PLAIN_AT_ONCE = 200
_MOST_LINES, _MOST_LINES_OF_PROSE = 20, 500
"""Of one record: an address may have some; more are a quotation mark that nobody has closed."""
_LOOKED_AT = 100
_A_NUMBER = re.compile(r"\d{7}")
_WEB_PAGE = re.compile(r"\s*(<!doctype html|<html|<table|<\?xml)", re.IGNORECASE)
_EXACT = 2**53
_BROKEN = (
    *(calamine.CalamineError, OSError, ValueError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError),
)
"""What both readers of archives raise for broken ones; RuntimeError is a part that is encrypted."""
_SECTOR = 512
_BLOCK = 1 << 20
_PLACE = re.compile(rb'<c[^>]*? r="([A-Z]{1,3})(\d{1,7})"')
_LONGEST_TAG = 256
_SPARSE, _ALWAYS = 50, 2_000_000
"""Cells of a sheet's rectangle for each that is filled, and those that no memory is needed for."""
csv.field_size_limit(1 << 20)


class Row(NamedTuple):
    """One row: its line in the file, or its row in the sheet, from 1; its cells, or why they cannot be read."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(slots=True)
class Table:
    """Rows, the heading among them, and how the file was understood. Rows that are empty are left out.

    Close `rows` when not all of them are read: it has the file.
    """

    rows: Generator[Row, None, None]
    form: dict[str, str] = field(default_factory=dict)
    """encoding and delimiter, or sheet; `note` says what else is in the file."""


def open_table(
    path: Path,
    region: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    prose: bool = False,
) -> Table:
    """The table of a file of `region` (ISO 3166). What is not given is found out. In `prose`, such as letters, a cell
    may go on over many lines, with telephone numbers in them; elsewhere these are another record's.

    Raises OSError, and BadInput for what is no table.
    """
    with path.open("rb") as file:
        begin = file.read(4)
    if not begin:
        raise BadInput(f"{path}: it is empty")
    if begin in (_ZIP, _OLE):
        return _spreadsheet(path, sheet)
    if sheet is not None:
        raise BadInput(f"{path}: --sheet is for spreadsheets, this is text")
    return _text(path, region, encoding, delimiter, prose)


def _text(path: Path, region: str, encoding: str | None, delimiter: str | None, prose: bool) -> Table:
    name = encoding or encoding_of(path, region)
    try:
        "".encode(name)
    except LookupError as error:
        raise BadInput(f"{name!r} is no encoding, such as utf-8, gb18030, big5, utf-16, cp1252") from error
    with path.open(encoding=name, errors="replace", newline="") as file:
        begin = [line for _, line in zip(range(_LOOKED_AT), file, strict=False)]
    if begin and _WEB_PAGE.match(begin[0]):
        raise BadInput(f"{path}: a web page with the name of a table; open it in a spreadsheet and save it as .xlsx")
    told = re.fullmatch(r'"?sep=(.)"?', begin[0].strip()) if begin else None  # a line that Excel reads, and writes
    mark = delimiter or (told[1] if told else _delimiter(begin, prose))
    return Table(_csv(path, name, mark, 1 if told else 0, prose), {"encoding": name, "delimiter": mark})


def _delimiter(lines: list[str], prose: bool) -> str:
    """The sign that cuts most of the first lines into the same number of cells; a comma where none does."""
    best, by = (0.0, 0), ","
    for sign in DELIMITERS:
        widths = [len(row.cells) for row in _records(lines, sign, prose) if row.cells and not row.problem]
        if not widths:
            continue
        usual = max(set(widths), key=widths.count)
        score = (round(widths.count(usual) / len(widths), 1), usual)
        if usual > 1 and score > best:
            best, by = score, sign
    return by


def _csv(path: Path, encoding: str, delimiter: str, skipped: int, prose: bool) -> Generator[Row, None, None]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for _ in range(skipped):
            file.readline()
        for row in _records(file, delimiter, prose):
            if row.problem or any(row.cells):
                yield row if not skipped else row._replace(line=row.line + skipped)


class _Lines:
    """Lines with those of the record that is being read kept, so that they can be read anew."""

    def __init__(self, lines: Iterable[str], most: int) -> None:
        self._lines = iter(lines)
        self._most = most
        self._again: deque[str] = deque()
        self.record: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        if len(self.record) >= self._most:
            self._again.appendleft(line)
            raise csv.Error("a quotation mark is opened here and not closed")
        self.record.append(line)
        return line

    def all_but_the_first_again(self) -> None:
        """Give the lines of this record once more, its first left out."""
        self._again.extendleft(reversed(self.record[1:]))
        self.record.clear()


def _records(lines: Iterable[str], delimiter: str, prose: bool) -> Iterator[Row]:
    """The records. One that is broken is told by its first line, and reading goes on with the line behind that.

    Up to the first quotation mark each line is one, and nothing of it need be kept to be read anew.
    """
    left, line = iter(lines), 1
    while part := list(itertools.islice(left, _PLAIN_AT_ONCE)):
        try:
            plain = (
                None
                if any('"' in one for one in part)
                else list(csv.reader(part, delimiter=delimiter, strict=True, skipinitialspace=True))
            )
        except csv.Error:
            plain = None
        if plain is None or len(plain) != len(part):
            yield from _quoted_records(itertools.chain(part, left), delimiter, line, prose)
            return
        yield from map(Row, itertools.count(line), plain)
        line += len(part)


def _quoted_records(lines: Iterable[str], delimiter: str, line: int, prose: bool) -> Iterator[Row]:
    source = _Lines(lines, _MOST_LINES_OF_PROSE if prose else _MOST_LINES)
    while True:
        try:
            for cells in csv.reader(source, delimiter=delimiter, strict=True, skipinitialspace=True):
                taken = len(source.record)
                if taken > 1 and not prose and any(map(_A_NUMBER.search, source.record[1:])):
                    raise csv.Error("a quotation mark is opened here, and what it closes has numbers of other lines")
                yield Row(line, cells)
                line += taken
                source.record.clear()
            return
        except csv.Error as error:
            if not source.record:
                return
            yield Row(line, [], _why(error))
            source.all_but_the_first_again()
            line += 1


def _why(error: csv.Error) -> str:
    told = str(error)
    if "end of data" in told:
        return "a quotation mark is opened here and not closed"
    if "expected after" in told:
        return "a quotation mark stands inside a cell: two in a row mean one"
    return told


def _spreadsheet(path: Path, name: str | None) -> Table:
    with _told(path):
        book = calamine.load_workbook(path)
        sheets = [one.name for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        seen = [
            one.name
            for one in book.sheets_metadata
            if one.visible == calamine.SheetVisibleEnum.Visible and one.name in sheets
        ]
    if name is not None and name not in sheets:
        raise BadInput(f"{path}: no sheet {name}; there are {', '.join(sheets)}")
    if not sheets:
        raise BadInput(f"{path}: it has no sheet with cells")
    chosen = name if name is not None else (seen or sheets)[0]
    with _told(path):
        _refuse_what_is_cut_or_far_away(path, chosen)
        sheet = book.get_sheet_by_name(chosen)
    form = {"sheet": chosen}
    others = [one for one in sheets if one != chosen]
    if others and name is None:
        form["note"] = f"not read: {', '.join(others)}"
    return Table(_sheet_rows(path, sheet), form)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what the library says of a file that is no spreadsheet, or a broken one."""
    try:
        yield
    except calamine.PasswordError as error:
        raise BadInput(f"{path}: it is protected by a password; save it without one") from error
    except (FileNotFoundError, BadInput):
        raise
    except _BROKEN as error:
        raise BadInput(f"{path}: no spreadsheet that can be read ({error})") from error
    except BaseException as error:
        # python-calamine 0.9.1 panics on some broken .xls (cfb.rs), and its panics are no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise BadInput(f"{path}: no spreadsheet that can be read; it may have been cut off") from error


def _refuse_what_is_cut_or_far_away(path: Path, sheet: str) -> None:
    """Raises BadInput for two kinds of files that the library takes: an .xls whose last sector is cut, of which it
    gives the rows before, and an .xlsx with a cell far away from all others, for which it takes all memory there is."""
    if not zipfile.is_zipfile(path):
        if path.stat().st_size % _SECTOR:
            raise BadInput(f"{path}: its end is missing; copy it once more, or save it anew")
        return
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return  # .ods, which lists empty cells by their count; or a layout that only the library knows
        width, height, cells, rest = 0, 0, 0, b""
        with archive.open(part) as file:
            while block := file.read(_BLOCK):
                block, end = rest + block, 0
                for found in _PLACE.finditer(block):
                    cells += 1
                    width, height = max(width, _column(found[1])), max(height, int(found[2]))
                    end = found.end()
                rest = block[max(end, len(block) - _LONGEST_TAG) :]
    if width * height > _SPARSE * cells + _ALWAYS:
        raise BadInput(
            f"{path}: in sheet {sheet} a cell stands far away from the others, at the end of {width} columns "
            f"and {height} rows; delete the empty rows and columns before it, or save the sheet as CSV"
        )


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The file of the archive that holds a sheet."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    of_sheet = {
        one.get("name"): next((value for word, value in one.items() if word.endswith("}id")), None)
        for one in book.iter()
        if one.tag.endswith("}sheet")
    }
    for one in relations:
        if one.get("Id") == of_sheet.get(sheet) and (target := one.get("Target")):
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.namelist() else None
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet_rows(path: Path, sheet: calamine.CalamineSheet) -> Generator[Row, None, None]:
    with _told(path):
        # `iter_rows` begins with the sheet's first row, empty or not, as `to_python` does not
        for line, row in enumerate(sheet.iter_rows(), start=1):
            cells = [cell if type(cell) is str else _text_of(cell) for cell in row]
            if any(cells):
                yield Row(line, cells)


def _text_of(cell: object) -> str:
    """A cell as it is shown. Of a number with more than 15 digits a spreadsheet keeps only the first: as it rounds."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            if cell.is_integer() and abs(cell) < _EXACT:
                return str(int(cell))
            return repr(cell) if abs(cell) < _EXACT else f"{cell:.14E}"
        case datetime():
            return cell.isoformat(" ", "seconds") if cell.time() != time() else cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return "" if cell is None else str(cell)
