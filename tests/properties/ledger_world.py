"""The gate and its ledger, for the machine of a whole house: answers by the request's name, and holds what was said."""

from typing import Literal

from calls.commands import Originate
from control.messages.commands import AskGate, SettleAttempt
from control.messages.events import GateAnswered
from control.register.register import Register
from dialer.governor.decisions import Obligations
from hotline.ledger.settling import MOVES

Verdict = Literal["allow", "deny", "defer", "unknown"]
_BY_DIGIT: dict[str, Verdict] = {"3": "deny", "5": "unknown", "7": "defer"}


class LedgerWorld:
    """It outlives every controller."""

    def __init__(self) -> None:
        self.states: list[str] = []
        self.reserved: dict[str, int] = {}

    def answer(self, asked: AskGate, utc: float) -> GateAnswered:
        """The same answer to the same request; what is allowed is reserved once."""
        verdict = _BY_DIGIT.get(asked.attempt[-1], "allow")
        reservation = None
        if verdict == "allow" and asked.reserve:
            if asked.attempt not in self.reserved:
                self.reserved[asked.attempt] = len(self.states)
                self.states.append("reserved")
            reservation = self.reserved[asked.attempt]
        record: Literal["always", "never"] = "always" if asked.attempt[-1] in "02" else "never"
        until = utc + 40.0 if verdict == "defer" else None
        return GateAnswered(
            asked.call, asked.attempt, verdict, reservation, Obligations(record=record), reason=verdict, until=until
        )

    def dialled(self, made: Originate, register: Register) -> None:
        """A number outside is called: it has passed, with a reservation that nobody else's call has."""
        passed = register.passed[made.leg]
        assert passed.reservation is not None, "nothing was reserved"
        others = [one.reservation for leg, one in register.passed.items() if leg != made.leg]
        assert passed.reservation not in others, "two calls have one reservation"

    def settle(self, told: SettleAttempt) -> None:
        """More may become known, never less; the same again is nothing new."""
        before = self.states[told.reservation]
        if told.state in MOVES[before]:  # type: ignore[index]  # a state of the table
            self.states[told.reservation] = told.state
