"""Published versions over HTTP: listed, and an earlier one put in force again."""

import asyncio
from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException

from calls.errors import BadInput
from hotline.site import audit
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body


class RollbackRequest(Body):
    """An earlier version for new calls."""

    version: Annotated[
        str | None, pydantic.Field(max_length=64, description="Default: the one before.", examples=["0007-1f0c2ab3"])
    ] = None
    author: str = pydantic.Field("", max_length=64, examples=["Li Na"])
    """With the site's own token; a person's name is that of their session."""
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=500, examples=["the new policy denies everybody"])]


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    Reloads = Annotated[Client, Depends(guard.needs("reload"))]

    @app.get("/versions", dependencies=[Depends(guard.needs("watch_operations"))], tags=["operations"])
    async def versions() -> list[dict[str, Any]]:
        """The published versions, newest first: `version`, `published_at`, `by`, and whether it is `current`. As
        `hotline versions` shows them."""
        return await controller.published_versions()

    @app.post("/rollback", tags=["operations"])
    async def rollback(wanted: RollbackRequest, client: Reloads) -> dict[str, Any]:
        """Let new calls have an earlier version, with its flows, policies, scenes and campaigns; calls under way keep
        theirs. Written to the audit log. 422: there is no such version, or none before this one."""
        author = client.author(wanted.author)
        about = f"{wanted.version or 'the version before'}: {wanted.reason}"
        await asyncio.to_thread(audit.note, controller.database.parent, "rollback", about, author)
        try:
            return {"version": await controller.roll_back(wanted.version)}
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
