"""Identity of callers: the number by which one is known again. Nobody is no person, and never the same one twice."""

import re

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}")
"""E.164, or a short number: an extension, a service number."""
_FILLED = re.compile(r"([0-9])\1*|\+[0-9]{0,3}0{6,}")
"""Filled in by a switchboard that has nothing to say: 000, 11111111, +860000000."""
_WORDS = ("ANONYMOUS", "BLOCKED", "PRIVATE", "RESTRICTED", "UNAVAILABLE", "UNKNOWN", "WITHHELD")
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_KEYED = frozenset(word.translate(_KEYS) for word in _WORDS)
"""Networks that carry digits only write such words by the letters on the keys: +266696687 is ANONYMOUS."""
_LONG = 9
"""Keyed words of so many digits are known behind a country code, too: a number in E.164 may have got one."""


def known_by(number: str) -> str:
    """The number, where somebody can be known again by it; empty for one that is withheld, a word, or cannot be read.

    `number` is as `calls.numbers.e164` left it. Whatever is no number (`anonymous`, `Restricted`, `asterisk`, a SIP
    address, nothing) stands for nobody, whatever words a network has for that.
    """
    if not _NUMBER.fullmatch(number) or _FILLED.fullmatch(number) or _is_keyed_word(number):
        return ""
    return number


def _is_keyed_word(number: str) -> bool:
    digits = number.removeprefix("+")
    if digits in _KEYED and digits != number:
        return True
    for begin in range(min(4, len(digits) - _LONG + 1)):  # noqa: SIM110 - a report asks of a month's calls: any() is slow
        if digits[begin:] in _KEYED:
            return True
    return False
