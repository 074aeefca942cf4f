"""The PIN of overrides by phone: generated, shown once, and kept as a salted hash that only this user can read."""

import base64
import hashlib
import hmac
import json
import secrets
from pathlib import Path

_DIGITS = 6
_COST = {"n": 2**14, "r": 8, "p": 1}
"""scrypt (RFC 7914): some 50 ms and 16 MB for each try."""


class PinFile:
    """One PIN, in a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self) -> str:
        """A new PIN, by which the one before is no more. Raises OSError."""
        pin = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        salt = secrets.token_bytes(16)
        kept = {"salt": base64.b64encode(salt).decode(), "hash": base64.b64encode(_hash(pin, salt)).decode()}
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._path.with_name(f"{self._path.name}.part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(json.dumps(kept))
        part.replace(self._path)  # a server that reads it meanwhile has the one or the other
        return pin

    def is_right(self, digits: str) -> bool:
        """Whether these are the PIN; without a file, or with one that cannot be read, nothing is. Takes some 50 ms."""
        try:
            kept = json.loads(self._path.read_text())
            salt, wanted = base64.b64decode(kept["salt"]), base64.b64decode(kept["hash"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return hmac.compare_digest(_hash(digits, salt), wanted)


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, **_COST)
