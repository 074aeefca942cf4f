"""Declines: an agent says no by a screen, with a reason, to what rings at their phone.

An offer is then missed as one that the phone declined (`rejected`): it counts towards `miss_limit`, and the caller is
offered to the next. A consultation is over, and the agent who asked has the caller back, and reads the reason.
"""

from calls.ids import AgentId
from control.hub.hub import Hub
from control.messages.events import CallDeclined
from control.messages.log_commands import DeclineKind, LogDecline
from control.queues.offers import Offers
from control.register.call import Call
from control.register.handing_on import Consultation, Declined
from control.register.register import Offer
from control.transfers.consultations import Consultations


class Declines:
    """Takes `CallDeclined`."""

    def __init__(self, hub: Hub, offers: Offers, consultations: Consultations) -> None:
        self._hub = hub
        self._offers = offers
        self._consultations = consultations

    def refusal(self, agent: AgentId) -> str:
        """Why this agent can decline nothing now; empty where they can. Nothing changes."""
        return "" if self._offer(agent) or self._asked(agent) else "nothing rings at this agent's phone"

    def wanted(self, event: CallDeclined) -> None:
        """Decline it; nothing where it was answered, or went elsewhere, a moment ago."""
        if (offer := self._offer(event.agent)) is not None:
            self._log(self._hub.register.calls[offer.call], "offer", event)
            self._offers.decline(offer)
        elif (asked := self._asked(event.agent)) is not None:
            call, consultation = asked
            self._log(call, "consultation", event, consultation.agent)
            self._consultations.decline(call, consultation, event.reason)

    def _offer(self, agent: AgentId) -> Offer | None:
        offers = self._hub.register.offers.values()
        return next((one for one in offers if one.agent == agent and one.state in ("ringing", "whispering")), None)

    def _asked(self, agent: AgentId) -> tuple[Call, Consultation] | None:
        register = self._hub.register
        for name, one in register.consultations.items():
            if one.state == "ringing" and (one.target.kind, one.target.name) == ("agent", agent):
                return register.calls[name], one
        return None

    def _log(self, call: Call, kind: DeclineKind, event: CallDeclined, asked_by: str = "") -> None:
        declined = self._hub.register.declined.setdefault(call.call, Declined())
        declined.times += 1
        row = (call.call, declined.times, kind, event.agent, asked_by, event.reason, self._hub.utc)
        self._hub.give(LogDecline(*row))
