"""Outgoing calls of the house before the gate: asked, reserved and settled, without holding up the event loop.

Every question has an answer in time, and what goes wrong is a no. The do-not-call lists are asked first, as they are at
that moment; then, where the site has scenes, the governor within the ledger's transaction. A site without scenes has
its lists alone, and reserves nothing.
"""

import asyncio
from typing import Protocol

import structlog

from calls.errors import BadInput
from calls.ids import Seconds
from control.messages.commands import AskGate, SettleAttempt
from control.messages.events import GateAnswered
from dialer.governor.decisions import Decision
from dialer.governor.questions import Question
from hotline.driver.do_not_call import LISTED, DoNotCall, may_call
from hotline.governing.gate import Gate, Reserves
from hotline.ledger.port import LedgerAway, Reservation, Settlement

log = structlog.get_logger("hotline")

_PATIENCE_S: Seconds = 8.0
"""Below that of call control (`control.gate.gate.ANSWER_S`), so that a slow answer is told as one."""
_HOLD_S: Seconds = 300.0
"""A call that has passed is dialled at once, and its answer is told: two minutes of ringing are the most."""
_AGAIN_S: Seconds = 1.0
_TRIES = 3
_NOBODY_KNOWS = frozenset({"gate.policy", "gate.subject", "gate.ledger", "ledger.no_answer", "governor.scene"})
"""Rules by which nothing is decided about the callee: there is no policy, list or ledger that can be read now, or the
scene is not approved. Later may be another matter."""


class Outgoing(Protocol):
    """The gate of the house's own calls."""

    async def ask(self, asked: AskGate) -> GateAnswered:
        """May this call be placed? Never raises, and answers in time."""
        ...

    async def settle(self, told: SettleAttempt) -> None:
        """Return once the ledger has it, however long it is away."""
        ...


class ListsAlone:
    """The gate of a house without scenes: the do-not-call lists."""

    def __init__(self, lists: DoNotCall) -> None:
        self._lists = lists

    async def ask(self, asked: AskGate) -> GateAnswered:
        """Denied where the number is listed, or nobody can say whether it is; then a campaign, which would be done with
        the person for good, is told that nobody knows."""
        allowed, reason = await may_call(self._lists, asked.number)
        if allowed:
            return GateAnswered(asked.call, asked.attempt, "allow")
        listed = reason == LISTED
        unknown = not listed and asked.origin == "campaign"
        return GateAnswered(
            asked.call, asked.attempt, "unknown" if unknown else "deny", reason=reason, number_only=listed
        )

    async def settle(self, told: SettleAttempt) -> None:
        """Nothing was reserved here."""


class GovernedCalls:
    """The gate of a house with scenes; of one without, its lists alone."""

    def __init__(
        self, lists: DoNotCall, gate: Gate, reserving: Reserves, looked: asyncio.Event, house: str = ""
    ) -> None:
        """`looked` is set once it is known what is in force: until then nobody can decide. `house`: the house's name,
        at the head of its keys, so that no other one on the same ledger has any of them."""
        self._lists = ListsAlone(lists)
        self._gate = gate
        self._reserving = reserving
        self._looked = looked
        self._house = house

    async def ask(self, asked: AskGate) -> GateAnswered:
        """See `Outgoing.ask`."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                by_lists = await self._lists.ask(asked)
                if by_lists.verdict != "allow":
                    return by_lists
                await self._looked.wait()
                in_force = self._gate.in_force
                if in_force.governed is not None and not in_force.book.scenes:
                    return by_lists
                return await self._governed(asked)
        except TimeoutError:
            return GateAnswered(asked.call, asked.attempt, "unknown", reason="the gate takes too long")
        except Exception as error:  # noqa: BLE001 - whatever fails in there, no call is placed on a guess
            told = type(error).__name__
            log.error("the gate cannot decide", call=asked.call, error=told, advice="no call is placed; report this")
            return GateAnswered(asked.call, asked.attempt, "unknown", reason=f"the gate erred: {told}")

    async def _governed(self, asked: AskGate) -> GateAnswered:
        question = Question(
            scene=asked.scene,
            number=asked.number,
            origin=asked.origin,
            person=asked.person,
            account=asked.account,
            campaign=asked.campaign,
            agent=asked.agent or "",
        )
        if not asked.reserve:
            return _answer(asked, (await self._gate.check(question)).decision, None)
        for number in range(_TRIES):
            key = house_key(self._house, asked.attempt) + (f"~{number}" if number else "")
            given = await self._reserving.reserve(question, key=key, hold_s=_HOLD_S)
            if given.attempt is None or given.state == "reserved":
                return _answer(asked, given.decision, given)
            if given.state != "released":
                break
            # the controller before was away for longer than the reservation held: it was never dialled
        return GateAnswered(
            asked.call, asked.attempt, "deny", rule="gate.dialled", reason="this call was placed before"
        )

    async def settle(self, told: SettleAttempt) -> None:
        """See `Outgoing.settle`. What the ledger cannot take is logged, and told no more."""
        settlement = Settlement(
            attempt=told.reservation,
            state=told.state,
            at=told.at,
            talked_until=told.talked_until,
            result=told.result,
            call=told.call,
            recording=told.recording,
            agent=told.agent or "",
            ended=told.ended,
            corrects=told.corrects,
            caller_id_rests_until=told.caller_id_rests_until,
        )
        while True:
            try:
                settled = await self._reserving.settle(settlement)
            except LedgerAway:
                await asyncio.sleep(_AGAIN_S)
            except BadInput as error:
                advice = "report this; the attempt stays what was last known of it, or expires"
                log.error("an attempt cannot be settled", attempt=told.reservation, error=str(error), advice=advice)
                return
            else:
                if settled.outcome == "unknown":
                    advice = "is this the ledger of before? hotline.yaml's `ledger` says which one it is"
                    log.error("the ledger has no such attempt", attempt=told.reservation, advice=advice)
                return


def house_key(house: str, attempt: str) -> str:
    """The key of one of the house's own attempts in the ledger."""
    return f"{house}:{attempt}" if house else attempt


def _answer(asked: AskGate, decision: Decision, given: Reservation | None) -> GateAnswered:
    reason = decision.reasons[0] if decision.reasons else None
    nobody_knows = decision.undecided or (reason is not None and reason.rule in _NOBODY_KNOWS)
    unknown = decision.verdict == "deny" and nobody_knows
    return GateAnswered(
        call=asked.call,
        attempt=asked.attempt,
        verdict="unknown" if unknown else decision.verdict,
        reservation=given.attempt if given is not None and decision.verdict == "allow" else None,
        obligations=decision.obligations,
        rule=reason.rule if reason is not None else "",
        clause=reason.clause if reason is not None else "",
        reason=reason.detail if reason is not None else "",
        until=decision.until,
        number_only=decision.number_only,
    )
