"""The controller's port to screens, the HTTP interface and the bus: all they may ask of it and tell it.

`hotline.server.controller` is the one that runs; a test may have one of its own.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from acd.agents import Standing
from acd.commands import AgentChanged
from calls.ids import AgentId, AttemptId, CallId
from control.machines.proposals import Proposal
from control.messages import events
from control.register.register import Register
from dialer.campaigns.events import CampaignOrdered
from dialer.campaigns.settings import CampaignSettings
from dialer.pacing.ledgers import WindowCount
from hotline.views.live_states import States
from hotline.views.metrics import Metrics
from hotline.views.wire import House


class LentPhone(NamedTuple):
    """An agent's account, lent to a browser: what it registers with."""

    account: str
    user: str
    """Of SIP."""
    secret: str


class Controller(Protocol):
    """A running controller of one site."""

    metrics: Metrics
    database: Path
    """The store, to read by."""

    @property
    def folder(self) -> Path:
        """The site's folder."""
        ...

    @property
    def register(self) -> Register:
        """Every call, leg and offer there is now."""
        ...

    @property
    def region(self) -> str:
        """The country (ISO 3166) by whose rules a number without a country code is read."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose day and clock the house keeps."""
        ...

    @property
    def reports(self) -> Path:
        """The folder of the reports that the house makes by itself; it may not be there yet."""
        ...

    def agents(self) -> frozenset[str]:
        """Every agent who may sign in."""
        ...

    def queues(self) -> frozenset[str]:
        """Every queue that calls may wait in."""
        ...

    def lines(self) -> frozenset[str]:
        """Every line, by its number in full, or `default`."""
        ...

    def hours(self) -> frozenset[str]:
        """Every entry of hours.yaml."""
        ...

    def languages(self) -> frozenset[str]:
        """The languages of the house."""
        ...

    async def approve_scenes(
        self, scenes: Sequence[str], approver: str, reason: str, begin: float | None, end: float | None, user: str
    ) -> list[dict[str, Any]]:
        """Approve scenes as they are published, all or none, and tell how they stand. Raises BadInput."""
        ...

    async def withdraw_scenes(self, scenes: Sequence[str], by: str, reason: str, user: str) -> list[dict[str, Any]]:
        """Withdraw every approval of these scenes, and tell how they stand. Raises BadInput."""
        ...

    async def scene_diff(self, scene: str) -> dict[str, Any]:
        """What a published scene has other than when it was approved last. Raises BadInput."""
        ...

    async def policy(self) -> dict[str, Any]:
        """The policy that rules, the published one, and what that changes. Raises BadInput."""
        ...

    async def approve_policy(
        self, policy: str, approver: str, reason: str, begin: float | None, user: str
    ) -> dict[str, Any]:
        """Approve the published policy, and tell what rules. Raises BadInput."""
        ...

    async def roll_policy_back(self, policy: str, by: str, reason: str, user: str) -> dict[str, Any]:
        """Withdraw the approval of a policy, and tell what rules. Raises BadInput."""
        ...

    async def shared_lists(self, after: int) -> bytes:
        """The changes of this site's lists after one, for the other sites of its group: a signed delta. Raises BadInput
        for a change that there is not yet, and of a site that shares with nobody."""
        ...

    def pause_reasons(self) -> frozenset[str] | None:
        """The reasons of which an agent must give one to pause; None where any will do."""
        ...

    def account(self, agent: AgentId) -> str | None:
        """The account of an agent's phone; None for one whom the version does not have."""
        ...

    def name_of(self, agent: str) -> str:
        """An agent's name, as agents.yaml has it; empty where it has none."""
        ...

    async def lend_phone(self, agent: AgentId) -> LentPhone:
        """Lend the account of an agent's phone to a page. Raises BadInput where no switch takes browsers as phones."""
        ...

    async def take_phone_back(self, agent: AgentId) -> bool:
        """The phone on the agent's desk has its account again; False where it was not lent."""
        ...

    def phone_opened(self, account: str) -> str:
        """A page has opened its phone's WebSocket: where it speaks SIP; empty where the account is not lent."""
        ...

    def phone_closed(self, account: str) -> None:
        """That WebSocket is gone."""
        ...

    def agent_states(self) -> list[AgentChanged]:
        """Every agent's state as the queues have it."""
        ...

    def agent(self, agent: AgentId) -> Standing | None:
        """An agent's state, and what comes after the work under way; None for one whom the version does not have."""
        ...

    def flow_places(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        """The version of each call that is on its flow, and the flow and step of each frame, the one it is in last."""
        ...

    def view(self) -> dict[str, Any]:
        """The board, as plain data for JSON; numbers are masked."""
        ...

    @property
    def position(self) -> int:
        """The number of the journal's last event."""
        ...

    def states(self) -> States:
        """All live states, the day of each queue and the switches too, by kind and name."""
        ...

    def trend(self) -> list[dict[str, Any]]:
        """The trend of waits in the last half hour, oldest first (`hotline.views.trend.TrendPoint`)."""
        ...

    def utc(self) -> float:
        """The instant now, by the clock that the states' instants are of."""
        ...

    def house(self) -> House:
        """The house, for the head of a page."""
        ...

    def health(self) -> dict[str, Any]:
        """`ok`, the reasons in `wrong` where it is not, `warnings` of what callers are served without, `version`, and
        `dependencies`: each outer part with its state, since when, last error and next try."""
        ...

    def trunks(self) -> list[dict[str, Any]]:
        """Each trunk with its state, its calls and its last failures, newest first."""
        ...

    async def webhooks(self) -> list[dict[str, Any]]:
        """Each webhook with its backlog and its last failures, newest first."""
        ...

    def dial_refusal(self, number: str) -> str:
        """The reason why an agent may not call this number, as dialled; empty when they may, and for a colleague."""
        ...

    async def may_dial(self, wanted: events.DialWanted) -> events.GateAnswered | None:
        """The gate's answer to a call that an agent wants, before any phone rings: nothing is reserved. None for a
        colleague, and for a number of emergency, of whom it is not asked."""
        ...

    def wait_of(self, call: CallId) -> dict[str, Any]:
        """Place and forecast of a caller who waits. Raises KeyError for a call that is not there."""
        ...

    def transfer_refusal(self, call: CallId, to: str) -> str:
        """Why an agent cannot hand this call to `to`; empty when they can. Raises KeyError for one that is gone."""
        ...

    def talk_move_refusal(self, agent: AgentId) -> str:
        """Why this agent's talk cannot move to their phone as it is registered now; empty where it can."""
        ...

    def mask_refusal(self, call: CallId) -> str:
        """Why the recording of this call's talk cannot be silenced now; empty where it can. Raises KeyError."""
        ...

    def decline_refusal(self, agent: AgentId) -> str:
        """Why this agent can decline nothing now; empty where they can."""
        ...

    def echo_test_refusal(self, agent: AgentId) -> str:
        """Why this agent's phone cannot be tried now; empty where it can."""
        ...

    def queue_disposition(self, agent: AgentId) -> dict[str, Any] | None:
        """What the agent may say, or has said, of their last talk of a queue (`talk_dispositions.disposition_of`)."""
        ...

    def consultation_refusal(self, event: events.ConsultationWanted) -> str:
        """Why this cannot be done now; empty when it can. Nothing changes."""
        ...

    def proposals(self) -> list[tuple[Proposal, str]]:
        """What the robot waits to say, each with the seat that has it; an empty one: none."""
        ...

    def review_refusal(self, event: events.ProposalTaken | events.ProposalAnswered) -> str:
        """Why this cannot be done now; empty where it can. Nothing changes."""
        ...

    def campaigns(self) -> Mapping[str, CampaignSettings]:
        """Every published campaign, by name."""
        ...

    def campaign_rows(self) -> list[dict[str, Any]]:
        """Every published campaign: `campaign`, `title`, `state`, `mode`, `why`, `until`, `author`, `reason`, `live`
        (calls that ring or talk), and what was counted since the controller began. Plain data for JSON."""
        ...

    def campaign_work(self, agent: AgentId) -> dict[str, Any] | None:
        """Whom the agent is shown by a campaign, or talks to, or owes a word of; None: nobody."""
        ...

    def campaign_last(self, agent: AgentId) -> AttemptId | None:
        """The agent's last talk for a campaign that is over, by its try; None: there was none."""
        ...

    def campaign_windows(self, name: str) -> tuple[WindowCount, ...]:
        """What each window of abandoned calls has counted, by which a campaign is paced; none where it is not."""
        ...

    def campaign_state(self, name: str) -> str:
        """How a campaign is; `ready` for one that was never started."""
        ...

    async def resting_caller_ids(self) -> dict[str, float] | None:
        """The caller ids that rest after a network's block, each with the end of its rest (UTC epoch seconds); None:
        the ledger does not answer."""
        ...

    def campaign_refusal(self, event: CampaignOrdered) -> str:
        """Why this order changes nothing; empty where it does. Nothing changes."""
        ...

    async def campaign_report(
        self, settings: CampaignSettings, since: float | None, until: float | None
    ) -> dict[str, Any]:
        """The report of a campaign, of what was asked in the span (UTC epoch seconds), beside the ledger's count.

        Raises BadInput without a store.
        """
        ...

    async def answer_origin(self, case: str, attempt: int, author: str, *, is_origin: bool) -> bool:
        """Write down whether a case is about a call of the ledger; whether the customer's hold ended with it.

        Raises BadInput, LedgerAway.
        """
        ...

    async def explain(self, call: CallId) -> dict[str, Any]:
        """Why a call was matched as it was: `decisions` of the queues, and answers of the `gate`, from a replay of the
        journal; `unexplained` says why there are none. Raises BadInput for a call that nobody knows."""
        ...

    async def published_versions(self) -> list[dict[str, Any]]:
        """Every published version, newest first: `version`, `published_at` (UTC epoch seconds), `by`, `current`."""
        ...

    async def roll_back(self, version: str | None) -> str:
        """Let new calls have an earlier version, the one before unless it is named; its id. Raises BadInput."""
        ...

    async def reload(self) -> str:
        """Look for a newly published version; the id of the one that holds now."""
        ...

    async def tell(self, event: events.RouterEvent) -> None:
        """Take an event, and return once it is durable."""
        ...

    async def durable(self) -> None:
        """Return once everything logged so far is on disk."""
        ...
