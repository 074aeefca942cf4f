"""Detection in the campaigns core: persons are served, machines treated, and who was taken for one is abandoned."""

from typing import Any, Literal

import msgspec
import pytest

from calls.ids import AgentId, AttemptId
from dialer.answering_machines.settings import Detection
from dialer.campaigns import commands, events
from dialer.campaigns.core import Campaigns
from dialer.campaigns.results import AnsweredResult
from dialer.pacing.settings import PacingSettings
from tests.unit.dialer.campaigns.house import House, campaign, of_kind

pytestmark = pytest.mark.unit
ANN = AgentId("ann")


def answered(mode: Literal["progressive", "predictive", "agentless"] = "progressive", **detection: Any) -> House:
    """A house whose first contact has answered, and is judged."""
    house = House(campaign(mode, detection=Detection(on=True, **detection), dispositions=()))
    said = house.do(events.Answered(placed(house)))
    assert not of_kind(commands.TakeToAgent, said)
    assert not of_kind(commands.TakeToFlow, said)
    assert of_kind(commands.Place, house.said)[0].detection.on
    return house


def placed(house: House) -> AttemptId:
    """The first contact's call, which a predictive campaign orders a moment later."""
    house.start()
    house.agents("ann")
    house.wait(2.0)
    attempt = house.asked().attempt
    house.do(events.Allowed(attempt))
    return attempt


def attempt_of(house: House) -> AttemptId:
    return of_kind(commands.Place, house.said)[0].attempt


def ends(house: House, result: AnsweredResult = "hung_up") -> commands.LogTry:
    """The call is over: its row, which must say the same of abandonment as the ledger was told last."""
    said = house.do(events.Ended(attempt_of(house), result, call="c1"))
    (row,) = of_kind(commands.LogTry, said)
    settled = [one.state for one in of_kind(commands.Settle, house.said) if one.attempt == row.attempt]
    assert (settled[-1] == "abandoned") == row.abandoned
    return row


def abandoned_of(house: House) -> float:
    """What the pacing counts of each window."""
    core = house.core._paces._by_campaign["spring"]
    return core.ledgers.by_window["24 h"].abandoned


@pytest.mark.parametrize("leave", [{}, {"leave_message": "call_us"}, {"leave_flow": "survey"}])
def test_a_machine_is_hung_up_or_hears_something_after_its_greeting(leave: dict[str, str]):
    house = answered(**leave)
    said = house.do(events.Detected(attempt_of(house), "machine"))
    assert bool(of_kind(commands.GiveUp, said)) == (not leave)
    if leave:
        (flow,) = of_kind(commands.TakeToFlow, said)
        phrase_or_flow = (flow.phrase, flow.flow)
        assert phrase_or_flow == (leave.get("leave_message", ""), leave.get("leave_flow", ""))
        assert flow.after_greeting
    row = ends(house)
    assert (row.result, row.abandoned) == ("machine", False)


@pytest.mark.parametrize(
    ("silence", "message", "speaks"),
    [("hang_up", "call_us", False), ("machine", "call_us", True), ("machine", "", False)],
)
def test_silence_is_nobody_and_treated_as_the_campaign_says(silence: str, message: str, speaks: bool):
    house = answered(silence=silence, leave_message=message)
    said = house.do(events.Detected(attempt_of(house), "silence"))
    assert bool(of_kind(commands.TakeToFlow, said)) == speaks
    assert bool(of_kind(commands.GiveUp, said)) == (not speaks)
    assert ends(house).result == "silence"


@pytest.mark.parametrize(
    ("since", "greeted_s", "judged_s", "left_s"),
    [
        ("greeting", 0.8, 1.9, 1.2),
        ("greeting", 0.0, 5.0, 2.0),
        ("greeting", None, 2.5, 2.0),
        ("answer", None, 1.5, 0.5),
        ("greeting", 3.0, 4.0, 0.0),
        ("answer", 0.8, 1.5, 0.5),
        ("answer", 0.8, 2.5, 0.0),
    ],
)
def test_the_time_of_judging_counts_toward_patience(
    since: str, greeted_s: float | None, judged_s: float, left_s: float
):
    house = answered(patience_from=since)
    house.wait(judged_s)
    said = house.do(events.Detected(attempt_of(house), "person", greeted_s))
    (taken,) = of_kind(commands.TakeToAgent, said)
    assert taken.patience_s == pytest.approx(left_s)


def test_a_person_of_an_agentless_campaign_hears_its_flow():
    house = answered("agentless")
    said = house.do(events.Detected(attempt_of(house), "person"))
    (flow,) = of_kind(commands.TakeToFlow, said)
    assert (flow.flow, flow.after_greeting) == ("survey", False)
    assert not of_kind(commands.TakeToFlow, house.do(events.Detected(attempt_of(house), "machine"))), (
        "decided is decided"
    )
    assert ends(house).result == "flow_done"


def test_who_goes_while_they_are_judged_is_abandoned():
    house = answered("predictive")
    row = ends(house)
    assert (row.result, row.abandoned) == ("abandoned", True)
    assert abandoned_of(house) == 1.0


def test_who_goes_from_the_queue_after_that_has_hung_up():
    house = answered()
    house.do(events.Detected(attempt_of(house), "person", 0.8))
    row = ends(house)
    assert (row.result, row.abandoned) == ("hung_up", False)


def test_who_answers_to_the_message_was_a_person_and_is_abandoned():
    house = answered("predictive", leave_message="call_us", false_positives=0.0)
    attempt = attempt_of(house)
    house.do(events.Detected(attempt, "machine"))
    assert abandoned_of(house) == 0.0
    said = house.do(events.WasPerson(attempt))
    (settled,) = of_kind(commands.Settle, said)
    assert (settled.state, settled.result, settled.ended) == ("abandoned", "taken_for_machine", False)
    assert not of_kind(commands.Settle, house.do(events.WasPerson(attempt))), "counted once"
    assert abandoned_of(house) == 1.0
    row = ends(house)
    assert (row.result, row.abandoned) == ("taken_for_machine", True)
    assert not house.core.state.machines


def test_a_number_that_calls_back_at_once_was_a_person_s():
    house = answered("predictive", called_back_s=60.0)
    attempt = attempt_of(house)
    house.do(events.Detected(attempt, "machine"))
    row = ends(house)
    house.wait(59.0)
    assert house.core.over([attempt]) == []
    before = abandoned_of(house)
    said = house.do(events.CalledIn(row.number))
    (settled,) = of_kind(commands.Settle, said)
    (again,) = of_kind(commands.LogTry, said)
    assert (settled.state, settled.ended, settled.call) == ("abandoned", True, "c1")
    assert (again.attempt, again.result, again.abandoned) == (attempt, "taken_for_machine", True)
    assert abandoned_of(house) == before + 1.0
    assert house.do(events.CalledIn(row.number)) == []
    assert house.core.over([attempt]) == [attempt]


def test_a_number_that_calls_later_or_was_none_says_nothing():
    house = answered(called_back_s=60.0)
    house.do(events.Detected(attempt_of(house), "silence"))
    row = ends(house)
    assert house.do(events.CalledIn("+8613000000000")) == []
    house.wait(61.0)
    assert not of_kind(commands.LogTry, house.do(events.CalledIn(row.number)))


def test_each_machine_counts_a_share_of_a_person_in_the_pacing():
    pacing = PacingSettings(machines_wrong=0.07)
    house = House(campaign("predictive", detection=Detection(on=True), pacing=pacing, dispositions=()))
    attempt = placed(house)
    house.do(events.Answered(attempt))
    house.do(events.Detected(attempt, "machine"))
    assert abandoned_of(house) == pytest.approx(0.07)


def test_of_a_preview_nobody_is_judged():
    house = House(campaign("preview", detection=Detection(on=True)))
    assert not house.core.settings("spring").detects


def test_a_campaign_that_begins_to_detect_judges_the_next_call():
    """The one that is up was not listened to: whoever answers is served."""
    house = House(campaign())
    attempt = house.placed()
    house.versions["v2"] = {"spring": campaign(detection=Detection(on=True))}
    house.do(events.SettingsInForce("v2"))
    assert of_kind(commands.TakeToAgent, house.do(events.Answered(attempt)))


def test_a_snapshot_of_before_detection_is_read():
    house = House()
    attempt = house.placed()
    data = msgspec.msgpack.decode(house.core.snapshot())
    del data["machines"]
    for hand in data["campaigns"]["spring"]["hands"].values():
        for name in ("judged", "answered", "was_person"):
            del hand[name]
    again = Campaigns(house.versions.__getitem__)
    again.restore(msgspec.msgpack.encode(data))
    assert of_kind(commands.TakeToAgent, again.handle(events.Answered(attempt), house.now))
