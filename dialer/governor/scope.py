"""What a rule covers: `for:` in a policy. Each word that is given must hold; of the values of a word, one.

What is not known of a callee might be anything, so a rule that asks for it covers them: a number of unknown country
comes under the rules of every country, one of unknown region under those of every region of its country. An attribute
that nobody gave is not there, and a rule that asks for it does not cover the call.
"""

from collections.abc import Iterable

import msgspec

from calls.number_kinds import Kind
from dialer.governor.asking import Asking
from dialer.governor.questions import Category, Channel, Origin
from dialer.governor.scene import Scene


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`for:` of a rule, of a whole file, or of an exception. Empty: everything."""

    category: tuple[Category, ...] = ()
    channel: tuple[Channel, ...] = ()
    scene: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    """Groups of scenes: a department, a brand, a debt portfolio."""
    attributes: dict[str, tuple[str, ...]] = {}
    """Of the scene, or what the question says besides."""
    kinds: tuple[Kind, ...] = ()
    """Of the number; one that may be fixed or mobile is both."""
    country: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    origin: tuple[Origin, ...] = ()
    source: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Lists of which the callee is on at least one."""

    def covers_scene(self, scene: Scene) -> bool:
        """Whether it may cover calls of this scene."""
        return (
            (not self.category or scene.category in self.category)
            and (not self.channel or scene.channel in self.channel)
            and (not self.scene or scene.name in self.scene)
            and (not self.product or scene.product in self.product)
            and (not self.group or scene.group in self.group)
        )

    def covers_place(self, country: str, region: str, *, doubtful: bool = True) -> bool:
        """Whether it covers numbers of this country and region. `doubtful`: the answer where one of them is not known
        (empty): true for what restricts, false for what loosens."""
        if self.country and not (country in self.country if country else doubtful):
            return False
        if not self.region:
            return True
        if region:
            return region in self.region
        return doubtful and (not country or any(one.startswith(f"{country}-") for one in self.region))

    @property
    def looks_at_calls(self) -> bool:
        """Whether the scene and the place do not yet say if it covers a call."""
        return bool(self.attributes or self.kinds or self.origin or self.source or self.lists)

    def covers_call(self, asking: Asking, at: float, *, doubtful: bool = True) -> bool:
        """Whether it covers this call, the scene and the place aside. `doubtful` as above: a number may be of several
        kinds, and a list's entry may be for a campaign that the question does not name."""
        question, kinds = asking.question, asking.subject.kinds
        if self.kinds:
            some = any(kind in self.kinds for kind in kinds)
            if not (some or not kinds if doubtful else some and all(kind in self.kinds for kind in kinds)):
                return False
        if self.origin and question.origin not in self.origin:
            return False
        if self.source and question.source not in self.source:
            return False
        for name, values in self.attributes.items():
            if not asking.has_attribute(name, values, doubtful=doubtful):
                return False
        return not self.lists or asking.entry(frozenset(self.lists), at, doubtful=doubtful) is not None

    def contradiction(self, other: "Scope") -> str:
        """The word at which nothing is left of both together; empty if something is."""
        for word in ("category", "channel", "scene", "product", "group", "country", "region", "origin", "source"):
            mine, theirs = getattr(self, word), getattr(other, word)
            if mine and theirs and not set(mine) & set(theirs):
                return word
        return ""


def all_cover_scene(scopes: Iterable[Scope], scene: Scene) -> bool:
    """Whether every scope may cover calls of this scene."""
    return all(scope.covers_scene(scene) for scope in scopes)


def all_cover_place(scopes: Iterable[Scope], country: str, region: str, *, doubtful: bool = True) -> bool:
    """Whether every scope covers numbers of this place."""
    return all(scope.covers_place(country, region, doubtful=doubtful) for scope in scopes)
