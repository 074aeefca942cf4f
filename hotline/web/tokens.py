"""Tokens of callers: with one they, or an app in their hand, ask how long the wait will be, or how their case stands.

A token is made of the call's id, or the case's number, and a secret of the site, so nothing is kept for it and it
outlives a restart. It opens one thing: place and forecast of that one call, or the state of that one case.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from calls.ids import CallId

_BYTES = 16  # 128 bits: not to be guessed


class WaitTokens:
    """Makes and recognises them."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def token(self, call: CallId) -> str:
        """The token of this call, always the same; letters, digits, `-` and `_`."""
        digest = hmac.new(self._secret, f"waiting {call}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:_BYTES]).decode().rstrip("=")

    def case_token(self, case: str) -> str:
        """The token of this case, always the same: its number, and what nobody can guess."""
        digest = hmac.new(self._secret, f"case {case}".encode(), hashlib.sha256).digest()
        return f"{case}.{base64.urlsafe_b64encode(digest[:_BYTES]).decode().rstrip('=')}"

    def case(self, token: str) -> str | None:
        """The number of the case that the token belongs to; None for one that we have not made."""
        number = token.partition(".")[0]
        return number if hmac.compare_digest(self.case_token(number).encode(), token.encode()) else None

    def call(self, token: str, among: Iterable[CallId]) -> CallId | None:
        """The call that the token belongs to; None when it is of none `among` these."""
        given = token.encode()
        return next((call for call in among if hmac.compare_digest(self.token(call).encode(), given)), None)
