"""A house in which an agent talks to a caller and consults another one: what tests of consultations begin with."""

from typing import Literal

from acd.events import AgentSignedIn
from calls import events as door
from calls.commands import Bridge, HangUp, Originate
from calls.ids import AgentId, LegId
from control.messages import events, log_commands
from control.rules.transfer_rules import TransferRules
from tests.unit.control.harness import ControlHarness

OUTSIDE = "+8613900139000"
RULES = TransferRules(kinds=("mobile",))
KEYS = {"swap": "*4", "join": "*6", "connect": "*5", "give_back": "*1"}
Act = Literal["swap", "join", "connect", "give_back"]


class Talk:
    """A house in which agent 01 talks to a caller, and 02 is there."""

    def __init__(self, rules: TransferRules = RULES) -> None:
        self.house = ControlHarness("01", transfers=rules)
        self.call = self.house.arrive()
        self.house.press(self.call, "1")
        self.leg = self.house.take(self.call)
        self.house.tell(AgentSignedIn(AgentId("02")))
        self.house.wait(30.0)
        self.house.commands.clear()
        self.other = LegId("")

    def asks(self, to: str = "8002", by: Literal["code", "http"] = "http") -> None:
        if by == "code":
            self.house.press(self.leg, f"*3{to}#")
        else:
            self.house.tell(events.ConsultationWanted(self.leg, "consult", to, by))

    def does(self, act: Act, by: Literal["code", "http"] = "http") -> None:
        if by == "code":
            self.house.press(self.leg, KEYS[act])
        else:
            self.house.tell(events.ConsultationWanted(self.leg, act, by=by))

    def rung(self) -> None:
        ringing = self.house.last(Originate)
        self.other = ringing.leg
        self.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        self.bridged()

    def bridged(self) -> None:
        """The connection that was ordered last stands."""
        bridge = self.house.last(Bridge)
        self.house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))

    def both(self) -> tuple[str, str]:
        """Who was connected last."""
        bridge = self.house.last(Bridge)
        names = {self.call: "caller", self.leg: "agent", self.other: "other"}
        return names[bridge.a], names[bridge.b]

    def consults(self, to: str = "8002", by: Literal["code", "http"] = "http") -> None:
        self.asks(to, by)
        self.rung()

    @property
    def state(self) -> str:
        found = self.house.router.register.consultations.get(self.house.router.register.legs[self.leg].call or "")
        return "over" if found is None else found.state

    @property
    def place(self) -> str:
        call = self.house.router.register.calls.get(self.call)
        return "gone" if call is None else call.place

    @property
    def outcomes(self) -> list[str]:
        return [row.outcome for row in self.house.given(log_commands.LogTransfer)]

    def hung_up(self) -> set[str]:
        names = {self.call: "caller", self.leg: "agent", self.other: "other"}
        return {names[command.leg] for command in self.house.given(HangUp)}


def bring(talk: Talk, state: str) -> None:
    talk.asks(OUTSIDE if state == "checking" else "8002")
    if state in ("checking", "ringing"):
        return
    talk.rung()
    if state in ("swapped", "conference"):
        talk.does("swap" if state == "swapped" else "join")
        talk.bridged()
