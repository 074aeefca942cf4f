"""Detecting: what follows of what an answer was taken for, and of what becomes known of that later.

A person who was taken for a machine is an abandoned call. It is known where they answer to the message as a person
does, and where their number calls the house a moment later; of all others nobody knows, and a share of the calls that
were taken for machines counts (`Detection.false_positives`).
"""

from typing import Protocol

import msgspec

from calls.ids import CallId, Seconds
from dialer.campaigns import commands, events
from dialer.campaigns.board import Board
from dialer.campaigns.paces import Paces
from dialer.campaigns.settings import CampaignSettings
from dialer.campaigns.state import Hand, TakenForMachine
from dialer.pacing import events as pacing

MACHINES = ("machine", "silence")
"""What is no person, as far as detection knows."""
_WRONG = "taken_for_machine"


class Serve(Protocol):
    """Brings who has answered to an agent or to the flow."""

    def __call__(self, settings: CampaignSettings, hand: Hand, patience_s: Seconds) -> None:
        """`patience_s`: within which an agent must be there."""
        ...


class Detecting:
    """A person is served, a machine may be left a message, silence is treated as the campaign has it."""

    def __init__(self, board: Board, paces: Paces, serve: Serve) -> None:
        self._board = board
        self._paces = paces
        self._serve = serve

    def detected(self, event: events.Detected) -> None:
        """Detection has decided."""
        found = self._board.hand(event.attempt)
        if found is None or found[1].state != "answered" or not found[1].judged or found[1].found:
            return
        record, hand = found
        hand.found = event.found
        settings = self._board.settings.get(record.name)
        if event.found == "person" and settings is not None:
            self._serve(settings, hand, self._patience_s(settings, hand, event.greeted_s))
            return
        if settings is not None:
            self._paces.tell(settings, pacing.Machine(CallId(event.attempt)))
        detection = None if settings is None else settings.detection
        as_machine = event.found == "machine" or (detection is not None and detection.silence == "machine")
        if detection is not None and detection.leaves and as_machine:
            hand.on("to_flow")
            flow, phrase = detection.leave_flow, detection.leave_message
            self._board.give(commands.TakeToFlow(event.attempt, flow, phrase, after_greeting=True))
        else:
            self._board.give(commands.GiveUp(event.attempt))

    def _patience_s(self, settings: CampaignSettings, hand: Hand, greeted_s: Seconds | None) -> Seconds:
        """What is left of it: the time in which they were judged counts. By the greeting, who has not greeted waits for
        nothing yet."""
        spent_s = greeted_s or 0.0
        if settings.detection.patience_from == "answer":
            spent_s = self._board.now - hand.answered
        return max(settings.patience_s - spent_s, 0.0)

    def was_person(self, event: events.WasPerson) -> None:
        """They answer to the message: abandoned, whatever the message says to them."""
        found = self._board.hand(event.attempt)
        if found is None or found[1].found not in MACHINES or found[1].was_person:
            return
        record, hand = found
        hand.was_person = True
        self._board.give(commands.Settle(event.attempt, "abandoned", _WRONG, at=hand.placed_at, ended=False))
        self._count(record.name)

    def called_in(self, event: events.CalledIn) -> None:
        """A number calls the house: if it was taken for a machine a moment ago, it was a person's."""
        board = self._board
        known = board.state.machines.pop(event.number, None)
        if known is None or known.until < board.now:
            return
        row = msgspec.structs.replace(known.row, result=_WRONG, abandoned=True)
        board.give(commands.Settle(row.attempt, "abandoned", _WRONG, at=row.placed_at, call=row.call))
        board.give(row)
        self._count(row.campaign)

    def _count(self, campaign: str) -> None:
        settings = self._board.settings.get(campaign)
        if settings is not None:
            self._paces.tell(settings, pacing.MachineWasPerson())


def remember(board: Board, settings: CampaignSettings, row: commands.LogTry) -> None:
    """Keep the try of what was taken for a machine for as long as its person may call back."""
    machines = board.state.machines
    for number in [number for number, one in machines.items() if one.until < board.now or number == row.number]:
        del machines[number]
    if row.result in MACHINES:
        machines[row.number] = TakenForMachine(row, board.now + settings.detection.called_back_s)
