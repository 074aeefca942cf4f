"""Intents of a site, as plain data: what each is called, how callers ask for it, and where it leads."""

from typing import Literal

import msgspec

EntityKind = Literal["money", "date", "digits", "product"]
"""Kinds of what can be found in a sentence: yuan, a day, a run of digits, a product of the site's list."""


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """Value that an intent needs. `ask` and `confirm` are phrases; an empty `confirm` reads nothing back."""

    name: str
    kind: EntityKind
    ask: str
    confirm: str = ""
    length: tuple[int, int] = (1, 20)
    """Of digits, least and most."""
    coming: bool = False
    """Of dates: a day that is past is no value."""


class Intent(msgspec.Struct, frozen=True, array_like=True):
    """What a caller may want.

    `called` is its name by language, as the clarification says it. `asks` is the standard question, `also` other ways
    of asking, `words` are trigger words. `leads_to` is a flow; empty: the step says where. `review`: a person looks at
    what would be said, even where the robot is sure.
    """

    key: str
    asks: str
    also: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    called: dict[str, str] = {}
    leads_to: str = ""
    slots: tuple[Slot, ...] = ()
    review: bool = False

    @property
    def phrasings(self) -> tuple[str, ...]:
        """All sentences that mean it: the standard question first."""
        return (self.asks, *self.also)


class IntentBook(msgspec.Struct, frozen=True, array_like=True):
    """All intents of a version.

    `none` are sentences that mean none of them. `products` has the site's products with the words for each.
    `complaint_words` raise a call at once. `synonyms` are words that mean the same here, by a name for them.
    """

    intents: dict[str, Intent] = {}
    none: tuple[str, ...] = ()
    products: dict[str, tuple[str, ...]] = {}
    complaint_words: tuple[str, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = {}
