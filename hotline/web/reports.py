"""Reports over HTTP: those that the house has made by itself, listed and shown. Nothing in one is anybody's number."""

import asyncio
import re
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse

from hotline.views.controller import Controller
from hotline.web.rights import Guard

_NAME = re.compile(r"(?P<period>daily|weekly|monthly)-(?P<span>[0-9A-Z-]{4,10})\.(?P<form>html|pdf|xlsx|csv|json)")
_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
_HEADERS = {
    # a page complete in itself, with styles and pictures in it: no script, no address, no frame around it
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    sees = [Depends(guard.needs("search_calls"))]

    @app.get("/reports", dependencies=sees, tags=["reports"])
    async def reports() -> list[dict[str, Any]]:
        """The reports in the house's folder, the newest span first, each with the `forms` that it was made in."""
        return await asyncio.to_thread(_listed, controller.reports)

    @app.get("/reports/{report}", dependencies=sees, tags=["reports"], response_class=FileResponse)
    async def report(
        report: Annotated[str, PathParameter(description="The name of its file.", examples=["daily-2026-11-29.html"])],
    ) -> FileResponse:
        """One of them, in one of its forms; HTML is a page with its plots."""
        found = _NAME.fullmatch(report)
        path = controller.reports / report
        if found is None or not await asyncio.to_thread(path.is_file):
            raise HTTPException(404, "no such report; /reports lists them, and `hotline report` makes one")
        kind = found["form"]
        headers = dict(_HEADERS)
        if kind != "html":
            headers["Content-Disposition"] = f'attachment; filename="{report}"'
        return FileResponse(path, media_type=_TYPES[kind], headers=headers)


def _listed(folder: Path) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], list[str]] = {}
    for file in folder.iterdir() if folder.is_dir() else ():
        if (name := _NAME.fullmatch(file.name)) is not None and file.is_file():
            found.setdefault((name["span"], name["period"]), []).append(name["form"])
    return [
        {"period": period, "span": span, "forms": sorted(forms)}
        for (span, period), forms in sorted(found.items(), reverse=True)
    ]
