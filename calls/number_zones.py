"""Time zones of telephone numbers: where, by the plan of numbers alone, a callee may be."""

from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

_UNKNOWN = timezone.UNKNOWN_TIMEZONE
_ONE_ZONE = {"CN": ("Asia/Shanghai",)}
"""Countries with one legal time, whatever the data say."""


@lru_cache(maxsize=16384)
def zones(number: str, country: str = "") -> tuple[str, ...]:
    """All IANA zones in which `number` (E.164) may be; none where that is not known, and for short codes.

    `country` is that of `calls.number_kinds.country_and_kinds`. A number that is dialled in a whole country lies in all
    zones of it. Nothing tells where a mobile phone has been carried.
    """
    if country in _ONE_ZONE:
        return _ONE_ZONE[country]
    if not number.startswith("+"):
        return ()
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in timezone.time_zones_for_number(parsed) if zone != _UNKNOWN)
