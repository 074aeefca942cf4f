"""Late words: dispositions that come when the try is over. The store is asked for the try, and then the word counts.

The core keeps no try that is over. So it asks for the row (`Recall`), for as long as the store has it, and does with
the answer what it would have done at once: do-not-call list, case, ledger, report, and the contact's own state where
this try was their last. Said twice it is once; another word takes the place of the one before.
"""

import msgspec

from dialer.campaigns import commands, events
from dialer.campaigns.agents import Agents
from dialer.campaigns.board import Board
from dialer.campaigns.contacts import Contact, Number
from dialer.campaigns.lists import Lists
from dialer.campaigns.results import Disposition
from dialer.campaigns.retrying import Outlook, number_to_try, without
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import CampaignRecord, Hand, LateWord
from dialer.campaigns.tries import Tries

AGAIN_S = 30.0
"""The store could not be read: it is asked again so much later."""
TALKED = frozenset({"talked", "flow_done"})
"""Results of tries of which anything can be said."""


class LateWords:
    """What agents say of tries that are over."""

    def __init__(self, board: Board, agents: Agents, lists: Lists, tries: Tries) -> None:
        self._board = board
        self._agents = agents
        self._lists = lists
        self._tries = tries
        self._notes = tries.notes

    def said(self, event: events.Dispositioned) -> None:
        """Ask the store for the try. Nothing happens where its campaign has no such disposition."""
        campaign, _, rest = event.attempt.partition("/")
        settings = self._board.settings.get(campaign)
        if settings is None or settings.disposition(event.name) is None or campaign not in self._board.state.campaigns:
            return
        recalls = self._board.state.recalls
        asked = event.attempt in recalls
        row = rest.rpartition("/")[0]
        recalls[event.attempt] = LateWord(row, event.name, event.again_at, event.same_agent, event.note)
        if not asked:
            self._board.give(commands.Recall(event.attempt, campaign))

    def ask_again(self) -> None:
        """After a restart: ask for what was not answered."""
        for attempt, word in self._board.state.recalls.items():
            word.again = None
            self._board.give(commands.Recall(attempt, attempt.partition("/")[0]))

    def woken(self, attempt: str) -> None:
        """The store is asked again, where it is time."""
        for name, word in self._board.state.recalls.items():
            if name == attempt and word.again is not None and word.again <= self._board.now:
                word.again = None
                self._board.give(commands.Recall(name, name.partition("/")[0]))

    def recalled(self, event: events.Recalled) -> None:
        """Take the word as said of this try."""
        board = self._board
        word = board.state.recalls.get(event.attempt)
        if word is None:
            return
        campaign = event.attempt.partition("/")[0]
        if event.error:
            word.again = board.now + AGAIN_S
            board.wake(word.again, campaign, f"recall {event.attempt}")
            return
        if word.stale:  # the contact was written meanwhile
            word.stale = False
            board.give(commands.Recall(event.attempt, campaign))
            return
        del board.state.recalls[event.attempt]
        record, settings = board.state.campaigns[campaign], board.settings.get(campaign)
        disposition = settings.disposition(word.name) if settings is not None else None
        if event.row is None or settings is None or disposition is None or event.row.result not in TALKED:
            return
        self._count(record, settings, disposition, word, event, event.row)

    def _count(
        self,
        record: CampaignRecord,
        settings: CampaignSettings,
        disposition: Disposition,
        word: LateWord,
        event: events.Recalled,
        row: commands.LogTry,
    ) -> None:
        same = row.disposition == word.name
        if same and (disposition.meaning != "callback" or event.due_at == word.again_at):
            return
        known = record.hands.get(word.row)
        contact = known.contact if known is not None else event.contact
        hand = _hand(row, word, contact)
        if not same:
            hand.said_before = row.disposition
            self._notes.said(record, hand, disposition, word.note)
            self._notes.ended(record, hand, settings, final=True, corrects=True)
        if contact is None:
            return  # of a list that was removed
        outlook = self._outlook(settings, disposition, hand, row)
        if outlook is None:
            return
        if known is None:
            self._lists.rewrite(record, event.list, outlook)
            if outlook.state == "due" and record.on("list_grew"):
                self._agents.changed()
        elif known.state == "held":
            self._lists.end(record, known, outlook)
        elif outlook.state == "refused":
            self._tries.refused(record, known, outlook.detail)
        self._lists.same_person(record, outlook)

    def _outlook(
        self, settings: CampaignSettings, disposition: Disposition, hand: Hand, row: commands.LogTry
    ) -> Outlook | None:
        """What becomes of the contact; None: what came after this try counts."""
        contact = hand.contact
        if disposition.meaning == "refused":
            refused = msgspec.structs.replace(contact, last_result=disposition.name)
            return Outlook(refused, "refused", detail=disposition.name)
        if row.attempt.rpartition("/")[2] == str(contact.asked):
            return self._notes.outlook(hand, settings)
        if disposition.meaning == "wrong_number" and not number_to_try(without(contact, row.number)):
            return Outlook(without(contact, row.number), "spent", detail=f"{disposition.name}; no number is left")
        return None


def _hand(row: commands.LogTry, word: LateWord, contact: Contact | None) -> Hand:
    """The try as it was in hand at its end, with this word."""
    return Hand(
        contact=contact or Contact(key=row.contact, numbers=(Number(row.number),)),
        list="",
        state="back",
        attempt=row.attempt,
        number=row.number,
        agent=row.agent,
        asked_at=row.asked_at,
        placed_at=row.placed_at,
        answered_at=row.answered_at,
        connected_at=row.connected_at,
        ended_at=row.ended_at,
        notice=row.notice,
        result=row.result,
        disposition=word.name,
        again_at=word.again_at,
        same_agent=word.same_agent,
        call=row.call,
    )
