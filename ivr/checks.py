"""Checks of keyed digits: check digits and patterns. Input is bounded, so no pattern takes long."""

import re
from functools import lru_cache

from calls import luhn

CHECKS = ("luhn", "id_card")
"""Checks by name; any other check is a pattern (a regular expression that the whole must match)."""

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_LAST = "10X98765432"
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def id_card(digits: str) -> bool:
    """GB 11643-1999: 18 characters, the last a check character of ISO 7064 MOD 11-2 in which 10 is X (keyed `*`)."""
    digits = digits.upper().replace("*", "X")
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", digits):
        return False
    month, day = int(digits[10:12]), int(digits[12:14])
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return _ID_LAST[total % 11] == digits[17]


def passes(check: str, digits: str) -> bool:
    """Check `digits`. No check passes all; a pattern that is none passes nothing."""
    match check:
        case "":
            return True
        case "luhn":
            return luhn.is_valid(digits)
        case "id_card":
            return id_card(digits)
    pattern = _pattern(check)
    return pattern is not None and pattern.fullmatch(digits) is not None


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text, re.ASCII)
    except re.error:
        return None
