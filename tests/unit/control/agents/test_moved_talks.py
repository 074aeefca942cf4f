"""Moved talks: the caller is connected with the agent's new leg, the old one goes, and nothing is lost on the way."""

import msgspec
import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate
from calls.ids import AgentId, LegId
from control.messages import events, log_commands
from tests.unit.control.transfers.consulting_house import Talk

pytestmark = pytest.mark.unit

AGENT = AgentId("01")


def moves(talk: Talk) -> Originate | None:
    """The call to the agent's phone that follows the wish."""
    before = len(talk.house.given(Originate))
    talk.house.tell(events.TalkMoveWanted(AGENT))
    placed = talk.house.given(Originate)
    return placed[-1] if len(placed) > before else None


def moved(talk: Talk) -> LegId:
    """A talk that was moved; the new leg."""
    ringing = moves(talk)
    assert ringing is not None
    talk.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    return ringing.leg


def test_the_caller_has_the_new_leg_and_the_old_one_goes_after_it() -> None:
    talk = Talk()
    talked_since = talk.house.router.agents()[0].since
    ringing = moves(talk)
    assert ringing is not None
    assert (ringing.to, ringing.auto_answer) == ("phone:8001", True)
    assert talk.house.given(Bridge) == [], "until the phone is there the talk stays where it is"
    talk.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    order = [type(one) for one in talk.house.commands if isinstance(one, Bridge | HangUp)]
    assert order == [Bridge, HangUp]
    assert (talk.house.last(Bridge).a, talk.house.last(Bridge).b) == (talk.call, ringing.leg)
    assert talk.house.last(HangUp).leg == talk.leg
    talk.bridged()
    talk.house.tell(door.CallEnded(talk.leg, Cause.NORMAL))
    call = talk.house.router.register.calls[talk.call]
    assert call.place == "talking"
    assert call.talk is not None
    assert call.talk.leg == ringing.leg
    assert [row.number for row in talk.house.given(log_commands.LogTalk)] == [1]
    assert talk.house.router.agent(AGENT, talk.house.now) == ("talking", "", "ready")
    assert talk.house.router.agents()[0].since == talked_since, "for the queues it is one talk"
    talk.house.tell(door.CallEnded(ringing.leg, Cause.NORMAL))
    assert talk.house.router.agent(AGENT, talk.house.now) == ("wrap_up", "", "ready")


def test_a_second_wish_while_it_moves_changes_nothing() -> None:
    talk = Talk()
    assert moves(talk) is not None
    assert moves(talk) is None


@pytest.mark.parametrize("cause", [Cause.NO_ANSWER, Cause.UNREACHABLE, Cause.BUSY])
def test_a_phone_that_is_not_there_leaves_the_talk_where_it_is(cause: Cause) -> None:
    talk = Talk()
    ringing = moves(talk)
    assert ringing is not None
    talk.house.tell(door.CallEnded(ringing.leg, cause))
    assert talk.place == "talking"
    assert talk.house.given(HangUp) == []
    assert moves(talk) is not None, "it may be tried again"


def test_a_caller_who_leaves_meanwhile_ends_both() -> None:
    talk = Talk()
    ringing = moves(talk)
    assert ringing is not None
    talk.house.tell(door.CallEnded(LegId(talk.call), Cause.NORMAL))
    assert {command.leg for command in talk.house.given(HangUp)} == {talk.leg, ringing.leg}


def test_an_old_leg_that_dies_first_makes_the_caller_wait_again_and_the_new_one_go() -> None:
    talk = Talk()
    ringing = moves(talk)
    assert ringing is not None
    talk.house.tell(door.CallEnded(talk.leg, Cause.FAILED))
    assert talk.place in ("waiting", "offered")
    talk.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    assert talk.house.last(HangUp).leg == ringing.leg


def test_while_somebody_is_consulted_it_does_not_move() -> None:
    talk = Talk()
    talk.consults()
    assert talk.house.router.talk_move_refusal(AGENT)
    assert moves(talk) is None
    assert not Talk().house.router.talk_move_refusal(AGENT)
    assert talk.house.router.talk_move_refusal(AgentId("02")) == "the agent has no talk with a caller"


def test_a_controller_that_died_between_answer_and_connection_orders_it_again() -> None:
    talk = Talk()
    leg = moved(talk)
    heir = talk.house.empty()
    heir.router.restore(talk.house.router.snapshot())
    heir.now = talk.house.now
    live = (
        door.LiveLeg(LegId(talk.call), "13800138000", "95183", answered=True, inbound=True),
        door.LiveLeg(leg, "", "", answered=True, inbound=False),
    )
    heir.tell(door.SwitchBack("", live))
    assert (heir.last(Bridge).a, heir.last(Bridge).b) == (talk.call, leg)


def test_the_wish_is_read_back_from_a_journal() -> None:
    wish = events.TalkMoveWanted(AGENT)
    assert msgspec.json.decode(msgspec.json.encode(wish), type=events.RouterEvent) == wish
