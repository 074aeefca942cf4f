"""A model of the ledger: a list in memory, asked one after the other. Walks over a real one are held against it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dialer.governor.history import CallerIdUse, History, PastCall
from dialer.governor.questions import Question, Subject
from hotline.ledger.port import Record, Recorded, Reservation, Settled, Settlement, Terms
from hotline.ledger.requests import Enter, Expire, Look, Request, Reserve, Settle
from hotline.ledger.store import Store
from tests.contract.ledger.rig import START, asked, six_and_three

_KNOWN = {"reserved": 0, "released": 0, "attempted": 1, "answered": 2, "effective": 3, "abandoned": 3, "blocked": 3}
_CALL_S = 4 * 3600.0
_POOL = ("+861095183001", "+861095183002")


@dataclass
class Row:
    """An attempt."""

    question: Question
    at: float
    expires_at: float
    state: str = "reserved"
    key: str = ""
    caller_id: str = ""
    dialled_at: float | None = None
    talked_until: float = 0.0
    result: str = ""
    call: str = ""
    open: bool = True
    settled: bool = False
    imported: bool = False
    id: int = 0

    def state_at(self, now: float) -> str:
        """With its deadline."""
        return "released" if self.state == "reserved" and self.expires_at <= now else self.state


@dataclass
class Model:
    """All of them."""

    rows: list[Row] = field(default_factory=list)

    def history(self, question: Question, since: float, now: float, caller_ids: Sequence[str]) -> History:
        """What a decision sees."""
        rows = [row for row in self.rows if row.state_at(now) != "released" and _same(row.question, question)]
        calls = [row for row in (_past(row) for row in rows) if row.at >= since]
        return History(tuple(calls), tuple(self.use(number, now) for number in caller_ids))

    def use(self, number: str, now: float) -> CallerIdUse:
        """Of one caller id."""
        mine = [row for row in self.rows if row.caller_id == number]
        return CallerIdUse(
            number,
            sum(row.open and row.expires_at > now for row in mine),
            tuple(sorted(row.at for row in mine if row.at > now - 1.0)),
            0.0,
            max((row.at for row in mine), default=0.0),
        )

    def reserve(self, asked_for: Reserve, now: float) -> tuple[str, bool, Row | None]:
        """The verdict, whether it is fresh, and the row."""
        question, terms = asked_for.question, asked_for.terms
        for row in self.rows:
            if terms.key and row.key == terms.key and row.question.source == question.source:
                return "allow", False, row
        history = self.history(question, now - terms.window_s, now, asked_for.caller_ids)
        decision = six_and_three(question, Subject(number=""), history, now)
        if decision.verdict != "allow":
            return decision.verdict, False, None
        shown = decision.obligations.caller_ids[0] if decision.obligations.caller_ids else ""
        row = Row(question, now, now + terms.hold_s, key=terms.key, caller_id=shown)
        self.rows.append(row)
        return "allow", True, row

    def settle(self, told: Settlement, now: float) -> tuple[str, str | None]:
        """The outcome and the state."""
        for row in self.rows:
            if row.id == told.attempt:
                return self._settle(row, told, now)
        return "unknown", None

    def _settle(self, row: Row, told: Settlement, now: float) -> tuple[str, str | None]:
        before = (row.state, row.dialled_at, row.talked_until, row.result, row.call, row.open)
        was = row.state_at(now)
        row.state = was
        later = _KNOWN[told.state] > _KNOWN[was] and (was, told.state) != ("answered", "blocked")
        later = later or (was == "reserved" and told.state == "released")
        if not later and told.state != was:
            row.open = row.open and not told.ended
            return "kept", was
        if later:
            row.state = told.state
        # what was reserved is dialled no sooner, however far our own clock was set back meanwhile
        earliest = float("-inf") if row.imported else row.at - 60.0
        dialled, until = (row.at if at is not None and at < earliest else at for at in (told.at, told.talked_until))
        row.dialled_at = dialled if dialled is not None else row.dialled_at
        row.at = dialled if dialled is not None and dialled > row.at + 86_400.0 else row.at
        row.talked_until = max(row.talked_until, until if told.talked_until and until is not None else 0.0)
        if row.state == "effective" and not row.talked_until:
            row.talked_until = now
        row.result = told.result or row.result
        row.call = row.call or told.call
        if told.ended:
            row.open = False
        elif not row.settled or row.open:
            row.open, row.expires_at = True, max(row.expires_at, now + _CALL_S)
        after = (row.state, row.dialled_at, row.talked_until, row.result, row.call, row.open)
        if after == before:
            return "repeated", row.state
        row.settled = True
        return ("late" if later and was == "released" else "settled"), row.state

    def record(self, record: Record, now: float) -> tuple[str, Row]:
        """The outcome and the row."""
        told = Settlement(
            attempt=0, state=record.state, at=record.at, talked_until=record.talked_until, call=record.call
        )
        for row in self.rows:
            if row.question.source == record.source and row.call == record.call:
                return self._settle(row, told, now)[0], row
        near = [
            row
            for row in self.rows
            if row.question.source == record.source
            and row.question.number == record.number
            and abs(row.at - record.at) <= record.within_s
            and not row.call
            and not row.imported
        ]
        if near:
            row = min(near, key=lambda one: abs(one.at - record.at))
            self._settle(row, told, now)
            return "merged", row
        talked = record.talked_until or (record.at if record.state == "effective" else 0.0)
        question = asked(record.number, source=record.source)
        row = Row(question, record.at, 0.0, record.state, "", "", record.at, talked, "", record.call, False, True, True)
        self.rows.append(row)
        return "added", row

    def expire(self, now: float) -> int:
        """The number of rows that were open too long."""
        over = [row for row in self.rows if row.open and row.expires_at <= now]
        for row in over:
            row.state, row.open = row.state_at(now), False
        return len(over)


def _same(one: Question, other: Question) -> bool:
    names = ((one.number, other.number), (one.person, other.person), (one.account, other.account))
    return any(mine and mine == theirs for mine, theirs in names)


def _past(row: Row) -> PastCall:
    question = row.question
    return PastCall(
        at=row.at if row.dialled_at is None else row.dialled_at,
        state=row.state,  # type: ignore[arg-type]  # one of them
        number=question.number,
        person=question.person,
        account=question.account,
        scene="" if row.imported else question.scene,
        campaign=question.campaign,
        talked_until=row.talked_until,
        result=row.result,
    )


class Clock:
    """Moved by the walk."""

    now = START

    def __call__(self) -> float:
        """The instant."""
        return self.now


def walk(chance: random.Random, stores: Sequence[Store], clock: Clock, groups: int) -> Model:
    """Groups of requests to one store or another, as a thread has gathered them; each answer held against the model's,
    and now and then the whole history of somebody. The clock goes on, jumps on, and jumps back."""
    model = Model()
    for _ in range(groups):
        clock.now += chance.choice((0.0, 0.5, 3.0, 30.0, 61.0, 700.0, 90_000.0, -45.0, -4_000.0))
        requests = [_request(chance, model, clock.now) for _ in range(chance.randrange(1, 8))]
        answers = chance.choice(stores).transact(requests)
        for request, answer in zip(requests, answers, strict=True):
            _hold(model, request, answer, clock.now)
        question = _question(chance)
        look = Look(question.number, question.person, question.account, clock.now - 86_400.0, _POOL)
        (seen,) = chance.choice(stores).transact([look])
        expected = model.history(question, clock.now - 86_400.0, clock.now, _POOL)
        same = (sorted(map(repr, seen.calls)), sorted(map(repr, expected.calls)))
        assert same[0] == same[1], same
        assert [call.at for call in seen.calls] == sorted((call.at for call in expected.calls), reverse=True)
        assert seen.caller_ids == expected.caller_ids, (seen.caller_ids, expected.caller_ids)
    return model


def _question(chance: random.Random) -> Question:
    return asked(
        f"+861380013800{chance.randrange(4)}",
        person=chance.choice(("", "", "p1", "p2")),
        account=chance.choice(("", "", "a1")),
        source=chance.choice(("", "vicidial")),
    )


def _request(chance: random.Random, model: Model, now: float) -> Request[Any]:
    kind = chance.randrange(10)
    if kind < 5 or not model.rows:
        question = _question(chance)
        # a key belongs to one question: its own number is behind it
        key = f"{question.number}/{question.person}/{question.account}/{chance.randrange(3)}"
        terms = Terms(
            key=key if chance.random() < 0.4 else "",
            caller_ids=_POOL if chance.random() < 0.5 else (),
            hold_s=chance.choice((20.0, 60.0, 3_600.0)),
        )
        return Reserve(question, Subject(number=question.number), six_and_three, terms)
    if kind < 8:
        state = chance.choice(("attempted", "answered", "effective", "abandoned", "blocked", "released"))
        return Settle(
            Settlement(
                attempt=chance.choice([row.id for row in model.rows] + [10**12]),
                state=state,  # type: ignore[arg-type]  # one of them
                at=chance.choice((None, now - 2.0)),
                talked_until=chance.choice((0.0, now + 5.0)),
                result=chance.choice(("", "busy", "promise")),
                ended=chance.random() < 0.8,
            )
        )
    if kind < 9:
        state = chance.choice(("attempted", "effective"))
        return Enter(
            Record(
                source="vicidial",
                call=f"cdr-{chance.randrange(20)}",
                at=now - chance.choice((0.0, 4.0, 60.0)),
                number=f"+861380013800{chance.randrange(4)}",
                state=state,  # type: ignore[arg-type]  # one of them
            )
        )
    return Expire()


def _hold(model: Model, request: Request[Any], answer: Any, now: float) -> None:
    match request, answer:
        case Reserve(), Reservation():
            verdict, fresh, row = model.reserve(request, now)
            assert (answer.decision.verdict, answer.fresh) == (verdict, fresh), (
                request.question,
                request.terms,
                answer,
            )
            if row is None:
                assert answer.attempt is None
                return
            row.id = row.id or answer.attempt or 0
            assert (answer.attempt, answer.state) == (row.id, row.state_at(now))
        case Settle(told=told), Settled():
            assert (answer.outcome, answer.state) == model.settle(told, now)
        case Enter(record=record), Recorded():
            outcome, entered = model.record(record, now)
            entered.id = entered.id or answer.attempt
            assert (answer.outcome, answer.attempt) == (outcome, entered.id), (record, answer, outcome, entered)
        case Expire(), int():
            assert answer == model.expire(now)
        case _:
            raise AssertionError(f"{answer} to {request}")
