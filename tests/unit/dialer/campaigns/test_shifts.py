"""A campaign's own hours: outside of them nobody is fetched or dialled, and it says until when."""

import pytest

from calls.events import ClockSet
from calls.ids import AgentId
from dialer.campaigns import commands, events
from dialer.campaigns.core import OUTSIDE_HOURS
from dialer.campaigns.settings import CampaignSettings, Mode
from dialer.campaigns.shifts import Shifts
from dsl.hours import Hours, OtherHours, Span
from sim.campaigns.rows import Rows, people
from tests.unit.dialer.campaigns.house import UTC_AT_START, House, campaign, of_kind

pytestmark = pytest.mark.unit

FRIDAY = UTC_AT_START - 16 * 3600.0
"""15 January 2027, 00:00 in Shanghai, where the house's clock begins at 16:00."""
HOUR = 3600.0
DAY: tuple[Span, ...] = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
OFFICE = Hours("Asia/Shanghai", (DAY,) * 5 + ((),) * 2, closures={"2027-01-19": ()})


def shift(mode: Mode = "progressive", **changes: object) -> CampaignSettings:
    return campaign(mode, hours="office", calendar=OFFICE, **changes)


# hours since Friday 00:00 there → inside, and the next change
CLOCK = [
    (8.999, False, 9.0),
    (9.0, True, 12.0),
    (11.999, True, 12.0),
    (12.0, False, 14.0),
    (14.0, True, 18.0),
    (18.0, False, 3 * 24 + 9.0),
    (24.0, False, 3 * 24 + 9.0),
    (3 * 24 + 17.0, True, 3 * 24 + 18.0),
    (3 * 24 + 18.0, False, 5 * 24 + 9.0),
]


@pytest.mark.parametrize(("hour", "inside", "changes"), CLOCK)
def test_the_clock_of_the_hours_says_when(hour, inside, changes):
    assert Shifts().now(shift(), FRIDAY + hour * HOUR) == (inside, FRIDAY + changes * HOUR)


def test_hours_that_are_round_the_clock_end_never_and_those_that_nobody_knows_begin_never():
    always = Hours("UTC", (((0, 1440),),) * 7)
    assert Shifts().now(campaign(calendar=always), UTC_AT_START) == (True, None)
    never = Hours("UTC", ((),) * 7)
    assert Shifts().now(campaign(calendar=never), UTC_AT_START) == (False, None)
    assert Shifts().now(campaign(), UTC_AT_START) == (True, None)


def test_hours_that_were_published_anew_hold_at_once():
    shifts, noon = Shifts(), FRIDAY + 12 * HOUR
    assert shifts.now(shift(), noon)[0] is False
    assert shifts.now(campaign(calendar=Hours("Asia/Shanghai", (((0, 1440),),) * 7)), noon)[0] is True


def at(hour: float, settings: CampaignSettings, count: int = 10) -> House:
    """A house whose clock says this hour of the Friday."""
    house = House(settings, rows=Rows({"spring": people(1, count)}))
    house.do(ClockSet(FRIDAY + hour * HOUR - house.now))
    return house


def last_change(house: House) -> commands.CampaignChanged:
    return of_kind(commands.CampaignChanged, house.said)[-1]


def test_outside_of_its_hours_nothing_is_fetched_and_it_says_when_it_goes_on():
    house = at(13.0, shift())
    house.start()
    house.agents("ann")
    assert not of_kind(commands.Fetch, house.said)
    changed = last_change(house)
    assert (changed.state, changed.why, changed.until) == ("running", OUTSIDE_HOURS, FRIDAY + 14 * HOUR)
    said = house.wait(HOUR - 1)
    assert said == []
    said = house.wait(1)
    assert of_kind(commands.Fetch, said)
    assert of_kind(commands.Ask, said)
    assert (last_change(house).why, last_change(house).until) == ("", None)


def test_at_the_end_of_its_hours_what_rings_goes_on_and_the_rest_is_given_back():
    house = at(17.9, shift())
    attempt = house.placed()
    house.agents("ben")
    asking = house.asked().attempt
    assert asking != attempt
    house.wait(360.0)
    assert last_change(house).until == FRIDAY + (3 * 24 + 9) * HOUR
    assert of_kind(commands.Settle, house.do(events.Allowed(asking)))[0].state == "released"
    assert house.rows.states("spring")["in_hand"] == 1, "the one who is on the phone"
    house.do(events.Answered(attempt))
    house.do(events.Connected(attempt, AgentId("ann")))
    house.do(events.Dispositioned(attempt, "promise"))
    house.do(events.Ended(attempt, "talked"))
    assert house.rows.states("spring") == {"reached": 1, "due": 1, "fresh": 8}
    before = len(house.said)
    house.wait((2 * 24 + 14) * HOUR)
    assert house.said[before:] == []


def test_a_contact_who_comes_too_late_is_given_back():
    house = at(17.9, shift())
    house.answers = False
    house.start()
    (fetch,) = house.unanswered
    house.wait(400.0)
    house.do(house.rows.fetch(fetch, house.utc))
    assert house.rows.states("spring") == {"fresh": 10}


def test_a_preview_ends_with_the_hours():
    house = at(17.99, shift("preview"))
    house.start()
    house.agents("ann")
    shown = of_kind(commands.ShowPreview, house.said)[-1]
    said = house.wait(40.0)
    assert of_kind(commands.EndPreview, said) == [commands.EndPreview(shown.attempt, AgentId("ann"))]
    assert house.rows.states("spring") == {"due": 1, "fresh": 9}
    assert house.do(events.PreviewAnswered(shown.attempt, AgentId("ann"), True)) == []


def test_agents_are_another_campaigns_while_it_rests():
    house = House(campaign(name="a"), shift(name="b"), rows=Rows({"spring": people(1, 5)}))
    house.do(ClockSet(FRIDAY + 13 * HOUR - house.now))
    house.start("a")
    house.start("b")
    house.agents("ann")
    assert [one.campaign for one in of_kind(commands.Ask, house.said)] == ["a"]


def test_a_clock_that_is_set_counts():
    house = at(13.0, shift())
    house.start()
    house.agents("ann")
    said = house.do(ClockSet(house.core.state.offset_s + HOUR))
    assert of_kind(commands.Fetch, said)
    house.do(ClockSet(house.core.state.offset_s - HOUR))
    assert last_change(house).why == OUTSIDE_HOURS


def test_a_restart_goes_on_with_them():
    house = at(13.0, shift())
    house.start()
    house.agents("ann")
    data = house.core.snapshot()
    house.core.restore(data)
    assert house.core.snapshot() == data
    assert of_kind(commands.Ask, house.wait(HOUR))


def test_pacing_knows_when_calling_ends():
    house = at(17.0, shift("predictive"))
    house.start()
    house.agents("ann")
    pace = house.core._paces._by_campaign["spring"]
    assert pace._calling_until == pytest.approx(house.now + HOUR)
    house.wait(HOUR)
    assert pace._calling_until is None


CLOSED = {"office": OtherHours((), "2027-01-15", "2027-01-15")}
LATE = {"office": OtherHours(((9 * 60, 20 * 60),), "2027-01-15", "2027-01-15")}


def test_other_hours_of_today_close_a_campaign_and_let_it_go_on_when_they_are_over():
    house = at(9.5, shift())
    house.start()
    house.agents("ann")
    before = len(house.said)
    house.do(events.HoursReplaced(CLOSED))
    assert (last_change(house).why, last_change(house).until) == (OUTSIDE_HOURS, FRIDAY + (3 * 24 + 9) * HOUR)
    assert not of_kind(commands.Ask, house.said[before:])
    house.core.restore(house.core.snapshot())
    assert last_change(house).why == OUTSIDE_HOURS
    house.do(events.HoursReplaced({}))
    assert last_change(house).why == ""


def test_other_hours_of_today_open_a_campaign_for_longer_and_not_tomorrow():
    house = at(17.9, shift())
    house.start()
    house.agents("ann")
    house.do(events.HoursReplaced(LATE))
    house.wait(360.0)
    assert last_change(house).why == ""
    house.wait(2 * HOUR)
    assert (last_change(house).why, last_change(house).until) == (OUTSIDE_HOURS, FRIDAY + (3 * 24 + 9) * HOUR)


def test_other_hours_of_another_entry_and_of_callers_change_nothing():
    house = at(9.5, shift())
    house.start()
    house.agents("ann")
    before = len(house.said)
    assert house.do(events.HoursReplaced({"service": OtherHours((), "2027-01-15")})) == []
    assert house.said[before:] == []
