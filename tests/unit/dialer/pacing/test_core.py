"""Pacing: what it dials, when it does not over-dial, and what it takes from events that come twice, late or never."""

import msgspec
import pytest

from calls.errors import BadInput
from calls.ids import AgentId, CallId
from dialer.pacing.commands import ModeChanged
from dialer.pacing.core import Pacing
from dialer.pacing.events import (
    AgentBusy,
    CallingUntil,
    Cell,
    InboundShare,
    Machine,
    MachineWasPerson,
    NotDialled,
    Ringing,
    Upcoming,
    WindowRolled,
)
from dialer.pacing.settings import HandleTimes, PacingSettings, Window
from tests.unit.dialer.pacing.cases import Campaign

pytestmark = pytest.mark.unit

READY = PacingSettings(least_calls=20, least_answers=5, lent=0.0)


def experienced(agents: int, settings: PacingSettings = READY, answers: int = 400) -> Campaign:
    """A campaign that has learned, and whose windows hold so many answers and nothing abandoned."""
    campaign = Campaign(agents, settings)
    campaign.learn(60, 4)
    for ledger in campaign.core.ledgers.by_window.values():
        ledger.add(answers, 0.0, campaign.now)
    return campaign


def all_wrap_up(campaign: Campaign, agents: int, since_s: float = 10.0) -> None:
    """Every agent does after-call work, since so long."""
    for number in range(agents):
        campaign.tell(AgentBusy(AgentId(f"a{number}"), "wrap_up", "campaign"))
    campaign.tell(NotDialled(1000))
    campaign.ordered = 0
    campaign.wait(since_s)


def test_without_history_one_call_is_dialled_for_each_free_agent():
    campaign = Campaign(10)
    campaign.wait(2.0)
    assert campaign.ordered == 10
    campaign.dial_ordered()
    assert campaign.wait(20.0) == 0
    assert (campaign.core.mode, campaign.core.why) == ("progressive", "no_history")


def test_with_history_and_budget_calls_are_dialled_for_agents_who_are_not_free_yet():
    campaign = experienced(10)
    all_wrap_up(campaign, 10)
    assert campaign.ordered > 0
    assert campaign.core.mode == "predictive"


def test_a_few_agents_are_dialled_for_progressively_however_much_is_known():
    campaign = experienced(4)
    all_wrap_up(campaign, 4)
    assert campaign.ordered == 0
    assert campaign.core.why == "few_agents"


def test_without_budget_it_falls_back_to_progressive_and_says_which_window():
    campaign = experienced(10)
    campaign.core.ledgers.by_window["month"].add(0.0, 12.5, campaign.now)
    all_wrap_up(campaign, 10)
    assert campaign.ordered == 0
    assert campaign.modes[-1] == ModeChanged("progressive", "budget", "month")
    campaign.free("a3")
    campaign.wait(1.0)
    assert campaign.ordered == 1


def test_a_window_that_rolls_has_its_budget_back():
    campaign = experienced(10)
    campaign.core.ledgers.by_window["24 h"].add(0.0, 40.0, campaign.now)
    campaign.wait(2.0)
    assert campaign.core.why == "budget"
    campaign.tell(WindowRolled("24 h"))
    assert campaign.core.ledgers.by_window["24 h"].share == 0.0
    campaign.tell(WindowRolled("no such window"))


def test_orders_count_as_ringing_until_dialled_refused_or_forgotten():
    campaign = Campaign(10)
    campaign.wait(2.0)
    assert campaign.ordered == 10
    assert campaign.wait(2.0) == 0
    assert campaign.tell(NotDialled(4)) == 4
    assert campaign.wait(60.0) >= 10  # nothing was dialled of it


def test_a_call_whose_end_is_lost_is_forgotten():
    campaign = Campaign(1)
    campaign.wait(2.0)
    campaign.ordered = 0
    campaign.dial(1)
    campaign.wait(80.0)
    before = campaign.ordered
    campaign.wait(30.0)
    assert before == 0
    assert campaign.ordered >= 1


def test_who_answered_and_was_heard_of_no_more_counts_as_abandoned():
    campaign = Campaign(6)
    campaign.answer(campaign.dial()[0])
    campaign.wait(100.0)
    assert campaign.core.ledgers.by_window["month"].abandoned == 1.0


def test_events_of_calls_that_are_over_or_unknown_change_nothing():
    campaign = Campaign(6)
    call = campaign.dial()[0]
    campaign.answer(call)
    campaign.abandon(call)
    for again in (
        campaign.abandon,
        lambda call: campaign.tell(Machine(call)),
        lambda call: campaign.tell(Ringing(call)),
    ):
        again(call)
        again(CallId("unknown"))
    assert campaign.core.ledgers.by_window["month"].abandoned == 1.0
    assert campaign.core.ledgers.by_window["month"].of == 1.0


@pytest.mark.parametrize(
    ("denominator", "of"),
    [("live", 3 + 0.1 + 2), ("answered", 3 + 1), ("dialled", 5)],
)
def test_the_denominator_is_as_set_and_machines_that_were_people_count_as_abandoned(denominator, of):
    campaign = Campaign(6, PacingSettings(denominator=denominator, machines_wrong=0.1))
    calls = campaign.dial(5)
    for call in calls[:3]:
        campaign.answer(call)
    campaign.abandon(calls[0])
    campaign.tell(Machine(calls[3]))
    campaign.end(calls[4])
    campaign.tell(MachineWasPerson(2))
    ledger = campaign.core.ledgers.by_window["24 h"]
    assert ledger.of == pytest.approx(of)
    assert ledger.abandoned == pytest.approx(1 + 0.1 + 2)


def test_a_machine_that_was_taken_for_an_answer_first_counts_once():
    campaign = Campaign(6)
    call = campaign.dial()[0]
    campaign.answer(call)
    campaign.tell(Machine(call))
    assert campaign.core.ledgers.by_window["24 h"].of == 0.0


def test_who_is_taken_by_inbound_callers_is_not_dialled_for():
    campaign = Campaign(10, PacingSettings(inbound_share=0.5))
    campaign.wait(2.0)
    assert campaign.ordered == 5
    campaign.tell(InboundShare(1.0))
    campaign.tell(NotDialled(5))
    assert campaign.wait(2.0) == 0


def test_agents_who_leave_are_dialled_for_no_more():
    campaign = Campaign(6)
    for number in range(5):
        campaign.away(f"a{number}")
        campaign.away(f"a{number}")
    campaign.wait(campaign.core.settings.ordered_s + 1)
    assert campaign.tell(NotDialled(100)) + campaign.wait(2.0) == 1
    campaign.away("a5")
    assert campaign.core.next_deadline() is None


def test_agents_of_unknown_handle_times_are_nobody_to_count_on():
    known, unknown = experienced(10), experienced(10)
    for number in range(10):
        known.tell(AgentBusy(AgentId(f"a{number}"), "wrap_up", "campaign"))
        unknown.tell(AgentBusy(AgentId(f"a{number}"), "wrap_up", "another"))
    for campaign in (known, unknown):
        campaign.tell(NotDialled(1000))
        campaign.ordered = 0
        campaign.wait(8.0)
    assert known.ordered > unknown.ordered == 0


def test_handle_times_of_others_are_known_by_their_name():
    settings = msgspec.structs.replace(READY, handle_times={"inbound": HandleTimes(20.0, 0.5, 2.0)})
    campaign = experienced(10, settings)
    for number in range(10):
        campaign.tell(AgentBusy(AgentId(f"a{number}"), "talk", "inbound"))
    campaign.tell(NotDialled(1000))
    campaign.ordered = 0
    campaign.wait(12.0)
    assert campaign.ordered > 0


def test_a_list_that_answers_more_is_dialled_less():
    ordered = {}
    for rate, each in (("high", 2), ("low", 10)):
        campaign = Campaign(10, READY)
        campaign.learn(100, each)
        for ledger in campaign.core.ledgers.by_window.values():
            ledger.add(1000.0, 0.0, campaign.now)
        all_wrap_up(campaign, 10, 60.0)
        ordered[rate] = campaign.ordered
    assert ordered["low"] > ordered["high"]


def test_the_next_cell_is_that_told():
    campaign = experienced(10)
    campaign.tell(Upcoming(Cell("other", 2, 9)))
    assert campaign.core.snapshot() != experienced(10).core.snapshot()


def test_two_of_the_same_history_say_the_same_and_so_does_a_restored_one():
    first, second = experienced(8), experienced(8)
    for campaign in (first, second):
        campaign.tell(CallingUntil(campaign.now + 3600))
        all_wrap_up(campaign, 8, 33.3)
        campaign.dial(3)
    assert first.core.snapshot() == second.core.snapshot()
    restored = Pacing(READY)
    restored.restore(first.core.snapshot())
    assert restored.snapshot() == first.core.snapshot()
    for step in range(400):
        now = first.now + step * 0.25
        assert restored.tick(now) == first.core.tick(now)
        if step % 7 == 0:
            event = AgentBusy(AgentId(f"a{step % 8}"), "wrap_up", "campaign")
            assert restored.handle(event, now) == first.core.handle(event, now)
    assert restored.snapshot() == first.core.snapshot()


def test_what_is_no_snapshot_is_refused():
    with pytest.raises(msgspec.ValidationError):
        Pacing(READY).restore(msgspec.msgpack.encode({"now": "never"}))


def test_a_campaign_without_any_window_is_refused():
    with pytest.raises(BadInput, match="windows"):
        Pacing(PacingSettings(windows=()))


def test_a_clock_that_jumps_makes_nothing_younger_and_a_night_forgets_what_rang():
    campaign = experienced(10)
    all_wrap_up(campaign, 10)
    campaign.dial(4)
    campaign.now -= 1000.0
    campaign.tell(InboundShare(0.0))
    assert campaign.core.next_deadline() >= campaign.now + 900.0
    campaign.now += 50_000.0
    campaign.core.tick(campaign.now)
    assert campaign.core.next_deadline() > campaign.now


def test_a_rolling_window_forgets_what_is_past_it():
    window = Window("24 h", rolling_s=86_400.0)
    campaign = Campaign(10, msgspec.structs.replace(READY, windows=(window,)))
    ledger = campaign.core.ledgers.by_window["24 h"]
    ledger.add(100.0, 10.0, campaign.now)
    assert ledger.credit(0.0, 0.0) < 0
    campaign.now += 90_000.0
    campaign.core.tick(campaign.now)
    assert (ledger.of, ledger.abandoned) == (0.0, 0.0)
