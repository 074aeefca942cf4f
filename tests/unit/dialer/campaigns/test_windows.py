"""When the windows of abandoned calls end: in the zone, over a change of clocks, thirty days after thirty days."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dialer.campaigns import events
from dialer.campaigns.windows import began_at, local_hour, next_end
from tests.unit.dialer.campaigns.house import House, campaign

pytestmark = pytest.mark.unit


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("every", "now", "zone", "end"),
    [
        ("day", "2026-11-30T23:59:59", "Asia/Shanghai", "2026-12-01T00:00"),
        ("day", "2026-12-01T00:00:00", "Asia/Shanghai", "2026-12-02T00:00"),
        ("day", "2026-03-28T12:00:00", "Europe/Berlin", "2026-03-29T00:00"),
        ("day", "2026-03-29T12:00:00", "Europe/Berlin", "2026-03-30T00:00"),
        ("month", "2026-12-31T23:00:00", "America/New_York", "2027-01-01T00:00"),
        ("month", "2028-01-31T10:00:00", "UTC", "2028-02-01T00:00"),
    ],
)
def test_days_and_months_end_in_the_zone(every, now, zone, end):
    assert next_end(every, at(now, zone), zone, None) == at(end, zone)


@pytest.mark.parametrize(
    ("every", "end", "zone", "began"),
    [
        ("day", "2026-12-01T00:00", "Asia/Shanghai", "2026-11-30T00:00"),
        ("day", "2026-03-30T00:00", "Europe/Berlin", "2026-03-29T00:00"),  # a day of 23 hours
        ("month", "2027-01-01T00:00", "America/New_York", "2026-12-01T00:00"),
        ("month", "2026-04-01T00:00", "Europe/Berlin", "2026-03-01T00:00"),
        ("30 days", "2026-12-01T00:00", "UTC", "2026-11-01T00:00"),
    ],
)
def test_a_window_that_ends_has_begun(every, end, zone, began):
    assert began_at(every, at(end, zone), zone) == at(began, zone)


def test_thirty_days_follow_on_thirty_days():
    first = next_end("30 days", 1000.0, "UTC", None)
    assert first == 1000.0 + 30 * 86_400
    assert next_end("30 days", first, "UTC", first) == first + 30 * 86_400
    assert next_end("30 days", first + 70 * 86_400, "UTC", first) == first + 90 * 86_400


def test_a_window_of_somebody_else_has_no_end_here():
    assert next_end("", 1000.0, "UTC", None) is None
    assert began_at("", 1000.0, "UTC") is None


def test_the_hour_is_the_callees():
    assert local_hour(at("2026-11-30T09:30", "UTC"), "Asia/Shanghai") == 17


def test_windows_of_a_campaign_that_is_paced_count_and_end():
    house = House(campaign("predictive", zone="UTC"), campaign("progressive", name="other"))
    assert house.core.windows("spring") == (), "nobody has started it"
    house.start()
    house.agents("ann")
    house.wait(2.0)
    attempt = house.asked().attempt
    house.do(events.Allowed(attempt))
    house.do(events.Answered(attempt))
    day, thirty, month = house.core.windows("spring")
    assert [(one.window.name, one.of, one.abandoned) for one in (day, thirty, month)] == [
        ("24 h", 1.0, 0.0),
        ("campaign, 30 days", 1.0, 0.0),
        ("month", 1.0, 0.0),
    ]
    ends_at = day.ends_at + house.core.state.offset_s
    assert began_at("day", ends_at, "UTC") <= house.utc < ends_at
    house.start("other")
    assert house.core.windows("other") == (), "nothing paces it"
    assert house.core.windows("nobody") == ()
