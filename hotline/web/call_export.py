"""The call log as a file over HTTP, CSV or a spreadsheet: what a search finds, all of it, numbers masked unless they
may be seen. Each export is written to the audit log before it is made."""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.responses import StreamingResponse

from hotline.site import audit
from hotline.store.searches import MOST, CallSearch
from hotline.views import masking
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.call_search import AskedCalls
from hotline.web.rights import Client, Guard

MOST_ROWS = 100_000
COLUMNS = (
    *("call", "arrived_at", "direction", "caller", "called", "queue", "agent", "outcome", "waited_s", "talk_s"),
    *("held_s", "ended_at", "cause", "language", "version"),
)
"""Of a row of the file. Instants are by the house's clock; durations are seconds."""
_FIGURES = frozenset({"waited_s", "talk_s", "held_s"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_IN_MEMORY = 1 << 20
_PIECE = 1 << 16
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_Form = Literal["csv", "xlsx"]


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    Searches = Annotated[Client, Depends(guard.needs("search_calls"))]
    Asked = Annotated[AskedCalls, Depends()]
    Numbers = Annotated[bool, Query(description="Whole numbers: who may see numbers may; audited.")]

    async def export(form: _Form, client: Client, asked: AskedCalls, numbers: bool) -> StreamingResponse:
        wanted = await asked.search(controller, guard, client)
        if numbers:
            await guard.allowed(client, "see_numbers", {})
        about = f"{form}{', numbers whole' if numbers else ''}: {asked.told()}"
        await asyncio.to_thread(audit.note, controller.database.parent, "calls exported", about, client.name)
        file = await _made(form, controller, wanted, numbers)
        headers = {"Content-Disposition": f'attachment; filename="calls.{form}"', "Cache-Control": "no-store"}
        return StreamingResponse(_pieces(file), media_type=_TYPES[form], headers=headers)

    @app.get("/calls.csv", tags=["calls"], response_class=StreamingResponse)
    async def as_csv(client: Searches, asked: Asked, numbers: Numbers = False) -> StreamingResponse:
        """What a search of `/calls` finds, as CSV; 422 for more than 100,000 calls. Audited."""
        return await export("csv", client, asked, numbers)

    @app.get("/calls.xlsx", tags=["calls"], response_class=StreamingResponse)
    async def as_xlsx(client: Searches, asked: Asked, numbers: Numbers = False) -> StreamingResponse:
        """The same as a spreadsheet. Audited."""
        return await export("xlsx", client, asked, numbers)


async def _made(form: _Form, controller: Controller, wanted: CallSearch, numbers: bool) -> IO[bytes]:
    """The file, from its beginning on; made page by page, so that it is never in memory as a whole."""
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it is closed once it is sent
    sheet: _Csv | _Xlsx = await asyncio.to_thread(_Csv if form == "csv" else _Xlsx, file)
    count = 0
    while True:
        page = await call_log.search(controller.database, wanted, MOST)
        count += len(page.rows)
        if count > MOST_ROWS:
            await asyncio.to_thread(sheet.close)
            file.close()
            raise HTTPException(422, f"more than {MOST_ROWS:,} calls: export a shorter span, with since and until")
        await asyncio.to_thread(_add, sheet, page.rows, controller.zone, numbers)
        if page.next is None:
            break
        wanted = msgspec.structs.replace(wanted, after=page.next)
    await asyncio.to_thread(sheet.close)
    file.seek(0)
    return file


def _add(sheet: "_Csv | _Xlsx", rows: list[dict[str, Any]], zone: ZoneInfo, numbers: bool) -> None:
    sheet.add([shown(row, zone, numbers) for row in rows])


def shown(row: Mapping[str, Any], zone: ZoneInfo, numbers: bool) -> list[Any]:
    """A call as a row of the file, by COLUMNS; None for what it has not."""
    seen = dict(row) if numbers else masking.call_row(row)
    waited = None if row["queued_at"] is None else (row["answered_at"] or row["ended_at"]) - row["queued_at"]
    values = {**seen, "waited_s": waited}
    for name in ("arrived_at", "ended_at"):
        values[name] = datetime.fromtimestamp(row[name], zone).strftime("%Y-%m-%d %H:%M:%S")
    for name in _FIGURES:
        values[name] = None if values[name] is None else round(values[name], 1)
    return [values.get(name) for name in COLUMNS]


class _Csv:
    """CSV with a mark by which spreadsheets see UTF-8. A text that one would take for a formula is kept a text."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(COLUMNS)

    def add(self, rows: list[list[Any]]) -> None:
        self._writer.writerows(
            [f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row]
            for row in rows
        )

    def close(self) -> None:
        self._text.detach()


class _Xlsx:
    """A spreadsheet, written row by row: a text stays a text."""

    def __init__(self, file: IO[bytes]) -> None:
        import xlsxwriter  # with the first export: a start need not wait for it

        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._sheet = self._book.add_worksheet("calls")
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_column(0, len(COLUMNS) - 1, 18)
        bold = self._book.add_format({"bold": True})
        for place, name in enumerate(COLUMNS):
            self._sheet.write_string(0, place, name, bold)
        self._line = 1

    def add(self, rows: list[list[Any]]) -> None:
        for row in rows:
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    self._sheet.write_string(self._line, place, cell)
                elif cell is not None:
                    self._sheet.write_number(self._line, place, cell)
            self._line += 1

    def close(self) -> None:
        self._book.close()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
