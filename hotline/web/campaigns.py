"""Campaigns over HTTP: how each is, whom it has called, what came of it; started, paused, drained, stopped."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import pydantic
from fastapi import Depends, FastAPI, HTTPException, Path, Query

from calls.errors import BadInput
from dialer.campaigns.events import Act, CampaignOrdered
from dialer.campaigns.settings import CampaignSettings
from hotline.campaigns import showing
from hotline.campaigns.reading import STATES, contacts
from hotline.governing.caller_ids import resting_of
from hotline.governing.gate import Answers
from hotline.site import audit
from hotline.site.instants import between
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import Body, one_of

Answer = TypeVar("Answer")

CampaignPath = Annotated[str, Path(description="A campaign of dialplans/campaigns/.", examples=["instalment_calls"])]
_Instant = Annotated[
    str | None,
    Query(
        max_length=64, description="A day and a time, in the house's zone unless it has one.", examples=["2026-12-01"]
    ),
]


class Order(Body):
    """What a campaign shall do. `pause`: nobody new is dialled, what rings goes on. `drain`: likewise, and then it is
    stopped. `stop`: what rings and was not answered is given up, too; talks go on."""

    act: Act = pydantic.Field(examples=["start"])
    author: str = pydantic.Field("", max_length=64, examples=["Li Na"])
    """With the site's own token; a person's name is that of their session."""
    reason: str = pydantic.Field("", max_length=500, examples=["day 1"])


def add(app: FastAPI, controller: Controller, guard: Guard, answers: Answers) -> None:
    """Put the requests into `app`."""
    sees = guard.needs("see_outgoing")
    _orders(app, controller, guard)

    @app.get("/campaigns", dependencies=[Depends(sees)], tags=["campaigns"])
    async def campaigns() -> list[dict[str, Any]]:
        """The campaigns that are published, how each is, and its people by state."""
        found = controller.campaigns().values()
        return await _read(lambda: [showing.shown(controller.database, one) for one in found])

    @app.get("/campaigns/{campaign}", dependencies=[Depends(sees)], tags=["campaigns"])
    async def campaign(campaign: CampaignPath) -> dict[str, Any]:
        """One of them, with its settings as they are published, and the caller ids of its scene that rest after a
        network's block."""
        settings = known_campaign(controller, campaign)
        found = await _read(lambda: showing.with_settings(controller.database, settings))
        resting = await controller.resting_caller_ids()
        mine = None if resting is None else resting_of(answers.gate.in_force, resting, settings.scene)
        return {**found, "caller_ids_resting": mine}

    @app.get("/campaigns/{campaign}/contacts", tags=["campaigns"])
    async def people(
        campaign: CampaignPath,
        client: Annotated[Client, Depends(sees)],
        state: Annotated[str, Query(description="Only those of this state.", examples=["due"])] = "",
        most: Annotated[int, Query(ge=1, le=1_000, examples=[50])] = 50,
        after: Annotated[
            str, Query(pattern=r"^(\d{1,9}\.\d{1,12})?$", description="LIST.ROW of the last one that is known.")
        ] = "",
        numbers: Annotated[
            bool, Query(description="Whole numbers and names: needs the right `numbers`; audited.")
        ] = False,
    ) -> list[dict[str, Any]]:
        """Whom the campaign was handed, and what became of them. Names and numbers are masked."""
        settings = known_campaign(controller, campaign)
        if state and state not in STATES:
            raise one_of("state", state, STATES)
        if numbers:
            await guard.allowed(client, "see_numbers", {})
            about = f"contacts of campaign {campaign}"
            await asyncio.to_thread(audit.note, controller.database.parent, "numbers shown", about, client.name)
        first, _, row = after.partition(".")
        place = (int(first), int(row)) if after else (0, 0)
        found = await _read(lambda: contacts(controller.database, settings.name, state, most, place))
        return [showing.shown_contact(one, numbers) for one in found]

    @app.get("/campaigns/{campaign}/report", dependencies=[Depends(sees)], tags=["campaigns"])
    async def report(campaign: CampaignPath, since: _Instant = None, until: _Instant = None) -> dict[str, Any]:
        """What came of it, of tries that are over, beside the ledger's own count. `abandoned_percent` is of `of` calls,
        which `denominator` names."""
        settings = known_campaign(controller, campaign)
        try:
            first, last = between(since, until, controller.zone)
            return await controller.campaign_report(settings, first, last)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error


def _orders(app: FastAPI, controller: Controller, guard: Guard) -> None:
    @app.post("/campaigns/{campaign}", tags=["campaigns"])
    async def order(
        campaign: CampaignPath, wanted: Order, client: Annotated[Client, Depends(guard.needs("order_campaigns"))]
    ) -> dict[str, Any]:
        """Start, pause, drain or stop it. What it does already changes nothing: `changed` is false, and `detail`
        says why. Durable when it is answered."""
        known_campaign(controller, campaign)
        event = CampaignOrdered(campaign, wanted.act, client.author(wanted.author), wanted.reason)
        refusal = controller.campaign_refusal(event)
        if not refusal:
            await controller.tell(event)
        state = controller.campaign_state(campaign)
        return {"campaign": campaign, "state": state, "changed": not refusal, "detail": refusal}


def known_campaign(controller: Controller, name: str) -> CampaignSettings:
    """The published campaign of this name. Raises 404 with the nearest."""
    try:
        return showing.of_name(dict(controller.campaigns()), name)
    except BadInput as error:
        raise HTTPException(404, str(error)) from error


async def _read(read: Callable[[], Answer]) -> Answer:
    try:
        return await asyncio.to_thread(read)
    except BadInput as error:
        raise HTTPException(503, str(error)) from error
