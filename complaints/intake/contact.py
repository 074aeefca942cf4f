"""A contact: what a customer, or somebody for them, told the house, by one channel."""

import re
from typing import Any, Literal, get_args

import msgspec

from calls.identity import known_by
from calls.luhn import is_valid

Channel = Literal["call", "voicemail", "agent", "abandoned", "http", "email", "csv", "regulator", "report"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)

_CASE_NUMBER = re.compile(r"(?<!\d)(\d{11,14})(?!\d)")
_NOBODY = frozenset({"", "0", "none", "null", "n/a", "na", "-", "无", "未知", "不详", "匿名", "unknown", "anonymous"})
_LONGEST = 20_000


class Contact(msgspec.Struct, frozen=True):
    """What came in. `source` names it within its channel (a call's id, a message's id, a file's row): the same one is
    taken in once. `at`: UTC epoch seconds. `about`: agents whom it is about, who will not handle it.
    """

    channel: Channel
    source: str
    at: float
    text: str = ""
    subject: str = ""
    caller: str = ""
    """E.164, or as the network gave it; by a withheld or filled-in one nobody is known."""
    name: str = ""
    account: str = ""
    """The customer's number with the house: a contract, a card's token, a login."""
    category: str = "complaint"
    product: str = ""
    region: str = ""
    language: str = ""
    reference: str = ""
    """What somebody else calls the matter: a regulator's file number."""
    waited_s: float = 0.0
    about: tuple[str, ...] = ()
    fields: dict[str, Any] = {}

    @property
    def person(self) -> str:
        """The number by which the customer is known again; empty where it is nobody's."""
        return known_by(self.caller)

    @property
    def owner(self) -> str:
        """The account, where it says anything."""
        account = self.account.strip()
        return "" if account.casefold() in _NOBODY or set(account) <= {"0"} else account

    @property
    def words(self) -> str:
        """Subject and text together, for grading and comparing; the beginning of what is very long."""
        return f"{self.subject}\n{self.text}".strip()[:_LONGEST]


def quoted_cases(text: str) -> tuple[str, ...]:
    """Numbers in a text that may be those of cases: their check digit is right."""
    return tuple(dict.fromkeys(number for number in _CASE_NUMBER.findall(text) if is_valid(number)))
