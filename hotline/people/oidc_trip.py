"""A trip to the house's directory: the words by which the browser that comes back is the one that went."""

import base64
import hashlib
import hmac
import secrets
from typing import NamedTuple

from hotline.people.oidc_claims import NotLetIn

LONGEST_S = 600
"""How long somebody may be at the directory."""


class Trip(NamedTuple):
    """What a browser keeps while its person is at the directory: it alone can end what it began."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def begun(cls) -> "Trip":
        """A new one, of three words by chance (256 bits each)."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32))

    @property
    def challenge(self) -> str:
        """The verifier as the directory may see it (S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def written(self, now: float) -> str:
        """As the browser keeps it, for so long. `now`: UTC epoch seconds."""
        return ".".join((*self, str(int(now) + LONGEST_S)))

    @classmethod
    def read(cls, written: str, state: str, now: float) -> "Trip":
        """The trip that a browser kept, with the state that came back. Raises NotLetIn for any other."""
        words = written.split(".")
        if len(words) != 4 or not words[3].isdecimal() or int(words[3]) < now:
            raise NotLetIn("late", "begun in another browser, at another address of ours, or too long ago: begin anew")
        trip = cls(*words[:3])
        if not state or not hmac.compare_digest(state.encode(), trip.state.encode()):
            raise NotLetIn("late", "it came back from another sign-in than the last one of this browser: begin anew")
        return trip
