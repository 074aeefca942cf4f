"""The simulated week itself: cases go their way through the cores of stages, grading, dispatch and clocks, and people
do the work, one piece after another, in the order that is asked for.

`rules`: each department has its line, and whoever is free takes the piece whose case has the next deadline. `fifo`:
one line of the house, the oldest case first, as a mailbox has them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import msgspec

from bench.grading import SEVERE
from bench.week_people import Arrival, Person
from complaints.audit import Entry
from complaints.clocks.alarms import alarms_of
from complaints.clocks.book import ClockBook
from complaints.clocks.clock import Clock
from complaints.clocks.rounds import rounds_of
from complaints.clocks.schedule import Schedule
from complaints.dispatch.choosing import Matter, Standing, choose
from complaints.dispatch.settings import Dispatch
from complaints.grading.grading import Facts, Graded, grade
from complaints.grading.settings import Grades
from complaints.stages.rules import HOUSE, Act, entry_of
from dsl.hours import Hours, is_open

Order = Literal["rules", "fifo"]
Piece = Literal["feedback", "investigate", "approve", "finish"]
_PLACES: dict[Piece, int] = {"feedback": 0, "investigate": 1, "approve": 2, "finish": 3}


class Rules(NamedTuple):
    """The shipped files, read."""

    grades: Grades
    dispatch: Dispatch
    hours: dict[str, Hours]
    book: ClockBook


class CaseDone(msgspec.Struct):
    """A case of the week, and what became of it."""

    arrival: Arrival
    grade: str
    log: list[Entry]
    department: str = ""
    decider: str = ""
    answered_at: float | None = None
    closed_at: float | None = None


class Week:
    """One run. `cases` and `unwarned` are known after `run`."""

    def __init__(self, rules: Rules, staff: Sequence[Person], order: Order) -> None:
        self._rules = rules
        self._order = order
        self._calendars = rules.book.laid_out()
        self._clocks: dict[str, list[Clock]] = {
            name: [rules.book.clocks[clock] for clock in one.clocks] for name, one in rules.grades.grades.items()
        }
        self._staff = list(staff)
        self._free = [True] * len(self._staff)
        self._lines: dict[str, list[tuple[float, int, int, Piece]]] = {}
        self._events: list[tuple[float, int, Callable[[float], object]]] = []
        self._serial = 0
        self._open: dict[str, int] = {}
        self._schedule = Schedule()
        self._graded: dict[tuple[str, str], Graded] = {}
        self._warned: set[tuple[str, str, int]] = set()
        self.cases: dict[int, CaseDone] = {}
        self.unwarned = 0
        """Breaches without a warning before them."""
        self.warnings = 0
        self.breaches = 0

    def run(self, arrivals: Sequence[Arrival]) -> None:
        """Live the week, and on until the last piece is done."""
        for one in arrivals:
            self._at(one.at, partial(self._arrive, one))
        for place, person in enumerate(self._staff):
            for begin, _ in person.shifts:
                self._at(begin, partial(self._look_for_work, place))
        while self._events:
            now, _, event = heapq.heappop(self._events)
            self._tell(now)
            event(now)

    def _at(self, at: float, event: Callable[[float], object]) -> None:
        self._serial += 1
        heapq.heappush(self._events, (at, self._serial, event))

    def _arrive(self, one: Arrival, now: float) -> None:
        graded = self._grade(one)
        case = self.cases[one.number] = CaseDone(one, graded.grade, [])
        self._act(case, "opened", HOUSE, now, channel="email")
        self._act(case, "accepted", HOUSE, now)
        more = {"four_eyes": graded.flow.four_eyes, "clocks": list(graded.settings.clocks)}
        self._act(case, "graded", HOUSE, now, category=one.text.category, grade=graded.grade, reasons=["-"], **more)
        matter = Matter(one.text.category, "", "", graded.grade, "email")
        choice = choose(matter, self._rules.dispatch, graded.settings.department, self._standings(now), {})
        case.department = choice.department
        self._open[case.department] = self._open.get(case.department, 0) + 1
        self._act(case, "dispatched", HOUSE, now, department=choice.department)
        self._ready(case, "feedback", now)

    def _grade(self, one: Arrival) -> Graded:
        """By the shipped rules; the same text is graded once."""
        key = (one.text.text, one.text.category)
        if key not in self._graded:
            self._graded[key] = grade(one.text.text, Facts(category=one.text.category), self._rules.grades)
        return self._graded[key]

    def _standings(self, now: float) -> dict[str, Standing]:
        found = {}
        for name, department in self._rules.dispatch.departments.items():
            hours = self._rules.hours.get(department.hours)
            found[name] = Standing(hours is None or is_open(hours, now)[0], {}, self._open.get(name, 0))
        return found

    def _act(self, case: CaseDone, what: str, who: str, now: float, /, **fields: Any) -> None:
        """Do it by the rules of the stages, which raise for what they forbid; alarms follow the log."""
        case.log.append(entry_of(case.log, Act(what, who, now, fields)))

    def _ready(self, case: CaseDone, piece: Piece, now: float) -> None:
        """Put a piece of work into its line, and let somebody who is free take it."""
        self._watch(case, now)
        by_rules = self._order == "rules"
        urgency = self._due(case, now) if by_rules else case.arrival.at
        line = case.department if by_rules else ""
        heapq.heappush(self._lines.setdefault(line, []), (urgency, case.arrival.number, _PLACES[piece], piece))
        for place, person in enumerate(self._staff):
            if self._free[place] and (not line or person.department == line) and self._look_for_work(place, now):
                return

    def _due(self, case: CaseDone, now: float) -> float:
        """The next deadline of the case's clocks; of one without any, that of a month."""
        found = []
        for clock in self._clocks[case.grade]:
            rounds = rounds_of(clock, case.log, self._calendars, now)
            due = rounds[-1].reached_at() if rounds and rounds[-1].finished_at is None else None
            if due is not None:
                found.append(due)
        return min(found, default=now + 30 * 86_400.0)

    def _look_for_work(self, place: int, now: float) -> bool:
        """Let a person who is there and free take the first piece of their line that they may do; whether they did."""
        person = self._staff[place]
        if not self._free[place] or not any(begin <= now < end for begin, end in person.shifts):
            return False
        line = self._lines.get(person.department if self._order == "rules" else "", [])
        passed = []
        while line:
            turn = heapq.heappop(line)
            case, piece = self.cases[turn[1]], turn[3]
            if piece == "approve" and person.name == case.decider:
                passed.append(turn)  # a second pair of eyes
                continue
            self._begin(place, case, piece, now)
            break
        for turn in passed:
            heapq.heappush(line, turn)
        return not self._free[place]

    def _begin(self, place: int, case: CaseDone, piece: Piece, now: float) -> None:
        who, self._free[place] = self._staff[place].name, False
        if piece in ("feedback", "investigate"):
            self._act(case, "taken", who, now)
        self._at(now + case.arrival.work_s[_PLACES[piece]], partial(self._end, place, case, piece))

    def _end(self, place: int, case: CaseDone, piece: Piece, now: float) -> None:
        who = self._staff[place].name
        match piece:
            case "feedback":
                self._act(case, "first_feedback", who, now, channel="phone")
                case.answered_at = now
                if case.arrival.waits_s:
                    self._act(case, "waiting", who, now, **{"for": "customer"})
                    self._at(now + case.arrival.waits_s, partial(self._resume, case))
                else:
                    self._ready(case, "investigate", now)
            case "investigate":
                self._act(case, "investigated", who, now)
                self._act(case, "decided", who, now, decision="founded")
                case.decider = who
                four_eyes = self._rules.grades.grades[case.grade].flow.four_eyes
                self._ready(case, "approve" if four_eyes else "finish", now)
            case "approve":
                self._act(case, "approved", who, now)
                self._ready(case, "finish", now)
            case "finish":
                self._act(case, "notified", who, now, channel="phone")
                self._act(case, "root_cause", who, now, cause="-")
                self._act(case, "closed", who, now)
                case.closed_at = now
                self._open[case.department] -= 1
        self._watch(case, now)
        self._free[place] = True
        self._look_for_work(place, now)

    def _resume(self, case: CaseDone, now: float) -> None:
        self._act(case, "resumed", HOUSE, now)
        self._ready(case, "investigate", now)

    def _watch(self, case: CaseDone, now: float) -> None:
        """Compute the alarms of a severe case anew, as the server does when a log grows."""
        if case.grade != SEVERE:
            return
        alarms = []
        for clock in self._clocks[case.grade]:
            rounds = rounds_of(clock, case.log, self._calendars, now)
            if rounds:
                found = alarms_of(clock, rounds[-1], self._calendars, now)
                alarms += [alarm for alarm in found if alarm.at > now]
        self._schedule.put(str(case.arrival.number), sorted(alarms, key=lambda alarm: (alarm.at, alarm.clock)))

    def _tell(self, now: float) -> None:
        for told in self._schedule.tick(now, 1_000_000):
            key = (told.case, told.alarm.clock, told.alarm.round)
            if told.alarm.kind == "warning":
                self.warnings += 1
                self._warned.add(key)
            else:
                self.breaches += 1
                self.unwarned += key not in self._warned
