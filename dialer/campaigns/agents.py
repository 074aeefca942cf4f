"""Agents of campaigns: who is free for the next call, where agents are shared and some are kept for inbound callers."""

from calls.ids import AgentId, AttemptId
from dialer.campaigns.board import Board
from dialer.campaigns.events import AgentSeen
from dialer.campaigns.paces import Paces
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import AgentRecord, CampaignRecord

CLAIMING = frozenset({"asking", "dialling", "answered"})
"""States of a contact that will need an agent who is free, if all goes well."""


class Agents:
    """Who is there, and for how many more calls."""

    def __init__(self, board: Board, paces: Paces) -> None:
        self._board = board
        self._paces = paces
        self._sharing: dict[str, tuple[str, ...]] | None = None

    def seen(self, event: AgentSeen) -> AgentRecord | None:
        """Take what an agent does now; the record of one who has left this queue, None for all others."""
        agents, board = self._board.state.agents, self._board
        record = agents.get(event.agent)
        board.touch_queue(event.queue)
        if event.state == "away":
            if record is None or event.queue not in record.queues:
                return None
            record.queues.remove(event.queue)
            if not record.queues:
                del agents[event.agent]
            self.changed()
            self._paces.agent(event.queue, event.agent, None, "")
            return record
        if record is None:
            record = agents[event.agent] = AgentRecord(attempt=self._preview_of(event.agent))
        if event.queue not in record.queues:
            record.queues.append(event.queue)
            self.changed()
        record.does = event.state
        self._paces.agent(event.queue, event.agent, event.state, event.handling)
        return None

    def _preview_of(self, agent: AgentId) -> AttemptId | None:
        """The try that this agent has seen begin, of one who was away meanwhile."""
        for attempt in self._board.state.tries:
            found = self._board.hand(attempt)
            if found is not None and found[1].shown_to == agent:
                return attempt
        return None

    def changed(self) -> None:
        """Somebody serves other queues now, or another campaign dials: who shares agents is found anew."""
        self._sharing = None

    def sharing(self, name: str) -> tuple[str, ...]:
        """The other campaigns that dial for agents of this one."""
        if self._sharing is None:
            queues: dict[str, list[str]] = {}
            for record, settings in self._board.running():
                if settings.mode != "agentless" and not record.rests:
                    queues.setdefault(settings.queue, []).append(record.name)
            together: dict[str, dict[str, None]] = {queue: {queue: None} for queue in queues}
            for agent in self._board.state.agents.values():
                served = [queue for queue in agent.queues if queue in queues]
                for queue in served if len(served) > 1 else ():
                    together[queue].update(dict.fromkeys(served))
            self._sharing = {
                one: tuple(other for near in together[queue] for other in queues[near] if other != one)
                for queue, names in queues.items()
                for one in names
            }
        return self._sharing.get(name, ())

    def free(self, settings: CampaignSettings) -> list[AgentId]:
        """Agents of the campaign's queue who have nothing to do, in the order in which they came."""
        return [
            agent
            for agent, record in self._board.state.agents.items()
            if record.does == "free" and record.attempt is None and settings.queue in record.queues
        ]

    def room(self, settings: CampaignSettings, free: list[AgentId]) -> int:
        """For how many more calls an agent is free: without those who are kept for inbound callers, and those whom the
        calls under way may need. None while inbound callers wait."""
        if self.callers_wait(settings):
            return 0
        claims = sum(self._claims(name) for name in (settings.name, *self.sharing(settings.name)))
        return len(free) - settings.keep_free - claims

    def callers_wait(self, settings: CampaignSettings) -> bool:
        """Whether a caller waits in a queue whose callers come before the campaign's calls."""
        return any(self._board.state.callers.get(queue, 0) > 0 for queue in settings.inbound_queues)

    def _claims(self, name: str) -> int:
        record = self._board.state.campaigns[name]
        if self._board.settings[name].mode == "preview":
            return 0  # each has its agent, who counts as free no more
        return claims(record)


def claims(record: CampaignRecord) -> int:
    """How many calls of the campaign may need an agent soon."""
    return sum(hand.state in CLAIMING for hand in record.hands.values())
