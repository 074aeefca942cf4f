"""Policies, approved by people: which one rules, which one waits, and the words that change it.

Each word is in the audit log before it is in the store. The one that rules is kept in the store with its texts, so it
rules on whatever is published after it.
"""

import getpass
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from calls.errors import BadInput
from dialer.governor.policy import Policy
from dialer.scenes import policy_approval
from dialer.scenes.approval import ApprovalRules
from dialer.scenes.book import Book
from dialer.scenes.policy_approval import ApprovedPolicy, PolicyApproval, PolicyStanding
from hotline.governing import given_word
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import approvals, policy_approvals
from hotline.versions.policies import approvals_again, compiled_again, policy_version
from hotline.versions.store import Versions

_TELLS = "hotline govern policy diff"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The policy that rules, and the one that is published. Instants are UTC epoch seconds."""

    version: str
    """Of the policy that rules; empty: none does, for the reason in `trouble`."""
    sources: Mapping[str, str]
    """The texts of its files by path."""
    rules: ApprovalRules
    """Who approves, scenes and the next policy: as the ruling policy's files say, without one the published files."""
    published: str
    published_sources: Mapping[str, str]
    standing: PolicyStanding
    """Of the published one."""
    since: float | None = None
    """The instant from which it rules; None: a site without policies needs none."""
    approvers: tuple[str, ...] = ()
    trouble: str = ""
    next_change: float = float("inf")
    """The next instant at which another one rules by itself."""

    @property
    def waits(self) -> bool:
        """Whether the published one does not rule."""
        return self.version != self.published

    def waiting(self, zone: tzinfo) -> str:
        """Why the published one does not rule, in words, and what to do; empty: it does."""
        if not self.waits:
            return ""
        if self.trouble:
            return f"no outgoing call is allowed: {self.trouble}"
        why = self.standing.refused
        if self.standing.since is not None and self.standing.since > (self.since or 0.0):
            why = f"it takes effect at {datetime.fromtimestamp(self.standing.since, zone):%Y-%m-%d %H:%M:%S}"
        elif self.standing.since is not None:
            why = "a later one was approved since; `hotline govern policy rollback` returns to it"
        return f"the published policy {self.published} does not rule: {why}; {self.version} rules on ({_TELLS})"


def look(versions: Versions, database: Path, version: str, now: float) -> Ruling:
    """The policy that rules at `now`, where `version` is published. Raises BadInput for what cannot be read."""
    published_sources = versions.ruled(version)
    published = policy_version(published_sources)
    stored = database.exists()  # without a store nobody can have approved anything
    kept = policy_approvals.policies(database) if stored else {}
    words = policy_approvals.approvals(database) if stored else []
    found = policy_approval.standings(kept, words, now)
    standing = found.get(published, PolicyStanding())
    later = [one.at for one in words if one.at > now]  # the machine's clock was put back
    after = min([policy_approval.next_change(found, now), *later])
    ruling = policy_approval.ruling(found, now)
    if ruling is None and not found and not published_sources:  # nothing was ever written that could be approved
        rules = ApprovalRules()
        return Ruling(published, {}, rules, published, {}, PolicyStanding(now, "", (), 0), next_change=after)
    trouble = ""
    if ruling is None:
        trouble = f"policy {published} is published, and {standing.refused}: hotline govern policy approve"
        if standing.since is not None:
            trouble = f"policy {published} is published, and not in effect yet"
    elif policy_version(kept[ruling].sources) != ruling:
        trouble = (
            f"policy {ruling} was approved with other presets than this release has: hotline govern policy approve"
        )
    if ruling is None or trouble:
        rules = approvals_again(published_sources if ruling is None else kept[ruling].sources)
        return Ruling("", {}, rules, published, published_sources, standing, trouble=trouble, next_change=after)
    held = found[ruling]
    sources = kept[ruling].sources
    return Ruling(
        ruling,
        sources,
        approvals_again(sources),
        published,
        published_sources,
        standing,
        held.since,
        held.approvers,
        next_change=after,
    )


def ruling_of(site: Site, at: float | None = None) -> Ruling:
    """The policy that rules on a site at `at`, now unless given. Raises BadInput."""
    versions = Versions(site.versions)
    return look(versions, site.database, given_word.current(site, versions), time.time() if at is None else at)


def compiled_ruling(site: Site, book: Book) -> Policy:
    """The policy that rules, for the scenes of `book`; where none does, the published one. Raises BadInput."""
    now = ruling_of(site)
    if now.trouble:
        return compiled_again(now.published_sources, book, site.zone)
    return compiled_again(now.sources, book, site.zone, earlier=now.waits)


def approve(
    site: Site,
    approver: str,
    reason: str,
    effective_from: float | None = None,
    policy: str = "",
    user: str | None = None,
) -> Ruling:
    """Approve the published policy; it rules from `effective_from` (UTC), or at once. `policy`: the version that the
    approver has seen, where they say so. `user` is the token's name, over HTTP.

    Raises BadInput: for an approver who has published it, or is not named in the approvals.yaml that rules.
    """
    given_word.opened(site)
    versions = Versions(site.versions)
    current = given_word.current(site, versions)
    at = time.time()
    now = look(versions, site.database, current, at)
    given_word.must_be_said(approver, reason, "approves")
    if policy and policy != now.published:
        raise BadInput(f"policy {now.published} is published, and not {policy}: {_TELLS}")
    if now.standing.since is not None:
        told = now.waiting(site.zone) if now.waits else f"policy {now.published} is approved already"
        raise BadInput(told)
    kept = policy_approvals.policies(site.database).get(now.published)
    authors = (*_authors(versions, current, now.published), *(() if kept is None else kept.authors))
    if refused := policy_approval.refusal(now.rules, authors, approver):
        raise BadInput(refused)
    if approver in now.standing.approvers:
        raise BadInput(f"{approver} has approved it already; {now.standing.refused}")
    given = PolicyApproval(
        policy=now.published,
        approver=approver,
        at=at,
        needed=policy_approval.needed(now.rules),
        reason=reason,
        effective_from=effective_from,
    )
    audit.note(site.state, "policy approved", f"{now.published} by {approver}: {reason}", user)
    of_today = ApprovedPolicy(policy=now.published, sources=dict(now.published_sources), authors=authors)
    policy_approvals.add(site.database, of_today, given, user or getpass.getuser())
    return ruling_of(site)


def rollback(site: Site, by: str, because: str, policy: str = "", user: str | None = None) -> Ruling:
    """Withdraw the approval of the policy that rules, or of `policy`: the one that was approved before it rules again,
    at once; where there is none, no call is allowed.

    Whoever returns to an earlier policy is one who may approve it, and has not published it. Raises BadInput.
    """
    given_word.opened(site)
    now = ruling_of(site)
    given_word.must_be_said(by, because, "rolls it back")
    at = time.time()
    kept = policy_approvals.policies(site.database)
    found = policy_approval.standings(kept, policy_approvals.approvals(site.database), at)
    rules = policy_approval.ruling(found, at)
    wanted = policy or rules or ""
    if wanted not in found or (found[wanted].since is None and not found[wanted].approvers):
        raise BadInput(f"policy {wanted} is not approved" if wanted else "no policy rules that could be rolled back")
    before = policy_approval.ruling({name: one for name, one in found.items() if name != wanted}, at)
    if (
        wanted == rules
        and before is not None
        and (refused := policy_approval.refusal(now.rules, kept[before].authors, by))
    ):
        raise BadInput(f"policy {before} would rule again, and {refused}")
    audit.note(site.state, "policy rolled back", f"{wanted} to {before or 'none'} by {by}: {because}", user)
    approvals.withdraw(site.database, [wanted], by, because, at, of="policy")
    return ruling_of(site)


def unapproved(site: Site, files: Mapping[str, str]) -> str:
    """Whether the policies of a folder, its files by path, wait for an approval once they are published; in words.

    Empty also where nothing was published or served yet, or the store is of another release.
    """
    try:
        now = ruling_of(site)
        version = policy_version(files)
    except BadInput:
        return ""
    if version == now.version:
        return ""
    rules = f"{now.version} rules on until then" if now.version else "no outgoing call is allowed until then"
    return f"policy {version} of the folder needs an approval after publishing; {rules} ({_TELLS} --draft)"


def as_data(now: Ruling) -> dict[str, Any]:
    """What rules and what waits, for machines."""
    return {
        "rules": now.version or None,
        "since": now.since,
        "approvers": list(now.approvers),
        "trouble": now.trouble,
        "published": now.published,
        "waits": now.waits,
        "published_refused": now.standing.refused,
        "published_approvers": list(now.standing.approvers),
        "published_takes_effect": now.standing.since if now.waits else None,
        "approvals_needed": policy_approval.needed(now.rules),
    }


def _authors(versions: Versions, current: str, policy: str) -> tuple[str, ...]:
    """Everybody who has published this policy."""
    known = [one.policy_by for one in versions.all() if one.policy == policy]
    if not known:  # a version of before approvals, or of other presets
        manifest = versions.manifest(current)
        known = [manifest.policy_by or manifest.by]
    return tuple(dict.fromkeys(known))
