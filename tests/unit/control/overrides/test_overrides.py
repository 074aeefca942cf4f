"""Overrides: closed queues and lines, announcements, other hours; set, seen, and over by themselves."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from acd.config import Configuration, read
from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Answer, HangUp, Originate, Play, Sentence
from calls.ids import AgentId, CallId, LegId
from calls.overrides import Kind, Override, end_of_day
from control.messages import commands, events, log_commands
from control.rules.treatment import CallbackRules, QueueTreatment
from dsl.hours import Hours
from ivr import program as flow
from ivr import steps
from tests.unit.control import harness
from tests.unit.control.callbacks.callback_house import booked, offers_callbacks
from tests.unit.control.harness import ControlHarness
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign

pytestmark = pytest.mark.unit

SHANGHAI = ZoneInfo("Asia/Shanghai")


def wanted(
    house: ControlHarness, kind: Kind, target: str, until: float | str = "today", **more: object
) -> Override | None:
    house.tell(events.OverrideWanted(kind, target, "li", "storm", until, **more))  # type: ignore[arg-type]
    return next((one for one in house.router.register.overrides if one.target == target), None)


def utc(house: ControlHarness) -> float:
    return house.now + house.router.register.offset_s


def said(house: ControlHarness, call: CallId) -> list[str]:
    plays = [play for play in house.given(Play) if play.leg == call]
    return [media.text for media in plays[-1].media if isinstance(media, Sentence)] if plays else []


def test_it_ends_with_the_day_of_the_house_and_says_so() -> None:
    house = ControlHarness()
    override = wanted(house, "closure", "queue:care")
    assert override is not None
    end = datetime.fromtimestamp(override.ends_at or 0.0, SHANGHAI)
    assert (end.hour, end.minute, override.number) == (0, 0, 1)
    assert 0 < (override.ends_at or 0.0) - utc(house) <= 86_400
    house.wait((override.ends_at or 0.0) - utc(house) - 1.0)
    assert house.router.register.overrides == [override]
    house.wait(2.0)
    assert house.router.register.overrides == []
    rows = house.given(log_commands.LogOverride)
    assert [(row.override.number, row.how, row.over_by) for row in rows] == [(1, "", ""), (1, "ended", "")]
    assert rows[-1].over_at == pytest.approx(override.ends_at, abs=1.0)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_may_have_23_or_25_hours(day: str, hours: int) -> None:
    begin = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    assert end_of_day(begin, "Europe/Berlin") - begin == hours * 3_600


def test_one_that_is_until_lifted_stays_until_somebody_does() -> None:
    house = ControlHarness()
    override = wanted(house, "closure", "queue:care", "lifted")
    assert override is not None
    assert override.ends_at is None
    house.wait(40 * 86_400.0)
    assert house.router.register.overrides == [override]
    house.tell(events.OverrideLifted(override.number, "wang"))
    assert (house.router.register.overrides, house.last(log_commands.LogOverride).over_by) == ([], "wang")
    house.tell(events.OverrideLifted(override.number, "wang"))
    assert len(house.given(log_commands.LogOverride)) == 2, "over is over"


def test_the_same_again_takes_the_place_of_the_one_before() -> None:
    house = ControlHarness()
    wanted(house, "closure", "queue:care")
    wanted(house, "closure", "queue:care", "lifted")
    assert [one.number for one in house.router.register.overrides] == [2]
    assert [row.how for row in house.given(log_commands.LogOverride)] == ["", "replaced", ""]


def test_an_end_that_has_passed_sets_nothing() -> None:
    house = ControlHarness()
    assert wanted(house, "closure", "queue:care", utc(house) - 1.0) is None
    assert house.last(commands.Noticed).event == "override not set"


def test_a_clock_that_jumps_past_the_end_ends_it_at_once_and_back_before_it_never_again() -> None:
    house = ControlHarness()
    override = wanted(house, "closure", "queue:care", utc(house) + 3_600.0)
    assert override is not None
    offset = house.router.register.offset_s
    house.tell(door.ClockSet(offset - 1_800.0))
    house.wait(3_700.0)
    assert house.router.register.overrides == [override], "by the wall clock it has half an hour left"
    house.tell(door.ClockSet(offset + 86_400.0))
    assert house.router.register.overrides == []
    house.tell(door.ClockSet(offset))
    assert house.router.register.overrides == []


def test_one_whose_end_came_while_no_controller_was_there_is_over_at_the_start() -> None:
    house = ControlHarness()
    wanted(house, "closure", "queue:care", utc(house) + 60.0)
    after = house.empty()
    after.router.restore(house.router.snapshot())
    assert len(after.router.register.overrides) == 1
    after.now = house.now
    after.tell(door.ClockSet(house.router.register.offset_s + 3_600.0), after_s=0.0)
    assert after.router.register.overrides == []
    assert after.last(log_commands.LogOverride).how == "ended"


def test_callers_of_a_closed_queue_go_its_way_and_no_phone_rings() -> None:
    house = ControlHarness("01")
    wanted(house, "closure", "queue:care")
    call = house.arrive()
    house.press(call, "1")
    assert not house.given(Originate)
    assert house.last(log_commands.LogStep).step.outcome == "closed"
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    row = house.last(log_commands.LogCall)
    assert (row.outcome, row.queue) == ("refused", "care")


@pytest.mark.parametrize(
    ("rule", "place", "words"),
    [("leave", "menu", []), ("announce", "waiting", ["queue_closed"]), ("stay", "waiting", [])],
)
def test_callers_who_wait_when_it_closes_are_treated_by_the_queues_rule(
    rule: str, place: str, words: list[str]
) -> None:
    house = ControlHarness(habits=QueueTreatment(on_closure=rule))  # type: ignore[arg-type]
    call = house.arrive()
    house.press(call, "1")
    before = len(house.given(Play))
    wanted(house, "closure", "queue:care")
    going_on = house.router.register.calls.get(call)
    assert (going_on.place if going_on is not None else "gone") == place
    assert [
        media.text for play in house.given(Play)[before:] for media in play.media if isinstance(media, Sentence)
    ] == words
    house.tell(AgentSignedIn(AgentId("01")))
    assert bool(house.given(Originate)) == (place == "waiting"), "those who stay are served"


def test_a_phone_that_rings_for_one_who_is_sent_away_stops() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    ringing = house.last(Originate)
    wanted(house, "closure", "queue:care")
    assert any(command.leg == ringing.leg for command in house.given(HangUp))
    assert house.router.register.calls[call].place == "menu"


def test_an_agent_who_is_freed_by_it_is_offered_nobody_who_is_to_go_too() -> None:
    house = ControlHarness("01")
    calls = [house.arrive(caller=f"1380013800{number}") for number in range(3)]
    for call in calls:
        house.press(call, "1")
    assert [house.router.register.calls[call].place for call in calls] == ["offered", "waiting", "waiting"]
    rung = len(house.given(Originate))
    wanted(house, "closure", "queue:care")
    assert [house.router.register.calls[call].place for call in calls] == ["menu"] * 3
    assert len(house.given(Originate)) == rung, "the phone rings for nobody else"
    assert house.router.agents()[0].state == "idle"


@pytest.mark.parametrize("rule", ["leave", "announce", "stay"])
def test_who_overflows_into_a_closed_queue_in_which_an_agent_is_free_is_treated_by_its_rule(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def configuration() -> Configuration:
        people, problems = read(
            {"queues": {"care": {"steps": [{"after_s": 10, "overflow": "desk"}]}, "desk": {}}},
            {"agents": {"01": {"account": "8001", "queues": ["desk"], "skills": {"care": 3}}}},
        )
        assert not problems
        return people

    monkeypatch.setattr(harness, "configuration", configuration)
    house = ControlHarness("01", habits=QueueTreatment(on_closure=rule))  # type: ignore[arg-type]
    wanted(house, "closure", "queue:desk")
    call = house.arrive()
    house.press(call, "1")
    assert house.router.register.calls[call].place == "waiting"
    house.wait(11.0)
    assert house.router.register.calls[call].queue == "desk"
    assert house.router.register.calls[call].place == ("menu" if rule == "leave" else "offered")


def test_a_talk_goes_on() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    wanted(house, "closure", "queue:care")
    assert house.router.register.calls[call].place == "talking"


@pytest.mark.usefixtures(offers_callbacks.__name__)
def test_nobody_is_called_back_from_a_closed_queue_until_it_is_open() -> None:
    house = ControlHarness(habits=QueueTreatment(callback=CallbackRules(retry_s=60.0)))
    call = booked(house)
    override = wanted(house, "closure", "queue:care")
    assert override is not None
    house.tell(AgentSignedIn(AgentId("01")))
    assert not house.given(Originate)
    assert house.last(log_commands.LogCallback).detail == "the queue care is closed"
    house.tell(events.OverrideLifted(override.number, "li"))
    house.wait(61.0)
    assert house.rings_for(house.last(Originate).leg) == call


def test_a_closed_line_says_so_and_ends() -> None:
    house = ControlHarness()
    wanted(house, "closure", "line:95183")
    call = house.arrive()
    assert said(house, call) == ["closed_today"]
    house.press(call, "1")
    house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == call
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert house.last(log_commands.LogCall).outcome == "refused"
    assert not house.given(log_commands.LogStep)


def test_a_closed_line_leads_to_its_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness.Directory, "closed_flow", lambda self, version, line: "night")
    monkeypatch.setitem(
        harness.PROGRAM.flows,
        "night",
        flow.Flow(start="bye", steps={"bye": steps.HangUp(lines=(steps.Line("bye"),))}),
    )
    house = ControlHarness()
    wanted(house, "closure", "line:95183")
    call = house.arrive()
    assert said(house, call) == ["Bye."]


def test_an_announcement_comes_before_everything_in_each_language() -> None:
    house = ControlHarness()
    house.tell(
        events.OverrideWanted(
            "announcement", "line:95183", "li", "storm", texts={"de": "Sturm.", "en": "A storm."}, recording="/r/storm"
        )
    )
    call = house.arrive()
    play = house.last(Play)
    assert [getattr(media, "path", None) or getattr(media, "text", None) for media in play.media] == [
        "/r/storm",
        "A storm.",
    ]
    house.press(call, "1")  # no key of the menu yet: it was not said
    house.tell(door.PlaybackFinished(LegId(call), play.attempt, Outcome.FINISHED))
    assert said(house, call) == ["Press one."]
    assert len([command for command in house.given(Answer) if command.leg == call]) == 1


def test_who_hangs_up_during_it_has_left_in_the_menu() -> None:
    house = ControlHarness()
    wanted(house, "announcement", "all", texts={"en": "A storm."})
    call = house.arrive()
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert house.last(log_commands.LogCall).outcome == "left_in_menu"
    assert not house.router.register.calls


def test_after_a_gap_it_is_said_again_and_the_flow_begins_after_it() -> None:
    house = ControlHarness()
    wanted(house, "announcement", "all", texts={"en": "A storm."})
    call = house.arrive()
    first = house.last(Play)
    house.tell(door.SwitchLost("a"))
    house.tell(door.PlaybackFinished(LegId(call), first.attempt, Outcome.FAILED, reason="switch_lost"))
    live = door.LiveLeg(LegId(call), "13800138000", "95183", True, True)
    house.tell(door.SwitchBack("a", (live,)))
    again = house.last(Play)
    assert (again.media, again.attempt == first.attempt) == (first.media, False)
    assert call in house.router.register.calls
    house.tell(door.PlaybackFinished(LegId(call), again.attempt, Outcome.FINISHED))
    assert said(house, call) == ["Press one."]


def test_a_replay_of_the_journal_gives_the_same_commands() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    wanted(house, "closure", "queue:care", utc(house) + 30.0)
    wanted(house, "announcement", "all", texts={"en": "A storm."})
    house.arrive()
    house.wait(60.0)
    again = house.empty()
    replayed = [command for at, event in house.journal for command in again.router.handle(event, at)]
    assert replayed == house.commands
    assert again.router.snapshot() == house.router.snapshot()


def test_other_hours_rest_a_campaign_that_goes_by_them_until_they_are_lifted() -> None:
    always = Hours("Asia/Shanghai", (((0, 1440),),) * 7)
    house = CampaignHouse(campaign(hours="always", calendar=always), "01")
    closed = wanted(house, "hours", "hours:always", spans=())
    assert closed is not None
    house.start()
    assert house.calls_outside() == []
    assert house.router.hub.campaigns.state.campaigns["spring"].rests
    house.tell(events.OverrideLifted(closed.number, "li"))
    assert len(house.calls_outside()) == 1
    wanted(house, "hours", "hours:always", spans=())
    assert house.router.hub.campaigns.state.campaigns["spring"].rests
