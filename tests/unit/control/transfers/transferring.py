"""A house in which an agent talks to a caller and hands them on: for tests of transfers."""

from typing import Literal

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate
from calls.ids import AgentId, LegId
from control.messages import commands, events, log_commands
from control.rules.transfer_rules import Code, TransferRules
from tests.unit.control.harness import ControlHarness

OUTSIDE = "+8613900139000"

RULES = TransferRules(
    kinds=("mobile",),
    codes={
        "81": Code(queue="care", skills=("care>=3",)),
        "82": Code(flow="main"),
        "83": Code(number="+498912345678"),
        "84": Code(queue="care", skills=("care>=9",)),
    },
)


class Talk:
    """A house in which agent 01 talks to a caller."""

    def __init__(self, *others: str) -> None:
        self.house = ControlHarness("01", transfers=RULES)
        self.call = self.house.arrive()
        self.house.press(self.call, "1")
        self.leg = self.house.take(self.call)
        for agent in others:
            self.house.tell(AgentSignedIn(AgentId(agent)))
        self.house.wait(30.0)
        self.phone_is_slow = False

    def asks(self, to: str, by: Literal["phone", "code", "http"] = "phone") -> None:
        self.house.commands.clear()
        if by == "code":
            self.house.press(self.leg, f"*2{to}#")
        else:
            self.house.tell(door.TransferRequested(self.leg, to, by))
        if any(command.leg == self.leg for command in self.house.given(HangUp)) and not self.phone_is_slow:
            self.house.tell(door.CallEnded(self.leg, Cause.NORMAL), after_s=0.0)

    @property
    def place(self) -> str:
        call = self.house.router.register.calls.get(self.call)
        return "gone" if call is None else call.place

    def rings(self) -> str:
        """The address that was called last."""
        return self.house.last(Originate).to

    def allowed(self, yes: bool = True) -> None:
        check = self.house.last(commands.AskGate)
        self.house.tell(events.NumberChecked(check.call, check.attempt, yes, "" if yes else "on the list"))
        if yes:
            self.house.tell(door.CallEnded(self.leg, Cause.NORMAL), after_s=0.0)

    def outside_answers(self) -> LegId:
        ringing = self.house.last(Originate)
        self.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        bridge = self.house.last(Bridge)
        self.house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
        return ringing.leg

    def ring_ends(self, cause: Cause = Cause.NO_ANSWER) -> None:
        self.house.tell(door.CallEnded(self.house.last(Originate).leg, cause))

    @property
    def rows(self) -> list[tuple[str, str, str, int]]:
        """Kind, target, outcome and talk of each row that was written."""
        found = self.house.given(log_commands.LogTransfer)
        return [(row.kind, row.target, row.outcome, row.talk) for row in found]
