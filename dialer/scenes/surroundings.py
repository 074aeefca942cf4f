"""Surroundings of scenes: what they may name, and a fingerprint of what stands behind each name.

A scene is approved with its script, its hours and its caller ids as they are that day; so the fingerprint, and not
the name, goes into its version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from calls.numbers import REGION
from dialer.governor.binding import Pool
from dsl.hours import Hours


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rest of a site, as far as scenes name it."""

    flows: Mapping[str, str] = field(default_factory=dict)
    """By name, a fingerprint of all that the flow and those behind it say and do."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """By key, a fingerprint of the text in every language."""
    hours: Mapping[str, Hours] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    """Of the policies."""
    region: str = REGION
    """How a number without a country code is read."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    """The house's own, for `starts` and `ends`."""
