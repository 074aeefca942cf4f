"""Sentences of dialplans/intents/tests, tried by the intents of the folder and by those of the version in service."""

from __future__ import annotations

from collections.abc import Sequence

from calls.errors import BadInput
from hotline.site.site import Site
from hotline.versions.store import Versions
from hotline.versions.understanding import content_of, matcher_of
from ivr.program import Program
from understanding.cases import Case, Comparison, Tried, compare, try_cases
from understanding.intents import IntentBook
from understanding.wishes import Judge


def compared(site: Site, cases: Sequence[Case], book: IntentBook, judge: Judge) -> tuple[list[Tried], Comparison]:
    """How the sentences fare by `book`, which `judge` knows, beside the version in service. An intent that the latter
    has not is none that it could tell."""
    now = try_cases(cases, judge)
    before = _in_service(site)
    if before is None or len(before.intents.intents) < 2:
        return now, compare(now, None)
    if content_of(before.intents) == content_of(book):
        return now, compare(now, now)
    matcher = matcher_of(site, before.intents)
    return now, compare(now, None if matcher is None else try_cases(cases, matcher.judge))


def refusal(comparison: Comparison) -> str:
    """Why intents are not published: the sentences that fare less well; empty: they are."""
    if not comparison.worse or comparison.before is None:
        return ""
    now, before = comparison.now, comparison.before
    head = (
        f"understanding would get worse: {now['right']} sentences right and {now['wrong']} wrong, in service "
        f"{before['right']} and {before['wrong']} (dialplans/intents/tests); hotline publish --force REASON does it "
        "all the same"
    )
    return "\n".join([head, *(f"  {one}" for one in comparison.changed if one.worse)])


def _in_service(site: Site) -> Program | None:
    versions = Versions(site.versions)
    current = versions.current()
    try:
        return None if current is None else versions.program(current)
    except BadInput:  # of another release: there is nothing to compare with
        return None
