"""Keyed hashes: how sites tell each other numbers without telling them.

HMAC-SHA-256 (RFC 2104) with a key that only the sites of the group have, cut to 128 bits (NIST SP 800-107 allows any
cut; with 128 bits two of a billion numbers meet by chance once in 10^20). The secret is what protects: there are so few
telephone numbers that whoever has it can try them all.
"""

import base64
import hashlib
import hmac

from calls.errors import BadInput

LENGTH = 16
_LEAST_SECRET = 32


class NumberHashes:
    """The hashes of one group of sites, and the signatures on what they send each other."""

    def __init__(self, secret: str) -> None:
        """Raises BadInput for a secret of less than 32 characters."""
        if len(secret.strip()) < _LEAST_SECRET:
            raise BadInput("the shared secret is too short: `hotline do-not-call share new-secret` makes a good one")
        key = secret.strip().encode()
        # one key for each use: what is a signature is never a number's hash
        self._numbers = hmac.new(_derived(key, b"hotline numbers 1"), digestmod=hashlib.sha256)
        self._messages = _derived(key, b"hotline deltas 1")

    def of(self, number: str) -> bytes:
        """Of a number as `calls.numbers.e164` gives it; 16 bytes."""
        keyed = self._numbers.copy()
        keyed.update(number.encode())
        return keyed.digest()[:LENGTH]

    def signature(self, message: bytes) -> str:
        """Of a whole message."""
        return base64.b64encode(hmac.digest(self._messages, message, "sha256")).decode()

    def is_signed(self, message: bytes, signature: str) -> bool:
        """Whether a site of the group has signed exactly this. Takes the same time for any wrong one."""
        return hmac.compare_digest(self.signature(message).encode(), signature.encode())


def _derived(key: bytes, use: bytes) -> bytes:
    return hmac.digest(key, use, "sha256")
