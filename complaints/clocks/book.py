"""The clocks of a site and the calendars that they count by, as one thing that a version keeps."""

import msgspec

from complaints.clocks.calendars import Calendar, Calendars
from complaints.clocks.clock import Clock


class ClockBook(msgspec.Struct, frozen=True):
    """What dialplans/clocks.yaml says: clocks by name, and calendars, those of hours.yaml among them."""

    clocks: dict[str, Clock] = {}
    calendars: dict[str, Calendar] = {}

    def laid_out(self) -> Calendars:
        """The calendars, ready to count."""
        return Calendars(self.calendars)
