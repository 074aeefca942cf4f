"""Answers of the gate: the call is placed, or the contact goes on to another number, waits, or is at an end."""

from typing import Literal

import msgspec

from dialer.answering_machines.settings import Detection
from dialer.campaigns import commands, events
from dialer.campaigns.board import Board
from dialer.campaigns.contacts import Contact
from dialer.campaigns.lists import Lists
from dialer.campaigns.outages import Outages
from dialer.campaigns.paces import Paces
from dialer.campaigns.retrying import Outlook, deferred, denied
from dialer.campaigns.state import CampaignRecord, Hand
from dialer.campaigns.tries import Tries, attempt_of

LATE_S = 5.0
"""The gate has taken so long that the agent for whom it was asked may be gone: the call is not placed."""


class GateAnswers:
    """What follows from each answer; a question is asked by `dialer.campaigns.tries`."""

    def __init__(self, board: Board, lists: Lists, paces: Paces, tries: Tries, outages: Outages) -> None:
        self._board = board
        self._lists = lists
        self._paces = paces
        self._tries = tries
        self._outages = outages

    def allowed(self, event: events.Allowed) -> None:
        """Place the call, unless the campaign dials no more, or the answer came too late."""
        found = self._board.hand(event.attempt)
        if found is None or found[1].state != "asking":
            return
        record, hand = found
        board, settings = self._board, self._board.settings.get(record.name)
        late = settings is not None and settings.mode != "preview" and board.now - hand.asked > LATE_S
        idle = record.state != "running" or record.rests
        if settings is None or idle or late or hand.refused:
            self._not_dialled(record)
            board.give(commands.Settle(event.attempt, "released", "not_dialled"))
            self._not_placed(record, hand)
            return
        hand.on("allowed")
        hand.placed_at = board.utc
        hand.judged = settings.detects
        contact = hand.contact = msgspec.structs.replace(hand.contact, tries=hand.contact.tries + 1)
        self._lists.same_person(record, Outlook(contact, "in_hand"))
        ring_s = settings.ring_s if event.longest_ring_s is None else min(settings.ring_s, event.longest_ring_s)
        board.give(
            commands.Place(
                event.attempt,
                record.name,
                hand.number,
                event.caller_id,
                ring_s,
                contact,
                hand.agent,
                settings.detection if hand.judged else Detection(),
            )
        )
        self._paces.dialled(settings, event.attempt, hand)

    def deferred(self, event: events.Deferred) -> None:
        """Not before an instant: it waits in its row until then, unless another number of theirs is next."""
        found = self._board.hand(event.attempt)
        if found is not None and found[1].state == "asking":
            record, hand = found
            self._not_dialled(record)
            self._log_no(record, hand, "defer", event.rule)
            utc = self._board.utc
            then = deferred(hand.contact, hand.number, event.until, event.rule, utc, event.number_only)
            self._after_no(record, hand, then)

    def denied(self, event: events.Denied) -> None:
        """No: the contact is done with, or another number of theirs is next."""
        found = self._board.hand(event.attempt)
        if found is None or found[1].state != "asking":
            return
        record, hand = found
        if event.away:
            self._outages.failed(record)
        self._not_dialled(record)
        self._log_no(record, hand, "deny", event.rule)
        utc = self._board.utc
        then = denied(hand.contact, hand.number, event.rule, utc, event.number_only, event.until, event.away)
        self._after_no(record, hand, then)

    def _after_no(self, record: CampaignRecord, hand: Hand, then: Outlook | Contact) -> None:
        if isinstance(then, Contact):
            hand.contact = then
            self._not_placed(record, hand)
        else:
            refused = Outlook(then.contact, "refused", detail=hand.refused)
            self._tries.back(record, hand, refused if hand.refused else then)

    def _not_placed(self, record: CampaignRecord, hand: Hand) -> None:
        """The contact is still the campaign's: first in its line again, or back in its row where nobody dials."""
        if hand.refused:
            self._tries.back(record, hand, Outlook(hand.contact, "refused", detail=hand.refused))
        elif self._board.settings.get(record.name) is not None and self._holds(record):
            self._tries.put_by(record, hand)
        else:
            self._tries.back(record, hand, Outlook(hand.contact, "due", self._board.utc))

    def _holds(self, record: CampaignRecord) -> bool:
        """Whether contacts may wait in their line."""
        return record.state in ("running", "paused") and not record.rests

    def _not_dialled(self, record: CampaignRecord) -> None:
        settings = self._board.settings.get(record.name)
        if settings is not None and settings.mode == "predictive":
            self._paces.not_dialled(settings, 1)

    def _log_no(self, record: CampaignRecord, hand: Hand, verdict: Literal["defer", "deny"], rule: str) -> None:
        attempt, key = attempt_of(hand), hand.contact.key
        self._board.give(commands.LogTry(attempt, record.name, key, hand.number, hand.asked_at, verdict, rule))
