"""Transfers and consultations that go on, and callers whom agents have handed on: plain data of the register."""

from typing import Literal

import msgspec

from acd.events import CallQueued
from calls.ids import AgentId, AttemptId, Instant, LegId
from control.machines.states import (
    CONSULTATIONS,
    TRANSFERS,
    ConsultationEvent,
    ConsultationState,
    TransferEvent,
    TransferState,
)


class Target(msgspec.Struct, frozen=True):
    """Whom a caller is handed to, once `control.transfers.transfer_targets` has read it. `name`: the agent, the queue,
    the flow, or the number (E.164); of `none`, what was asked for and is nobody."""

    kind: Literal["agent", "queue", "flow", "number", "none"]
    name: str
    skills: tuple[str, ...] = ()


class BlindTransfer(msgspec.Struct):
    """A transfer that an agent has asked for, until it has come to its end. States: `machines.states.TRANSFERS`.

    `agent` and `leg` are those who asked; `attempt` is the one by which the queues, or the gate before a number, know
    it; `origin` and `queue` are how, and in which queue, the caller had waited for the talk of number `talk`.
    """

    number: int
    """Counts the call's transfers from 1."""
    by: Literal["phone", "code", "http"]
    agent: AgentId
    leg: LegId
    target: Target
    attempt: AttemptId
    began_at: Instant
    talk: int
    origin: CallQueued
    queue: str
    state: TransferState = "checking"
    why: str = ""
    """The reason why the target was not reached."""
    consulted: bool = False
    """The agent wanted to talk to the target first."""
    briefing: str = ""
    """What whoever gets the caller reads at their screen."""

    def on(self, event: TransferEvent) -> None:
        """Take an event. Raises BrokenRule where the table has nothing."""
        to = TRANSFERS.after(self.state, event)
        self.state = to or self.state


class Consultation(msgspec.Struct):
    """Somebody whom an agent consults about a caller; `control.machines.states.CONSULTATIONS` has its states.

    `agent` and `leg` are those who asked; `other` is the leg of the one who is consulted, from the ring on. `attempt`
    is that of the gate before a number, then of the connection of both. `talk` is the number of the talk that they
    left.
    """

    number: int
    """Counts the call's transfers, and these with them, from 1."""
    by: Literal["phone", "code", "http"]
    agent: AgentId
    leg: LegId
    target: Target
    attempt: AttemptId
    began_at: Instant
    talk: int
    other: LegId | None = None
    state: ConsultationState = "checking"
    why: str = ""
    """The cause of the other one's end."""
    briefing: str = ""
    """What the other one reads before they answer."""

    def on(self, event: ConsultationEvent) -> None:
        """Take an event. Raises BrokenRule where the table has nothing."""
        to = CONSULTATIONS.after(self.state, event)
        self.state = to or self.state


class Declined(msgspec.Struct):
    """What agents have declined of a call by a screen. `agent` is the last one who would not be consulted, and `reason`
    theirs; both are empty once somebody else is."""

    times: int = 0
    agent: str = ""
    reason: str = ""


class HandedOn(msgspec.Struct):
    """A caller whom agents have handed on, so many times.

    `called_by_us`: the caller had been called back, so that no flow waits for the end of their talks. `agent` is the
    last one who has let them go, and `briefing` what they have written for whoever has them next.
    """

    transfers: int = 0
    called_by_us: bool = False
    agent: str = ""
    briefing: str = ""

    def let_go(self, transfer: BlindTransfer) -> None:
        """Remember, for whoever has the caller next, whose they were, and what that agent has written."""
        self.agent, self.briefing = transfer.agent, transfer.briefing
