"""Blind transfers over a controller that is killed, and over a snapshot: nobody is lost."""

import pytest

from acd.events import AgentSignedOut
from calls import events as door
from calls.commands import HangUp, Play, Sentence, StartMusic
from calls.ids import AgentId, LegId
from control.messages import commands, events
from tests.unit.control.transfers.transferring import OUTSIDE, Talk

pytestmark = pytest.mark.unit


def _situations() -> list[str]:
    return ["agent", "away_agent", "queue", "flow", "number", "number_rings", "outside", "returning", "requeued"]


def _bring(talk: Talk, situation: str) -> None:
    match situation:
        case "agent":
            talk.asks("02")
        case "away_agent":
            talk.house.tell(AgentSignedOut(AgentId("02")))
            talk.asks("02")
        case "queue":
            talk.asks("84", "code")
        case "flow":
            talk.asks("82", "code")
        case "number":
            talk.asks(OUTSIDE)
        case "number_rings" | "outside" | "returning":
            talk.asks(OUTSIDE)
            talk.allowed()
            if situation == "outside":
                talk.outside_answers()
            elif situation == "returning":
                talk.ring_ends()
        case "requeued":
            talk.asks(OUTSIDE)
            talk.allowed()
            talk.house.tell(AgentSignedOut(AgentId("02")))
            talk.house.tell(AgentSignedOut(AgentId("01")))
            talk.ring_ends()


@pytest.mark.parametrize("situation", _situations())
def test_a_controller_killed_in_the_middle_loses_nobody(situation: str) -> None:
    """It had told the switch nothing of its last commands: both still stand there in their talk, on one bridge."""
    talk = Talk("02")
    _bring(talk, situation)
    heir = talk.house.empty()
    for at, event in talk.house.journal:
        heir.now = at
        heir._take(event)
    register = talk.house.router.register
    assert heir.router.register == register
    place = talk.place
    heir.commands.clear()
    heir.tell(events.Restarted())
    answered = {leg for leg, known in register.legs.items() if known.answered_at is not None}
    outside = next((leg for leg in answered if leg.endswith("-outside")), None)
    live = [door.LiveLeg(LegId(talk.call), "13800138000", "95183", True, True, bridged_with=outside or talk.leg)]
    live += [door.LiveLeg(leg, "", "", leg in answered, False) for leg in register.legs if leg != talk.call]
    if talk.leg not in register.legs:
        live.append(door.LiveLeg(talk.leg, "", "8001", True, False, bridged_with=LegId(talk.call)))
    heir.tell(door.SwitchBack("fake", tuple(live)))
    assert heir.router.register.calls[talk.call].place == place
    hung_up = {command.leg for command in heir.given(HangUp)}
    assert LegId(talk.call) not in hung_up
    if place in ("waiting", "offered", "transferring"):
        assert heir.last(StartMusic).leg == talk.call
        assert talk.leg in hung_up or situation in ("returning", "number")
    if situation == "number":
        assert heir.last(commands.AskGate).number == OUTSIDE
        assert place == "talking"
    if situation == "flow":
        assert heir.last(Play).media == (Sentence("Press one.", "en"),)


@pytest.mark.parametrize("situation", _situations())
def test_a_snapshot_has_it_all(situation: str) -> None:
    talk = Talk("02")
    _bring(talk, situation)
    heir = talk.house.empty()
    heir.router.restore(talk.house.router.snapshot())
    assert heir.router.register == talk.house.router.register
    heir.now = talk.house.now
    heir.wait(400.0)
    talk.house.wait(400.0)
    assert heir.router.register == talk.house.router.register
