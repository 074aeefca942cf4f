"""Approvals of scenes over HTTP: by people with tokens of their own, who see what has changed; the author is never the
approver."""

from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path

from calls.errors import BadInput
from hotline.site.instants import instant
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body

_Name = Annotated[str, pydantic.Field(max_length=64)]


class WithdrawRequest(Body):
    """Scenes that are to call nobody any more."""

    scenes: Annotated[
        tuple[_Name, ...],
        pydantic.Field(min_length=1, max_length=500, description="`*` is anything.", examples=[["spring_offer"]]),
    ]
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=255, examples=["minutes of 23 November"])]
    approver: Annotated[
        _Name, pydantic.Field(description="Whose word it is; for the site's own token.", examples=["wang.fang"])
    ] = ""


class ApproveRequest(WithdrawRequest):
    """Scenes that may call as they are published."""

    effective_from: Annotated[
        str | None,
        pydantic.Field(max_length=64, description="The first day; left out: at once.", examples=["2026-12-01"]),
    ] = None
    effective_until: Annotated[
        str | None,
        pydantic.Field(max_length=64, description="The last day; left out: none.", examples=["2027-06-30"]),
    ] = None


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    Approves = Annotated[Client, Depends(guard.needs("approve_scenes"))]
    sees = [Depends(guard.needs("see_outgoing"))]

    @app.get("/govern/scenes/{scene}/diff", dependencies=sees, tags=["outgoing calls"])
    async def diff(
        scene: Annotated[str, Path(max_length=64, description="Of dialplans/scenes/.", examples=["spring_offer"])],
    ) -> dict[str, Any]:
        """What a scene has other than when it was approved last: `approved` (null: never), words of its settings in
        `changed`, the versions of the policies then and now, and `lines` of all that it is made of."""
        try:
            return await controller.scene_diff(scene)
        except BadInput as error:
            raise HTTPException(404, str(error)) from error

    @app.post("/govern/scenes/approve", tags=["outgoing calls"])
    async def approve(wanted: ApproveRequest, client: Approves) -> list[dict[str, Any]]:
        """Approve scenes as they are published, all or none. Who has written or owns one cannot. Audited."""
        who = client.author(wanted.approver, "approver")
        try:
            begin = None if wanted.effective_from is None else instant(wanted.effective_from, controller.zone)
            end = None if wanted.effective_until is None else instant(wanted.effective_until, controller.zone, end=True)
            return await controller.approve_scenes(wanted.scenes, who, wanted.reason, begin, end, client.name)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error

    @app.post("/govern/scenes/withdraw", tags=["outgoing calls"])
    async def withdraw(wanted: WithdrawRequest, client: Approves) -> list[dict[str, Any]]:
        """Withdraw every approval of scenes: within a second they call nobody any more. Audited."""
        who = client.author(wanted.approver, "approver")
        try:
            return await controller.withdraw_scenes(wanted.scenes, who, wanted.reason, client.name)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
