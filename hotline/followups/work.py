"""What the house does with follow-ups by itself: plan, put on lists, look what came of calls, tell who is overdue.

Looked at once a second, beside the event loop. Calls are a campaign's: here people are put on its list, and its rows
are read when a try is over. Each follow-up moves in one transaction, so whoever comes after a kill goes on where it
stands: an occasion has one follow-up, a person stands on a list once, and a campaign's tries are never dialled twice.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from complaints.clocks.calendars import Calendars
from complaints.dispatch.settings import Dispatch
from complaints.followups.days import span_of
from complaints.followups.observing import ContactEnd, Try, observed
from complaints.followups.settings import FollowUpBook, FollowUpRule
from complaints.followups.table import CALLED, OPEN, FollowUpState
from dialer.campaigns.contacts import ENDS
from hotline.cases.notices import Notice, notice_id
from hotline.followups.answers import of_follow_up, told_of
from hotline.followups.keeping import FollowUp, add, follow_up, move, tell_case
from hotline.followups.listing import ensure_list, put, take_off
from hotline.store import statements
from hotline.store.standing_reader import StandingReader
from hotline.store.transactions import writing
from hotline.versions.follow_up_rules import FollowUpRules

_AT_ONCE = 200
_DAY_S = 86_400.0
_AGAIN_S = 30.0
_LOOK_BACK_S = 14 * _DAY_S
"""What is longer ago was before the rule, or was done otherwise."""


def _words(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_CLOSED = (
    'SELECT e.row, e."case", e.number, e.at, h.category, h.grade, h.department, h.caller, h.account, h.stage, h.link '
    'FROM case_entries AS e JOIN case_heads AS h ON h."case" = e."case" '
    "WHERE e.row > ? AND e.kind = 'closed' ORDER BY e.row LIMIT ?"
)
_NAME = "SELECT name FROM case_contacts WHERE \"case\" = ? AND name <> '' ORDER BY row LIMIT 1"
_LIST = "SELECT id, at FROM contact_lists WHERE name = ? AND state = 'ready' AND at >= ?"
_PEOPLE = (
    "SELECT c.row, c.account, c.name, (SELECT n.number FROM contact_numbers AS n INDEXED BY contact_numbers_by_row "
    "WHERE n.list = c.list AND n.row = c.row ORDER BY n.place LIMIT 1) FROM contacts AS c "
    "WHERE c.list = ? AND c.row > ? ORDER BY c.row LIMIT ?"
)
_COMING = "SELECT number FROM followups WHERE state = 'planned' AND since <= ? ORDER BY since LIMIT ?"
_DUE = "SELECT number FROM followups WHERE state = 'due' AND \"by\" = 'call' ORDER BY since LIMIT ?"
_OF_PERSON = (
    "SELECT number FROM followups WHERE rule = ? AND caller = ? AND number <> ? "
    f"AND state IN ({_words([*CALLED])}) LIMIT 1"
)
_LATELY = (
    "SELECT number, changed_at FROM followups WHERE rule = ? AND caller = ? AND number <> ? AND state = 'done' "
    "AND changed_at > ? ORDER BY changed_at DESC LIMIT 1"
)
_LAST_TRY = (
    'SELECT t.attempt FROM campaign_tries AS t WHERE t.campaign = f.campaign AND t.list = f.list AND t.row = f."row" '
    "ORDER BY t.asked_at DESC LIMIT 1"
)
_MOVED = (
    "SELECT f.number FROM followups AS f JOIN campaign_contacts AS k "
    'ON k.campaign = f.campaign AND k.list = f.list AND k.row = f."row" '
    f"WHERE f.state IN ({_words([*CALLED])}) AND k.state <> 'in_hand' "
    f"AND (k.state IN ({_words([*ENDS])}) OR coalesce(({_LAST_TRY}), '') <> f.attempt) LIMIT ?"
)
_LOST = (
    f"SELECT f.number FROM followups AS f WHERE f.state IN ({_words([*CALLED])}) AND NOT EXISTS "
    "(SELECT 1 FROM contact_lists AS l WHERE l.id = f.list AND l.state = 'ready') LIMIT ?"
)
_REOPENED = (
    'SELECT f.number FROM followups AS f JOIN case_heads AS h ON h."case" = f."case" '
    f"WHERE f.state IN ({_words([*OPEN])}) AND (h.stage <> 'closed' OR h.link <> 'own') LIMIT ?"
)
_OVERDUE = (
    f"SELECT number FROM followups WHERE state IN ({_words([*OPEN])}) AND until < ? AND overdue_at IS NULL LIMIT ?"
)
_CONTACT = "SELECT state, detail FROM campaign_contacts WHERE campaign = ? AND list = ? AND row = ?"
_TRIES = (
    "SELECT attempt, verdict, rule, asked_at, placed_at, answered_at, ended_at, result, call FROM campaign_tries "
    "WHERE campaign = ? AND list = ? AND row = ? ORDER BY asked_at"
)
_NOTICE = (
    'INSERT INTO case_notices (id, "case", kind, at, told_at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING'
)
_encode = msgspec.json.Encoder().encode


class Worked(msgspec.Struct):
    """What was done: numbers of follow-ups."""

    planned: int = 0
    asked: list[int] = []
    done: list[int] = []
    held: list[int] = []
    given_up: list[int] = []
    cancelled: list[int] = []
    overdue: list[FollowUp] = []
    grown: bool = False
    """Somebody was put on a list, or a list was made."""


class FollowUpWork:
    """Does what is to be done; safe to call from one thread at a time. `webhooks`: those that want notices."""

    def __init__(self, database: Path, webhooks: Sequence[str] = ()) -> None:
        self._database = database
        self._reader = StandingReader(database)
        self._webhooks = webhooks
        self._closed_until = 0
        self._people_until: dict[tuple[str, int], int] = {}
        self._later: dict[int, float] = {}
        self._book = FollowUpBook()
        self._calendars = Calendars({})

    def off(self, rules: FollowUpRules, dispatch: Dispatch | None, now: float) -> Worked:
        """Do all that is to be done at `now` (UTC epoch seconds), so much at once as keeps the store free for others.

        Raises BadInput where the store cannot be read or written; what was done before stays done.
        """
        if rules.book is not self._book:
            self._book, self._calendars = rules.book, rules.book.laid_out()
            self._closed_until, self._people_until = 0, {}
            self._make_lists(now)
        done = Worked()
        self._plan(done, now)
        with self._reader.looking() as connection:

            def numbers(query: str, *values: object) -> list[int]:
                return [row[0] for row in connection.execute(query, (*values, _AT_ONCE)).fetchall()]

            reopened = numbers(_REOPENED)
            coming, due = numbers(_COMING, now), numbers(_DUE)
            moved, lost, overdue = numbers(_MOVED), numbers(_LOST), numbers(_OVERDUE, now)
        for number in self._not_later(reopened, now):
            with writing(self._database) as connection:
                one = follow_up(connection, number)
                self._cancel(connection, one, now, done)
            self._look_later(one, "cancelled", now)
        for number in moved:
            with writing(self._database) as connection:
                self._observe(connection, follow_up(connection, number), dispatch, now, done)
        for number in lost:
            with writing(self._database) as connection:
                one = follow_up(connection, number)
                if one.state in ("asked", "unanswered"):
                    move(connection, one, "put_back", now, detail="its list was taken away or replaced")
        for number in self._not_later([*coming, *due], now):
            with writing(self._database) as connection:
                one = follow_up(connection, number)
                self._ask(connection, one, now, done)
            self._look_later(one, "asked", now)
        for number in overdue:
            with writing(self._database) as connection:
                self._tell(connection, follow_up(connection, number), now, done)
        return done

    def _not_later(self, numbers: Sequence[int], now: float) -> list[int]:
        return [number for number in dict.fromkeys(numbers) if self._later.get(number, 0.0) <= now]

    def _look_later(self, one: FollowUp, wanted: FollowUpState, now: float) -> None:
        """One for which nothing could be done now does not take the store's lock each second."""
        if one.state == wanted:
            self._later.pop(one.number, None)
        else:
            self._later[one.number] = now + _AGAIN_S

    def _make_lists(self, now: float) -> None:
        """A campaign whose list is not there says so, and calls nobody: an empty one is made."""
        wanted = {rule.campaign_list for rule in self._book.rules.values() if rule.campaign_list}
        if wanted:
            with writing(self._database) as connection:
                for name in sorted(wanted):
                    ensure_list(connection, name, now)

    # planning

    def _plan(self, done: Worked, now: float) -> None:
        rules = self._book.rules.values()
        of_cases = [rule for rule in rules if rule.on == "case_closed"]
        if of_cases:
            with self._reader.looking() as connection:
                closed = connection.execute(_CLOSED, (self._closed_until, _AT_ONCE)).fetchall()
            fit = [(row, rule) for row in closed for rule in of_cases if self._fits(row, rule, now)]
            if fit:
                with writing(self._database) as connection:
                    done.planned += sum(self._of_case(connection, row, rule, now) for row, rule in fit)
            if closed:
                self._closed_until = closed[-1][0]
        for rule in rules:
            if rule.on == "list":
                self._plan_list(rule, done, now)

    def _fits(self, row: tuple[Any, ...], rule: FollowUpRule, now: float) -> bool:
        _, _, _, at, category, grade, *_, stage, link = row
        return at >= now - _LOOK_BACK_S and (stage, link) == ("closed", "own") and rule.fits(category, grade)

    def _of_case(self, connection: sqlite3.Connection, row: tuple[Any, ...], rule: FollowUpRule, now: float) -> bool:
        _, case, entry, at, _, _, department, caller, account, *_ = row
        found = connection.execute(_NAME, (case,)).fetchone()
        named = {"caller": caller, "account": account, "name": found[0] if found else "", "department": department}
        return self._add(connection, rule, f"case/{case}/{entry}/{rule.name}", case, at, now, named)

    def _plan_list(self, rule: FollowUpRule, done: Worked, now: float) -> None:
        with self._reader.looking() as connection:
            found = connection.execute(_LIST, (rule.list, now - _LOOK_BACK_S)).fetchone()
            if found is None:
                return
            list_, at = found
            after = self._people_until.get((rule.name, list_), 0)
            people = connection.execute(_PEOPLE, (list_, after, _AT_ONCE)).fetchall()
        if not people:
            return
        with writing(self._database) as connection:
            for row, account, name, number in people:
                named = {"caller": number or "", "account": account, "name": name, "department": ""}
                source = f"list/{list_}/{row}/{rule.name}"
                done.planned += self._add(connection, rule, source, "", at, now, named)
        self._people_until[rule.name, list_] = people[-1][0]

    def _add(
        self,
        connection: sqlite3.Connection,
        rule: FollowUpRule,
        source: str,
        case: str,
        at: float,
        now: float,
        named: dict[str, str],
    ) -> bool:
        span = span_of(rule, self._calendars, at)  # by the calendar as it was known then
        if span is None:
            return False
        by = rule.by if named["caller"] else "visit"  # who has no number cannot be called
        one = FollowUp(
            number=0,
            source=source,
            rule=rule.name,
            case=case,
            state="planned",
            by=by,
            at=at,
            since=span.since,
            until=span.until,
            caller=named["caller"],
            account=named["account"],
            name=named["name"],
            department=named["department"],
            questionnaire=rule.questionnaire,
            campaign=rule.campaign if by == "call" else "",
            changed_at=now,
        )
        return add(connection, one)

    # calls

    def _ask(self, connection: sqlite3.Connection, one: FollowUp, now: float, done: Worked) -> None:
        """Let it come due, and put it on its campaign's list where nothing speaks against it."""
        if one.state == "planned":
            move(connection, one, "came_due", max(one.since, one.changed_at))
        rule = self._book.rules.get(one.rule)
        if one.by != "call":
            return
        if rule is None or rule.campaign != one.campaign:  # a rule of before: a person of the house sees to it
            connection.execute("UPDATE followups SET \"by\" = 'visit', campaign = '' WHERE number = ?", (one.number,))
            return
        if rule.once_in_days:
            since = now - rule.once_in_days * _DAY_S
            lately = connection.execute(_LATELY, (one.rule, one.caller, one.number, since)).fetchone()
            if lately is not None:
                move(connection, one, "cancelled", now, detail=f"asked lately: follow-up {lately[0]}")
                done.cancelled.append(one.number)
                return
        if connection.execute(_OF_PERSON, (one.rule, one.caller, one.number)).fetchone() is not None:
            return
        if put(connection, one, rule.campaign_list, now):
            move(connection, one, "asked", now, detail=f"campaign {one.campaign}")
            done.asked.append(one.number)
            done.grown = True

    def _observe(
        self, connection: sqlite3.Connection, one: FollowUp, dispatch: Dispatch | None, now: float, done: Worked
    ) -> None:
        place = (one.campaign, one.list, one.row)
        contact = connection.execute(_CONTACT, place).fetchone()
        if contact is None or contact[0] == "in_hand" or one.state not in CALLED:
            return
        end = cast(ContactEnd, contact[0] if contact[0] in ENDS else "")
        tries = [Try(*row) for row in connection.execute(_TRIES, place)]
        seen = next((at + 1 for at, one_try in enumerate(tries) if one_try.attempt == one.attempt), 0)
        new = tries[seen:]
        answers = of_follow_up(connection, one, [one_try.call for one_try in tries if one_try.call])
        said = told_of(answers) if answers or one.questionnaire else "some" if end == "reached" else ""
        for event, at, detail in observed(new, end, contact[1], said, now):
            move(connection, one, event, at, detail=detail, dispatch=dispatch)
        if new:
            one.attempt = new[-1].attempt
            connection.execute("UPDATE followups SET attempt = ? WHERE number = ?", (one.attempt, one.number))
        match one.state:
            case "done":
                if one.case:
                    fields = {"channel": "phone", "questionnaire": one.questionnaire, **answers}
                    tell_case(connection, one, "followed_up", fields, "", dispatch)
                done.done.append(one.number)
            case "held":
                done.held.append(one.number)
            case "given_up":
                done.given_up.append(one.number)
            case _:
                pass

    def _cancel(self, connection: sqlite3.Connection, one: FollowUp, now: float, done: Worked) -> None:
        why = "the case is open again, or is part of another one"
        if one.state in ("placed", "answered") or (one.state in CALLED and not take_off(connection, one, why)):
            return  # they may be on the telephone: looked at again
        move(connection, one, "cancelled", now, detail=why)
        done.cancelled.append(one.number)

    # notices

    def _tell(self, connection: sqlite3.Connection, one: FollowUp, now: float, done: Worked) -> None:
        connection.execute("UPDATE followups SET overdue_at = ? WHERE number = ?", (now, one.number))
        notice = Notice(
            one.case, "breach", f"followup {one.rule}", "internal", one.number, 0, one.until, department=one.department
        )
        message, body = notice_id(notice), _encode(notice)
        values = (message, one.case, "breach", one.until, now, body)
        if connection.execute(_NOTICE, values).rowcount == 1:
            for webhook in self._webhooks:
                connection.execute(statements.OUTBOX, (webhook, message, "clock", one.case, now, body))
            done.overdue.append(one)
