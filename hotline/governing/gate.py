"""The gate: a question in, an answer out. It reserves nothing; `decide` is what the ledger calls in its transaction."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from calls.numbers import masked_within
from dialer.governor import governor
from dialer.governor.decisions import Decision, Family, Reason
from dialer.governor.history import NOTHING, History
from dialer.governor.policy import Policy
from dialer.governor.questions import Question, Subject
from hotline.governing.feed import Feed
from hotline.governing.ports import Histories, MemoryLists, MemoryPersons
from hotline.governing.published import InForce
from hotline.governing.subjects import Subjects, identified
from hotline.ledger.port import Reservation, Settled, Settlement

log = structlog.get_logger("hotline")

_AT_A_TIME = 50
"""Names of a batch that are decided on before others have their turn: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question that reserves nothing, with all that was looked at."""

    question: Question
    decision: Decision
    at: float
    """UTC epoch seconds for which it was decided."""
    subject: Subject | None = None
    """None: it could not be known."""
    history: History = NOTHING


def denied(rule: str, detail: str, question: Question, family: Family = "scene", policy: str = "") -> Decision:
    """A no of the gate itself, where there is nothing that could decide."""
    return Decision("deny", policy, question.scene, "", (Reason(f"gate.{rule}", family, "law", "deny", detail),))


class Gate:
    """The gate of one site. For one event loop.

    `in_force` gives what decides now, `subjects` makes what is known of a callee with it, `histories` has the past
    calls; without them nothing is counted, and every answer says so.
    """

    def __init__(
        self,
        in_force: Callable[[], InForce],
        subjects: Callable[[InForce], Subjects],
        histories: Histories | None = None,
        feed: Feed | None = None,
        utc: Callable[[], float] = time.time,
    ) -> None:
        self._in_force = in_force
        self._make_subjects = subjects
        self._subjects: tuple[InForce, Subjects] | None = None
        self._histories = histories
        self._feed = feed
        self.utc = utc
        """Now, in UTC epoch seconds."""

    @property
    def in_force(self) -> InForce:
        """What decides now."""
        return self._in_force()

    @property
    def counts(self) -> bool:
        """Whether past calls are known."""
        return self._histories is not None

    def decide(self, question: Question, subject: Subject, history: History, now: float) -> Decision:
        """Decide by what is in force, within the ledger's transaction. It never raises."""
        governed = self._in_force().governed
        if governed is None:
            return denied("policy", f"no policy is in force: {self._in_force().trouble}", question)
        return governor.decide(governed.policy, question, subject, history, now)

    def subject(self, question: Question, at: float) -> Subject:
        """What is known of the callee. Raises whatever keeps it from being known: then the call is denied."""
        return self._subjects_now().subject(question, at)

    async def check(self, question: Question, at: float | None = None) -> Answer:
        """Answer one question as of `at`, now unless given. It never raises."""
        (answer,) = await self._answers([question], self.utc() if at is None else at)
        self.tell(question, answer.decision, answer.at)
        return answer

    def tell(self, question: Question, decision: Decision, at: float) -> None:
        """Show a decision to those who watch: one that was made here, or in the ledger. In the event loop."""
        if self._feed is not None:
            self._feed.tell(question, decision, at)

    async def scrub(self, questions: Sequence[Question], at: float | None = None) -> AsyncIterator[list[Answer]]:
        """Answer many questions, all as of one instant, some at a time; others have their turn in between.

        They are not told to those who watch: ten thousand names would leave nothing else to be seen.
        """
        now = self.utc() if at is None else at
        for begin in range(0, len(questions), _AT_A_TIME):
            some = questions[begin : begin + _AT_A_TIME]
            yield await self._answers(some, now)
            await asyncio.sleep(0)

    async def _answers(self, questions: Sequence[Question], now: float) -> list[Answer]:
        in_force = self._in_force()
        if in_force.governed is None:
            told = f"no policy is in force: {in_force.trouble}"
            return [Answer(one, denied("policy", told, one), now) for one in questions]
        policy = in_force.governed.policy
        try:
            subjects = self._subjects_now().subjects(questions, now)
        except Exception as error:  # noqa: BLE001 - whatever fails in a list, nobody is called on a guess
            log.error(
                "callees cannot be looked up",
                error=masked_within(str(error)),
                advice="no call is allowed until they can be",
            )
            told = f"what is known of the callee cannot be read: {type(error).__name__}"
            return [Answer(one, denied("subject", told, one, "do_not_call", policy.hash), now) for one in questions]
        answers = []
        for asked, subject in zip(questions, subjects, strict=True):
            question = identified(asked, subject)
            try:
                history = await self._history(policy, question, now)
            except Exception as error:  # noqa: BLE001 - as above
                log.error(
                    "past calls cannot be read",
                    error=masked_within(str(error)),
                    advice="no call is allowed until they can be",
                )
                told = f"past calls cannot be read: {type(error).__name__}"
                answers.append(
                    Answer(question, denied("ledger", told, question, "frequency", policy.hash), now, subject)
                )
                continue
            decision = governor.decide(policy, question, subject, history, now)
            answers.append(Answer(question, decision, now, subject, history))
        return answers

    async def _history(self, policy: Policy, question: Question, now: float) -> History:
        if self._histories is None:
            return NOTHING
        scene = policy.scenes.get(question.scene)
        pool = () if scene is None else scene[0].caller_ids
        since = now - policy.history_s
        return await self._histories.history(question.number, question.person, question.account, since, pool)

    def _subjects_now(self) -> Subjects:
        in_force = self._in_force()
        if self._subjects is None or self._subjects[0] is not in_force:
            self._subjects = in_force, self._make_subjects(in_force)
        return self._subjects[1]


class Answers(Protocol):
    """The gate of a running server, and its last answers."""

    @property
    def gate(self) -> Gate:
        """The gate."""
        ...

    @property
    def feed(self) -> Feed:
        """Its last answers."""
        ...

    @property
    def reserving(self) -> "Reserves | None":
        """What reserves attempts; None: nothing can be reserved here."""
        ...


class Reserves(Protocol):
    """`hotline.governing.reserving`, as others ask it."""

    async def reserve(
        self, question: Question, *, key: str = "", hold_s: float = 120.0, shadow: bool = False
    ) -> Reservation:
        """Decide on the call, and reserve the attempt where it is allowed. It never raises: what goes wrong denies."""
        ...

    async def settle(self, settlement: Settlement) -> Settled:
        """Write what became of an attempt. Raises LedgerAway and BadInput."""
        ...


class ClosedGate:
    """A gate that lets nobody pass: of a server that reads no policy."""

    reserving = None

    def __init__(self) -> None:
        nobody = Subjects("", MemoryLists(), MemoryPersons())
        self.feed = Feed()
        self.gate = Gate(InForce, lambda in_force: nobody, feed=self.feed)
