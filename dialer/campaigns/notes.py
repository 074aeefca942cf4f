"""Notes of a try: what goes to the ledger, into the log and onto the do-not-call list, and what the contact is now."""

import msgspec

from calls.errors import BrokenRule
from dialer.campaigns import commands, events
from dialer.campaigns.board import Board
from dialer.campaigns.detecting import MACHINES, remember
from dialer.campaigns.results import ABANDONED, NOT_PLACED, Disposition
from dialer.campaigns.retrying import Outlook, after_try, not_placed
from dialer.campaigns.settings import CampaignSettings, RetryRules
from dialer.campaigns.state import CampaignRecord, Hand
from dialer.campaigns.states import HandState
from dialer.governor.history import State as LedgerState


class Notes:
    """Writes down what came of tries."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def said(self, record: CampaignRecord, hand: Hand, disposition: Disposition, note: str) -> None:
        """An agent has said this of the talk: a refusal holds from this moment on, for the whole house."""
        if hand.attempt is None:
            raise BrokenRule("a disposition of no attempt")
        if disposition.meaning == "refused":
            self._refuse(record, hand, f"{disposition.name}: {note}" if note else disposition.name)
        if disposition.case:
            self._board.give(commands.OpenCase(hand.attempt, disposition.case, hand.agent, hand.number))

    def ended(
        self,
        record: CampaignRecord,
        hand: Hand,
        settings: CampaignSettings | None,
        final: bool,
        corrects: bool = False,
    ) -> None:
        """The call is over. Not `final`: what came of the talk is not said yet. `corrects`: it was told already, and
        something else of it."""
        if hand.attempt is None:
            raise BrokenRule("the end of no attempt")
        if hand.result == "unwanted":
            self._refuse(record, hand, "unwanted (SIP 607)")
        state = _ledger_state(hand, settings, final)
        self._board.give(
            commands.Settle(
                hand.attempt,
                state,
                hand.disposition or hand.result,
                at=None if state == "released" else hand.placed_at,
                talked_until=(hand.ended_at or 0.0) if state == "effective" else 0.0,
                call=hand.call,
                recording=hand.recording,
                agent=hand.agent,
                corrects=corrects,
            )
        )
        row = commands.LogTry(
            attempt=hand.attempt,
            campaign=record.name,
            contact=hand.contact.key,
            number=hand.number,
            asked_at=hand.asked_at,
            verdict="allow",
            placed_at=hand.placed_at,
            answered_at=hand.answered_at,
            connected_at=hand.connected_at,
            ended_at=hand.ended_at,
            agent=hand.agent,
            result=hand.result,
            disposition=hand.disposition,
            abandoned=hand.result in ABANDONED,
            call=hand.call,
            said_before=hand.said_before,
            notice=hand.notice,
        )
        self._board.give(row)
        if final and settings is not None and hand.judged:
            remember(self._board, settings, row)

    def _refuse(self, record: CampaignRecord, hand: Hand, reason: str) -> None:
        """The person wants no more calls: by none of their numbers, but for those that were found not to be theirs."""
        contact, attempt = hand.contact, hand.attempt
        assert attempt is not None
        others = [one.number for one in contact.numbers if one.number not in contact.bad]
        for number in dict.fromkeys((hand.number, *others)):
            self._board.give(commands.DoNotCall(number, contact.person, record.name, attempt, reason))

    def outlook(self, hand: Hand, settings: CampaignSettings | None) -> Outlook:
        """What becomes of the contact."""
        contact = hand.contact
        if hand.result in NOT_PLACED:
            contact = msgspec.structs.replace(contact, tries=contact.tries - 1)
            return not_placed(contact, hand.result, self._board.utc)
        rules = settings.retry if settings is not None else RetryRules()
        disposition = settings.disposition(hand.disposition) if settings is not None and hand.disposition else None
        return after_try(
            contact,
            hand.number,
            hand.disposition or hand.result,
            disposition.meaning if disposition is not None else None,
            rules,
            hand.placed_at if hand.placed_at is not None else self._board.utc,
            hand.again_at,
            hand.agent if hand.same_agent else "",
        )


def _ledger_state(hand: Hand, settings: CampaignSettings | None, final: bool) -> LedgerState:
    if hand.answered_at is None:
        if hand.result in NOT_PLACED:
            return "released"
        return "blocked" if hand.result == "blocked" else "attempted"
    if hand.result in ABANDONED:
        return "abandoned"
    if hand.result not in ("talked", "flow_done") or not final:
        return "answered"
    disposition = settings.disposition(hand.disposition) if settings is not None and hand.disposition else None
    return "effective" if disposition is None or disposition.effective else "answered"


def result_of(before: HandState, hand: Hand, event: events.Ended) -> str:
    """The result of a try that ended while `before`: what is known here goes before what the network says."""
    if before == "dialling":
        return event.result
    if before == "unserved":
        return "abandoned"
    if before == "talking":
        return "talked"
    if hand.found in MACHINES:
        return "taken_for_machine" if hand.was_person else hand.found
    if before == "answered" and hand.judged and not hand.found:
        return "abandoned"  # they went while they were judged, and nobody knows that it was no person
    return "flow_done" if before == "speaking" else "hung_up"
