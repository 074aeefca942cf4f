"""Campaigns in call control: what their core wants goes to the gate, the switch and the queues, and what becomes of it
comes back.

The core decides who is called when (`dialer.campaigns.core`); `control.outgoing.contact_calls` has their calls. Here is
what joins them: questions to the gate and settlements, agents as the campaigns see them, inbound callers who wait,
previews.
"""

import msgspec

from acd.commands import AgentChanged
from acd.events import WrapUpEnded
from calls.ids import AgentId, AttemptId, CallId, node_of
from complaints.cases import CaseAsked
from control.gate.gate import OutgoingGate
from control.hub.hub import Hub
from control.messages import commands, events
from control.outgoing.contact_calls import ContactCalls
from dialer.campaigns import commands as wanted
from dialer.campaigns import events as campaign
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import AgentDoes

_DOES: dict[str, AgentDoes] = {"idle": "free", "talking": "talk", "wrap_up": "wrap_up"}


class CampaignCalls:
    """Joins the campaigns core with the rest of call control."""

    def __init__(self, hub: Hub, gate: OutgoingGate, contacts: ContactCalls) -> None:
        self._hub = hub
        self._gate = gate
        self._contacts = contacts

    # what the core wants

    def on_command(self, command: wanted.CampaignCommand) -> None:
        """Carry out one command of the campaigns core, or leave it to the driver."""
        hub = self._hub
        match command:
            case wanted.Ask():
                self._ask(command)
            case wanted.Place(attempt=attempt, campaign=name):
                settings = hub.campaigns.settings(name)
                answer = hub.register.tries.get(attempt)
                if settings is not None and answer is not None:
                    self._contacts.place(command, settings, answer)
            case wanted.TakeToAgent(attempt=attempt):
                call, settings = self._call(attempt), self._settings_of(attempt)
                if call is not None and settings is not None:
                    self._contacts.to_agent(hub.register.calls[call], command, settings)
            case wanted.TakeToFlow(attempt=attempt):
                if (call := self._call(attempt)) is not None:
                    self._contacts.to_flow(hub.register.calls[call], command)
            case wanted.GiveUp(attempt=attempt):
                if (call := self._call(attempt)) is not None:
                    self._contacts.give_up(hub.register.calls[call])
            case wanted.Settle():
                self._settle(command)
            case wanted.LogTry(attempt=attempt) if (answer := hub.register.tries.get(attempt)) is not None:
                hub.give(msgspec.structs.replace(command, reservation=answer.reservation))
                if command.said_before:
                    self._tell_correction(command, answer.call)
            case wanted.EndWrapUp(agent=agent):
                hub.tell_queues(WrapUpEnded(agent))
            case wanted.OpenCase(attempt=attempt, category=category, agent=agent, number=number):
                case_call = self._call_id(attempt)
                asked = CaseAsked(case_call, hub.mint(case_call), number, category, "agent", {"agent": agent})
                hub.ask_case(asked)
            case _:
                hub.give(command)

    def _ask(self, ask: wanted.Ask) -> None:
        settings = self._hub.campaigns.settings(ask.campaign)
        call = self._contacts.call_for(ask.attempt, settings.queue if settings is not None else "")
        if self._gate.is_asked(ask.attempt) and node_of(call):
            return  # after a restart: the gate asks again by itself, once the call's switch is there
        question = commands.AskGate(
            call=call,
            attempt=ask.attempt,
            number=ask.number,
            scene=ask.scene,
            origin="campaign",
            agent=ask.agent or None,
            person=ask.person,
            account=ask.account,
            campaign=ask.campaign,
        )
        if (answer := self._gate.ask(question)) is not None:
            self.checked(answer)

    def checked(self, event: events.GateAnswered) -> bool:
        """Tell the campaign what the gate says; False where none has asked, or it waits for it no more."""
        hub, attempt = self._hub, event.attempt
        if hub.campaigns.state_of(attempt) != "asking":
            return False
        notice = event.obligations.notice
        if event.verdict == "allow" and notice and not hub.directory.say(hub.register.version, "", notice):
            advice = "put the phrase into prompts/, or take it out of the rule: nobody is called without it"
            hub.notice("error", "no notice to be said", call=event.call, detail=notice, advice=advice)
            self._gate.release(event)
            hub.tell_campaigns(campaign.Denied(attempt, "gate.notice", away=True))
        elif event.verdict == "allow":
            hub.register.tries[attempt] = event
            shown = event.obligations.caller_ids
            rings_s = event.obligations.longest_ring_s
            hub.tell_campaigns(campaign.Allowed(attempt, shown[0] if shown else "", rings_s))
        elif event.verdict == "defer" and event.until is not None:
            hub.tell_campaigns(campaign.Deferred(attempt, event.until, event.rule, event.number_only))
        else:
            away = event.verdict in ("unknown", "defer")
            only = event.number_only and not away
            hub.tell_campaigns(campaign.Denied(attempt, event.rule or event.reason, only, away=away))
        return True

    def recalled(self, event: campaign.Recalled) -> None:
        """The store has a try that is over: what is said of it now goes to its reservation."""
        hub, row = self._hub, event.row
        if row is not None and event.attempt not in hub.register.tries:
            call = CallId(row.call or event.attempt)
            hub.register.tries[event.attempt] = events.GateAnswered(call, event.attempt, "allow", row.reservation)
        hub.tell_campaigns(event)

    def _settle(self, settle: wanted.Settle) -> None:
        answer = self._hub.register.tries.get(settle.attempt)
        if answer is None or answer.reservation is None:
            return
        self._gate.settle(
            answer.reservation,
            answer.call,
            settle.state,
            at=settle.at,
            result=settle.result,
            talked_until=settle.talked_until,
            agent=settle.agent or None,
            ended=settle.ended,
            corrects=settle.corrects,
            rests_until=self._gate.rests_until(answer.obligations, settle.state, settle.result),
        )

    def _tell_correction(self, row: wanted.LogTry, call: CallId) -> None:
        """Another disposition has taken the place of one that was said before."""
        settings = self._hub.campaigns.settings(row.campaign)
        before = settings.disposition(row.said_before) if settings is not None else None
        told = f"{row.attempt}: {row.disposition} takes the place of {row.said_before}"
        if before is not None and before.meaning == "refused":
            told += "; the numbers stay on the do-not-call list until somebody takes them off"
        self._hub.notice("info", "disposition corrected", call=call, detail=told)

    # what agents say

    def said_by_code(self, agent: AgentId, code: str) -> bool:
        """Take the disposition of this code as the agent's word on their talk, or on the last one that is over; False
        where there is none."""
        campaigns = self._hub.campaigns
        attempt = self._talk_of(agent, ("talking", "noting")) or campaigns.state.last_talks.get(agent)
        settings = campaigns.settings(attempt.partition("/")[0]) if attempt else None
        if attempt is None or settings is None or not code:
            return False
        name = next((one.name for one in settings.dispositions if one.code == code), None)
        if name is None:
            return False
        self._hub.tell_campaigns(campaign.Dispositioned(attempt, name))
        return True

    def owes_a_word(self, agent: AgentId) -> bool:
        """Whether the agent has not said yet what came of their talk, and must."""
        return self._talk_of(agent, ("noting",)) is not None

    def _talk_of(self, agent: AgentId, states: tuple[str, ...]) -> AttemptId | None:
        campaigns = self._hub.campaigns.state
        for attempt, (name, row) in campaigns.tries.items():
            hand = campaigns.campaigns[name].hands[row]
            if hand.agent == agent and hand.state in states:
                return attempt
        return None

    # what the campaigns see

    def published(self, version: str) -> None:
        """Another version holds: its campaigns, and perhaps other queues of agents."""
        self._hub.tell_campaigns(campaign.SettingsInForce(version))
        self._hub.settle()
        self.look_at_agents()

    def look_at_agents(self) -> None:
        """Tell the campaigns what every agent does now, as far as they do not know."""
        for change in self._hub.queue_view.agents():
            self._look_at(change.agent, change.state)

    def agent_changed(self, change: AgentChanged) -> None:
        """An agent does something else now."""
        self._look_at(change.agent, change.state)

    def _look_at(self, agent: AgentId, state: str) -> None:
        hub = self._hub
        served = hub.campaigns.queues()
        if not served:
            return
        known = hub.campaigns.state.agents.get(agent)
        handling, own = self._handling(agent)
        if state == "offered" and own:
            return  # the campaign's own answer: until both talk, the agent is who will have it
        does = "talk" if state == "offered" else _DOES.get(state)
        serves = hub.queue_view.queues(agent) if does is not None else ()
        for queue in served:
            knows = known is not None and queue in known.queues
            if queue in serves and does is not None:
                if known is None or not knows or known.does != does:
                    hub.tell_campaigns(campaign.AgentSeen(queue, agent, does, handling))
            elif knows:
                hub.tell_campaigns(campaign.AgentSeen(queue, agent, "away"))

    def _handling(self, agent: AgentId) -> tuple[str, bool]:
        """The campaign or the queue of the call that the agent has, and whether it is a campaign's."""
        register = self._hub.register
        for offer in register.offers.values():
            if offer.agent == agent:
                contact = register.contacts.get(offer.call)
                if contact is not None:
                    return contact.campaign, True
                return (register.calls[offer.call].queue if offer.call in register.calls else ""), False
        return "", False

    def look(self) -> None:
        """After each event: callers who wait where campaigns have their agents, and what is known of tries that are
        over. Neither changes but by the queues or by a campaign, and most events of a call are of neither."""
        hub, register = self._hub, self._hub.register
        if not hub.queues_asked and not hub.campaigns_asked:
            return
        running = hub.campaigns.running_queues()
        if running:
            counts = dict.fromkeys(running, 0)
            for call in register.calls.values():
                if call.place == "waiting" and call.queue in counts and call.call not in register.contacts:
                    counts[call.queue] += 1
            for queue, count in counts.items():
                if hub.campaigns.state.callers.get(queue, 0) != count:
                    hub.tell_campaigns(campaign.CallersWaiting(queue, count))
            hub.settle()
        if hub.campaigns_asked:
            for attempt in hub.campaigns.over(register.tries):
                del register.tries[attempt]
        hub.queues_asked = hub.campaigns_asked = False

    def restarted(self) -> None:
        """Another controller: what the campaigns have asked for and not been answered is asked anew."""
        self.look_at_agents()  # of a snapshot of before campaigns they know none
        self._hub.tell_campaigns(campaign.Resumed())

    def _call(self, attempt: AttemptId) -> CallId | None:
        """The call of this try, while it is there."""
        call = self._call_id(attempt)
        return call if call in self._hub.register.contacts else None

    def _call_id(self, attempt: AttemptId) -> CallId:
        answer = self._hub.register.tries.get(attempt)
        return answer.call if answer is not None else CallId(attempt)

    def _settings_of(self, attempt: AttemptId) -> CampaignSettings | None:
        call = self._call(attempt)
        return None if call is None else self._hub.campaigns.settings(self._hub.register.contacts[call].campaign)
