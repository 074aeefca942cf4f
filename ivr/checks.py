"""Checks of keyed digits: what a caller mistypes is caught before anybody looks it up."""

import re

from calls import luhn

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


def id_card(digits: str) -> bool:
    """GB 11643-1999: a resident's identity number, 18 characters; `*` is keyed for the X of a check digit 10."""
    number = digits.upper().replace("*", "X")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    return _CHECK_CHARACTERS[sum(int(d) * w for d, w in zip(number, _WEIGHTS, strict=False)) % 11] == number[17]


def passes(check: str, digits: str) -> bool:
    """Whether `digits` pass `check`: `luhn`, `id_card`, or a regular expression that must match all of them."""
    if check == "luhn":
        return luhn.is_valid(digits)
    if check == "id_card":
        return id_card(digits)
    return re.fullmatch(check, digits) is not None
