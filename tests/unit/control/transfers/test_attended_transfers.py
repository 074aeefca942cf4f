"""A phone's Transfer key with a second call of its own: who is joined, who is refused, and what a gap leaves."""

from typing import Literal

import pytest

from acd.commands import AgentChanged
from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate, ReportTransfer, StartMusic
from calls.events import CallArrived, CallEnded, LiveLeg, SwitchBack, TransferRequested
from calls.ids import AttemptId, CallId, LegId
from control.messages import commands, events, log_commands
from control.rules.transfer_rules import TransferRules
from tests.unit.control.transfers.consulting_house import OUTSIDE, Talk

pytestmark = pytest.mark.unit

OWN = LegId("own")


class Held(Talk):
    """Agent 01 talks to a caller, and has dialled somebody from the same phone."""

    def dials(self, to: str = "8002", account: str = "8001") -> None:
        self.house.tell(CallArrived(OWN, account, to, device=account))
        if to not in ("8001", "8002"):
            check = self.house.last(commands.AskGate)
            self.house.tell(events.NumberChecked(check.call, check.attempt, True))
        self.other = self.house.last(Originate).leg

    def talks_to_other(self) -> None:
        ringing = self.house.last(Originate)
        self.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
        self.bridged()

    def refers(self, asked_on: LegId | None = None, named: LegId = OWN) -> None:
        self.house.tell(TransferRequested(asked_on or self.leg, "8002", replaces=named))

    def told(self) -> list[tuple[LegId, str]]:
        return [(report.leg, report.progress) for report in self.house.given(ReportTransfer)]

    def back(self, *live: LiveLeg) -> None:
        """A controller that starts anew, and what the switch has."""
        house = self.house.empty()
        house.router.restore(self.house.router.snapshot())
        house.now = self.house.now
        self.house = house
        self.house.tell(events.Restarted())
        self.house.tell(SwitchBack("asterisk", live, also=("",)))


def joined(talk: Held) -> bool:
    bridge = talk.house.last(Bridge)
    return (bridge.a, bridge.b) == (talk.call, talk.other)


@pytest.mark.parametrize("asked_on", ["talk", "own"])
def test_both_far_ends_are_joined_and_the_agent_is_in_wrap_up(asked_on: Literal["talk", "own"]) -> None:
    talk = Held()
    talk.dials()
    talk.talks_to_other()
    talk.refers() if asked_on == "talk" else talk.refers(OWN, talk.leg)
    assert joined(talk)
    assert talk.house.last(Bridge).record == "leg-1-2", "with an agent, as the queue records"
    assert talk.told() == [(talk.leg if asked_on == "talk" else OWN, "done")]
    assert {command.leg for command in talk.house.given(HangUp)} == {talk.leg, OWN}
    assert talk.house.given(StartMusic) == []
    talk.bridged()
    assert talk.place == "transferred"
    own = talk.house.last(log_commands.LogCall)
    assert (own.call, own.direction, own.outcome, own.cause) == ("own", "internal", "answered", "transferred")
    talk.house.tell(CallEnded(OWN, Cause.NORMAL))
    talk.house.tell(CallEnded(talk.leg, Cause.NORMAL))
    states = {change.agent: change.state for change in talk.house.given(AgentChanged)}
    assert states == {"01": "wrap_up", "02": "paused"}
    row = talk.house.last(log_commands.LogTransfer)
    assert (row.by, row.kind, row.target, row.outcome, row.consulted) == ("phone", "agent", "02", "reached", True)
    talk.house.tell(CallEnded(talk.other, Cause.NORMAL))
    talk.house.tell(CallEnded(LegId(talk.call), Cause.NORMAL))
    register = talk.house.router.register
    left = [register.calls, register.legs, register.transfers, register.agent_calls, register.bridges]
    assert left == [{}] * 5
    talks = [(told.call, told.role, told.agent, told.cause) for told in talk.house.given(log_commands.LogTalk)]
    assert talks == [
        ("own", "dialled", "01", "transferred"),
        (talk.call, "agent", "01", "transferred"),
        (talk.call, "outside", "02", "normal"),
    ]


@pytest.mark.parametrize("answered", [True, False])
def test_while_the_other_phone_rings_the_caller_hears_music_and_may_come_back(answered: bool) -> None:
    talk = Held()
    talk.dials()
    ringing = talk.house.last(Originate)
    talk.refers()
    assert talk.house.given(Bridge) == []
    assert talk.house.last(StartMusic).leg == talk.call
    own = talk.house.last(log_commands.LogCall)
    assert (own.outcome, own.cause) == ("transferred", "transferred")
    talk.house.tell(CallEnded(OWN, Cause.NORMAL))
    talk.house.tell(CallEnded(talk.leg, Cause.NORMAL))
    if answered:
        talk.house.tell(door.CallAnswered(talk.other, ringing.attempt))
        assert joined(talk)
        talk.bridged()
        assert talk.outcomes[-1] == "reached"
    else:
        talk.house.tell(CallEnded(talk.other, Cause.NO_ANSWER))
        assert talk.house.last(Originate).to == "phone:8001", "the one who asked is rung"
        talk.house.take(CallId(talk.call))
        assert (talk.outcomes[-1], talk.place) == ("returned", "talking")


@pytest.mark.parametrize("allowed", [True, False])
def test_a_number_that_may_be_called_need_not_be_one_to_hand_on_to(allowed: bool) -> None:
    talk = Held(TransferRules(kinds=("mobile",) if allowed else ()))
    talk.dials(OUTSIDE)
    talk.talks_to_other()
    talk.refers()
    assert joined(talk) is allowed
    assert talk.told() == [(talk.leg, "done" if allowed else "refused")]
    if allowed:
        assert talk.house.last(Bridge).record is None, "talks with numbers outside are not recorded"
    else:
        assert (talk.place, talk.outcomes) == ("talking", ["refused"])
        assert talk.house.last(log_commands.LogTransfer).detail != ""
        assert talk.house.given(HangUp) == []


@pytest.mark.parametrize("named", ["the caller's leg", "the other one's leg", "a leg that is gone", "itself"])
def test_only_a_call_that_the_phone_has_made_is_taken(named: str) -> None:
    talk = Held()
    talk.dials()
    talk.talks_to_other()
    talk.house.commands.clear()
    legs = {"the caller's leg": LegId(talk.call), "the other one's leg": talk.other, "itself": talk.leg}
    talk.refers(named=legs.get(named, LegId("gone")))
    assert talk.told() == [(talk.leg, "refused")]
    assert [*talk.house.given(HangUp), *talk.house.given(Bridge)] == []
    assert (talk.place, talk.outcomes) == ("talking", ["refused"])


def test_the_call_of_another_phone_is_not_taken() -> None:
    talk = Held()
    talk.dials(to=OUTSIDE, account="8002")
    talk.talks_to_other()
    talk.house.commands.clear()
    talk.refers()
    assert talk.told() == [(talk.leg, "refused")]
    assert [*talk.house.given(HangUp), *talk.house.given(Bridge)] == []


def test_two_calls_without_a_caller_are_not_joined() -> None:
    """Both are the agent's own: no queue has brought anybody."""
    talk = Held()
    talk.house.tell(CallEnded(LegId(talk.call), Cause.NORMAL))
    talk.house.tell(CallEnded(talk.leg, Cause.NORMAL))
    talk.dials()
    talk.talks_to_other()
    talk.house.commands.clear()
    talk.refers(OWN, OWN)
    assert talk.told() == [(OWN, "refused")]
    assert talk.house.given(log_commands.LogTransfer) == []


def test_while_somebody_is_consulted_by_a_code_the_key_is_refused() -> None:
    talk = Held()
    talk.dials(OUTSIDE)
    talk.talks_to_other()
    other = talk.other
    talk.asks("8002")
    talk.refers()
    assert talk.told() == [(talk.leg, "refused")]
    assert other in talk.house.router.register.legs


def test_a_command_to_join_that_was_lost_is_given_again() -> None:
    """The controller died after the event was written and before the switch had heard a word of it."""
    talk = Held()
    talk.dials()
    talk.talks_to_other()
    own = talk.house.last(Bridge).attempt
    first = AttemptId("leg-1:before")
    talk.refers()
    talk.back(
        LiveLeg(LegId(talk.call), "13800138000", "95183", True, True, bridged_with=talk.leg, bridge=first),
        LiveLeg(talk.leg, "", "", True, False, device="8001", bridged_with=LegId(talk.call), bridge=first),
        LiveLeg(OWN, "8001", "8002", True, True, device="8001", bridged_with=talk.other, bridge=own),
        LiveLeg(talk.other, "", "", True, False, device="8002", bridged_with=OWN, bridge=own),
    )
    assert joined(talk)
    assert {command.leg for command in talk.house.given(HangUp)} == {talk.leg, OWN}
    assert talk.house.given(StartMusic) == [], "it would take them apart again"
    talk.bridged()
    assert talk.place == "transferred"


def test_a_command_to_join_that_was_done_is_not_given_again() -> None:
    talk = Held()
    talk.dials()
    talk.talks_to_other()
    talk.refers()
    attempt = talk.house.last(Bridge).attempt
    talk.back(
        LiveLeg(LegId(talk.call), "13800138000", "95183", True, True, bridged_with=talk.other, bridge=attempt),
        LiveLeg(talk.other, "", "", True, False, device="8002", bridged_with=LegId(talk.call), bridge=attempt),
    )
    assert talk.house.given(Bridge) == []
    assert talk.place == "transferred"
