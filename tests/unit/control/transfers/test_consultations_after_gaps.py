"""Consultations over gaps: a killed controller, a snapshot, a switch that comes back, a link that is lost."""

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate, StartMusic, Supervise
from calls.ids import LegId
from control.messages import commands, events
from tests.unit.control.transfers.consulting_house import OUTSIDE, Talk, bring

pytestmark = pytest.mark.unit

STATES = ["checking", "ringing", "talking", "swapped", "conference"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("done", [True, False])
def test_a_controller_killed_in_the_middle_loses_nobody(state: str, done: bool) -> None:
    """`done`: the switch had carried out all that was ordered; else the caller and the agent still stand as before."""
    talk = Talk()
    bring(talk, state)
    heir = talk.house.empty()
    for at, event in talk.house.journal:
        heir.now = at
        heir._take(event)
    register = heir.router.register
    assert register == talk.house.router.register
    heir.commands.clear()
    heir.tell(events.Restarted())
    other = next((one.other for one in register.consultations.values()), None)
    pairs = {
        "checking": {talk.call: talk.leg},
        "ringing": {},
        "talking": {talk.leg: other},
        "swapped": {talk.call: talk.leg},
        "conference": {talk.call: talk.leg},
    }[state]
    if not done:
        pairs = {talk.call: talk.leg}
    both = {**pairs, **{b: a for a, b in pairs.items()}}
    music = set() if not done else {"ringing": {talk.call}, "talking": {talk.call}}.get(state, set())
    live = tuple(
        door.LiveLeg(leg, "", "", known.answered_at is not None or known.role == "caller", known.role == "caller",
                     bridged_with=both.get(leg), in_music=leg in music)
        for leg, known in register.legs.items()
    )  # fmt: skip
    heir.tell(door.SwitchBack("fake", live))
    assert {command.leg for command in heir.given(HangUp)} == set()
    assert register.calls[talk.call].place == "talking"
    if state == "talking" and not done:
        assert (heir.last(Bridge).a, heir.last(Bridge).b) == (talk.leg, other)
        assert heir.last(StartMusic).leg == talk.call
    if state == "checking":
        assert heir.last(commands.AskGate).number == OUTSIDE
    if state == "conference":
        assert heir.last(Supervise).leg == other


@pytest.mark.parametrize("state", ["swapped", "conference"])
def test_a_snapshot_between_the_command_and_the_connection_invents_no_talk(state: str) -> None:
    talk = Talk()
    talk.consults()
    talk.does("swap" if state == "swapped" else "join")
    heir = talk.house.empty()
    heir.router.restore(talk.house.router.snapshot())
    assert heir.router.register == talk.house.router.register
    assert heir.router.register.calls[talk.call].talk is None


@pytest.mark.parametrize("state", STATES)
def test_a_switch_that_comes_back_without_the_caller_ends_it_for_all(state: str) -> None:
    talk = Talk()
    bring(talk, state)
    talk.house.tell(door.SwitchBack("fake", (door.LiveLeg(talk.leg, "", "", True, False),)))
    assert talk.place == "gone"
    assert not talk.house.router.register.consultations


@pytest.mark.parametrize("state", STATES)
def test_a_snapshot_has_it_all(state: str) -> None:
    talk = Talk()
    bring(talk, state)
    heir = talk.house.empty()
    heir.router.restore(talk.house.router.snapshot())
    assert heir.router.register == talk.house.router.register


def _given_back() -> Talk:
    """The agent has the caller back, and the connection of both is ordered."""
    talk = Talk()
    talk.consults()
    talk.does("give_back")
    talk.house.tell(door.CallEnded(talk.other, Cause.NORMAL))
    assert talk.both() == ("caller", "agent")
    return talk


def _both_live(talk: Talk, bridged: bool) -> door.SwitchBack:
    pair = {talk.call: talk.leg, talk.leg: LegId(talk.call)} if bridged else {}
    return door.SwitchBack(
        "fake",
        tuple(
            door.LiveLeg(LegId(leg), "", "", True, leg == talk.call, bridged_with=pair.get(leg))
            for leg in (talk.call, talk.leg)
        ),
    )


@pytest.mark.parametrize("bridged", [True, False])
@pytest.mark.parametrize("told", [True, False])
def test_a_gap_as_the_caller_is_given_back_connects_both_after_it(bridged: bool, told: bool) -> None:
    """`bridged`: the switch had done it, or the two still stood as before the consultation. `told`: the link was seen
    to be lost."""
    talk = _given_back()
    first = talk.house.last(Bridge).attempt
    if told:
        talk.house.tell(door.CommandFailed(first, "switch_lost"))
        talk.house.tell(door.SwitchLost("fake"))
    else:
        talk.house.tell(events.Restarted())
    talk.house.tell(_both_live(talk, bridged))
    assert talk.hung_up() == {"other"}
    assert talk.both() == ("caller", "agent")
    assert talk.house.last(Bridge).attempt != first
    talk.bridged()
    assert talk.house.router.register.calls[talk.call].talk is not None
    assert talk.place == "talking"


def test_a_caller_whom_the_switch_does_not_connect_again_is_first_in_line() -> None:
    talk = _given_back()
    talk.house.tell(door.CommandFailed(talk.house.last(Bridge).attempt, "refused"))
    assert talk.hung_up() == {"other", "agent"}
    talk.house.tell(door.CallEnded(talk.leg, Cause.NORMAL))
    assert talk.place in ("waiting", "offered")
    assert talk.house.router.register.calls[talk.call].outcome == "cut_off"


def test_a_lost_link_costs_nobody_who_is_consulted() -> None:
    talk = Talk()
    talk.asks()
    ringing = talk.house.last(Originate)
    talk.other = ringing.leg
    talk.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    talk.house.tell(door.CommandFailed(talk.house.last(Bridge).attempt, "switch_lost"))
    talk.house.tell(door.SwitchLost("fake"))
    live = [door.LiveLeg(LegId(leg), "", "", True, leg == talk.call) for leg in (talk.call, talk.leg, talk.other)]
    talk.house.tell(door.SwitchBack("fake", tuple(live)))
    assert talk.hung_up() == set()
    assert talk.both() == ("agent", "other")
    assert talk.house.last(StartMusic).leg == talk.call
