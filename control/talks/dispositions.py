"""Dispositions of queues' talks: the agent says what came of a talk, and so ends wrap-up.

A campaign's talks have those of the campaign (`control.outgoing.campaigns`); the words, the request and the star code
are the same. Where a queue requires one, wrap-up is ended by it and by the queue's `wrap_up_s`, and by nothing else.
"""

from acd.commands import AgentChanged
from acd.events import WrapUpEnded
from calls.ids import AgentId
from control.hub.hub import Hub
from control.machines.disposition_states import TalkDisposition
from control.messages.log_commands import LogDisposition
from control.register.call import Call
from control.register.register import Offer
from control.rules.treatment import QueueTreatment
from dialer.campaigns.events import Dispositioned


class Dispositions:
    """Keeps `register.dispositions` by what agents do, and takes their words."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def talk_began(self, call: Call, offer: Offer) -> None:
        """An agent has a caller of a queue. What is said from now on is of this talk."""
        register = self._hub.register
        asks = self._hub.directory.treatment(call.version, call.queue).dispositions
        if not asks or call.call in register.contacts:  # nobody asks, or the campaign does
            register.dispositions.pop(offer.agent, None)
            return
        known = register.dispositions.get(offer.agent)
        if known is not None and known.offer == offer.attempt and known.state == "talking":
            known.talk = call.talks  # the same talk, after a consultation or at another phone
            return
        register.dispositions[offer.agent] = TalkDisposition(
            call.call, call.talks, call.queue, call.version, offer.attempt
        )

    def agent_changed(self, change: AgentChanged) -> None:
        """An agent does something else now: their wrap-up begins, or is over."""
        known = self._hub.register.dispositions.get(change.agent)
        if known is None or change.state in ("offered", "talking"):
            return
        if change.state == "wrap_up":
            if known.on("wrap_up_began") and known.said:
                self._over(change.agent, known)
        elif known.on("wrap_up_over") and not known.said:
            self._log(change.agent, known)

    def takes(self, event: Dispositioned) -> bool:
        """Take a word on a queue's talk, named by its offer; False where it is on a campaign's try."""
        for agent, known in self._hub.register.dispositions.items():
            if known.offer == event.attempt:
                self._said(agent, known, event.name, event.note)
                return True
        return False

    def said_by_code(self, agent: AgentId, code: str) -> bool:
        """Take the disposition of this code as the agent's word on their last talk; False where there is none."""
        known = self._hub.register.dispositions.get(agent)
        if known is None or not code:
            return False
        words = self._rules(known).dispositions
        name = next((name for name, one in words.items() if one.code == code), None)
        if name is None:
            return False
        self._said(agent, known, name, "")
        return True

    def is_owed(self, agent: AgentId) -> bool:
        """Whether the agent has not said yet what came of their talk, and must."""
        known = self._hub.register.dispositions.get(agent)
        return known is not None and known.state == "noting" and self._rules(known).disposition_required

    def _said(self, agent: AgentId, known: TalkDisposition, name: str, note: str) -> None:
        if name not in self._rules(known).dispositions:
            return  # published no more since it was asked
        noting = known.state == "noting"
        known.on("said")
        known.said, known.note = name, note
        self._log(agent, known)
        if noting:
            self._hub.tell_queues(WrapUpEnded(agent))

    def _over(self, agent: AgentId, known: TalkDisposition) -> None:
        known.on("said")
        self._hub.tell_queues(WrapUpEnded(agent))

    def _log(self, agent: AgentId, known: TalkDisposition) -> None:
        said = (known.said, known.note, self._hub.utc)
        self._hub.give(LogDisposition(known.call, known.talk, agent, known.queue, *said))

    def _rules(self, known: TalkDisposition) -> QueueTreatment:
        return self._hub.directory.treatment(known.version, known.queue)
