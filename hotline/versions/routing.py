"""The routing configuration of a version: its queues, its agents and their phones, and how callers are treated."""

from functools import cached_property

import msgspec

from acd.config import Configuration
from calls.ids import AgentId, QueueName
from calls.trunks import Tls, Trunk
from control.rules.outgoing_rules import OutgoingRules
from control.rules.transfer_rules import TransferRules
from control.rules.treatment import QueueTreatment


class RoutingConfiguration(msgspec.Struct, frozen=True, dict=True):
    """Read from queues.yaml, agents.yaml, trunks.yaml, transfers.yaml and outgoing.yaml at publish.

    On disk it is `people.json`, and `treatments` is `habits`.
    """

    configuration: Configuration
    treatments: dict[QueueName, QueueTreatment] = msgspec.field(name="habits")
    """By queue; a queue that is not here is treated by the defaults."""
    pauses: dict[str, str]
    """Pause reason by the digit dialled after the pause code; the empty key is the plain pause, and where it is missing
    one of the reasons must be given."""
    trunks: dict[str, Trunk] = {}
    """By name, as trunks.yaml has them; versions of before that file have none."""
    tls: Tls | None = None
    transfers: TransferRules = TransferRules()
    """As transfers.yaml has them."""
    outgoing: OutgoingRules = OutgoingRules()
    """As outgoing.yaml has them."""

    def account(self, agent: AgentId) -> str | None:
        """The account of the agent's phone; None for an agent who is not in this version."""
        known = self.configuration.agents.get(agent)
        return None if known is None else known.account or agent

    def agent(self, account: str) -> AgentId | None:
        """The agent whose phone has this account; None if nobody's has."""
        return self.owners.get(account)

    @cached_property
    def owners(self) -> dict[str, AgentId]:
        """Agents by account; made once, for it is asked at each change of a phone."""
        return {person.account or agent: agent for agent, person in self.configuration.agents.items()}
