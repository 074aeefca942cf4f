"""Contacts of a campaign, as the store hands them out: a person with numbers, and what the campaign did so far."""

from typing import Literal

import msgspec

ContactState = Literal["fresh", "in_hand", "due", "reached", "spent", "refused", "denied"]
"""Of a contact in one campaign. `fresh`: not tried yet. `in_hand`: the core has it: nobody else is given it. `due`: it
may be tried again at `due_at`. The others are ends: `reached` as the campaign wants it, `spent` without that (no tries
or no numbers are left), `refused` by the person, `denied` by the governor for good."""
ENDS: frozenset[ContactState] = frozenset({"reached", "spent", "refused", "denied"})


class ContactKey(msgspec.Struct, frozen=True, array_like=True):
    """The row of a list that is ready: the same for as long as the list is there."""

    list: int
    row: int


class Number(msgspec.Struct, frozen=True, array_like=True):
    """One number of a person, E.164, and its zone (IANA) where the list knows it."""

    number: str
    zone: str = ""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One person on a list, with what came of earlier tries."""

    key: ContactKey
    numbers: tuple[Number, ...]
    """In the order in which they are tried."""
    person: str = ""
    account: str = ""
    name: str = ""
    attributes: dict[str, str] = {}
    tries: int = 0
    """Calls that were placed to this person by this campaign, over all numbers and lists."""
    asked: int = 0
    """Questions to the gate so far: the next try's name is made of it, and never used twice."""
    next_number: int = 0
    """The place in `numbers` of the one to be tried next."""
    bad: tuple[str, ...] = ()
    """Numbers of this person that are not tried any more: nobody has them, or the gate denied just these."""
    waits: tuple[tuple[str, float], ...] = ()
    """Numbers that are not tried before an instant (UTC epoch seconds): so long since their last try, or as the gate
    said."""
    last_result: str = ""
    agent: str = ""
    """The agent whom the person asked for, or who promised to call again; empty: anybody."""

    @property
    def person_key(self) -> str:
        """Names the person where budgets are kept by person: the site's own key, else the first number."""
        return self.person or (self.numbers[0].number if self.numbers else "")
