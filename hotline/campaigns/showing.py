"""Campaigns as plain data, for the command line and HTTP alike; names and numbers masked unless they are asked for."""

from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from calls.numbers import masked
from dialer.campaigns.settings import NEVER, CampaignSettings
from dsl.spelling import nearest_hint
from hotline.campaigns.reading import KnownContact, Standing, lists_of, standing


def of_name(campaigns: dict[str, CampaignSettings], name: str) -> CampaignSettings:
    """The published campaign of this name. Raises BadInput with the nearest."""
    found = campaigns.get(name)
    if found is None:
        there = ", ".join(sorted(campaigns)) or "none"
        raise BadInput(f"no campaign {name} is published{nearest_hint(name, campaigns)}; there are {there}")
    return found


def shown(database: Path, settings: CampaignSettings) -> dict[str, Any]:
    """A campaign as a row: what it is, how it is, and its people by state. Raises BadInput."""
    now: Standing = standing(database, settings.name)
    people = lists_of(database, settings)
    return {
        "campaign": settings.name,
        "title": settings.title,
        "scene": settings.scene,
        "state": now.state,
        "mode": now.mode or settings.mode,
        "why": now.why,
        "until": now.until,
        "author": now.author,
        "reason": now.reason,
        "queue": settings.queue,
        "people": people.people,
        "untouched": people.untouched,
        "by_state": people.by_state,
        "missing_lists": people.missing,
    }


def with_settings(database: Path, settings: CampaignSettings) -> dict[str, Any]:
    """The same, and `settings` as they are published; a wait that never ends is null."""
    data: dict[str, Any] = msgspec.to_builtins(settings)
    del data["calendar"]
    retry = data["retry"]
    retry["by_result"] = {name: None if wait == NEVER else wait for name, wait in retry["by_result"].items()}
    retry["next_number"] = sorted(retry["next_number"])
    return {**shown(database, settings), "settings": data}


def shown_contact(one: KnownContact, reveal: bool) -> dict[str, Any]:
    """A contact; masked unless `reveal`."""
    data: dict[str, Any] = msgspec.to_builtins(one)
    data["numbers"] = [number if reveal else masked(number) for number in one.numbers]
    if not reveal:
        data["name"] = one.name[:1] + "*" * (len(one.name) - 1)
    return data
