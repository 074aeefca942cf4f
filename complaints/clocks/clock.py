"""Clocks as dialplans/clocks.yaml defines them.

Minutes are counted in seconds, days in days. A clock of minutes counts all time (natural) or working time (business); a
clock of days counts the days that end while it runs: all of them, or the working ones.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from complaints.audit import Entry
from complaints.clocks.working_time import DayEnd

Unit = Literal["natural_minutes", "business_minutes", "natural_days", "working_days"]
Regime = Literal["statutory", "internal", "between_departments"]

ENDINGS = frozenset({"closed", "merged", "withdrawn", "transferred"})
"""Entries that end every clock of a case: no alarm comes after them."""
ELSE = "else"
"""The target of grades and categories that have none of their own."""

Wheres = tuple[dict[str, tuple[str, ...]], ...]


class Condition(msgspec.Struct, frozen=True):
    """Kinds of entries, each with what their fields must be: as in one of the mappings, each field one of its words.

    A kind with no mapping is met by every entry of the kind.
    """

    kinds: dict[str, Wheres] = {}

    def meets(self, entry: Entry) -> bool:
        """Whether the entry meets it."""
        wheres = self.kinds.get(entry.kind)
        if not wheres:
            return wheres is not None
        for where in wheres:
            for field, words in where.items():
                if str(entry.fields.get(field, "")) not in words:
                    break
            else:
                return True
        return False


class WarningStep(msgspec.Struct, frozen=True):
    """A step of warning: so many seconds of working time before the deadline, or so many working days."""

    seconds: float = 0.0
    days: int = 0


class ExtensionStep(msgspec.Struct, frozen=True):
    """More time: the target becomes `to`. Who must approve it, and who must be told: words of the site."""

    to: float
    approver: str = ""
    notice: str = ""


class Clock(msgspec.Struct, frozen=True):
    """One promise. `targets` by grade or category, in seconds or days; `else` is that of all others.

    A clock without a target for a case's grade and category does not run for it. `again`: starts anew each time
    that it has stopped, as between departments. `share`: the part of the cases in which it is to be kept.
    """

    name: str
    regime: Regime
    unit: Unit
    calendar: str
    start: Condition
    stop: Condition
    targets: dict[str, float]
    pause: Condition = Condition()
    resume: Condition = Condition()
    warnings: tuple[WarningStep, ...] = ()
    warn_in: str = ""
    extensions: tuple[ExtensionStep, ...] = ()
    day_end: DayEnd = "midnight"
    first_day: bool = False
    again: bool = False
    share: float = 1.0
    about: str = ""

    @property
    def in_days(self) -> bool:
        """Whether it counts days."""
        return self.unit in ("natural_days", "working_days")

    def target(self, category: str, grade: str) -> float | None:
        """The target of a case. None: this clock is not for it."""
        for word in (grade, category, ELSE):
            if word in self.targets:
                return self.targets[word]
        return None


Clocks = Mapping[str, Clock]
