"""Windows: when the day, the month or the thirty days begin and end within which a campaign's abandoned calls are
counted."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dialer.pacing.settings import Every

_THIRTY_DAYS_S = 30 * 86_400.0


def next_end(every: Every, utc: float, zone: str, ended_at: float | None) -> float | None:
    """The end of the window that `utc` is in, UTC epoch seconds; None where somebody else tells of it.

    Days and months end in the zone. Thirty days follow on thirty days: `ended_at` is the end of the last ones, None at
    the start of the campaign.
    """
    if every == "":
        return None
    if every == "30 days":
        end = utc + _THIRTY_DAYS_S if ended_at is None else ended_at
        while end <= utc:
            end += _THIRTY_DAYS_S
        return end
    local = datetime.fromtimestamp(utc, ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if every == "day":
        following = local + timedelta(days=1)
    else:
        following = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following.astimezone(UTC).timestamp()


def began_at(every: Every, ends_at: float, zone: str) -> float | None:
    """The beginning of the window that ends at `ends_at`, both UTC epoch seconds; None where somebody else tells of it.

    One that began with its campaign, in the middle of a day or a month, began no earlier than that.
    """
    if every == "":
        return None
    if every == "30 days":
        return ends_at - _THIRTY_DAYS_S
    end = datetime.fromtimestamp(ends_at, ZoneInfo(zone)).replace(fold=0)
    first = end - timedelta(days=1)
    return (first if every == "day" else first.replace(day=1)).astimezone(UTC).timestamp()


def local_hour(utc: float, zone: str) -> int:
    """The hour on the clocks there, 0 to 23."""
    return datetime.fromtimestamp(utc, ZoneInfo(zone)).hour
