"""Requests to the ledger, each carried out within one transaction: the same steps over every database."""

from collections.abc import Iterable, Sequence
from operator import attrgetter, gt
from typing import Protocol, TypeVar

import msgspec
from sqlalchemy import String

from calls.errors import BadInput
from dialer.governor.decisions import Decision, Reason
from dialer.governor.history import History
from dialer.governor.questions import Question, Subject
from hotline.ledger.books import REFUSED, Books, Key, Refusal
from hotline.ledger.port import (
    LONGEST_HOLD_S,
    Attempt,
    Decide,
    Record,
    Recorded,
    Reservation,
    Settled,
    Settlement,
    Terms,
)
from hotline.ledger.settling import LONGEST_CALL_S, MOVES, holds_channel, settle, state_at
from hotline.store.ledger_tables import attempts, refusals

Answer = TypeVar("Answer", covariant=True)


class Request(Protocol[Answer]):
    """One thing that is asked of the ledger. Carried out again after a transaction that came to nothing."""

    def carry_out(self, books: Books, now: float) -> Answer:
        """Do it within a transaction."""
        ...


def denial(rule: str, detail: str) -> Decision:
    """A no that is the ledger's own."""
    reason = Reason(rule=f"ledger.{rule}", family="ledger", layer="law", verdict="deny", detail=detail)
    return Decision(verdict="deny", policy="", reasons=(reason,))


NO_ANSWER = denial("no_answer", "the ledger did not answer, so the attempt could not be reserved")
UNREADABLE = denial("unreadable", "the question has a text that is too long for the ledger, or no text")


class Reserve:
    """Decides a question, and reserves the attempt that it allows."""

    def __init__(self, question: Question, subject: Subject, decide: Decide, terms: Terms) -> None:
        self.question = question
        self.subject = subject
        self.decide = decide
        self.terms = terms
        self.decision = NO_ANSWER
        self.caller_ids = (question.caller_id,) if question.caller_id else terms.caller_ids
        asked = (question.number, question.person, question.account, question.source, terms.key)
        self.key = Key(question.source, terms.key) if terms.key else None
        """The asker's key; None: it has none."""
        self.readable = _fit(asked, _ASKED_LENGTHS)
        """Whether the ledger can look anything up by these texts."""
        self.written: Attempt | None = None
        """The attempt of the last time that this was carried out, whether that transaction was committed or not."""

    def carry_out(self, books: Books, now: float) -> Reservation:
        """Reads the key, the past and the caller ids, decides, and writes."""
        question, terms = self.question, self.terms
        if not self.readable:
            return Reservation(UNREADABLE)
        if self.written is not None and self._is_ours(books.by_id(self.written.id)):
            return Reservation(self.decision, self.written.id, fresh=True, state="reserved")
        if self.key is not None and (found := books.by_key(self.key)) is not None:
            return self._again(*found, now)
        past = books.past(question.number, question.person, question.account, now - terms.window_s, now)
        history = History(past, tuple([books.caller_id(number, now) for number in self.caller_ids]))
        try:
            decision = self.decide(question, self.subject, history, now)
            encoded = msgspec.json.encode(decision)
            allowed = decision.verdict == "allow"
        except Exception as error:  # noqa: BLE001  # a rule that errs denies, whatever it raises
            decision = denial("rule_error", f"the rules could not be asked: {type(error).__name__}")
            encoded, allowed = msgspec.json.encode(decision), False
        if not allowed and not terms.shadow:
            Refuse(Refusal(question, terms.category, decision)).carry_out(books, now)
            return Reservation(decision)
        attempt = self._attempt(books.next_id(), decision, now)
        if not _fits(attempt):
            return Reservation(UNREADABLE)
        books.add(attempt, encoded)
        self.written, self.decision = attempt, decision
        return Reservation(decision, attempt.id, fresh=True, state="reserved")

    def _is_ours(self, found: Attempt | None) -> bool:
        """Whether the last transaction was written although the database could not say so any more. A number alone says
        nothing: those of a transaction that came to nothing may be given out again."""
        mine = self.written
        return found is not None and mine is not None and (found.at, found.number) == (mine.at, mine.number)

    def _again(self, attempt: Attempt, decision: bytes, now: float) -> Reservation:
        question = self.question
        asked = (question.number, question.account, question.scene)
        same = asked == (attempt.number, attempt.account, attempt.scene)
        # whose the number is may have become known, or wrong, since it was asked first
        if not same or (question.person and attempt.person and question.person != attempt.person):
            return Reservation(denial("key", "another question was asked with the same key"))
        kept = msgspec.json.decode(decision, type=Decision) if decision else denial("key", "the key is of an import")
        return Reservation(kept, attempt.id, fresh=False, state=state_at(attempt, now))

    def _attempt(self, number: int, decision: Decision, now: float) -> Attempt:
        question, terms = self.question, self.terms
        shown = question.caller_id or next(iter(decision.obligations.caller_ids), "")
        return Attempt(
            id=number,
            at=now,
            state="reserved",
            number=question.number,
            person=question.person,
            account=question.account,
            scene=question.scene,
            category=terms.category,
            channel=terms.channel,
            campaign=question.campaign,
            dialled_at=None,
            talked_until=0.0,
            result="",
            origin=question.origin,
            source=question.source,
            key=terms.key,
            call="",
            case_number=terms.case,
            agent=question.agent,
            caller_id=shown,
            version=terms.version,
            script=terms.script,
            recording="",
            policy=decision.policy,
            verdict=decision.verdict,
            expires_at=now + min(max(terms.hold_s, 0.0), LONGEST_HOLD_S),
            open=True,
            expired=False,
            late=False,
            settled_at=None,
        )


class Refuse:
    """Writes a question that was answered with no, or not yet."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal

    def carry_out(self, books: Books, now: float) -> None:
        """Writes it, where its texts fit."""
        if _fit(self.refusal.texts(), _REFUSED_LENGTHS):
            books.refuse(self.refusal, now)


class Settle:
    """Writes what became of an attempt."""

    def __init__(self, told: Settlement) -> None:
        if told.state not in MOVES or told.state == "reserved":
            raise BadInput(f"{told.state!r} is no state to settle an attempt in: {', '.join(list(MOVES)[1:])}")
        if not _fit((told.result, told.call, told.recording, told.agent), _TOLD_LENGTHS):
            raise BadInput(f"the settlement of {told.attempt}: a text of it is too long for the ledger, or no text")
        self.told = told

    def carry_out(self, books: Books, now: float) -> Settled:
        """Reads the attempt, and writes it."""
        attempt = books.by_id(self.told.attempt)
        if attempt is None:
            return Settled("unknown")
        held = holds_channel(attempt, now)
        outcome = settle(attempt, self.told, now)
        if outcome != "repeated":
            books.change(attempt, held, now)
        if self.told.caller_id_rests_until and attempt.caller_id:
            books.rest(attempt.caller_id, self.told.caller_id_rests_until)
        return Settled(outcome, attempt.state)


class Enter:
    """Enters a call of another system."""

    def __init__(self, record: Record) -> None:
        if not record.source or not record.call:
            raise BadInput("a record has a source and the id of its call there: without them it would count twice")
        if record.state not in MOVES or record.state == "reserved":
            raise BadInput(f"{record.state!r} is no state of a call that is over: {', '.join(list(MOVES)[1:])}")
        self.record = record
        if not _fits(self._attempt(0)):
            raise BadInput(f"the record of call {record.call[:40]!r}: a text of it is too long, or no text")

    def carry_out(self, books: Books, now: float) -> Recorded:
        """Looks for the same call, then for one that was asked for, and adds it if there is neither."""
        record = self.record
        found = books.by_call(record.source, record.call)
        merged = False
        if found is None:
            near = books.near(record.source, record.number, record.at - record.within_s, record.at + record.within_s)
            mine = [attempt for attempt in near if not attempt.call and attempt.origin != "import"]
            found = min(mine, key=lambda attempt: abs(attempt.at - record.at), default=None)
            merged = found is not None
        if found is None:
            attempt = self._attempt(books.next_id())
            attempt.settled_at = now
            books.add(attempt, b"")
            return Recorded("added", attempt.id)
        held = holds_channel(found, now)
        outcome = settle(found, self._told(found.id), now)
        for name in ("person", "account", "case_number", "script"):
            if not getattr(found, name):
                setattr(found, name, getattr(self._attempt(0), name))
        books.change(found, held, now)
        assert outcome != "unknown"  # the attempt is there
        return Recorded("merged" if merged else outcome, found.id)

    def _told(self, attempt: int) -> Settlement:
        record = self.record
        return Settlement(
            attempt=attempt,
            state=record.state,
            at=record.at,
            talked_until=record.talked_until,
            result=record.result,
            call=record.call,
            recording=record.recording,
            agent=record.agent,
        )

    def _attempt(self, number: int) -> Attempt:
        record = self.record
        return Attempt(
            id=number,
            at=record.at,
            state=record.state,
            number=record.number,
            person=record.person,
            account=record.account,
            scene=record.scene,
            category=record.category,
            channel=record.channel,
            campaign=record.campaign,
            dialled_at=record.at,
            talked_until=record.talked_until or (record.at if record.state == "effective" else 0.0),
            result=record.result,
            origin="import",
            source=record.source,
            key="",
            call=record.call,
            case_number=record.case,
            agent=record.agent,
            caller_id=record.caller_id,
            version="",
            script=record.script,
            recording=record.recording,
            policy="",
            verdict="",
            expires_at=record.at + LONGEST_CALL_S,
            open=False,
            expired=False,
            late=False,
            settled_at=None,
        )


class Withdraw:
    """Takes back an attempt whose answer nobody got: its asker was told no, or is gone. Its key is free again."""

    def __init__(self, attempt: int, at: float, number: str) -> None:
        self.attempt = attempt
        self.at = at
        self.number = number

    def carry_out(self, books: Books, now: float) -> None:
        """Nothing, where it was never written, or is another's: numbers of transactions that failed come again."""
        attempt = books.by_id(self.attempt)
        if attempt is None or (attempt.at, attempt.number, attempt.state) != (self.at, self.number, "reserved"):
            return
        held = holds_channel(attempt, now)
        attempt.state, attempt.open, attempt.key, attempt.settled_at = "released", False, "", now
        attempt.result = "withdrawn"
        books.change(attempt, held, now)


class Look:
    """Looks at what a decision would see."""

    def __init__(self, number: str, person: str, account: str, since: float, caller_ids: Sequence[str]) -> None:
        self.number = number
        self.person = person
        self.account = account
        self.since = since
        self.caller_ids = caller_ids

    def carry_out(self, books: Books, now: float) -> History:
        """Only reads."""
        past = books.past(self.number, self.person, self.account, self.since, now)
        return History(past, tuple(books.caller_id(number, now) for number in self.caller_ids))


class Expire:
    """Releases what was not settled in time."""

    def carry_out(self, books: Books, now: float) -> int:
        """The number of attempts."""
        return books.expire(now)


_LENGTHS = {column.name: column.type.length or 0 for column in attempts.columns if isinstance(column.type, String)}
_ATTEMPTS_LENGTHS = tuple(_LENGTHS.values())
_attempts_texts = attrgetter(*_LENGTHS)
_ASKED_LENGTHS = tuple(_LENGTHS[name] for name in ("number", "person", "account", "source", "key"))
_TOLD_LENGTHS = tuple(_LENGTHS[name] for name in ("result", "call", "recording", "agent"))
_REFUSED_LENGTHS = tuple(refusals.columns[name].type.length for name in REFUSED)  # type: ignore[attr-defined]  # texts


def _fit(texts: Iterable[str], lengths: Iterable[int]) -> bool:
    """PostgreSQL takes no longer ones, no NUL, and no half of a character; so SQLite does not either."""
    together = "".join(texts := tuple(texts))
    if any(map(gt, map(len, texts), lengths)) or "\0" in together:
        return False
    if together.isascii():
        return True
    try:
        together.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fits(attempt: Attempt) -> bool:
    return _fit(_attempts_texts(attempt), _ATTEMPTS_LENGTHS)
