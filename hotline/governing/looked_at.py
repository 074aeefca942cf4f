"""Words that somebody looks at: lists of the policies, purposes of consents, scopes of entries.

A number on `do_not_cal` is called, and a refusal of `markting` is heard by nobody: what is near to a word that decides
and is not it is refused. What is near to none may be of a policy that is yet to come: that is only told.
"""

import re
from collections.abc import Collection, Iterable
from typing import get_args

from calls.errors import BadInput
from dialer.governor.policy import Policy
from dialer.governor.questions import Category
from dsl.spelling import nearest
from hotline.governing.published import InForce

_ALWAYS = ("do_not_call", "group", "own")
"""Lists that forbid, or mean something, by themselves."""
_ON_A_LIST = re.compile(r"""['"]([^'"]+)['"]\s+in\s+lists""")


def unheard_list(now: InForce, name: str) -> str:
    """What to tell of a list: that no policy looks at it; empty: one does, or nobody knows. Raises BadInput for a name
    that is nearly one of those."""
    if now.governed is None:
        return ""
    known = _lists(now.governed.policy)
    return _told(name, known, f"no policy looks at the list {name}: it forbids nothing until one does")


def unheard_purpose(now: InForce, purpose: str) -> str:
    """The same of the purpose of a consent or a refusal."""
    if now.governed is None or not purpose:
        return ""
    known = [*_purposes(now.governed.policy), *now.book.scenes]
    return _told(purpose, known, f"no rule asks for {purpose}: the word counts for nothing until one does")


def unheard_scope(now: InForce, scope: str, campaigns: Collection[str]) -> str:
    """The same of the scope of an entry: `campaign:NAME`, `scene:NAME`, `category:NAME`."""
    kind, _, name = scope.partition(":")
    of: dict[str, Iterable[str]] = {
        "campaign": campaigns,
        "scene": now.book.scenes,
        "category": get_args(Category),
    }
    if now.governed is None or not name or kind not in of:
        return ""
    return _told(name, list(of[kind]), f"there is no {kind} {name}: the entry forbids nothing until there is")


def _told(name: str, known: Collection[str], unheard: str) -> str:
    if name in known:
        return ""
    if near := nearest(name, known):
        raise BadInput(f"there is no {name[:60]} (did you mean {near}?); what nobody looks at forbids nothing")
    return unheard


def _lists(policy: Policy) -> list[str]:
    found = dict.fromkeys(_ALWAYS)
    for rule in policy.rules:
        for name in ("lists", "not_on"):
            found |= dict.fromkeys(getattr(rule.words, name, ()))
        for scope in rule.scopes:
            found |= dict.fromkeys(scope.lists)
        found |= dict.fromkeys(_ON_A_LIST.findall(rule.when))
    for exemption in policy.exemptions:
        for scope in exemption.scopes:
            found |= dict.fromkeys(scope.lists)
    return list(found)


def _purposes(policy: Policy) -> list[str]:
    found = dict.fromkeys(("all", *get_args(Category)))
    for rule in policy.rules:
        for name in ("purposes", "unless"):
            found |= dict.fromkeys(getattr(rule.words, name, ()))
    return list(found)
