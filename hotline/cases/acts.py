"""Acts of people on cases: by the command line and over HTTP, checked against the rules of the published version."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from complaints.audit import Entry
from complaints.clocks.book import ClockBook
from complaints.clocks.extending import why_not
from complaints.stages.rules import HANDLING, Act, Refused, refusal
from complaints.stages.state import CaseState
from dsl.spelling import nearest_hint
from hotline.cases.keeping import Kept, act, kept
from hotline.people import users
from hotline.store.transactions import writing
from hotline.versions.case_rules import CaseRules

_OTHERS_ACT = 'UPDATE case_matches SET state = ?, at = ?, by = ? WHERE "case" = ? AND other = ?'
_ASKED = (
    'INSERT INTO case_matches ("case", other, score, reasons, state, at, by) VALUES (?, ?, 1.0, ?, ?, ?, ?)'
    ' ON CONFLICT ("case", other) DO UPDATE SET state = excluded.state, at = excluded.at, by = excluded.by'
)


class Wanted(msgspec.Struct, frozen=True):
    """What somebody wants to do. `at`: when it happened, UTC epoch seconds; `grade` is a change where there is one."""

    case: str
    kind: str
    author: str
    at: float
    fields: dict[str, Any] = {}
    replaces: int = 0
    leads: bool = True
    """Whether they may do what is a lead's."""


class NotTheirs(Refused):
    """An act that is not this person's to do, whatever the case's state is."""


OF_LEADS = frozenset({"regraded", "extended", "reopened", "unmerged"})
"""Acts that a lead does: they change what others have promised or ended."""


def do(
    database: Path, rules: CaseRules, wanted: Wanted, now: float, clocks: Callable[[], ClockBook] = ClockBook
) -> CaseState:
    """Do it, whole or not at all; the state that follows. `clocks` are asked for where more time is wanted.

    Raises BadInput with the reason, where a rule forbids it."""
    if wanted.at > now + 1.0:
        raise BadInput(f"{wanted.kind}: it cannot have happened later than now")
    with writing(database) as connection:
        case = kept(connection, wanted.case)
        if not case.entries:
            raise BadInput(
                f"the log of case {wanted.case} has not begun yet: the server begins it within a second or two"
            )
        kind, fields = _completed(case, rules, wanted)
        if kind in OF_LEADS and not wanted.leads:
            raise NotTheirs(f"{kind} is a lead's to do")
        if said := _of_their_agent(connection, case, kind, wanted):
            raise Refused(said)
        done = Act(kind, wanted.author.strip(), wanted.at, fields, wanted.replaces)
        if kind == "extended" and not refusal(case.state, done):
            entry = Entry(len(case.entries) + 1, done.at, done.author, kind, fields, now)
            if said := why_not(clocks(), case.entries, entry):
                raise Refused(f"more time: {said}")
        match kind:
            case "merged":
                return _merge(connection, case, done, now, rules)
            case "unmerged":
                return _unmerge(connection, case, done, now, rules)
            case _:
                return act(connection, case, done, now, rules.dispatch)


def _of_their_agent(connection: sqlite3.Connection, case: Kept, kind: str, wanted: Wanted) -> str:
    """Why it is not theirs to handle by the agent who they are, whom the matter is about; empty: it may be."""
    assigned = kind in ("dispatched", "handed_over")
    if not assigned and kind not in HANDLING:
        return ""
    person = str(wanted.fields.get("person", "")) if assigned else wanted.author
    agent = users.agent_of(connection, person)
    if agent not in case.state.interested:
        return ""
    why = case.state.interested[agent]
    return f"{person}, who is agent {agent}, has an interest in the matter ({why}): somebody else handles it"


def keep_apart(database: Path, case: str, other: str, author: str, now: float) -> None:
    """Say that two cases are two matters: a proposed match is answered. Raises BadInput where none was proposed."""
    with writing(database) as connection:
        if not connection.execute(_OTHERS_ACT, ("apart", now, author, case, other)).rowcount:
            raise BadInput(f"{other} was not proposed for case {case}; hotline case matches shows what was")


def _completed(case: Kept, rules: CaseRules, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The kind of the entry and its fields, with what follows from the rules."""
    fields = dict(wanted.fields)
    if wanted.kind in ("graded", "regraded"):
        kind = "regraded" if case.state.grade and case.state.stage not in ("new", "received", "accepted") else "graded"
        if kind == "graded" and "reason" in fields:
            fields.setdefault("reasons", [fields["reason"]])
        fields.setdefault("category", case.state.category or case.category)
        if rules.grades is not None:
            fields |= _of_grade(str(fields.get("grade", "")), rules)
        return kind, fields
    if wanted.kind in ("dispatched", "handed_over") and rules.dispatch is not None:
        department = str(fields.get("department", ""))
        if department and department not in rules.dispatch.departments:
            hint = nearest_hint(department, rules.dispatch.departments)
            raise BadInput(f"there is no department {department}{hint} in dialplans/dispatch.yaml")
    return wanted.kind, fields


def _of_grade(grade: str, rules: CaseRules) -> dict[str, Any]:
    assert rules.grades is not None
    if not grade:
        return {}
    if grade not in rules.grades.grades:
        raise BadInput(f"there is no grade {grade}{nearest_hint(grade, rules.grades.grades)} in dialplans/grades.yaml")
    settings = rules.grades.grades[grade]
    kind = next(name for name, one in rules.grades.kinds.items() if grade in one.grades)
    return {"kind": kind, "four_eyes": settings.flow.four_eyes, "clocks": list(settings.clocks), "unsure": False}


def _merge(connection: sqlite3.Connection, case: Kept, done: Act, now: float, rules: CaseRules) -> CaseState:
    """Merge it; the other case is told of a contact. Both keep their logs."""
    other = kept(connection, str(done.fields.get("into", "")))
    if other.case == case.case:
        raise Refused("a case is not merged into itself")
    if not other.state.is_open:
        raise Refused(f"case {other.case} is {other.state.stage}, {other.state.link}: it takes nothing in")
    state = act(connection, case, done, now, rules.dispatch)
    channel = case.contacts[0].channel if case.contacts else "call"
    told = {"channel": channel, "from": case.case, "about": sorted(case.state.interested)}
    act(connection, other, Act("contact", done.author, done.at, told), now, rules.dispatch)
    reasons = msgspec.json.encode(["somebody said so"]).decode()
    connection.execute(_ASKED, (case.case, other.case, reasons, "merged", now, done.author))
    return state


def _unmerge(connection: sqlite3.Connection, case: Kept, done: Act, now: float, rules: CaseRules) -> CaseState:
    """Undo a merging: the case goes on where it stood; the other one's log says that the contact was not its own."""
    into = case.state.into
    state = act(connection, case, done, now, rules.dispatch)
    other = kept(connection, into)
    text = f"case {case.case} was another matter: {done.fields.get('reason', '')}"
    act(connection, other, Act("noted", done.author, done.at, {"text": text, "from": case.case}), now, rules.dispatch)
    connection.execute(_OTHERS_ACT, ("apart", now, done.author, case.case, into))
    return state
