"""Approvals of scenes and policies, as the HTTP interface asks for them: a part of the running controller."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from hotline.governing import approving, policies
from hotline.governing.policy_diff import diff
from hotline.governing.scene_diff import scene_diff
from hotline.site.site import Site


class Approvals:
    """Shows what waits for an approval, and takes people's words; each is in the store when it returns."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def approve_scenes(
        self, scenes: Sequence[str], approver: str, reason: str, begin: float | None, end: float | None, user: str
    ) -> list[dict[str, Any]]:
        """Approve scenes as they are published, all or none, and tell how they stand. Raises BadInput."""
        shown = await asyncio.to_thread(approving.approve, self._site, scenes, approver, reason, begin, end, user)
        return [approving.as_data(one) for one in shown]

    async def withdraw_scenes(self, scenes: Sequence[str], by: str, reason: str, user: str) -> list[dict[str, Any]]:
        """Withdraw every approval of these scenes, and tell how they stand. Raises BadInput."""
        shown = await asyncio.to_thread(approving.withdraw, self._site, scenes, by, reason, user)
        return [approving.as_data(one) for one in shown]

    async def scene_diff(self, scene: str) -> dict[str, Any]:
        """See `Controller.scene_diff`."""
        found: dict[str, Any] = msgspec.to_builtins(await asyncio.to_thread(scene_diff, self._site, scene))
        return found

    async def policy(self) -> dict[str, Any]:
        """The policy that rules, the published one, and what that changes. Raises BadInput."""
        now = await asyncio.to_thread(policies.ruling_of, self._site)
        return policies.as_data(now) | {"diff": msgspec.to_builtins(diff(now.sources, now.published_sources))}

    async def approve_policy(
        self, policy: str, approver: str, reason: str, begin: float | None, user: str
    ) -> dict[str, Any]:
        """Approve the published policy, and tell what rules. Raises BadInput."""
        now = await asyncio.to_thread(policies.approve, self._site, approver, reason, begin, policy, user)
        return policies.as_data(now)

    async def roll_policy_back(self, policy: str, by: str, reason: str, user: str) -> dict[str, Any]:
        """Withdraw the approval of a policy, and tell what rules. Raises BadInput."""
        return policies.as_data(await asyncio.to_thread(policies.rollback, self._site, by, reason, policy, user))
