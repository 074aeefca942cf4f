"""Transcripts over HTTP: what was said in a call that is over. Each look is written to the audit log."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException

from hotline.site import audit
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.rights import Client, Guard
from hotline.web.strictness import CallPath


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the request into `app`."""
    reads = guard.needs("read_transcripts")

    @app.get("/calls/{call}/transcript", tags=["recordings"])
    async def transcript(call: CallPath, client: Annotated[Client, Depends(reads)]) -> dict[str, Any]:
        """What was said in a call, by recording: `talk` (0: a message), `lines` with `side` (`caller`, `house`),
        seconds and text, the words that are `missing` and those that are `forbidden`. Numbers are masked. 404: nothing
        of it has been transcribed. Written to the audit log."""
        rows = await call_log.transcripts(controller.database, call)
        if not rows:
            raise HTTPException(404, "nothing of this call is transcribed; `hotline transcribe` does it")
        await asyncio.to_thread(audit.note, controller.database.parent, "transcript read", f"call {call}", client.name)
        kept = ("talk", "language", "lines", "missing", "forbidden", "made_at")
        return {"call": call, "recordings": [{name: row[name] for name in kept} for row in rows]}
