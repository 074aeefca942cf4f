"""Keys that are pressed in a talk: the agent's two-key codes, and the caller's end of a secret."""

from typing import Protocol

from calls.events import TransferRequested
from complaints.cases import CaseAsked
from control.hub import Hub
from control.register import Call, Leg
from control.talk_recordings import TalkRecordings

OPEN_CASE = "*9"
ASK_SECRET = "*8"
DECLINE_RECORDING = "*7"
"""Keys of an agent in a talk: open a case; let the caller key digits that nobody hears, sees or keeps (ends with #);
the caller does not want to be recorded."""
TRANSFER = "*2"
"""Begins a blind transfer; the target's digits follow, and `#` ends them. Another `*` gives it up."""
_LONGEST = 24
"""Keys of a transfer; with more of them it is given up."""


class Transfers(Protocol):
    """Transfers by agents."""

    def requested(self, event: TransferRequested) -> None:
        """Hand the caller on."""
        ...


class TalkKeys:
    """Takes the keys of both who talk."""

    def __init__(self, hub: Hub, recordings: TalkRecordings) -> None:
        self._hub = hub
        self._recordings = recordings
        self.transfers: Transfers

    def of_agent(self, leg: Leg, digit: str) -> None:
        """Take an agent's key; outside of a talk it only counts as the first of two."""
        hub = self._hub
        call = hub.register.call_of(leg.leg)
        talking = call is not None and call.place == "talking"
        if talking and leg.keys.startswith(TRANSFER) and digit != "*" and len(leg.keys) < _LONGEST:
            self._transfer(leg, digit)
            return
        leg.keys = (leg.keys[-1:] + digit)[-2:]
        if call is None or not talking:
            return
        if leg.keys == OPEN_CASE:
            fields = {"queue": call.queue, "agent": call.agent or ""}
            hub.ask_case(CaseAsked(call.call, hub.mint(call.call), call.caller, "agent", "agent", fields))
        elif leg.keys == ASK_SECRET:
            self._recordings.hide(call, True)
        elif leg.keys == DECLINE_RECORDING and call.recording.consent != "declined":
            self._recordings.decline(call)

    def _transfer(self, leg: Leg, digit: str) -> None:
        if digit != "#":
            leg.keys += digit
            return
        to, leg.keys = leg.keys.removeprefix(TRANSFER), ""
        self.transfers.requested(TransferRequested(leg.leg, to, "code"))

    def of_caller(self, call: Call, digit: str) -> None:
        """Take a caller's key: only the end of hidden digits means something."""
        if digit == "#" and call.recording.hiding:
            self._recordings.hide(call, False)
