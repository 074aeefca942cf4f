"""The life of a session: it ends without use, and at last in any case. Instants are UTC epoch seconds."""

from collections.abc import Mapping
from typing import NamedTuple

from hotline.site.sign_in import LinkRole

_HOUR_S, _DAY_S = 3_600.0, 86_400.0


class Life(NamedTuple):
    """How long a session lasts, in seconds: in all, and without use."""

    longest_s: float
    idle_s: float


LIVES: Mapping[LinkRole, Life] = {
    "admin": Life(12 * _HOUR_S, _HOUR_S),
    "person": Life(12 * _HOUR_S, _HOUR_S),
    "wallboard": Life(90 * _DAY_S, 3 * _DAY_S),
}
OWN_LINK_S = 900.0
"""For so long after a link signed them in, a person sets a password without the one before."""


def ends_at(kind: LinkRole, began_at: float, used_at: float) -> float:
    """When it is over, unless it is used meanwhile."""
    life = LIVES[kind]
    return min(began_at + life.longest_s, used_at + life.idle_s)
