"""Answers of the published version as they are approved: by people other than those who wrote or published them.

The rules are those of dialplans/approvals.yaml (`answers:`), as they hold: of a site with scenes, those that were
approved with the policy. What cannot be read is not approved.
"""

from __future__ import annotations

import getpass
import sqlite3
import time
from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from dialer.scenes.approval import Approval, ApprovalRules, Standing, answer_refusal, answer_standing
from dsl.spelling import nearest_hint
from hotline.governing.approving import opened
from hotline.governing.policies import look
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import opening, scene_approvals
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
    opened(site)
    if not approver.strip() or not reason.strip():
        raise BadInput("say who approves, and why")
    if begin is not None and end is not None and end <= begin:
        raise BadInput("the approval ends before it begins")
    if end is not None and end <= time.time():
        raise BadInput("the approval has ended already")
    versions, program = _published(site)
    at = time.time()
    rules = _rules(versions, site.database, at)
    wanted = [program.answers[name] for name in _chosen(program, names)]
    for answer in wanted:
        if why := answer_refusal(rules, _authors(answer), approver):
            raise BadInput(f"{answer.name}: {why}")
    given = [
        Approval(
            scene=answer.name,
            version=answer.version,
            approver=approver,
            at=at,
            reason=reason,
            effective_from=begin,
            effective_until=end,
        )
        for answer in wanted
    ]
    about = ", ".join(f"{answer.name} {answer.version}" for answer in wanted)
    audit.note(site.state, "answers approved", f"{about} by {approver}: {reason}", user)
    scene_approvals.add(site.database, given, user or getpass.getuser(), of="answer")
    named = {answer.name for answer in wanted}
    return [one for one in shown(site) if one.answer.name in named]


def withdraw(site: Site, names: Sequence[str], by: str, because: str, user: str | None = None) -> list[ShownAnswer]:
    """Withdraw every approval of these answers: from now on they are not said. Anybody may. Raises BadInput."""
    opened(site)
    if not by.strip() or not because.strip():
        raise BadInput("say who withdraws it, and why")
    _, program = _published(site)
    wanted = _chosen(program, names)
    audit.note(site.state, "answers withdrawn", f"{', '.join(wanted)} by {by}: {because}", user)
    scene_approvals.withdraw(site.database, wanted, by, because, time.time(), of="answer")
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
    current = versions.current()
    if current is None:
        raise BadInput(f"nothing is published yet: hotline publish --site {site.folder}")
    return versions, versions.program(current)


def _standing(versions: Versions, database: Path, answer: Answer, now: float) -> Standing:
    rules = _rules(versions, database, now)
    given = scene_approvals.approvals(database, answer.name, of="answer") if opening.is_of_today(database) else []
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
    found: dict[str, None] = {}
    for name in names:
        fitting = [answer for answer in program.answers if fnmatchcase(answer, name)]
        if not fitting:
            hint = nearest_hint(name, program.answers)
            raise BadInput(f"there is no answer {name}{hint}; hotline answers list has those that are published")
        found |= dict.fromkeys(fitting)
    return list(found)
