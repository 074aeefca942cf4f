"""Identity of callers: the number by which one is known again. Nobody is no person, and never the same one twice."""

import re

_NUMBER = r"\+[1-9][0-9]{6,14}|[0-9]{3,8}"
"""E.164, or a short number: an extension, a service number."""
_FILLED = r"([0-9])\1*|\+[0-9]{0,3}0{6,}"
"""Filled in by a switchboard that has nothing to say: 000, 11111111, +860000000."""
_WORDS = ("ANONYMOUS", "BLOCKED", "PRIVATE", "RESTRICTED", "UNAVAILABLE", "UNKNOWN", "WITHHELD")
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_KEYED = [word.translate(_KEYS) for word in _WORDS]
"""Networks that carry digits only write such words by the letters on the keys: +266696687 is ANONYMOUS."""
_LONG = [digits for digits in _KEYED if len(digits) >= 9]
"""These are known behind a country code, too: a number in E.164 may have got one."""
_NOBODY = rf"{_FILLED}|\+(?:{'|'.join(_KEYED)})|\+?[0-9]{{0,3}}(?:{'|'.join(_LONG)})"
_SOMEBODY = re.compile(rf"(?!(?:{_NOBODY})\Z)(?:{_NUMBER})")


def known_by(number: str) -> str:
    """The number, where somebody can be known again by it; empty for one that is withheld, a word, or cannot be read.

    `number` is as `calls.numbers.e164` left it. Whatever is no number (`anonymous`, `Restricted`, `asterisk`, a SIP
    address, nothing) stands for nobody, whatever words a network has for that.
    """
    return number if _SOMEBODY.fullmatch(number) else ""
