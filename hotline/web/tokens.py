"""Wait tokens: with one a caller, or an app in their hand, asks how long the wait will be.

A token is made of the call's id and a secret of the site, so nothing is kept for it and it outlives a restart. It opens
one thing: the place and the forecast of that one call.
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

    def call(self, token: str, among: Iterable[CallId]) -> CallId | None:
        """The call that the token belongs to; None when it is of none `among` these."""
        given = token.encode()
        return next((call for call in among if hmac.compare_digest(self.token(call).encode(), given)), None)
