"""The pacing of a campaign over HTTP: what was dialled, answered and abandoned in a span, and the budget of each window
of the law."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Query

from calls.errors import BadInput
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.windows import began_at
from hotline.campaigns.pacing import steps
from hotline.site.instants import instant
from hotline.views.budgets import Budget, as_data
from hotline.views.controller import Controller
from hotline.web.campaigns import CampaignPath, known_campaign
from hotline.web.rights import Guard

MOST_STEPS = 1_500


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the request into `app`."""

    @app.get("/campaigns/{campaign}/pacing", dependencies=[Depends(guard.needs("see_outgoing"))], tags=["campaigns"])
    async def pacing(
        campaign: CampaignPath,
        since: Annotated[
            str | None,
            Query(max_length=64, description="Default: today, by the campaign's clock."),
        ] = None,
        step_s: Annotated[int, Query(ge=60, le=86_400, description="The length of a step.", examples=[300])] = 300,
    ) -> dict[str, Any]:
        """What came of its dialling, step after step, of tries that are over; and each window's budget of abandoned
        calls, now (`room`) and at the end of each step (`rooms`). Steps in which nothing was dialled are left out."""
        settings = known_campaign(controller, campaign)
        now = controller.utc()
        today = _midnight(now, settings.zone)
        try:
            first = today if since is None else instant(since, controller.zone)
        except BadInput as error:
            raise HTTPException(422, f"since: {error}") from error
        if (now - first) / step_s > MOST_STEPS:
            raise HTTPException(422, f"more than {MOST_STEPS} steps: take longer ones, or a later since")
        begin = first - first % step_s  # the same steps whenever one asks
        counted = _steering(controller, settings)
        try:
            found = await asyncio.to_thread(steps, controller.database, settings, begin, now, step_s)
            if not counted:
                whole = await asyncio.to_thread(steps, controller.database, settings, today, now, now - today + 1.0)
                of, abandoned = sum(one.of for one in whole), sum(one.abandoned for one in whole)
                limit = settings.pacing.windows[0].limit
                counted = [Budget("24 h", limit, of, abandoned, today, None, steers=False)]
        except BadInput as error:
            raise HTTPException(503, str(error)) from error
        return {
            "campaign": settings.name,
            "now": now,
            "step_s": step_s,
            "live": sum(one.campaign == settings.name for one in controller.register.contacts.values()),
            "denominator": settings.pacing.denominator,
            "steps": msgspec.to_builtins(found),
            "windows": [as_data(one, found) for one in counted],
        }


def _steering(controller: Controller, settings: CampaignSettings) -> list[Budget]:
    """The windows that the pacing counts, by their instants on the wall clock."""
    found = []
    for one in controller.campaign_windows(settings.name):
        ends_at = None if one.ends_at is None else one.ends_at + controller.register.offset_s
        began = None if ends_at is None else began_at(one.window.every, ends_at, settings.zone)
        found.append(Budget(one.window.name, one.window.limit, one.of, one.abandoned, began, ends_at, steers=True))
    return found


def _midnight(utc: float, zone: str) -> float:
    return (
        datetime.fromtimestamp(utc, ZoneInfo(zone))
        .replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        .timestamp()
    )
