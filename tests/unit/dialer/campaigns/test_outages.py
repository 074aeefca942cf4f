"""Outages of our own side: a campaign does not go through its list while calls cannot be placed."""

import itertools
from collections.abc import Iterator

import pytest

from calls.ids import AgentId, AttemptId
from dialer.campaigns import commands, events
from dialer.campaigns.commands import CampaignChanged, CampaignCommand
from dialer.campaigns.results import NetworkResult
from sim.campaigns.rows import Rows, people
from tests.unit.dialer.campaigns.house import House, campaign, of_kind

pytestmark = pytest.mark.unit


class Network:
    """A gate and a network that answer at once."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.gate_away = False
        self.result: NetworkResult | None = "out_of_service"
        """How each call ends; None: it rings."""
        self.results: Iterator[NetworkResult | None] = iter(lambda: self.result, "")
        self.asked: list[float] = []
        house.on_command = self._on_command
        self._waiting: list[events.CampaignEvent] = []

    def _on_command(self, command: CampaignCommand) -> None:
        if isinstance(command, commands.Ask):
            self.asked.append(self.house.now)
            away = events.Denied(command.attempt, "ledger.no_answer", away=True)
            self._waiting.append(away if self.gate_away else events.Allowed(command.attempt))
        elif isinstance(command, commands.Place):
            self._waiting.append(self._end(command.attempt))

    def _end(self, attempt: AttemptId) -> events.CampaignEvent:
        result = next(self.results)
        return events.Rang(attempt) if result is None else events.Ended(attempt, result)

    def answer(self, seconds: float = 0.0) -> None:
        """Answer all there is, and all that comes within this time."""
        until = self.house.now + seconds
        while True:
            while self._waiting:
                self.house.do(self._waiting.pop(0))
            due = self.house.core.next_deadline()
            if due is None or due > until:
                break
            self.house.wait(max(due - self.house.now, 0.0))
        self.house.wait(until - self.house.now)


def agentless(count: int = 1_000, *, gate_away: bool = False) -> tuple[House, Network]:
    house = House(campaign("agentless", at_once=10), rows=Rows({"spring": people(1, count)}))
    network = Network(house)
    network.gate_away = gate_away
    house.start()
    return house, network


def told(house: House) -> list[str]:
    return [one.why for one in of_kind(CampaignChanged, house.said)]


@pytest.mark.parametrize(("gate_away", "result"), [(False, "out_of_service"), (False, "failed"), (True, None)])
def test_a_minute_of_outage_costs_few_contacts_and_no_list(gate_away: bool, result: NetworkResult | None) -> None:
    house, network = agentless(gate_away=gate_away)
    network.result = result
    network.answer(60.0)
    # those under way as it began, and one after each pause of 1, 2, 4, 8, 16 s
    assert len(network.asked) <= 10 + 2 + 5
    assert told(house)[-1] == "out_of_service"


def test_the_first_call_that_reaches_the_network_lets_all_lines_dial() -> None:
    house, network = agentless()
    network.answer(60.0)
    network.result = None
    before = len(network.asked)
    network.answer(30.0)
    assert len(network.asked) - before == 10, "at_once"
    assert told(house)[-1] == ""
    network.result = "out_of_service"
    network.answer(0.5)
    assert len(network.asked) - before == 10, "lines are taken by those that ring"


def test_numbers_that_no_trunk_carries_hold_nobody_up_between_others() -> None:
    house, network = agentless(90)
    network.results = itertools.cycle(["out_of_service", "out_of_service", "busy"])
    network.answer()
    assert len(network.asked) >= 80
    assert "out_of_service" not in told(house)


def test_a_pause_goes_on_after_a_restart() -> None:
    house, network = agentless()
    network.answer(10.0)
    again = House(campaign("agentless", at_once=10), rows=house.rows)
    again.now = house.now
    again.core.restore(house.core.snapshot())
    network = Network(again)
    again.do(events.Resumed())
    assert network.asked == []
    network.answer(50.0)
    assert 0 < len(network.asked) <= 3, "the pauses were not begun anew"


def test_whoever_starts_it_again_need_not_wait() -> None:
    house, network = agentless()
    network.answer(60.0)
    network.result = None
    asked = len(network.asked)
    house.do(events.CampaignOrdered("spring", "pause", "kim"))
    house.start()
    network.answer()
    assert len(network.asked) - asked == 10


def test_agents_of_previews_who_do_not_pick_up_are_no_outage() -> None:
    house = House(campaign("preview"))
    Network(house)
    house.start()
    for _ in range(5):
        house.agents("ann")
        shown = of_kind(commands.ShowPreview, house.said)[-1].attempt
        house.do(events.PreviewAnswered(shown, AgentId("ann"), True))
        house.do(events.Allowed(shown))
        house.do(events.Ended(shown, "out_of_service"))
    assert len(of_kind(commands.Place, house.said)) == 5
    assert "out_of_service" not in told(house)
