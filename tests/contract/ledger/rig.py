"""What the ledger's tests are written in: one clock, any number of ledgers at one place, a governor of three counts."""

from __future__ import annotations

from typing import Any

from dialer.governor.decisions import Decision, Obligations, Reason
from dialer.governor.history import History
from dialer.governor.questions import Question, Subject
from hotline.ledger.keeping import KeptLedger
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import Reservation, Settled, Settlement, Terms
from hotline.ledger.searching import AttemptSearch, Reader

NUMBER = "+8613800138000"
START = 1_796_000_000.0
DAY_S = 86_400.0


class LedgerRig:
    """`ledger` is the first one; `another()` is one more at the same place, as another process has it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.now = START
        self.late: list[Settlement] = []
        self.reader = Reader(place)
        self._opened: list[KeptLedger] = []
        self.ledger = self.another()

    def another(self, **settings: Any) -> KeptLedger:
        """One more, closed with the rig."""
        settings = {"answer_within_s": 20.0, **settings}
        ledger = open_ledger(self.place, lambda: self.now, own_clock=False, on_late=self.late.append, **settings)
        self._opened.append(ledger)
        return ledger

    async def reserve(self, question: Question | None = None, **terms: Any) -> Reservation:
        """Ask the first one, with the governor of six attempts and three talks a day."""
        return await reserve(self.ledger, question, **terms)

    async def settle(self, attempt: int | None, state: str, **told: Any) -> Settled:
        """Settle at the first one."""
        assert attempt is not None
        return await self.ledger.settle(Settlement(attempt=attempt, state=state, **told))  # type: ignore[arg-type]

    async def rows(self) -> list[dict[str, Any]]:
        """All attempts, newest first."""
        page = await self.reader.attempts(AttemptSearch(), 1_000)
        rows = page.rows
        while page.next is not None:
            page = await self.reader.attempts(AttemptSearch(after=page.next), 1_000)
            rows += page.rows
        return rows

    async def close(self) -> None:
        """All of them."""
        for ledger in self._opened:
            await ledger.close()


async def reserve(ledger: KeptLedger, question: Question | None = None, **terms: Any) -> Reservation:
    """Ask a ledger."""
    question = question or asked()
    return await ledger.reserve(question, Subject(number=question.number), six_and_three, Terms(**terms))


def asked(number: str = NUMBER, **more: Any) -> Question:
    """A question of a campaign."""
    return Question(**{"scene": "renewal", "number": number, "origin": "campaign", **more})


def six_and_three(question: Question, subject: Subject, history: History, now: float) -> Decision:
    """Six attempts and three talks in 24 hours, and no call within ten minutes of a talk."""
    calls = [call for call in history.calls if call.at > now - DAY_S]
    talks = [call for call in calls if call.state in ("effective", "reserved")]
    last = max((call.talked_until for call in calls), default=0.0)
    no = None
    if len(calls) >= 6:
        no = _no("attempts", len(calls), 6)
    elif len(talks) >= 3:
        no = _no("talks", len(talks), 3)
    elif last > now - 600:
        until = last + 600
        return Decision(
            "defer",
            "hash",
            reasons=(Reason("test.gap", "spacing", "law", "defer", "too soon", until=until),),
            until=until,
        )
    if no is not None:
        return Decision("deny", "hash", question.scene, reasons=(no,))
    pool = tuple(use.number for use in history.caller_ids if use.blocked_until <= now and use.channels < 2)
    if history.caller_ids and not pool:
        return Decision("deny", "hash", question.scene, reasons=(_no("caller_id", 2, 2),))
    return Decision("allow", "hash", question.scene, "v1", obligations=Obligations(caller_ids=pool))


def _no(rule: str, counted: int, limit: float) -> Reason:
    return Reason(f"test.{rule}", "frequency", "law", "deny", "too many", counted=counted, limit=limit)


def one_at_most(question: Question, subject: Subject, history: History, now: float) -> Decision:
    """One call ever, and one channel a caller id."""
    if history.calls or any(use.channels for use in history.caller_ids):
        return Decision("deny", "hash", reasons=(_no("one", 1, 1),))
    return Decision(
        "allow", "hash", obligations=Obligations(caller_ids=tuple(use.number for use in history.caller_ids))
    )


def rules(reservation: Reservation) -> list[str]:
    """The rules that said no."""
    return [reason.rule for reason in reservation.decision.reasons]
