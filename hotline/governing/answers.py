"""Answers of the published version as they are approved: by people other than those who wrote or published them.

The rules are those of dialplans/approvals.yaml (`answers:`), as they hold: of a site with scenes, those that were
approved with the policy. What cannot be read is not approved.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from dialer.scenes.approval import ApprovalRules, Standing, answer_refusal, answer_standing
from hotline.governing import given_word
from hotline.governing.policies import look
from hotline.site.site import Site
from hotline.store import approvals, opening
from hotline.versions.store import Versions
from ivr.answers import Answer
from ivr.program import Program


class ShownAnswer(msgspec.Struct, frozen=True):
    """Answer of the published version: its texts by language, its approvals, and why it is not said (empty: it is)."""

    answer: Answer
    says: dict[str, str]
    standing: Standing
    not_said: str


def refused(versions: Versions, database: Path, call_version: str, name: str, version: str, now: float) -> str:
    """Why an answer of a call's version may not be said at `now` (UTC epoch seconds); empty: it may. Raises nothing."""
    try:
        answer = versions.program(call_version).answers.get(name)
        if answer is None or answer.version != version:
            return "there is no such version of it"
        stands = _standing(versions, database, answer, now)
    except (BadInput, OSError, sqlite3.Error, ValueError) as error:
        return f"its approvals cannot be read: {error}"
    return _not_yet(stands, now)


def shown(site: Site, at: float | None = None) -> list[ShownAnswer]:
    """Every answer of the published version, by name. Raises BadInput."""
    versions, program = _published(site)
    now = time.time() if at is None else at
    today = datetime.fromtimestamp(now, site.zone).date()
    found = []
    for _, answer in sorted(program.answers.items()):
        stands = _standing(versions, site.database, answer, now)
        says = {language: texts[answer.phrase] for language, texts in program.phrases.items() if answer.phrase in texts}
        found.append(ShownAnswer(answer, says, stands, _not_yet(stands, now) or answer.refused(today)))
    return found


def approve(
    site: Site,
    names: Sequence[str],
    approver: str,
    reason: str,
    begin: float | None = None,
    end: float | None = None,
    user: str | None = None,
) -> list[ShownAnswer]:
    """Approve the published version of these answers (`*` stands for anything), all or none. Raises BadInput."""
    given_word.opened(site)
    given_word.must_be_said(approver, reason, "approves")
    given_word.must_be_ahead(begin, end)
    versions, program = _published(site)
    rules = _rules(versions, site.database, time.time())
    wanted = [program.answers[name] for name in _chosen(program, names)]
    for answer in wanted:
        if why := answer_refusal(rules, _authors(answer), approver):
            raise BadInput(f"{answer.name}: {why}")
    versions_of = [(answer.name, answer.version) for answer in wanted]
    given_word.approve(site, "answer", versions_of, approver, reason, begin, end, user)
    named = {answer.name for answer in wanted}
    return [one for one in shown(site) if one.answer.name in named]


def withdraw(site: Site, names: Sequence[str], by: str, because: str, user: str | None = None) -> list[ShownAnswer]:
    """Withdraw every approval of these answers: from now on they are not said. Anybody may. Raises BadInput."""
    given_word.opened(site)
    given_word.must_be_said(by, because, "withdraws it")
    _, program = _published(site)
    wanted = _chosen(program, names)
    given_word.withdraw(site, "answer", wanted, by, because, user)
    return [one for one in shown(site) if one.answer.name in wanted]


def as_data(one: ShownAnswer) -> dict[str, Any]:
    """An answer for machines."""
    answer = one.answer
    return {
        "answer": answer.name,
        "version": answer.version,
        "said": not one.not_said,
        "not_said": one.not_said,
        "author": answer.author,
        "published_by": answer.published_by,
        "approvers": list(one.standing.approvers),
        "approvals_needed": one.standing.needed,
        "starts": answer.starts,
        "ends": answer.ends,
        "values_from": answer.values_from,
        "says": one.says,
    }


def _published(site: Site) -> tuple[Versions, Program]:
    versions = Versions(site.versions)
    return versions, versions.program(given_word.current(site, versions))


def _standing(versions: Versions, database: Path, answer: Answer, now: float) -> Standing:
    rules = _rules(versions, database, now)
    given = approvals.approvals(database, answer.name, of="answer") if opening.is_of_today(database) else []
    return answer_standing(rules, _authors(answer), answer.version, given, now)


def _rules(versions: Versions, database: Path, now: float) -> ApprovalRules:
    """The rules that hold. Raises BadInput where they cannot be read."""
    current = versions.current()
    if current is None:
        raise BadInput("nothing is published yet: hotline publish")
    book = versions.book(current)
    return look(versions, database, current, now).rules if book.scenes else book.approvals


def _authors(answer: Answer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in (answer.author, answer.published_by) if one))


def _not_yet(stands: Standing, now: float) -> str:
    if stands.refused:
        return stands.refused
    if stands.since is not None and now < stands.since:
        return "its approval has not begun"
    return "its approval has ended" if stands.until is not None and stands.until <= now else ""


def _chosen(program: Program, names: Sequence[str]) -> list[str]:
    return given_word.chosen(names, program.answers, "answer", "hotline answers list")
