"""Phones: one person has one call. Agents whose phone is in a call that the queues did not bring are offered none.

Such a call is one that the register knows (a flow's transfer to the phone, a supervisor's listening), or one of the
phone's own that only the switch knows: its device is busy while no leg of ours is on it.
"""

from acd.events import AgentEngaged
from calls.causes import DeviceState
from calls.events import AgentDeviceChanged
from calls.ids import AgentId
from control.hub.hub import Hub
from control.register.register import Leg


class Phones:
    """Tells the queues who is on the phone. `register.engaged` has the accounts of which they were told."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def in_call(self, account: str) -> bool:
        """Whether this agent's phone rings or talks, whoever brought the call. False for phones of no agent."""
        agent = self._agent(account)
        if agent is None:
            return False
        standing = self._hub.queue_view.agent(agent, self._hub.now)
        return account in self._hub.register.engaged or (
            standing is not None and standing.state in ("offered", "talking")
        )

    def leg_changed(self, leg: Leg) -> None:
        """A leg began or ended that may be on an agent's phone."""
        account = _account(leg)
        if account:
            self._update(account)

    def is_news(self, event: AgentDeviceChanged) -> bool:
        """Whether `device_changed` would change anything: most changes of a phone come of our own calls to it."""
        account = event.device
        node = self._hub.register.busy_phones.get(account)
        if event.state is DeviceState.BUSY:
            return node is None and self._agent(account) is not None and not self._is_ours(account)
        return node is not None and node == event.node

    def device_changed(self, event: AgentDeviceChanged) -> None:
        """A switch has seen the phone in another state."""
        busy, account = self._hub.register.busy_phones, event.device
        if not self.is_news(event):  # so for another switch, with which it is not registered and that knows nothing
            return
        if event.state is DeviceState.BUSY:
            busy[account] = event.node
        else:
            del busy[account]
        self._update(account)

    def dialled(self, account: str) -> None:
        """The phone is busy because it has called the house itself."""
        if account in self._hub.register.busy_phones:
            del self._hub.register.busy_phones[account]
            self._update(account)

    def published(self, before: str) -> None:
        """Another version holds: a phone may be another agent's now. `before` was the version until now."""
        hub = self._hub
        for account in hub.register.engaged:
            old, new = hub.directory.agent(before, account), self._agent(account)
            if old != new:
                if old is not None:
                    hub.tell_queues(AgentEngaged(old, False))
                if new is not None:
                    hub.tell_queues(AgentEngaged(new, True))

    def _update(self, account: str) -> None:
        hub, told = self._hub, self._hub.register.engaged
        legs = hub.register.legs.values()
        engaged = account in hub.register.busy_phones or any(_account(leg) == account for leg in legs)
        if engaged == (account in told):
            return
        if engaged:
            told.append(account)
        else:
            told.remove(account)
        agent = self._agent(account)
        if agent is not None:
            hub.tell_queues(AgentEngaged(agent, engaged))

    def _is_ours(self, account: str) -> bool:
        return self.in_call(account) or any(
            leg.party == account and leg.role in ("agent", "code") for leg in self._hub.register.legs.values()
        )

    def _agent(self, account: str) -> AgentId | None:
        return self._hub.directory.agent(self._hub.register.version, account)


def _account(leg: Leg) -> str:
    """The account of the phone that a leg is on, where the queues did not bring it there; else nothing."""
    match leg.role:
        case "supervisor" | "dialling" | "echo":
            return leg.party
        case "transfer" | "consulted" | "outside" | "dialled" if leg.party.startswith("phone:"):
            return leg.party.removeprefix("phone:")
        case _:
            return ""
