"""Attempts of calls that pass the gate: reserved in the ledger by their Call-ID, settled by what the proxy tells."""

from dialer.governor.decisions import Decision
from dialer.governor.history import State
from dialer.governor.questions import Question
from hotline.gate.decider import UP
from hotline.governing.reserving import Reserving
from hotline.ledger.port import Settlement

_HOLD_S = 240.0
"""A call that passed is dialled at once; its ring and its answer are told within the proxy's three minutes."""


class LedgerAttempts:
    """See `hotline.gate.decider.Attempts`."""

    def __init__(self, reserving: Reserving) -> None:
        self._reserving = reserving

    async def reserve(self, question: Question, key: str, shadow: bool) -> tuple[Decision, int | None]:
        """One attempt for one Call-ID: an INVITE that another proxy has sent twice is one call.

        A caller waits for a refusal, so it does not wait for the disk: the next INVITE of that call is refused again.
        """
        reservation = await self._reserving.reserve(question, key=key, hold_s=_HOLD_S, shadow=shadow, soon=True)
        return reservation.decision, reservation.attempt

    async def settle(self, attempt: int, state: State, call: str, result: str, talked_until: float) -> None:
        """Write it."""
        await self._reserving.settle(
            Settlement(
                attempt=attempt,
                state=state,
                call=call,
                result="answered" if result == UP else result,
                talked_until=talked_until,
                ended=result != UP,
            )
        )
