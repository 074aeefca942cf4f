"""Approving of scenes: by people, through commands; each word is in the audit log before it is in the store."""

import getpass
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from calls.errors import BadInput
from dialer.scenes import approval
from dialer.scenes.approval import Approval, Standing
from dialer.scenes.settings import Settings
from dsl.spelling import nearest_hint
from hotline.governing.published import InForce, load
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import opening, scene_approvals
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
    current = versions.current()
    if current is None:
        raise BadInput(f"nothing is published yet: hotline publish --site {site.folder}")
    return load(versions, site.database, current, time.time() if at is None else at)


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
    found: dict[str, None] = {}
    for name in names:
        fitting = [scene for scene in now.book.scenes if fnmatchcase(scene, name)]
        if not fitting:
            hint = nearest_hint(name, now.book.scenes)
            raise BadInput(f"there is no scene {name}{hint}; hotline govern scenes lists those that are published")
        found |= dict.fromkeys(fitting)
    return list(found)


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
    opened(site)
    now = in_force(site)
    if now.governed is None:
        raise BadInput(now.trouble)
    if not approver.strip() or not reason.strip():
        raise BadInput("say who approves, and why")
    if effective_from is not None and effective_until is not None and effective_until <= effective_from:
        raise BadInput("the approval ends before it begins")
    if effective_until is not None and effective_until <= time.time():
        raise BadInput("the approval has ended already")
    wanted = chosen(now, names)
    for name in wanted:
        scene = now.book.scenes[name]
        refused = approval.refusal(now.book.approvals, scene.settings, scene.published_by, approver)
        if refused:
            raise BadInput(f"{name}: {refused}")
    at = time.time()
    given = [
        Approval(
            scene=name,
            version=version,
            approver=approver,
            at=at,
            reason=reason,
            effective_from=effective_from,
            effective_until=effective_until,
        )
        for name in wanted
        for version in dict.fromkeys((now.governed.versions[name], *_waiting(now, name)))
    ]
    versions = ", ".join(f"{one.scene} {one.version}" for one in given)
    audit.note(site.state, "scenes approved", f"{versions} by {approver}: {reason}", user)
    scene_approvals.add(site.database, given, user or getpass.getuser())
    return [one for one in shown(in_force(site)) if one.scene in wanted]


def withdraw(site: Site, names: Sequence[str], by: str, because: str, user: str | None = None) -> list[ShownScene]:
    """Withdraw every approval of these scenes: from now on they may not call. Anybody may. Raises BadInput."""
    opened(site)
    now = in_force(site)
    if not by.strip() or not because.strip():
        raise BadInput("say who withdraws it, and why")
    wanted = chosen(now, names)
    audit.note(site.state, "scenes withdrawn", f"{', '.join(wanted)} by {by}: {because}", user)
    scene_approvals.withdraw(site.database, wanted, by, because, time.time())
    return [one for one in shown(in_force(site)) if one.scene in wanted]


def _waiting(now: InForce, scene: str) -> tuple[str, ...]:
    """The version that the scene will have under the policy that waits."""
    return tuple(version for name, version in now.versions_waiting.items() if name == scene)


def opened(site: Site) -> None:
    """Make the store where nothing has been served yet. Raises BadInput, as for one of another release."""
    if not site.database.exists():
        site.prepare()
        opening.migrate(site.database)
