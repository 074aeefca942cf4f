"""The agent who talked to a caller last is asked for first; who is not there is not waited for."""

import msgspec
import pytest

from acd.events import AgentPaused, AgentSignedIn
from calls.commands import Originate
from calls.ids import AgentId, CallId
from calls.numbers import e164
from control.register.register import LAST_AGENT_S, LAST_AGENTS, Register
from control.routing.assembly import make_router
from ivr.steps import LAST_AGENT, Const
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, Directory, configuration

pytestmark = pytest.mark.unit

CALLER = "13800138000"


class Loyal(ControlHarness):
    """The house, whose callers to `care` ask for the agent of last time."""

    def __init__(self, agent: str, *agents: str) -> None:
        super().__init__()
        main = PROGRAM.flows["main"]
        care = msgspec.structs.replace(main.steps["care"], agent=Const(agent), sticky_s=20.0)
        flows = {"main": msgspec.structs.replace(main, steps={**main.steps, "care": care})}
        program = msgspec.structs.replace(PROGRAM, flows=flows)
        self.router = make_router({VERSION: program}, lambda version: configuration(), Directory())
        journal, self.journal, self.commands = self.journal, [], []
        for at, event in journal:
            self.now = at
            self._take(event)
        for name in agents:
            self.tell(AgentSignedIn(AgentId(name)))

    def rung(self) -> str:
        """The phone that rang last."""
        return self.last(Originate).to

    def again(self, caller: str = CALLER) -> CallId:
        """Another call from this number comes to the queue; its id."""
        call = self.arrive(caller=caller)
        self.press(call, "1")
        return call


def known_to_second() -> Loyal:
    """The caller has talked to 02; 01 has been idle for longer."""
    house = Loyal(LAST_AGENT, "02")
    call = house.arrive(caller=CALLER)
    house.press(call, "1")
    house.tell(AgentSignedIn(AgentId("01")))
    house.talk(call, 30.0)
    return house


def test_the_last_agent_is_rung_and_a_stranger_gets_the_longest_idle() -> None:
    house = known_to_second()
    house.again()
    assert house.rung() == "phone:8002"
    house.again("13900139000")
    assert house.rung() == "phone:8001"


def test_a_last_agent_who_is_not_there_is_skipped() -> None:
    house = known_to_second()
    house.tell(AgentPaused(AgentId("02"), "lunch"))
    house.again()
    assert house.rung() == "phone:8001"


def test_a_busy_last_agent_is_waited_for_and_then_no_longer() -> None:
    house = known_to_second()
    house.take(house.again())
    call = house.again()
    assert house.router.register.calls[call].place == "waiting"
    house.wait(21.0)
    assert house.rung() == "phone:8001"


def test_a_named_agent_is_rung_before_who_was_idle_longer() -> None:
    house = Loyal("02", "01", "02")
    house.again()
    assert house.rung() == "phone:8002"


def test_who_has_not_called_for_so_long_takes_no_room() -> None:
    register = Register()
    for number, at in (("+8613900000001", 10.25), ("+8613900000002", 20.25), ("+8613900000001", 30.25)):
        register.talked(number, AgentId("01"), at)
    register.talked("+8613900000003", AgentId("02"), 21.0 + LAST_AGENT_S)
    assert list(register.last_agents) == ["+8613900000002", "+8613900000001", "+8613900000003"]
    register.talked("+8613900000004", AgentId("02"), 22.0 + LAST_AGENT_S)
    assert list(register.last_agents) == ["+8613900000001", "+8613900000003", "+8613900000004"]
    assert register.last_agent("+8613900000001", 30.25 + LAST_AGENT_S) == "01", "for thirty days whole"


def test_it_is_forgotten_in_time_and_in_number() -> None:
    register, known = Register(), e164(CALLER, "CN")
    register.talked(known, AgentId("01"), 10.0)
    assert register.last_agent(known, 10.0 + LAST_AGENT_S) == "01"
    assert register.last_agent(known, 11.0 + LAST_AGENT_S) is None
    register.talked("", AgentId("01"), 10.0)
    assert "" not in register.last_agents, "who hides the number is nobody in particular"
    for number in range(LAST_AGENTS):
        register.talked(f"+861390{number:07}", AgentId("02"), 20.0)
    assert len(register.last_agents) == LAST_AGENTS
    assert register.last_agent(known, 21.0) is None
