"""The records of followups.yaml, and the rules that a version keeps of them."""

from typing import Annotated, Literal

import msgspec

from complaints.clocks.calendars import Calendar, Calendars
from dsl.tree import NAME

Name = Annotated[str, msgspec.Meta(pattern=NAME)]
WorkingDays = Annotated[str, msgspec.Meta(pattern=r"^([1-9]|[1-9][0-9]) days?$")]
Occasion = Literal["case_closed", "list"]
Means = Literal["call", "visit"]


class WrittenRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is followed up, by when, and how."""

    about: str = ""
    on: Occasion = "case_closed"
    """`case_closed`: each case that is closed and fits; `list`: each person of a list of contacts, once it is there."""
    grades: tuple[str, ...] = ()
    """Of cases; none: those of grades.yaml whose flow says `follow_up: true`."""
    categories: tuple[str, ...] = ()
    """Of cases; none: all."""
    list: str = ""
    """Of contacts: hotline lists import."""
    by: Means = "call"
    campaign: str = ""
    """Whose calls they are: its scene is asked for, its tries and hours hold."""
    questionnaire: str = ""
    after: WorkingDays = "1 day"
    """The first day: so many working days after the day of the occasion."""
    within: WorkingDays = "3 days"
    """The last one; it is over with that day's work."""
    calendar: str = ""
    """An entry of hours.yaml, or a calendar of clocks.yaml."""
    once_in_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30
    """Whoever was followed up by this rule less than so long ago is spared; 0: nobody is."""


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All of followups.yaml."""

    followups: dict[Name, WrittenRule] = {}
    about: str = ""


class FollowUpRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, with what it names filled in. Days are working days of `calendar`."""

    name: str
    on: Occasion
    by: Means
    after_days: int
    within_days: int
    calendar: str
    grades: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    list: str = ""
    campaign: str = ""
    campaign_list: str = ""
    """The list that the campaign calls: follow-ups are put on it."""
    questionnaire: str = ""
    once_in_days: int = 30

    def fits(self, category: str, grade: str) -> bool:
        """Whether a closed case of this category and grade is followed up by it."""
        if self.on != "case_closed" or grade not in self.grades:
            return False
        return not self.categories or category in self.categories


class FollowUpBook(msgspec.Struct, frozen=True):
    """What followups.yaml says: rules by name, and the calendars that they count by."""

    rules: dict[str, FollowUpRule] = {}
    calendars: dict[str, Calendar] = {}

    def laid_out(self) -> Calendars:
        """The calendars, ready to count."""
        return Calendars(self.calendars)
