"""One question while it is decided: what is known, what rules ask of it again and again, and what they have found."""

from collections.abc import Collection
from operator import attrgetter
from typing import Any

from dialer.governor.history import CallerIdUse, History, PastCall
from dialer.governor.questions import Listed, Question, Subject
from dialer.governor.scene import Scene

_AT = attrgetter("at")
TIER = "tier"
"""The attribute that is the callee's tier of customer experience."""
VALUES = (
    "scene", "category", "channel", "product", "group", "attributes", "origin", "source", "campaign", "country",
    "region", "kinds", "zones", "lists",
)  # fmt: skip
"""What a condition (`when:`) may name."""


class Unknown(Exception):
    """What a rule needs is not known. The rule denies, and says so; the text holds no number and no name."""


class Asking:
    """`now` is when the question came; rules are asked of later instants, too, to find the first that they allow."""

    __slots__ = (
        "_account_calls",
        "_number_calls",
        "_person_calls",
        "_values",
        "caller_ids",
        "free_at",
        "history",
        "human_only",
        "now",
        "question",
        "rests_after",
        "rests_s",
        "scene",
        "subject",
        "uses",
        "zones",
    )

    def __init__(self, question: Question, subject: Subject, scene: Scene, history: History, now: float) -> None:
        self.question = question
        self.subject = subject
        self.scene = scene
        self.history = history
        self.now = now
        self.zones = subject.zones
        self.human_only = False
        """A rule lets people call only."""
        self.caller_ids: tuple[str, ...] | None = None
        """Those that the rules asked so far leave over; None: none has spoken of them."""
        self.free_at: float | None = None
        """The first instant after the one asked at which one of those that are left out for a while is free again."""
        self.rests_s = 0.0
        """The longest rest of a caller id after a block, of the rules asked so far."""
        self.rests_after: tuple[str, ...] = ()
        self.uses: dict[str, CallerIdUse] | None = None
        self._number_calls: list[PastCall] | None = None
        self._person_calls: list[PastCall] | None = None
        self._account_calls: list[PastCall] | None = None
        self._values: dict[str, Any] | None = None

    def number_calls(self) -> list[PastCall]:
        """Calls to this number, newest first."""
        if self._number_calls is None:
            number = self.question.number
            self._number_calls = sorted((c for c in self.history.calls if c.number == number), key=_AT, reverse=True)
        return self._number_calls

    def person_calls(self) -> list[PastCall]:
        """Calls to this person, newest first: by whatever number, and those to this number of whom nobody said a
        person."""
        if self._person_calls is None:
            person, number = self.question.person, self.question.number
            if not person:
                self._person_calls = self.number_calls()
            else:
                self._person_calls = sorted(
                    (c for c in self.history.calls if c.person == person or (not c.person and c.number == number)),
                    key=_AT,
                    reverse=True,
                )
        return self._person_calls

    def account_calls(self) -> list[PastCall]:
        """Calls about this contract or debt, newest first. Raises Unknown where the question names none."""
        if self._account_calls is None:
            account = self.question.account
            if not account:
                raise Unknown("the question names no account, and this rule counts by account")
            self._account_calls = sorted((c for c in self.history.calls if c.account == account), key=_AT, reverse=True)
        return self._account_calls

    def values(self) -> dict[str, Any]:
        """What a condition (`when:`) may name; no number and no name of a person is among it."""
        if self._values is None:
            question, subject, scene = self.question, self.subject, self.scene
            self._values = {
                "scene": scene.name,
                "category": scene.category,
                "channel": scene.channel,
                "product": scene.product,
                "group": scene.group,
                "attributes": {**scene.attributes, **question.attributes, **self._tier()},
                "origin": question.origin,
                "source": question.source,
                "campaign": question.campaign,
                "country": subject.country,
                "region": subject.region,
                "kinds": list(subject.kinds),
                "zones": list(subject.zones),
                "lists": sorted({entry.list for entry in subject.lists}),
            }
        return self._values

    def attribute(self, name: str) -> tuple[str, ...]:
        """What an attribute may be: as the asker says it, or the scene. Of `tier` it is what the site knows, and what
        the asker says besides: a rule that restricts looks at each, one that spares wants all of them."""
        said = self.question.attributes.get(name)
        if name == TIER and self.subject.tiers:
            return self.subject.tiers if said is None else tuple(dict.fromkeys((*self.subject.tiers, said)))
        if said is None:
            said = self.scene.attributes.get(name)
        return () if said is None else (said,)

    def has_attribute(self, name: str, values: Collection[str], *, doubtful: bool = True) -> bool:
        """Whether an attribute is one of these; `doubtful`: the answer where it may be one and another."""
        found = self.attribute(name)
        some = any(one in values for one in found)
        return some if doubtful else some and all(one in values for one in found)

    def granted(self, exception: str, at: float) -> bool:
        """Whether an exception that is granted one by one holds for this callee at `at`."""
        if exception not in self.subject.exceptions:
            return False
        end = self.subject.exceptions_until.get(exception)
        return end is None or at < end

    def _tier(self) -> dict[str, str]:
        tiers = self.subject.tiers
        return {TIER: tiers[0]} if len(tiers) == 1 else {}

    def entry(self, lists: frozenset[str], at: float, *, doubtful: bool = True) -> Listed | None:
        """The entry of one of these lists that is in force at `at` and covers this call.

        `doubtful`: the answer for a scope that cannot be told, such as that of a campaign when none is named, and for
        an entry of somebody who may not be the callee.
        """
        for entry in self.subject.lists:
            if (
                entry.list in lists
                and (entry.sure or doubtful)
                and entry.since <= at
                and (entry.until is None or at < entry.until)
                and (not entry.scope or self._within(entry.scope, doubtful))
            ):
                return entry
        return None

    def _within(self, scope: str, doubtful: bool) -> bool:
        kind, _, name = scope.partition(":")
        match kind:
            case "campaign" if self.question.campaign:
                return self.question.campaign == name
            case "scene":
                return self.scene.name == name
            case "category":
                return self.scene.category == name
            case "prefix":
                return self.subject.number.startswith(name)
        return doubtful
