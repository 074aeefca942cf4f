"""Recordings of talks and messages over HTTP. Each request for one is written to the audit log before it is answered.

The name of a file is looked for among the rows of its call: what is asked for is never a path.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse

from calls.errors import BadInput
from hotline.site import audit
from hotline.store.searches import Cursor
from hotline.views import masking
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.calls import Most, address
from hotline.web.rights import Client, Guard
from hotline.web.strictness import CallPath, one_of

NamePath = Annotated[str, PathParameter(description="Of the file, as the call's `recordings` have it.")]
_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg"}


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    hears = guard.needs("hear_recordings")

    @app.get("/messages", dependencies=[Depends(guard.needs("search_calls"))], tags=["recordings"])
    async def messages(
        request: Request,
        response: Response,
        box: Annotated[str | None, Query(description="That they were left in.", examples=["front"])] = None,
        after: Annotated[str | None, Query(description="The cursor of the page before, from its Link header.")] = None,
        most: Most = 50,
    ) -> list[dict[str, Any]]:
        """Messages that callers have left, newest first, of calls that are over; `sound` is where each is heard."""
        try:
            cursor = None if after is None else Cursor.read(after)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        if box is not None and box not in (boxes := await call_log.boxes(controller.database)):
            raise one_of("box", box, boxes)
        rows, following = await call_log.messages(controller.database, box, cursor, most)
        if following is not None:
            given = {**request.query_params, "after": following.text()}
            response.headers["Link"] = f'<{request.url.path}?{urlencode(given, quote_via=quote)}>; rel="next"'
        return [{**masking.call_row(row), "sound": address(row)} for row in rows]

    async def found(call: str, name: str) -> Path:
        """The file of a recording. Raises HTTPException 404 for one that the log has not, or whose file is gone."""
        rows = await call_log.recordings(controller.database, call)
        path = next((path for row in rows if (path := Path(row["path"])).name == name), None)
        if path is None:
            raise HTTPException(404, "no such recording; /calls/{call} lists those of a call")
        if not await asyncio.to_thread(path.is_file):
            raise HTTPException(404, "its file is no longer there")
        return path

    @app.get("/calls/{call}/recordings/{name}/waveform", tags=["recordings"])
    async def shape(call: CallPath, name: NamePath, client: Annotated[Client, Depends(hears)]) -> dict[str, Any]:
        """The waveform of a recording: `duration_s`, and for each of its `sides` (`caller`, `agent`) the `levels` along
        the time, from 0 to 1, and from when to when it has `spoken`. Written to the audit log. 422: it is no sound."""
        from hotline.views.waveform import waveform  # with numpy, which a start need not wait for

        path = await found(call, name)
        about = f"call {call}, {name}"
        await asyncio.to_thread(audit.note, controller.database.parent, "recording looked at", about, client.name)
        try:
            return msgspec.to_builtins(await asyncio.to_thread(waveform, path))  # type: ignore[no-any-return]  # a struct is a dict then
        except BadInput as error:
            raise HTTPException(422, str(error)) from error

    async def sound(call: CallPath, name: NamePath, client: Annotated[Client, Depends(hears)]) -> Response:
        """The sound of a talk or a message, whole or a range of it (RFC 9110). `name` is that of its file."""
        path = await found(call, name)
        about = f"call {call}, {name}"
        await asyncio.to_thread(audit.note, controller.database.parent, "recording heard", about, client.name)
        kind = _TYPES.get(path.suffix.lower(), "application/octet-stream")
        return FileResponse(path, media_type=kind, headers={"Cache-Control": "no-store"})

    where = "/calls/{call}/recordings/{name}"
    sounds: dict[str, Any] = {"content": {"audio/wav": {}}}
    app.get(
        where, tags=["recordings"], response_class=FileResponse, responses={200: sounds, 206: sounds}, name="sound"
    )(sound)
    app.head(where, include_in_schema=False)(sound)
