"""The policy of passwords: length, and nothing that is guessed first.

There are no rules of composition: NIST SP 800-63B, 5.1.1.2.
"""

import itertools
import re
import unicodedata

LEAST, MOST = 12, 128
"""Characters."""
_LEAST_DIFFERENT = 6
_LEAST_DIGITS = 20
"""Of a password of digits alone: shorter ones are numbers and dates."""
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm")
_COMMON = frozenset(
    {
        *("password", "passwort", "passw", "passwd", "p@ssword", "qwerty", "letmein", "welcome", "iloveyou", "admin"),
        *("administrator", "changeme", "secret", "default", "monkey", "dragon", "football", "baseball", "sunshine"),
        *("princess", "superman", "trustno", "login", "hello", "abc", "test", "guest", "root", "user", "hotline"),
        *("woaini", "mima", "wodemima", "zhongguo", "wangyut", "asterisk", "freeswitch", "callcenter"),
    }
)
_LEET = str.maketrans("@013457$!", "aoleastsi")


def normal(password: str) -> str:
    """The password as it is compared: the same characters however a keyboard makes them (RFC 8265 uses NFC)."""
    return unicodedata.normalize("NFC", password)


def fault(password: str, *names: str) -> str:
    """What is wrong with a new password, in words; empty: nothing. `names` are the person's, and are no part of it."""
    given = normal(password)
    folded = given.casefold()
    if not LEAST <= len(given) <= MOST:
        return f"a password has {LEAST} to {MOST} characters, this one has {len(given)}; a few words will do"
    if any(unicodedata.category(sign) == "Cc" for sign in given):
        return "a password has no control characters"
    if name := next((name for name in names if len(name) >= 3 and name.casefold() in folded), ""):
        return f"{name} is in it, which is guessed first"
    if len(set(folded)) < _LEAST_DIFFERENT:
        return f"it has fewer than {_LEAST_DIFFERENT} different characters"
    if folded.isdecimal() and len(folded) < _LEAST_DIGITS:
        return "digits alone are a number or a date, which is guessed first; a few words will do"
    if _is_run(folded):
        return "it is a row of neighbours on a keyboard or in the alphabet, which is guessed first"
    if _is_common(folded):
        return "it is a common password with digits or signs around it, which is guessed first"
    return ""


def _is_common(folded: str) -> bool:
    """Whether a common word is all that is left without digits and signs, also twice, or with signs for letters."""
    inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    for text in (folded, inner.translate(_LEET)):
        core = re.sub(r"[\W\d_]+", "", text)
        if core in _COMMON or any(core == word * 2 for word in _COMMON):
            return True
    return False


def _is_run(folded: str) -> bool:
    """Whether three of four steps are to the same or a neighbouring character."""
    steps = [_neighbours(one, other) for one, other in itertools.pairwise(folded)]
    return sum(steps) * 4 >= len(steps) * 3


def _neighbours(one: str, other: str) -> bool:
    if abs(ord(one) - ord(other)) <= 1:
        return True
    return any(one + other in row or other + one in row for row in _ROWS)
