"""Whose call it would be: the person behind a number, by what the asker says and what the site knows. Pure."""

from collections.abc import Sequence
from typing import NamedTuple


class Callee(NamedTuple):
    """Who would be called. `others` may be instead: what restricts calls to them counts, what spares them does not."""

    person: str
    """Empty: nobody knows."""
    others: tuple[str, ...] = ()


def callee(named: str, of_number: Sequence[str], of_account: Sequence[str]) -> Callee:
    """The callee, where the asker names a person (or none, empty), and the site knows these of the number and of the
    account.

    A person who is named is believed; where the number is known as somebody else's, they may be reached all the same.
    Nobody named: the one person of the number; of several, the one whose account it is about; of a number that is
    nobody's, the one person of the account.
    """
    if named:
        return Callee(named, () if named in of_number else tuple(of_number))
    both = [one for one in of_number if one in of_account]
    if len(both) == 1:
        return Callee(both[0])
    known = tuple(of_number or of_account)
    return Callee(known[0]) if len(known) == 1 else Callee("", known)
