"""Policies over HTTP: which one rules, what the published one changes, approving it, rolling back."""

from typing import Annotated, Any

import pydantic
from fastapi import Depends, FastAPI, HTTPException

from calls.errors import BadInput
from hotline.site.instants import instant
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body

_Version = Annotated[str, pydantic.Field(max_length=64, examples=["5f7ccc76ae9f7f94"])]


class RollBackRequest(Body):
    """A policy that is to rule no longer."""

    policy: Annotated[_Version, pydantic.Field(description="Its version, as it was seen.")]
    reason: Annotated[str, pydantic.Field(min_length=1, max_length=255, examples=["minutes of 30 November"])]
    approver: Annotated[
        str,
        pydantic.Field(
            max_length=64, description="Whose word it is; for the site's own token.", examples=["wang.fang"]
        ),
    ] = ""


class ApprovePolicyRequest(RollBackRequest):
    """A policy that may rule."""

    effective_from: Annotated[
        str | None,
        pydantic.Field(max_length=64, description="The first day; left out: at once.", examples=["2026-12-01"]),
    ] = None


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`."""
    Approves = Annotated[Client, Depends(guard.needs("approve_policies"))]
    sees = [Depends(guard.needs("see_outgoing"))]

    @app.get("/govern/policy", dependencies=sees, tags=["outgoing calls"])
    async def policy() -> dict[str, Any]:
        """The policy that rules, since when and by whose word; the published one, and why it waits; and `diff`, what
        that one changes: names of entries, and lines."""
        try:
            return await controller.policy()
        except BadInput as error:
            raise HTTPException(422, str(error)) from error

    @app.post("/govern/policy/approve", tags=["outgoing calls"])
    async def approve(wanted: ApprovePolicyRequest, client: Approves) -> dict[str, Any]:
        """Approve the published policy. Who has published it cannot. Audited."""
        who = client.author(wanted.approver, "approver")
        try:
            begin = None if wanted.effective_from is None else instant(wanted.effective_from, controller.zone)
            return await controller.approve_policy(wanted.policy, who, wanted.reason, begin, client.name)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error

    @app.post("/govern/policy/rollback", tags=["outgoing calls"])
    async def roll_back(wanted: RollBackRequest, client: Approves) -> dict[str, Any]:
        """Withdraw the approval of a policy: the one that was approved before it rules again. Audited."""
        who = client.author(wanted.approver, "approver")
        try:
            return await controller.roll_policy_back(wanted.policy, who, wanted.reason, client.name)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
