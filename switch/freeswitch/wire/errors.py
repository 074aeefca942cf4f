"""Errors of the wire, split by whose fault they are."""

from calls.errors import BadInput, SwitchError


class PeerFault(SwitchError):
    """The other side sent what the protocol does not allow. The connection cannot be trusted any more: close it.

    Retryable: a new connection starts clean.
    """

    retryable = True


class CommandRefused(BadInput):
    """A command that we were about to write is not safe or not well-formed. Nothing of it was written."""
