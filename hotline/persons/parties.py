"""Parties: whom something is known of, a person by their key at the site, a number, or an account."""

import unicodedata
from typing import Literal, NamedTuple, get_args

from calls.errors import BadInput
from calls.numbers import masked

Kind = Literal["person", "number", "account"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_KEY = 64


class Party(NamedTuple):
    """A person, a number (E.164, or a short code), or an account."""

    kind: Kind
    key: str

    def checked(self) -> "Party":
        """Itself, its key without blanks around it. Raises BadInput for an empty or too long one."""
        key = unicodedata.normalize("NFKC", self.key).strip()
        if not key:
            raise BadInput(f"the {self.kind} is empty: say whom it is about")
        if len(key) > MOST_KEY or not key.isprintable():
            raise BadInput(f"the {self.kind} is no key: {MOST_KEY} signs at most, and none that cannot be seen")
        return Party(self.kind, key)

    def shown(self, reveal: bool = False) -> str:
        """For people: a number and the key of an account or person are masked unless they may be seen."""
        return f"{self.kind} {self.key if reveal else masked(self.key)}"


def the_one(person: str, number: str, account: str) -> Party:
    """The party that is given. Raises BadInput for none, or more than one."""
    kinds: tuple[tuple[Kind, str], ...] = (("person", person), ("number", number), ("account", account))
    given = [Party(kind, key) for kind, key in kinds if key]
    if len(given) != 1:
        raise BadInput("say whom it is about by one of person, number and account")
    return given[0].checked()
