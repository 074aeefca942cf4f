"""Calendars of clocks: which hours hold on a day, as far as was known at an instant.

A calendar is a list of versions in the order in which they were written: these hours, from that day on, entered then.
Of the versions that were known, the last one that has begun by a day holds on it. So hours that are changed later, also
for days that have passed, give what is right now, and what was told before can be told again.

A year whose public holidays are not decreed yet is counted by the usual week: a deadline then comes rather too early
than too late, and is marked provisional.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from complaints.clocks.working_time import DayPlan, WorkingTime
from dsl.hours import Hours, of_day


class Version(msgspec.Struct, frozen=True):
    """Hours from one day on. `begins`: an ISO date in their zone, empty for ever; `entered`: UTC, None: always known.

    `name`: the entry of hours.yaml.
    """

    hours: Hours
    name: str = ""
    begins: str = ""
    entered: float | None = None


class Calendar(msgspec.Struct, frozen=True):
    """Versions in the order of writing; all are of one zone."""

    versions: tuple[Version, ...]

    @property
    def zone(self) -> str:
        """IANA."""
        return self.versions[0].hours.zone

    def known_at(self, instant: float) -> "Calendar":
        """The calendar as it was known at `instant`; the first version always was."""
        known = [one for one in self.versions[1:] if one.entered is None or one.entered <= instant]
        return Calendar((self.versions[0], *known))

    def on(self, day: date) -> Version:
        """The version that holds on `day`."""
        text = day.isoformat()
        return next((one for one in reversed(self.versions) if one.begins <= text), self.versions[0])

    def plan(self, day: date) -> DayPlan:
        """The spans of `day`."""
        hours = self.on(day).hours
        spans, reason = of_day(hours, day)
        if reason == "unknown_year":
            return DayPlan(hours.week[day.weekday()], "week", provisional=True)
        return DayPlan(spans, reason)


class Calendars:
    """All calendars of a site by name, laid out once and kept."""

    def __init__(self, calendars: Mapping[str, Calendar]) -> None:
        self._calendars = dict(calendars)
        self._laid_out: dict[tuple[str, int], WorkingTime] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._calendars

    def __getitem__(self, name: str) -> Calendar:
        return self._calendars[name]

    def working_time(self, name: str, known_at: float) -> WorkingTime:
        """The working time of a calendar as it was known at an instant."""
        calendar = self._calendars[name]
        count = 1
        for version in calendar.versions[1:]:
            if version.entered is None or version.entered <= known_at:
                count += 1
        # entered in the order of the list, so the count says which
        laid_out = self._laid_out.get((name, count))
        if laid_out is None:
            laid_out = self._laid_out[name, count] = WorkingTime(calendar.zone, calendar.known_at(known_at).plan)
        return laid_out
