"""Lists of numbers that the sites of a group share, over HTTP: as keyed hashes, in a signed delta."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Response

from calls.errors import BadInput
from hotline.views.controller import Controller
from hotline.web.rights import Guard


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the request into `app`."""

    @app.get("/do-not-call/shared", dependencies=[Depends(guard.needs("share_lists"))], tags=["outgoing calls"])
    async def shared(
        after: Annotated[
            int, Query(ge=0, description="The change up to which this site is known there; 0: all.", examples=[0])
        ] = 0,
    ) -> Response:
        """The changes of this site's own entries after one, signed; 422 where there is no such change yet, and of a
        site that shares with nobody. Numbers are hashes that only the sites of the group can make."""
        try:
            return Response(await controller.shared_lists(after), media_type="application/json")
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
