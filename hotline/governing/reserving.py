"""Reservations: the gate's answer and the ledger's row in one transaction. Only what comes from here may be dialled."""

import msgspec
import structlog

from dialer.governor.history import NOTHING
from dialer.governor.questions import Question
from dialer.governor.scene import Scene
from hotline.governing.gate import Gate, denied
from hotline.governing.subjects import identified
from hotline.ledger.port import Ledger, LedgerAway, Reservation, Settled, Settlement, Terms

log = structlog.get_logger("hotline")


class Reserving:
    """The gate and the ledger together. For one event loop."""

    def __init__(self, gate: Gate, ledger: Ledger) -> None:
        self._gate = gate
        self._ledger = ledger

    async def reserve(
        self, question: Question, *, key: str = "", hold_s: float = 120.0, shadow: bool = False, soon: bool = False
    ) -> Reservation:
        """Decide on the call, and reserve the attempt where it is allowed. It never raises: what goes wrong denies.

        `key`, `hold_s` and `shadow` are of `hotline.ledger.port.Terms`: asked again with one key there is one attempt;
        one that is not settled in time has never been; a shadow's call is placed whatever is said, and counts. `soon`:
        what is denied whatever the past calls are is answered before it is written, and the reasons are those alone.
        """
        governed = self._gate.in_force.governed
        now = self._gate.utc()
        if governed is None:
            decision = denied("policy", f"no policy is in force: {self._gate.in_force.trouble}", question)
            return self._told(question, Reservation(decision), now)
        policy = governed.policy
        try:
            subject = self._gate.subject(question, now)
        except Exception as error:  # noqa: BLE001 - whatever fails in a list, nobody is called on a guess
            log.error("callees cannot be looked up", error=str(error), advice="no call is allowed until they can be")
            told = f"what is known of the callee cannot be read: {type(error).__name__}"
            decision = denied("subject", told, question, "do_not_call", policy.hash)
            return self._told(question, Reservation(decision), now)
        question = identified(question, subject)
        found = policy.scenes.get(question.scene)
        if soon and not shadow:
            decision = self._gate.decide(question, subject, NOTHING, now)
            if decision.verdict == "deny":
                self._ledger.refused(question, found[0].category if found is not None else "", decision)
                return self._told(question, Reservation(decision), now)
        terms = Terms(key=key, hold_s=hold_s, shadow=shadow, window_s=policy.history_s)
        if found is not None:
            scene = found[0]
            settings = self._gate.in_force.book.scenes.get(question.scene)
            terms = msgspec.structs.replace(
                terms,
                category=scene.category,
                channel=scene.channel,
                version=scene.version,
                script=settings.settings.script if settings is not None else "",
                caller_ids=scene.caller_ids,
            )
        try:
            reservation = await self._ledger.reserve(question, subject, self._gate.decide, terms)
        except LedgerAway as error:
            reservation = Reservation(denied("ledger", str(error), question, "ledger", policy.hash))
        return self._told(question, reservation, now)

    def scene(self, name: str) -> Scene | None:
        """A scene as it is published; None where there is none of this name, or no policy is in force."""
        governed = self._gate.in_force.governed
        found = None if governed is None else governed.policy.scenes.get(name)
        return None if found is None else found[0]

    async def settle(self, settlement: Settlement) -> Settled:
        """Write what became of an attempt. Raises LedgerAway and BadInput as the ledger does."""
        return await self._ledger.settle(settlement)

    def _told(self, question: Question, reservation: Reservation, now: float) -> Reservation:
        self._gate.tell(question, reservation.decision, now)
        return reservation
