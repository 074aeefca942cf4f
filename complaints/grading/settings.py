"""The records of grades.yaml."""

from typing import Annotated

import msgspec

from dsl.tree import NAME

Name = Annotated[str, msgspec.Meta(pattern=NAME)]


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How cases of a grade are handled beyond the stages that all go through."""

    four_eyes: bool = False
    """A second person agrees to the decision before the customer is told."""
    tell_lead: bool = False
    """The department's lead is told as soon as it is dispatched."""
    follow_up: bool = False
    """The customer is called after it is closed."""


class GradeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One grade: how cases of it are handled, by whom, and under which clocks of clocks.yaml."""

    title: str
    department: str = ""
    """The department of dispatch.yaml for what its table sends nowhere else."""
    clocks: tuple[str, ...] = ()
    flow: Flow = Flow()


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A kind of case: its grades, the most severe first, and the categories (of flows, forms, files) that are of it."""

    grades: tuple[Name, ...]
    categories: tuple[str, ...]
    unsure: str = ""
    """The grade where no rule holds for the words; the least severe one where none is given."""
    silent: str = ""
    """The same where there are no words: somebody pressed a key. None given: as `unsure`."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A case has at least this grade when the condition (CEL) holds. `of`: also cases of these other kinds get it."""

    grade: Name
    when: str
    because: str
    of: tuple[Name, ...] = ()


class ComplaintAlarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a scene of outgoing calls has too many complaints: so many cases per 10,000 of the calls that it dialled in
    the last `in_days`, where these were `least` or more."""

    per_10000: Annotated[float, msgspec.Meta(gt=0)]
    least: Annotated[int, msgspec.Meta(ge=1)] = 200
    in_days: Annotated[float, msgspec.Meta(gt=0, le=60)] = 7.0


class OriginSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the call is found that a case is about: one that the house placed, or a system that it governs."""

    about: tuple[Name, ...] = ()
    """Signals whose words say that it is about a call: without one, or the call itself named, none is certain."""
    of: tuple[Name, ...] = ()
    """Kinds of cases whose origin is looked for; none given: the first kind."""
    days: Annotated[float, msgspec.Meta(gt=0, le=400)] = 30.0
    """A call so long before may be meant."""
    certain_days: Annotated[float, msgspec.Meta(gt=0, le=400)] = 7.0
    """One so long before may be linked without asking."""
    list: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")] = "complained"
    """The list that the customer's number, account and person are put on at once; policies say what it forbids."""
    alarm: ComplaintAlarm | None = None


class Grades(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of grades.yaml. The first kind is that of categories which are of none."""

    kinds: dict[Name, Kind]
    grades: dict[Name, GradeSettings]
    signals: dict[Name, tuple[str, ...]]
    rules: tuple[Rule, ...]
    negations: tuple[str, ...] = ()
    """Words that deny what comes right after them in the same clause."""
    ignored: tuple[str, ...] = ()
    """Phrases that are no signal of anything, though they look like one: a street's name, another meaning."""
    misheard: tuple[Name, ...] = ()
    """Signals whose Chinese words count in other characters of the same sound, too, and whose long English words count
    with a letter wrong: people mistype what they know by ear, and recognisers mishear."""
    abandoned_after_s: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """A caller who gives up after so long a wait is owed a case; 0: none is."""
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "CNY"
    rates: dict[str, Annotated[float, msgspec.Meta(gt=0)]] = {}
    """Worth of one of each other currency in the house's own: for comparing, not for paying."""
    origin: OriginSettings = OriginSettings()

    def kind_of(self, category: str) -> str:
        """The kind that cases of a category are of."""
        found = (name for name, kind in self.kinds.items() if category in kind.categories)
        return next(found, next(iter(self.kinds)))
