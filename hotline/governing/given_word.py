"""A person's word on what is published: given, or taken back. Scenes, answers and policies have this in common.

Each word is in the audit log before it is in the store.
"""

import getpass
import time
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from calls.errors import BadInput
from dialer.scenes.approval import Approval
from dsl.spelling import nearest_hint
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import approvals, opening
from hotline.store.approvals import Of
from hotline.versions.store import Versions


def opened(site: Site) -> None:
    """Make the store where nothing has been served yet. Raises BadInput, as for one of another release."""
    if not site.database.exists():
        site.prepare()
        opening.migrate(site.database)


def current(site: Site, versions: Versions) -> str:
    """The version that is published. Raises BadInput where there is none."""
    found = versions.current()
    if found is None:
        raise BadInput(f"nothing is published yet: hotline publish --site {site.folder}")
    return found


def chosen(names: Sequence[str], published: Collection[str], of: Of, listed_by: str) -> list[str]:
    """Those of `published` that have these names, in which `*` stands for anything; `listed_by` is the command that
    lists them. Raises BadInput for a name that fits none."""
    found: dict[str, None] = {}
    for name in names:
        fitting = [one for one in published if fnmatchcase(one, name)]
        if not fitting:
            hint = nearest_hint(name, published)
            raise BadInput(f"there is no {of} {name}{hint}; {listed_by} lists those that are published")
        found |= dict.fromkeys(fitting)
    return list(found)


def must_be_said(by: str, because: str, what: str) -> None:
    """Raises BadInput unless both are there; `what` is done: `approves`, `withdraws it`."""
    if not by.strip() or not because.strip():
        raise BadInput(f"say who {what}, and why")


def must_be_ahead(begin: float | None, end: float | None) -> None:
    """Raises BadInput for an approval that can never hold. Both are UTC epoch seconds."""
    if begin is not None and end is not None and end <= begin:
        raise BadInput("the approval ends before it begins")
    if end is not None and end <= time.time():
        raise BadInput("the approval has ended already")


def approve(
    site: Site,
    of: Of,
    versions: Iterable[tuple[str, str]],
    approver: str,
    reason: str,
    begin: float | None,
    end: float | None,
    user: str | None,
) -> None:
    """Write down that `approver` approves these, each a name and its version; all or none. `user` is the token's name,
    over HTTP. Whether they may is the caller's to ask. Raises BadInput."""
    at = time.time()
    given = [
        Approval(
            scene=name,
            version=version,
            approver=approver,
            at=at,
            reason=reason,
            effective_from=begin,
            effective_until=end,
        )
        for name, version in versions
    ]
    about = ", ".join(f"{one.scene} {one.version}" for one in given)
    audit.note(site.state, f"{of}s approved", f"{about} by {approver}: {reason}", user)
    approvals.add(site.database, given, user or getpass.getuser(), of=of)


def withdraw(site: Site, of: Of, names: Sequence[str], by: str, because: str, user: str | None) -> None:
    """Withdraw every approval of these that holds. Raises BadInput."""
    audit.note(site.state, f"{of}s withdrawn", f"{', '.join(names)} by {by}: {because}", user)
    approvals.withdraw(site.database, names, by, because, time.time(), of=of)
