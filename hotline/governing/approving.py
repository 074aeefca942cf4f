"""Approving of scenes: by people, through commands; each word is in the audit log before it is in the store."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from calls.errors import BadInput
from dialer.scenes import approval
from dialer.scenes.approval import Standing
from dialer.scenes.settings import Settings
from hotline.governing import given_word
from hotline.governing.published import InForce, load
from hotline.site.site import Site
from hotline.versions.store import Versions


class ShownScene(msgspec.Struct, frozen=True):
    """A scene of the version that holds, with its approvals."""

    scene: str
    version: str
    settings: Settings
    published_by: str
    standing: Standing

    @property
    def may_call(self) -> bool:
        """Whether it may call, within its dates."""
        return not self.standing.refused


def in_force(site: Site, at: float | None = None) -> InForce:
    """The policy of the published version, and the approvals as they are at `at`. Raises BadInput."""
    versions = Versions(site.versions)
    return load(versions, site.database, given_word.current(site, versions), time.time() if at is None else at)


def shown(now: InForce) -> list[ShownScene]:
    """Every scene, by name."""
    if now.governed is None:
        return []
    return [
        ShownScene(name, now.governed.versions[name], scene.settings, scene.published_by, now.governed.standings[name])
        for name, scene in sorted(now.book.scenes.items())
    ]


def as_data(one: ShownScene) -> dict[str, Any]:
    """A scene for machines."""
    return {
        "scene": one.scene,
        "version": one.version,
        "may_call": one.may_call,
        "refused": one.standing.refused,
        "approvers": list(one.standing.approvers),
        "approvals_needed": one.standing.needed,
        "since": one.standing.since,
        "until": one.standing.until,
        "published_by": one.published_by,
        "settings": msgspec.to_builtins(one.settings),
    }


def chosen(now: InForce, names: Sequence[str]) -> list[str]:
    """The scenes of these names, in which `*` stands for anything. Raises BadInput for a name that fits none."""
    return given_word.chosen(names, now.book.scenes, "scene", "hotline govern scenes")


def approve(
    site: Site,
    names: Sequence[str],
    approver: str,
    reason: str,
    effective_from: float | None = None,
    effective_until: float | None = None,
    user: str | None = None,
) -> list[ShownScene]:
    """Approve the published version of these scenes; all of them or none. `user` is the token's name, over HTTP. Where
    a policy waits, it holds under the one that rules and under the one that waits.

    Raises BadInput: for an approver who is the author or the owner, or is not named in approvals.yaml.
    """
    given_word.opened(site)
    now = in_force(site)
    if now.governed is None:
        raise BadInput(now.trouble)
    given_word.must_be_said(approver, reason, "approves")
    given_word.must_be_ahead(effective_from, effective_until)
    wanted = chosen(now, names)
    for name in wanted:
        scene = now.book.scenes[name]
        refused = approval.refusal(now.book.approvals, scene.settings, scene.published_by, approver)
        if refused:
            raise BadInput(f"{name}: {refused}")
    versions = [
        (name, version)
        for name in wanted
        for version in dict.fromkeys((now.governed.versions[name], *_waiting(now, name)))
    ]
    given_word.approve(site, "scene", versions, approver, reason, effective_from, effective_until, user)
    return [one for one in shown(in_force(site)) if one.scene in wanted]


def withdraw(site: Site, names: Sequence[str], by: str, because: str, user: str | None = None) -> list[ShownScene]:
    """Withdraw every approval of these scenes: from now on they may not call. Anybody may. Raises BadInput."""
    given_word.opened(site)
    now = in_force(site)
    given_word.must_be_said(by, because, "withdraws it")
    wanted = chosen(now, names)
    given_word.withdraw(site, "scene", wanted, by, because, user)
    return [one for one in shown(in_force(site)) if one.scene in wanted]


def _waiting(now: InForce, scene: str) -> tuple[str, ...]:
    """The version that the scene will have under the policy that waits."""
    return tuple(version for name, version in now.versions_waiting.items() if name == scene)
