"""Shifts: a campaign's own hours, by the clock of hours.yaml. Outside of them it rests: nobody is fetched or dialled.

The callee's own clock is the business of the gate: scenes and policies have hours by it. These are the house's, and
a supervisor's other hours of today move them: they let nobody be called whom the gate does not allow.
"""

from dialer.campaigns.settings import CampaignSettings
from dialer.governor.hours import Timetable
from dsl.hours import Hours, OtherHours, with_others


class Shifts:
    """When each campaign calls; the instants are worked out once for eight days."""

    def __init__(self) -> None:
        self._tables: dict[str, tuple[Hours, Timetable]] = {}

    def now(
        self, settings: CampaignSettings, utc: float, others: OtherHours | None = None
    ) -> tuple[bool, float | None]:
        """Whether the campaign is inside its hours at `utc`, and when that changes (UTC epoch seconds); None: not in
        two months, as far as the calendar is known. `others` hold in place of the published ones."""
        if settings.calendar is None:
            return True, None
        hours = with_others(settings.calendar, others, utc)
        table = self._table(settings.name, hours)
        opens = table.opening(hours.zone, utc)
        return (True, table.closing(hours.zone, utc)) if opens == utc else (False, opens)

    def _table(self, name: str, hours: Hours) -> Timetable:
        known = self._tables.get(name)
        if known is None or known[0] != hours:
            known = self._tables[name] = hours, Timetable(hours)
        return known[1]
