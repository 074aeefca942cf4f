"""The cores, put together in one place: for a server, a replay of its journal, and a simulation alike."""

from collections.abc import Callable, Mapping

from acd.agents import Standing
from acd.choice import Choice, choice
from acd.commands import AgentChanged
from acd.config import Provider
from acd.core import Acd
from acd.forecast.announce import Said, Unsaid
from acd.forecast.ensemble import Quantiles
from acd.forecast.feed import Feed
from acd.forecast.forecaster import Example, Forecast, Forecaster
from acd.forecast.routing_view import AcdRoutingView
from acd.forecast.wrapper import Forecasting
from acd.matching import Observer
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName
from control.hub.ports import Directory
from control.routing.router import Router
from dialer.campaigns.board import Versions as CampaignVersions
from dialer.campaigns.core import Campaigns
from dialer.campaigns.settings import CampaignSettings
from ivr.machine.core import Ivr, Versions

Models = Callable[[str], Quantiles | None]
"""A fit of the learned layer by its name; None where it cannot be read: the closed form speaks."""


def no_models(name: str) -> None:
    """No models: for a journal that names none."""


def no_campaigns(version: str) -> Mapping[str, CampaignSettings]:
    """No campaigns: for a house that calls nobody by itself."""
    return {}


class AcdQueueView:
    """The queues behind `control.hub.ports.QueueView`: places by the queues core, waits by the forecast."""

    def __init__(self, queues: Acd, models: Models = no_models) -> None:
        self._queues = queues
        self._models = models
        self._made: list[Forecast] = []
        self._learned: list[Example] = []
        self._feed = Feed(Forecaster({}), AcdRoutingView(queues), self._learned_from)
        self.core = Forecasting(queues, self._feed, self._made.append)

    def free_agent(self, queue: str, skills: tuple[str, ...]) -> AgentId | None:
        """The agent who has been idle for longest of those who serve this queue and have the skills."""
        return self._queues.free_agent(QueueName(queue), skills)

    def queues(self, agent: AgentId) -> tuple[str, ...]:
        """The queues that this agent serves now."""
        known = self._queues.agents.by_id.get(agent)
        if known is None:
            return ()
        return tuple(self._queues.callers.queues if known.queues is None else known.queues)

    def versions(self) -> set[str]:
        """The versions whose rules the queues' snapshot names."""
        return self._queues.versions()

    def taken(self) -> list[Forecast]:
        """The forecasts made since the last question."""
        if not self._made:
            return []
        made = self._made[:]
        self._made.clear()
        return made

    def examples(self) -> list[Example]:
        """The waits learned from since the last question."""
        learned, self._learned = self._learned, []
        return learned

    def use(self, model: str) -> None:
        """Forecast with this fit of the learned layer from now on; the empty name is none."""
        self._feed.use(self._models(model) if model else None)

    def agents(self) -> list[AgentChanged]:
        """Every agent's state now, in the words in which its last change was told."""
        return [
            AgentChanged(agent.id, agent.state, agent.reason, agent.since) for agent in self._queues.agents.published
        ]

    def agent(self, agent: AgentId, now: Instant) -> Standing | None:
        """The agent's state, and what comes after it; None for one whom the version does not have."""
        known = self._queues.agents.by_id.get(agent)
        return None if known is None else self._queues.agents.standing(known, now)

    def choice(self, offer: AttemptId, now: Instant) -> Choice | None:
        """The reasons of an offer that is open, in short."""
        return choice(self._queues, offer, now)

    def position(self, call: CallId) -> int | None:
        """The place in the caller's queue, from 1; None for a caller who does not wait."""
        caller = self._queues.callers.by_call.get(call)
        return None if caller is None else self._queues.callers.position(caller)

    def forecast(self, call: CallId) -> Forecast | None:
        """The last forecast of this caller, at most 15 s old."""
        return self._feed.latest.get(call)

    def announce(self, call: CallId, now: Instant, only_if_improved: bool) -> Said | Unsaid:
        """The words for the caller about the wait now, or why none. What is said is remembered."""
        self._feed.look_again(call, now)
        return self._feed.announce(call, only_if_improved)

    def _learned_from(self, example: Example) -> None:
        self._learned.append(example)


def make_router(
    flows: Versions,
    configurations: Provider,
    directory: Directory,
    models: Models = no_models,
    witness: Observer | None = None,
    walks: Ivr | None = None,
    campaigns: CampaignVersions = no_campaigns,
) -> Router:
    """A router over new cores. `models`: the learned layers of the forecast by name, of which the journal says when
    each was taken up; a replay must be given the same ones.

    `campaigns` gives those of a version, by name. `witness` is told the reasons of each match: a replay's question,
    which a live server does without. `walks` is a new flow machine over `flows` that the caller of this keeps too: a
    simulation looks up there which question a simulated caller hears.
    """
    queue_view = AcdQueueView(Acd(configurations, witness=witness), models)
    flow_machine = Ivr(flows) if walks is None else walks
    return Router(flow_machine, queue_view.core, directory, queue_view, Campaigns(campaigns))
