"""Lists of campaigns: a window of contacts in hand, fetched ahead, and whose turn it is, by each list's share."""

import msgspec

from calls.ids import AttemptId
from dialer.campaigns.board import Board
from dialer.campaigns.commands import Fetch, KeepContact
from dialer.campaigns.contacts import Contact, ContactState
from dialer.campaigns.events import Fetched
from dialer.campaigns.retrying import Outlook, number_to_try
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import CampaignRecord, Hand, ListRecord, row_name

AGAIN_S = 30.0
"""A list that could not be read is tried again so much later."""


class Lists:
    """Hands out contacts to dial, takes them back into the store's rows."""

    def __init__(self, board: Board) -> None:
        self._board = board

    # fetching

    def fetch(self, record: CampaignRecord, settings: CampaignSettings) -> None:
        """Fetch from each list of which few are in hand, unless nobody is due there."""
        for share in settings.lists:
            rows = record.lists.setdefault(share.name, ListRecord())
            ahead = _ahead(settings, share.name)
            if rows.dry and rows.due_at is not None and rows.due_at <= self._board.utc:
                rows.dry, rows.due_at = False, None
            if rows.fetch is None and not rows.dry and len(rows.line) <= ahead // 2:
                rows.fetches += 1
                rows.fetch = AttemptId(f"{record.name}/{share.name}/fetch-{rows.fetches}")
                rows.count, rows.due_since = ahead, None
                self._ask(record, settings, share.name, rows)

    def ask_again(self, record: CampaignRecord, settings: CampaignSettings) -> None:
        """Fetch anew, under the same id, what was not answered when a controller died."""
        for share in settings.lists:
            rows = record.lists.get(share.name)
            if rows is not None and rows.fetch is not None and rows.again is None:
                self._ask(record, settings, share.name, rows)

    def _ask(self, record: CampaignRecord, settings: CampaignSettings, name: str, rows: ListRecord) -> None:
        assert rows.fetch is not None
        self._board.give(Fetch(record.name, rows.fetch, name, settings.order, rows.count))

    def fetched(self, record: CampaignRecord, settings: CampaignSettings | None, event: Fetched) -> None:
        """Take what the store hands out; of a fetch that is not open, or of a list that is not wanted: nothing."""
        name = next((name for name, rows in record.lists.items() if rows.fetch == event.fetch), None)
        if name is None:
            return
        rows = record.lists[name]
        if event.error:
            rows.again = self._board.now + AGAIN_S
            self._board.wake(rows.again, record.name, f"list {name}")
            return
        rows.fetch = None
        rows.dry = len(event.contacts) < rows.count
        dues = [due for due in (event.next_due_at, rows.due_since) if due is not None]
        rows.due_at, rows.due_since = min(dues, default=None), None
        if rows.due_at is not None:
            self._board.wake_at_utc(rows.due_at, record.name, f"list {name}")
        rewritten, rows.rewritten = rows.rewritten, {}
        for contact in event.contacts:
            row = row_name(contact.key)
            if row in rewritten:
                self._write(record, name, rewritten[row])
            elif row not in record.hands:
                record.hands[row] = Hand(contact, name)
                rows.line.append(row)
        idle = record.state in ("stopped", "finished", "ready") or record.rests
        if idle or settings is None or not _ahead(settings, name):
            self.give_all_back(record, only=name)
        self._board.touch(record.name)

    def woken(self, record: CampaignRecord, settings: CampaignSettings, name: str) -> None:
        """A fetch that failed is tried again, or somebody may be due."""
        rows = record.lists.get(name)
        if rows is not None and rows.again is not None and rows.again <= self._board.now:
            rows.again = None
            if rows.fetch is not None and any(share.name == name for share in settings.lists):
                self._ask(record, settings, name, rows)
        self._board.touch(record.name)

    def grew(self, name: str) -> None:
        """More may be had of this list."""
        for record in self._board.state.campaigns.values():
            rows = record.lists.get(name)
            if rows is not None:
                rows.dry = False
                if rows.fetch is not None:
                    rows.due_since = self._board.utc  # it may be answered by what was there before
                self._board.touch(record.name)

    def exhausted(self, record: CampaignRecord, settings: CampaignSettings) -> bool:
        """Whether every contact of every list is at an end."""
        if record.hands:
            return False
        for share in settings.lists:
            rows = record.lists.get(share.name)
            if rows is None or rows.fetch is not None or not rows.dry or rows.due_at is not None:
                return False
        return True

    # turns

    def next(self, record: CampaignRecord, settings: CampaignSettings, agents: "Wanted") -> Hand | None:
        """Take the contact whose turn it is out of its line; None: nobody can be called now.

        Of the lists with somebody to call that one is next which is most behind its share; while the store is asked for
        one of which nobody is in hand, all wait that moment. A person who is being called
        already, by whichever campaign, is passed over, and so is one whose agent is there and busy.
        """
        able: list[tuple[ListRecord, int, int]] = []
        for share in settings.lists:
            rows = record.lists.get(share.name)
            if rows is None:
                continue
            if rows.fetch is not None and rows.again is None and not rows.line:
                return None
            place = self._first(record, rows, agents)
            if place is not None:
                able.append((rows, share.weight, place))
        if not able:
            return None
        for rows, weight, _ in able:
            rows.credit += weight
        rows, _, place = max(able, key=lambda one: one[0].credit)
        rows.credit -= sum(weight for _, weight, _ in able)
        return record.hands[rows.line.pop(place)]

    def _first(self, record: CampaignRecord, rows: ListRecord, agents: "Wanted") -> int | None:
        for place, row in enumerate(rows.line):
            contact = record.hands[row].contact
            if self._is_busy(record, contact) or not agents.suits(contact):
                continue
            return place
        return None

    def weed(self, record: CampaignRecord, settings: CampaignSettings) -> None:
        """Let go of contacts without a number or a try left: rules have changed, or another row of theirs had it."""
        for rows in record.lists.values():
            for row in tuple(rows.line):
                hand = record.hands[row]
                if hand.contact.tries >= settings.retry.tries or not number_to_try(hand.contact):
                    self.end(record, hand, Outlook(hand.contact, "spent", detail="no try or no number is left"))

    def same_person(self, record: CampaignRecord, outlook: Outlook) -> None:
        """Other rows of this person that are in hand have their tries, too, and their end: the budget is theirs."""
        contact = outlook.contact
        for other in tuple(record.hands.values()):
            if other.state == "held" and other.contact.person_key == contact.person_key:
                other.contact = msgspec.structs.replace(other.contact, tries=contact.tries)
                if outlook.state in ("reached", "refused"):
                    self.end(record, other, msgspec.structs.replace(outlook, contact=other.contact))

    def end(self, record: CampaignRecord, hand: Hand, outlook: Outlook) -> None:
        """Take a contact that waits in its line back to its row."""
        hand.on("given_back")
        record.lists[hand.list].line.remove(row_name(hand.contact.key))
        self.keep(record, hand, outlook)

    def _is_busy(self, record: CampaignRecord, contact: Contact) -> bool:
        """Whether the person or the number is being called, by whichever campaign; if so, their end wakes this one."""
        state = self._board.state
        for name in busy_names(contact, number_to_try(contact)):
            if name in state.busy:
                waiting = state.passed.setdefault(name, [])
                if record.name not in waiting:
                    waiting.append(record.name)
                return True
        return False

    def put_by(self, record: CampaignRecord, hand: Hand) -> None:
        """Let a contact wait in its line again, before all others."""
        record.lists[hand.list].line.insert(0, row_name(hand.contact.key))
        self._board.touch(record.name)

    # back to the rows

    def keep(self, record: CampaignRecord, hand: Hand, outlook: Outlook) -> None:
        """Write what is known of a contact, and let go of it."""
        del record.hands[row_name(hand.contact.key)]
        self._write(record, hand.list, outlook)
        self._board.touch(record.name)

    def rewrite(self, record: CampaignRecord, name: str, outlook: Outlook) -> None:
        """Write what is known now of a contact that is not in hand; `name`: its list."""
        rows = record.lists.get(name)
        if rows is None:
            self._keep_row(record, outlook)
            return
        if rows.fetch is not None:
            rows.rewritten[row_name(outlook.contact.key)] = outlook
        self._write(record, name, outlook)
        self._board.touch(record.name)

    def _keep_row(self, record: CampaignRecord, outlook: Outlook) -> None:
        row = row_name(outlook.contact.key)
        for attempt, word in self._board.state.recalls.items():
            if word.row == row and attempt.startswith(f"{record.name}/"):
                word.stale = True
        self._board.give(KeepContact(record.name, outlook.contact, outlook.state, outlook.due_at, outlook.detail))

    def _write(self, record: CampaignRecord, name: str, outlook: Outlook) -> None:
        due_at = outlook.due_at
        self._keep_row(record, outlook)
        if outlook.state == "fresh":
            due_at = self._board.utc
        rows = record.lists[name]
        if due_at is None:
            return
        if rows.fetch is not None:
            rows.due_since = min(due_at, rows.due_since if rows.due_since is not None else due_at)
        if rows.due_at is None or due_at < rows.due_at:
            rows.due_at = due_at
            self._board.wake_at_utc(due_at, record.name, f"list {name}")

    def give_all_back(self, record: CampaignRecord, only: str = "") -> None:
        """Give back whom nobody has called yet, as they were; `only`: of this list."""
        for name, rows in record.lists.items():
            if only and name != only:
                continue
            line, rows.line = rows.line, []
            for row in line:
                hand = record.hands[row]
                hand.on("given_back")
                del record.hands[row]
                contact = hand.contact
                state: ContactState = "due" if contact.asked else "fresh"
                self._write(record, name, Outlook(contact, state, self._board.utc if contact.asked else None))


def _ahead(settings: CampaignSettings, name: str) -> int:
    """How many contacts of this list are kept in hand, by its share; 0 where the campaign has it no more."""
    weight = sum(share.weight for share in settings.lists if share.name == name)
    everything = sum(share.weight for share in settings.lists)
    return max(2, settings.fetch_ahead * weight // everything) if weight else 0


class Wanted:
    """The agents for whom contacts are looked for: the `free` ones, or one of a preview; `there`: all of the queue."""

    def __init__(self, free: frozenset[str], there: frozenset[str]) -> None:
        self._free = free
        self._there = there

    def suits(self, contact: Contact) -> bool:
        """Whether this person may be called now: their own agent is free, or not there, or they have none."""
        return not contact.agent or contact.agent in self._free or contact.agent not in self._there


def busy_names(contact: Contact, number: str) -> tuple[str, str]:
    """The names by which a person and a number are known to be in a call."""
    return f"person {contact.person_key}", f"number {number}"
