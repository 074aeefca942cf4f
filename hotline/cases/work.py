"""What the house does with cases by itself: accept, find the same matter, grade, dispatch, and climb the ladder.

Looked at once a second, beside the event loop. A case that a call opened is a row of the event that asked for it; here
its log begins. Every case is done in one transaction, whole or not at all: killed at any moment, it is done the next
time, and once.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from complaints.dispatch.choosing import Matter, choose
from complaints.dispatch.ladder import due
from complaints.grading.grading import Facts, grade
from complaints.intake.contact import Channel, Contact
from complaints.intake.matching import Match, matches
from complaints.stages.rules import HOUSE, Act
from hotline.cases import intake
from hotline.cases.candidates import candidates
from hotline.cases.keeping import Kept, act, kept, put_contact, put_head, write
from hotline.cases.notices import CaseNotice, Kind, give
from hotline.cases.turns import Done, Turn, by_turns
from hotline.store.standing_reader import StandingReader
from hotline.store.transactions import looking
from hotline.versions.case_rules import CaseRules

_AT_ONCE = 200
_MOST_ASKED = 5
"""Matches that people are asked about: a text that many send, such as a template, resembles hundreds of cases."""
_DAY_S = 86_400.0
_LOOK_BACK_S = 60 * _DAY_S
_SPOKEN = ("text", "what", "wanted", "topic", "about", "note", "message", "transcript", "reason")
"""Fields of a call's case that are words about the matter; others, such as a language, are none."""
_NEW = (
    'SELECT cases.rowid, cases.number FROM cases LEFT JOIN case_heads AS h ON h."case" = cases.number'
    ' WHERE cases.rowid > ? AND h."case" IS NULL ORDER BY cases.rowid LIMIT ?'
)
_UNDONE = (
    "SELECT \"case\" FROM case_heads WHERE is_open = 1 AND department = '' AND grade = '' AND stage = 'accepted'"
    " LIMIT ?"
)
"""Open cases that nobody has: among them those whose merging, as they came and before they were graded, is undone."""
_CALL = (
    'SELECT cases.number, cases."call", cases.caller, cases.category, cases.asked_by, cases.opened_at, cases.fields,'
    " calls.queued_at, calls.answered_at, calls.agent, calls.language FROM cases"
    ' LEFT JOIN calls ON calls."call" = cases."call" WHERE cases.number = ?'
)
_EARLIER = (
    "SELECT count(*) FROM case_heads WHERE \"case\" <> :case AND opened_at BETWEEN :since AND :at AND link = 'own' AND "
    "category = :category AND ((:caller <> '' AND caller = :caller) OR (:account <> '' AND account = :account))"
)
_CLIMBING = 'SELECT "case" FROM case_heads WHERE climbs_at <= ? ORDER BY climbs_at LIMIT ?'
_ASK = (
    'INSERT INTO case_matches ("case", other, score, reasons, state, at, by) VALUES (?, ?, ?, ?, ?, ?, ?)'
    " ON CONFLICT DO NOTHING"
)
_ABANDONED = (
    "SELECT \"call\", caller, queue, language, queued_at, ended_at FROM calls WHERE outcome = 'abandoned'"
    " AND arrived_at >= ? AND queued_at IS NOT NULL AND ended_at - queued_at >= ? ORDER BY arrived_at LIMIT ?"
)


class Work:
    """Does what is to be done, piece by piece; safe to call from one thread at a time."""

    def __init__(self, database: Path, webhooks: Sequence[str] = ()) -> None:
        """`webhooks`: those that want notices."""
        self._database = database
        self._webhooks = webhooks
        self._reader = StandingReader(database)
        self._begun_until = 0
        """Every case up to this rowid has a log: a look costs nothing for those that are begun."""

    def off(self, rules: CaseRules, now: float) -> Done:
        """Do all that is to be done at `now` (UTC epoch seconds), so much at once as keeps the store free for others.

        Raises BadInput where the store cannot be read or written; what was done before stays done.
        """
        done = Done()
        with self._reader.looking() as connection:
            (last,) = connection.execute("SELECT coalesce(max(rowid), 0) FROM cases").fetchone()
            new = connection.execute(_NEW, (self._begun_until, _AT_ONCE)).fetchall()
            climbing = [case for (case,) in connection.execute(_CLIMBING, (now, _AT_ONCE))]
            undone = [case for (case,) in connection.execute(_UNDONE, (_AT_ONCE,))] if rules.grades is not None else []

        def begin(connection: sqlite3.Connection) -> Turn:
            return Turn(connection, rules, now, done, self._webhooks)

        by_turns(self._database, (case for _, case in new), _begin, begin)
        self._begun_until = last if len(new) < _AT_ONCE else new[-1][0]
        by_turns(self._database, undone, _go_on, begin)
        by_turns(self._database, climbing, _climb, begin)
        return done


def take_in_abandoned(database: Path, rules: CaseRules, zone: Any, now: float) -> int:
    """Open cases for callers who gave up after a wait that grades.yaml counts as too long; how many."""
    limit_s = 0.0 if rules.grades is None else rules.grades.abandoned_after_s
    if not limit_s:
        return 0
    with looking(database) as connection:
        rows = connection.execute(_ABANDONED, (now - _DAY_S, limit_s, _AT_ONCE)).fetchall()
    contacts = [
        Contact(
            *("abandoned", call, ended_at),
            text=f"等待{(ended_at - queued_at) / 60:.0f}分钟后挂断；队列：{queue}",
            caller=caller,
            category="abandoned",
            language=language,
            waited_s=ended_at - queued_at,
        )
        for call, caller, queue, language, queued_at, ended_at in rows
    ]
    return sum(taken.is_new for taken in intake.take_in(database, contacts, zone)) if contacts else 0


def _begin(turn: Turn, number: str) -> None:
    case = kept(turn.connection, number)
    if not case.entries:  # with entries its log has begun, and its head was lost
        _begin_log(turn, case)
    put_head(turn.connection, case, case.state, turn.now, turn.rules.dispatch)


def _begin_log(turn: Turn, case: Kept) -> None:
    connection, number = turn.connection, case.case
    if not case.contacts:
        case.contacts.append(_of_call(connection, number))
        put_contact(connection, number, case.contacts[0])
    contact = case.contacts[0]
    turn.done.begun.append(number)

    def do(what: str, /, **fields: Any) -> None:
        write(connection, case, Act(what, HOUSE, max(turn.now, case.opened_at), fields), turn.now)

    about = {"about": list(contact.about)} if contact.about else {}
    came = {"channel": contact.channel, "source": contact.source, **about}
    write(connection, case, Act("opened", HOUSE, case.opened_at, came), turn.now)
    do("accepted")
    # tasks of one report read alike, and are several all the same
    found = matches(contact, candidates(connection, case)) if contact.channel != "report" else []
    if found and found[0].is_certain:
        _merge(turn, case, found[0])
        return
    for match in found[:_MOST_ASKED]:
        values = (match.score, msgspec.json.encode(match.reasons).decode(), "asked", turn.now, "")
        connection.execute(_ASK, (number, match.case, *values))
        turn.done.asked.append(number)
    _grade(turn, case)


def _go_on(turn: Turn, number: str) -> None:
    """Grade and dispatch a case whose merging was undone before it ever was: else it is owed, and nobody has it."""
    case = kept(turn.connection, number)
    state = case.state
    if state.stage != "accepted" or state.grade or not any(entry.kind == "unmerged" for entry in case.entries):
        return
    _grade(turn, case)
    put_head(turn.connection, case, case.state, turn.now, turn.rules.dispatch)


def _grade(turn: Turn, case: Kept) -> None:
    connection, rules, contact = turn.connection, turn.rules, case.contacts[0]
    if rules.grades is None:
        return

    def do(what: str, /, **fields: Any) -> None:
        write(connection, case, Act(what, HOUSE, max(turn.now, case.opened_at), fields), turn.now)

    facts = Facts(
        category=case.category,
        channel=contact.channel,
        product=contact.product,
        region=contact.region,
        language=contact.language,
        earlier_cases=_earlier(connection, case, contact),
        waited_s=contact.waited_s,
    )
    graded = grade(contact.words, facts, rules.grades)
    do(
        "graded",
        category=case.category,
        grade=graded.grade,
        kind=graded.kind,
        reasons=[str(reason) for reason in graded.reasons],
        four_eyes=graded.flow.four_eyes,
        clocks=list(graded.settings.clocks),
        unsure=graded.is_unsure,
    )
    if rules.dispatch is None:
        return
    matter = Matter(case.category, contact.product, contact.region, graded.grade, contact.channel)
    usual = graded.settings.department
    choice = choose(matter, rules.dispatch, usual, turn.standings(), case.state.interested)
    person = {"person": choice.person} if choice.person else {}
    do("dispatched", department=choice.department, reasons=list(choice.reasons), **person)
    turn.dispatched(choice.department, choice.person)
    lead = rules.dispatch.departments[choice.department].lead
    if graded.flow.tell_lead and lead:
        _tell(turn, case, "lead", (lead,), f"a case of {graded.grade} for {choice.department}", 0)


def _merge(turn: Turn, case: Kept, match: Match) -> None:
    connection, now = turn.connection, turn.now
    reasons = list(match.reasons)
    fields = {"into": match.case, "reasons": reasons}
    write(connection, case, Act("merged", HOUSE, max(now, case.opened_at), fields), now)
    other = kept(connection, match.case)
    told = {"channel": case.contacts[0].channel, "from": case.case, "about": list(case.contacts[0].about)}
    act(connection, other, Act("contact", HOUSE, max(now, case.opened_at), told), now, turn.rules.dispatch)
    values = (match.score, msgspec.json.encode(reasons).decode(), "merged", now, HOUSE)
    connection.execute(_ASK, (case.case, match.case, *values))
    turn.done.merged.append(case.case)


def _climb(turn: Turn, number: str) -> None:
    connection, rules, now = turn.connection, turn.rules, turn.now
    case = kept(connection, number)
    state = case.state
    if rules.dispatch is not None and state.is_open:
        steps = rules.dispatch.ladders.get(state.grade, ())
        for step in due(case.entries, steps, rules.dispatch.departments, now):
            told = {"escalation": step.number, "tell": list(step.tell), "due_at": step.due_at}
            if step.department and step.department != case.state.department:
                fields = {"department": step.department, "reason": f"step {step.number} of the ladder", **told}
                write(connection, case, Act("handed_over", HOUSE, now, fields), now)
            else:
                fields = {"text": f"step {step.number} of the ladder: nobody has it in hand", **told}
                write(connection, case, Act("noted", HOUSE, now, fields), now)
            turn.done.climbed.append(number)
            if step.tell:
                text = f"step {step.number} of the ladder: nobody has it in hand"
                _tell(turn, case, "ladder", step.tell, text, f"{step.number} {step.due_at}")
    put_head(connection, case, case.state, now, rules.dispatch)


def _tell(turn: Turn, case: Kept, kind: Kind, people: tuple[str, ...], text: str, key: object) -> None:
    state = case.state
    plain = {"category": state.category, "grade": state.grade, "department": state.department, "handler": state.handler}
    give(turn.connection, CaseNotice(case.case, kind, people, text, **plain), key, turn.now, turn.webhooks)
    turn.done.told += 1


def _of_call(connection: sqlite3.Connection, number: str) -> Contact:
    """The contact of a case that a call opened."""
    row = connection.execute(_CALL, (number,)).fetchone()
    _, call, caller, category, asked_by, opened_at, fields, queued_at, answered_at, agent, language = row
    told: Mapping[str, Any] = msgspec.json.decode(fields)
    channel: Channel = "agent" if asked_by == "agent" else "voicemail" if told.get("from") == "message" else "call"
    words = [str(told[name]) for name in _SPOKEN if str(told.get(name, "")).strip()]
    waited = answered_at - queued_at if queued_at and answered_at and answered_at > queued_at else 0.0
    about = () if asked_by == "agent" or agent is None or category != "complaint" else (str(agent),)
    plain: dict[str, Any] = {name: str(told.get(name, "")) for name in ("account", "product", "region", "name")}
    return Contact(
        channel,
        f"{call}#{number}",
        opened_at,
        text="\n".join(words),
        caller=caller,
        category=category,
        language=language or "",
        waited_s=waited,
        about=about,
        fields={"call": call},
        **plain,
    )


def _earlier(connection: sqlite3.Connection, case: Kept, contact: Contact) -> int:
    bound = {
        **{"case": case.case, "since": contact.at - _LOOK_BACK_S, "at": contact.at, "category": case.category},
        **{"caller": contact.person, "account": contact.owner},
    }
    (count,) = connection.execute(_EARLIER, bound).fetchone()
    return int(count)
