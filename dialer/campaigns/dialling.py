"""Dialling: how many contacts of a campaign have their turn now, by its mode, and by the agents who are free."""

from dialer.campaigns.agents import Agents
from dialer.campaigns.board import Board
from dialer.campaigns.lists import Lists, Wanted
from dialer.campaigns.outages import Outages
from dialer.campaigns.paces import Paces
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import CampaignRecord
from dialer.campaigns.tries import Tries

_NOT_UP = frozenset({"held", "shown", "noting"})
"""States of a contact in which no call is up for them, or is about to be."""


class Dialling:
    """Gives contacts their turn."""

    def __init__(
        self, board: Board, agents: Agents, lists: Lists, paces: Paces, tries: Tries, outages: Outages
    ) -> None:
        self._board = board
        self._agents = agents
        self._lists = lists
        self._paces = paces
        self._tries = tries
        self._outages = outages

    def fill(self, record: CampaignRecord, settings: CampaignSettings) -> None:
        """Dial as many as there is room for. Only of a campaign that runs."""
        self._lists.weed(record, settings)
        self._lists.fetch(record, settings)
        lines = settings.at_once - sum(hand.state not in _NOT_UP for hand in record.hands.values())
        lines = min(lines, self._outages.room(record, settings))
        if settings.mode == "agentless":
            self._dial(record, settings, lines, Wanted(frozenset(), frozenset()))
            return
        free = self._agents.free(settings)
        room = min(self._agents.room(settings, free), lines)
        serving = (agent for agent, one in self._board.state.agents.items() if settings.queue in one.queues)
        there = frozenset(serving)
        if settings.mode == "preview":
            for agent in free[: max(room, 0)]:
                hand = self._lists.next(record, settings, Wanted(frozenset({agent}), there))
                if hand is not None:
                    self._tries.show(record, settings, hand, agent)
            return
        ordered = self._paces.ordered(record.name) if settings.mode == "predictive" else 0
        if settings.mode == "predictive" and not self._agents.sharing(record.name):
            room = 0 if self._agents.callers_wait(settings) else min(ordered, lines)
        dialled = self._dial(record, settings, room, Wanted(frozenset(free), there))
        self._paces.not_dialled(settings, ordered - dialled)
        self._lists.fetch(record, settings)

    def why(self, record: CampaignRecord, settings: CampaignSettings) -> str:
        """Why a predictive campaign dials progressively now; empty where it does not."""
        if settings.mode != "predictive":
            return ""
        if self._agents.sharing(record.name):
            return "shared_agents"
        return self._paces.why_progressive(settings)

    def _dial(self, record: CampaignRecord, settings: CampaignSettings, count: int, agents: Wanted) -> int:
        """Ask for so many at most; how many there were."""
        for dialled in range(count):
            hand = self._lists.next(record, settings, agents)
            if hand is None:
                return dialled
            self._tries.ask(record, settings, hand)
        return max(count, 0)
