"""A store is one database under the ledger, as the thread that commits in groups uses it."""

from collections.abc import Sequence
from typing import Any, Protocol

from calls.errors import HotlineError
from hotline.ledger.port import Attempt
from hotline.ledger.requests import Request


class NotStored(HotlineError):
    """The database works, and refuses what one request of the transaction would write. Nothing of it is written."""


class Store(Protocol):
    """One database. Used by one thread."""

    most: int
    """Requests in one transaction."""

    def transact(self, requests: Sequence[Request[Any]]) -> list[Any]:
        """Carry the requests out in order, in one transaction, and return their answers once it is durable.

        Raises LedgerAway where the database does not answer (it may have committed all the same), and NotStored.
        """
        ...

    def close(self) -> None:
        """Let go of the database; the next transaction takes it up again."""
        ...


SETTLED = (
    *("state", "dialled_at", "talked_until", "result", "recording", "expires_at", "open", "expired", "late"),
    "settled_at",
)
"""Columns that a settlement changes."""
FOUND = ("at", "call", "person", "account", "case_number", "agent", "script", "key")
"""Columns that change seldom, each with an index to be kept: they are written only where they did."""


def found(attempt: Attempt) -> tuple[Any, ...]:
    """The columns FOUND."""
    return (
        *(
            attempt.at,
            attempt.call,
            attempt.person,
            attempt.account,
            attempt.case_number,
            attempt.agent,
            attempt.script,
        ),
        attempt.key,
    )


def settled(attempt: Attempt) -> tuple[Any, ...]:
    """The columns SETTLED."""
    return (
        *(attempt.state, attempt.dialled_at, attempt.talked_until, attempt.result, attempt.recording),
        *(attempt.expires_at, attempt.open, attempt.expired, attempt.late, attempt.settled_at),
    )


COLUMNS = Attempt.__struct_fields__
"""Of a row of the ledger; the decision stands behind them."""
