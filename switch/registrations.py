"""A registration is the phone that an account reaches now: the same for each switch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Registration:
    """One phone. `contact` is its own SIP URI, `host` the address that it registered from, `phone` its User-Agent.

    `expires_at` is UTC epoch seconds.
    """

    contact: str
    host: str
    phone: str
    expires_at: float

    def is_other_than(self, before: Registration) -> bool:
        """Whether this is another phone than `before`, and not the same one that has started anew: it may have another
        port and another contact then, and keeps its name and its host."""
        return self.contact != before.contact and (self.host, self.phone) != (before.host, before.phone)
