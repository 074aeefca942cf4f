"""Tries: one question to the gate and the call that may come of it, from a contact's turn to its row.

Every way in which a try can end goes through `_free`: the person and the number are free again, the agent of a preview
has nothing more to see, and the contact waits in its line or is back in its row.
"""

import msgspec

from calls.errors import BrokenRule
from calls.ids import AgentId, AttemptId, CallId, Seconds
from dialer.campaigns import commands, events
from dialer.campaigns.agents import Agents
from dialer.campaigns.board import Board
from dialer.campaigns.lists import Lists, busy_names
from dialer.campaigns.notes import Notes, result_of
from dialer.campaigns.outages import Outages
from dialer.campaigns.paces import Paces
from dialer.campaigns.retrying import Outlook, number_to_try
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import CampaignRecord, Hand, attempt_id, row_name
from dialer.pacing import events as pacing


class Tries:
    """Asks, places, and follows what becomes of it."""

    def __init__(self, board: Board, agents: Agents, lists: Lists, paces: Paces, outages: Outages) -> None:
        self._board = board
        self._agents = agents
        self._lists = lists
        self._paces = paces
        self._outages = outages
        self.notes = Notes(board)

    # its turn

    def ask(self, record: CampaignRecord, settings: CampaignSettings, hand: Hand) -> None:
        """Ask the gate for this contact's next number."""
        board = self._board
        if hand.state == "held":
            self._begin(record, hand)
        hand.on("ask")
        hand.asked, hand.asked_at, record.asked = board.now, board.utc, board.now
        self._ask(record, settings, hand)

    def _ask(self, record: CampaignRecord, settings: CampaignSettings, hand: Hand) -> None:
        contact = hand.contact
        person, account, said = contact.person, contact.account, contact.attributes
        attempt, scene, number = attempt_of(hand), settings.scene, hand.number
        self._board.give(commands.Ask(attempt, record.name, scene, number, person, account, hand.agent, said))

    def show(self, record: CampaignRecord, settings: CampaignSettings, hand: Hand, agent: AgentId) -> None:
        """Show this contact to an agent, who says when it is dialled."""
        board = self._board
        self._begin(record, hand)
        hand.on("preview")
        hand.agent = hand.shown_to = agent
        record.asked = board.now
        attempt = board.state.agents[agent].attempt = attempt_of(hand)
        hand.due = board.now + settings.preview_s
        board.wake(hand.due, record.name, f"row {row_name(hand.contact.key)}")
        board.give(commands.ShowPreview(attempt, record.name, agent, hand.contact, settings.preview_s))

    def _begin(self, record: CampaignRecord, hand: Hand) -> None:
        state = self._board.state
        hand.attempt = attempt_id(record.name, hand.contact)
        hand.contact = msgspec.structs.replace(hand.contact, asked=hand.contact.asked + 1)
        hand.number = number_to_try(hand.contact)
        state.tries[hand.attempt] = (record.name, row_name(hand.contact.key))
        state.busy.update(dict.fromkeys(busy_names(hand.contact, hand.number), hand.attempt))

    # previews

    def preview_answered(self, event: events.PreviewAnswered) -> None:
        """The agent takes the contact, or declines: then somebody sees it again after the campaign's longest wait."""
        found = self._board.hand(event.attempt)
        if found is None or found[1].state != "shown" or found[1].agent != event.agent:
            return
        record, hand = found
        settings = self._board.settings.get(record.name)
        if settings is None or (event.taken and (record.state != "running" or record.rests)):
            self.end_preview(record, hand)
        elif event.taken:
            hand.due = None
            self.ask(record, settings, hand)
        else:
            detail = f"declined: {event.reason}" if event.reason else "declined"
            self.back(record, hand, Outlook(hand.contact, "due", self._board.utc + settings.retry.after_s, detail))

    def end_preview(self, record: CampaignRecord, hand: Hand) -> None:
        """The agent sees it no more, and nobody was asked about it: it is next again."""
        self.put_by(record, hand)

    def end_previews(self, record: CampaignRecord) -> None:
        """Agents see nobody of the campaign any more."""
        for hand in tuple(record.hands.values()):
            if hand.state == "shown":
                self.end_preview(record, hand)

    def agent_went(self, agent: AgentId, hand_of: tuple[CampaignRecord, Hand] | None) -> None:
        """The agent of a preview has something else to do: whom they saw is next again."""
        if hand_of is not None and hand_of[1].state == "shown" and hand_of[1].agent == agent:
            self.end_preview(*hand_of)

    # the call

    def answered(self, event: events.Answered) -> None:
        """Somebody or something is there."""
        found = self._board.hand(event.attempt)
        if found is None or not found[1].on("answered"):
            return
        record, hand = found
        self._outages.worked(record)
        hand.answered, hand.answered_at = self._board.now, self._board.utc
        settings = self._board.settings.get(record.name)
        self._board.give(commands.Settle(event.attempt, "answered", at=hand.placed_at, ended=False))
        self._tell(settings, pacing.Answered(_call(hand)))
        if settings is None:
            self._board.give(commands.GiveUp(event.attempt))
        elif not hand.judged:
            self.serve(settings, hand, settings.patience_s)

    def serve(self, settings: CampaignSettings, hand: Hand, patience_s: Seconds) -> None:
        """Bring who has answered to an agent, who must be there within `patience_s`, or to the flow."""
        attempt = attempt_of(hand)
        if settings.mode == "agentless":
            hand.on("to_flow")
            self._board.give(commands.TakeToFlow(attempt, flow=settings.flow))
        else:
            own = AgentId(hand.contact.agent) or hand.agent
            there = self._board.state.agents.get(own)
            board_agent = own if there is not None and settings.queue in there.queues else AgentId("")
            self._board.give(
                commands.TakeToAgent(
                    attempt,
                    settings.queue,
                    settings.skills,
                    patience_s,
                    settings.safe_harbour,
                    board_agent,
                )
            )

    def rang(self, event: events.Rang) -> None:
        """It rings: from here on the chance of an answer is counted."""
        found = self._board.hand(event.attempt)
        if found is not None and found[1].state == "dialling":
            self._outages.worked(found[0])
            self._tell(self._board.settings.get(found[0].name), pacing.Ringing(_call(found[1])))

    def connected(self, event: events.Connected) -> None:
        """The person hears an agent."""
        found = self._board.hand(event.attempt)
        if found is None or not event.agent or not found[1].on("connected"):
            return
        record, hand = found
        hand.agent, hand.connected_at = event.agent, self._board.utc
        agent = self._board.state.agents.get(event.agent)
        if agent is not None:
            agent.does = "talk"
        self._tell(self._board.settings.get(record.name), pacing.Connected(_call(hand), event.agent))

    def notice_played(self, event: events.NoticePlayed) -> None:
        """The person has heard what they must be told first; it stands in the try's row."""
        found = self._board.hand(event.attempt)
        if found is not None:
            found[1].notice = event.phrase

    def unserved(self, event: events.Unserved) -> None:
        """Nobody was there in time: the call counts as abandoned."""
        found = self._board.hand(event.attempt)
        if found is not None and found[1].on("nobody_there"):
            record, hand = found
            self._board.give(commands.Settle(event.attempt, "abandoned", "abandoned", at=hand.placed_at, ended=False))
            self._tell(self._board.settings.get(record.name), pacing.Abandoned(_call(hand)))
            self._changed(record)

    def ended(self, event: events.Ended) -> None:
        """The call is over; after a talk its agent says what came of it."""
        found = self._board.hand(event.attempt)
        if found is None:
            return
        record, hand = found
        before = hand.state
        if before in ("held", "shown", "asking") or not hand.on("ended"):
            return
        settings = self._board.settings.get(record.name)
        hand.ended_at, hand.talked_s = self._board.utc, event.talked_s
        hand.call, hand.recording = event.call, event.recording
        if before == "dialling" and event.unheard_s is not None:
            self._unheard(settings, hand, event.unheard_s)
            self._outages.worked(record)
            self._over(record, settings, hand)
            return
        hand.result = result_of(before, hand, event)
        if before == "dialling":
            self._outages.over(record, hand.result)
            self._tell(settings, pacing.Ended(_call(hand)))
        elif before == "answered" and hand.found in ("", "person"):
            self._tell(settings, pacing.Abandoned(_call(hand)))  # gone before anybody was there
        if hand.state == "noting":
            self._await_note(record, settings, hand)
        else:
            self._over(record, settings, hand)

    def _unheard(self, settings: CampaignSettings | None, hand: Hand, waited_s: Seconds) -> None:
        """Somebody answered and nobody was there: abandoned, unless they went sooner than an agent has to come. Of one
        who would have been judged nobody knows that it was no person."""
        hand.answered_at = self._board.utc - waited_s
        patience_s = settings.patience_s if settings is not None else 0.0
        hand.result = "abandoned" if hand.judged or waited_s >= patience_s else "hung_up"
        self._tell(settings, pacing.Answered(_call(hand)))
        self._tell(settings, pacing.Abandoned(_call(hand)))

    # what came of it

    def dispositioned(self, event: events.Dispositioned) -> None:
        """An agent, or a flow, says what came of the talk: while it lasts, or after."""
        found = self._board.hand(event.attempt)
        if found is None or found[1].state not in ("talking", "noting", "speaking"):
            return
        record, hand = found
        settings = self._board.settings.get(record.name)
        disposition = settings.disposition(event.name) if settings is not None else None
        if settings is None or disposition is None:
            return
        another = hand.disposition != event.name  # said twice it is once
        if another and hand.disposition:
            hand.said_before = hand.disposition
        hand.disposition, hand.again_at, hand.same_agent = event.name, event.again_at, event.same_agent
        if another:
            self.notes.said(record, hand, disposition, event.note)
        if hand.state == "noting":
            self._noted(record, settings, hand)

    def _await_note(self, record: CampaignRecord, settings: CampaignSettings | None, hand: Hand) -> None:
        wants = settings is not None and settings.disposition_required and settings.dispositions
        if settings is None or hand.disposition or not wants:
            self._noted(record, settings, hand)
            return
        self.notes.ended(record, hand, settings, final=False)
        hand.due = self._board.now + settings.wrap_up_s
        self._board.wake(hand.due, record.name, f"row {row_name(hand.contact.key)}")

    def _noted(self, record: CampaignRecord, settings: CampaignSettings | None, hand: Hand) -> None:
        hand.on("noted")
        if hand.disposition:
            self._board.give(commands.EndWrapUp(hand.agent))
        self._over(record, settings, hand)

    def woken(self, record: CampaignRecord, hand: Hand) -> None:
        """A preview that nobody answered goes back; after-call work without a word is over."""
        if hand.due is None or hand.due > self._board.now:
            return
        hand.due = None
        if hand.state == "shown":
            self.end_preview(record, hand)
        elif hand.state == "noting":
            self._noted(record, self._board.settings.get(record.name), hand)

    # ends

    def give_up(self, record: CampaignRecord) -> None:
        """Withdraw what nobody has answered."""
        for hand in tuple(record.hands.values()):
            if hand.state == "shown":
                self.end_preview(record, hand)
            elif hand.state == "dialling" and not hand.given_up:
                hand.given_up = True
                self._board.give(commands.GiveUp(attempt_of(hand)))

    def refused(self, record: CampaignRecord, hand: Hand, detail: str) -> None:
        """The person of this try wants no more calls, as they said in an earlier one: it is withdrawn where nobody has
        answered, and whatever comes of it, they are called no more."""
        hand.refused = detail
        if hand.state == "shown":
            self.end_preview(record, hand)
            self._lists.end(record, hand, Outlook(hand.contact, "refused", detail=detail))
        elif hand.state == "dialling" and not hand.given_up:
            hand.given_up = True
            self._board.give(commands.GiveUp(attempt_of(hand)))

    def ask_again(self, record: CampaignRecord, settings: CampaignSettings | None) -> None:
        """Ask and show anew, under the same ids, what was under way when a controller died."""
        board = self._board
        for hand in tuple(record.hands.values()):
            if hand.state == "asking" and settings is None:
                self.back(record, hand, Outlook(hand.contact, "due", board.utc))
            elif hand.state == "asking" and settings is not None:
                hand.asked = board.now
                self._ask(record, settings, hand)
            elif hand.state == "shown" and hand.due is not None:
                left_s = max(hand.due - board.now, 0.0)
                board.give(commands.ShowPreview(attempt_of(hand), record.name, hand.agent, hand.contact, left_s))

    def _over(self, record: CampaignRecord, settings: CampaignSettings | None, hand: Hand) -> None:
        """The call is over, and what came of it is known."""
        self.notes.ended(record, hand, settings, final=True)
        self._free(record, hand)
        if hand.connected_at is not None and hand.agent:
            self._board.state.last_talks[hand.agent] = attempt_of(hand)
        outlook = self.notes.outlook(hand, settings)
        if hand.refused:
            outlook = Outlook(outlook.contact, "refused", detail=hand.refused)
        self._lists.keep(record, hand, outlook)
        self._lists.same_person(record, outlook)

    def back(self, record: CampaignRecord, hand: Hand, outlook: Outlook) -> None:
        """The gate has said no: the contact goes back to its row without a call."""
        hand.on("given_back")
        self._free(record, hand)
        self._lists.keep(record, hand, outlook)

    def put_by(self, record: CampaignRecord, hand: Hand) -> None:
        """Let the contact wait in its line, before all others."""
        hand.on("put_by")
        self._free(record, hand)
        hand.attempt, hand.due, hand.agent, hand.shown_to, hand.number = None, None, AgentId(""), AgentId(""), ""
        self._lists.put_by(record, hand)

    def _free(self, record: CampaignRecord, hand: Hand) -> None:
        state = self._board.state
        if hand.shown_to:
            self._board.give(commands.EndPreview(attempt_of(hand), hand.shown_to))
        for name in busy_names(hand.contact, hand.number):
            if state.busy.get(name) == hand.attempt:
                del state.busy[name]
                for campaign in state.passed.pop(name, ()):
                    self._board.touch(campaign)
        if hand.attempt is not None:
            state.tries.pop(hand.attempt, None)
        for agent in state.agents.values():
            if agent.attempt is not None and agent.attempt == hand.attempt:
                agent.attempt = None
        self._changed(record)

    def _changed(self, record: CampaignRecord) -> None:
        """An agent may be free for another call, of this campaign or of one that shares them."""
        self._board.touch(record.name)
        for other in self._agents.sharing(record.name):
            self._board.touch(other)

    def _tell(self, settings: CampaignSettings | None, event: pacing.PacingEvent) -> None:
        if settings is not None:
            self._paces.tell(settings, event)


def attempt_of(hand: Hand) -> AttemptId:
    """The try that this contact is in. Raises BrokenRule where it is in none."""
    if hand.attempt is None:
        raise BrokenRule(f"contact {row_name(hand.contact.key)} is {hand.state} without an attempt")
    return hand.attempt


def _call(hand: Hand) -> CallId:
    return CallId(attempt_of(hand))
