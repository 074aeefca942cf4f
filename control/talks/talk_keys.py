"""Keys that are pressed in a talk: the agent's two-key codes, and the caller's end of a secret."""

from collections.abc import Mapping
from typing import Literal, Protocol

from calls.events import TransferRequested
from complaints.cases import CaseAsked
from control.hub.hub import Hub
from control.messages.events import ConsultationWanted
from control.register.call import Call
from control.register.register import Leg
from control.talks.talk_recordings import TalkRecordings

OPEN_CASE = "*9"
ASK_SECRET = "*8"
DECLINE_RECORDING = "*7"
"""Keys of an agent in a talk: open a case; let the caller key digits that nobody hears, sees or keeps (ends with #);
the caller does not want to be recorded."""
TRANSFER = "*2"
"""Begins a blind transfer; the target's digits follow, and `#` ends them. Another `*` gives it up."""
CONSULT = "*3"
"""Begins a consultation, as `*2` a transfer."""
GIVE_BACK, SWAP, CONNECT, JOIN = "*1", "*4", "*5", "*6"
"""Keys of an agent who consults somebody."""
_ACTS: Mapping[str, Literal["swap", "join", "connect", "give_back"]] = {
    GIVE_BACK: "give_back",
    SWAP: "swap",
    CONNECT: "connect",
    JOIN: "join",
}
_WITH_TARGET = (TRANSFER, CONSULT)
_LONGEST = 24
"""Keys of a transfer; with more of them it is given up."""


class Transfers(Protocol):
    """Transfers by agents."""

    def requested(self, event: TransferRequested) -> None:
        """Hand the caller on."""
        ...


class Consultations(Protocol):
    """Consultations by agents."""

    def wanted(self, event: ConsultationWanted) -> None:
        """Do what an agent wants."""
        ...


class TalkKeys:
    """Takes the keys of both who talk."""

    def __init__(self, hub: Hub, recordings: TalkRecordings) -> None:
        self._hub = hub
        self._recordings = recordings
        self.transfers: Transfers
        self.consultations: Consultations

    def of_agent(self, leg: Leg, digit: str) -> None:
        """Take an agent's key; outside of a talk it only counts as the first of two."""
        hub = self._hub
        call = hub.register.call_of(leg.leg)
        talking = call is not None and call.place == "talking"
        if talking and leg.keys.startswith(_WITH_TARGET) and digit != "*" and len(leg.keys) < _LONGEST:
            self._with_target(leg, digit)
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
        elif leg.keys in _ACTS:
            self.consultations.wanted(ConsultationWanted(leg.leg, _ACTS[leg.keys]))

    def _with_target(self, leg: Leg, digit: str) -> None:
        if digit != "#":
            leg.keys += digit
            return
        code, to, leg.keys = leg.keys[:2], leg.keys[2:], ""
        if code == TRANSFER:
            self.transfers.requested(TransferRequested(leg.leg, to, "code"))
        else:
            self.consultations.wanted(ConsultationWanted(leg.leg, "consult", to))

    def of_caller(self, call: Call, digit: str) -> None:
        """Take a caller's key: only the end of hidden digits means something."""
        if digit == "#" and call.recording.hiding:
            self._recordings.hide(call, False)
