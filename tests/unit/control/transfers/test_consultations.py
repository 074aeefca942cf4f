"""Consultations and conferences: who hears whom, who has the caller afterwards, and that nobody is lost."""

from typing import Literal

import pytest

from acd.events import AgentPaused
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, MuteRecording, Originate, Play, Sentence, StartMusic, Supervise
from calls.ids import AgentId, LegId
from control.messages import commands, events, log_commands
from control.rules.transfer_rules import TransferRules
from tests.unit.control.transfers.consulting_house import OUTSIDE, Act, Talk

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("by", ["code", "http"])
def test_the_caller_hears_music_while_the_agent_talks_to_the_other_one(by: Literal["code", "http"]) -> None:
    talk = Talk()
    talk.asks(by=by)
    assert talk.house.last(Originate).to == "phone:8002"
    assert {command.leg for command in talk.house.given(StartMusic)} == {talk.call, talk.leg}
    assert talk.house.last(log_commands.LogTalk).number == 1
    assert talk.house.router.agent(AgentId("02"), talk.house.now) == ("paused", "in_a_call", "ready")
    talk.rung()
    assert talk.both() == ("agent", "other")
    assert (talk.state, talk.place) == ("talking", "talking")
    assert talk.hung_up() == set()
    assert talk.house.router.agent(AgentId("01"), talk.house.now) == ("talking", "", "ready")


@pytest.mark.parametrize("by", ["code", "http"])
def test_connect_gives_the_caller_to_the_other_one_and_frees_the_agent(by: Literal["code", "http"]) -> None:
    talk = Talk()
    talk.consults()
    talk.does("connect", by)
    assert talk.both() == ("caller", "other")
    assert talk.house.last(HangUp).leg == talk.leg
    kinds = [type(command) for command in talk.house.commands if isinstance(command, Bridge | HangUp)]
    assert kinds[-2:] == [Bridge, HangUp]
    talk.bridged()
    talk.house.tell(door.CallEnded(talk.leg, Cause.NORMAL))
    assert talk.place == "transferred"
    assert talk.house.router.agent(AgentId("01"), talk.house.now) == ("wrap_up", "", "ready")
    row = talk.house.last(log_commands.LogTransfer)
    assert (row.kind, row.target, row.outcome, row.talk, row.detail[:9]) == ("agent", "02", "reached", 2, "consulted")
    assert talk.house.last(Bridge).record == f"{talk.call}-2"
    talk.house.tell(door.CallEnded(talk.other, Cause.NORMAL), after_s=12.0)
    last = talk.house.last(log_commands.LogTalk)
    assert (last.number, last.agent, round(last.ended_at - last.began_at)) == (2, "02", 12)
    assert talk.place == "menu"
    talk.house.wait(5.0)
    assert talk.house.router.agent(AgentId("02"), talk.house.now) == ("idle", "", "ready")


@pytest.mark.parametrize("by", ["code", "http"])
def test_swap_goes_to_and_fro_and_each_hears_music_in_turn(by: Literal["code", "http"]) -> None:
    talk = Talk()
    talk.consults()
    for turn in range(2):
        talk.does("swap", by)
        assert talk.house.last(StartMusic).leg == talk.other
        assert talk.both() == ("caller", "agent")
        talk.bridged()
        assert talk.house.router.register.calls[talk.call].talk is not None
        talk.does("swap", by)
        assert talk.house.last(StartMusic).leg == talk.call
        assert talk.both() == ("agent", "other")
        talk.bridged()
        assert talk.house.last(log_commands.LogTalk).number == 2 + turn
    assert talk.hung_up() == set()


@pytest.mark.parametrize("swapped", [False, True])
def test_give_back_ends_the_other_one_s_call_and_the_talk_goes_on(swapped: bool) -> None:
    talk = Talk()
    talk.consults()
    if swapped:
        talk.does("swap")
        talk.bridged()
    talk.does("give_back")
    assert talk.hung_up() == {"other"}
    assert talk.both() == ("caller", "agent")
    if not swapped:
        talk.bridged()
    talk.house.tell(door.CallEnded(talk.other, Cause.NORMAL))
    assert (talk.place, talk.state) == ("talking", "over")
    assert talk.outcomes == ["consulting", "given_back"]
    talk.house.tell(door.CallEnded(talk.leg, Cause.NORMAL), after_s=5.0)
    assert talk.house.last(log_commands.LogTalk).agent == "01"
    assert talk.place == "menu"


@pytest.mark.parametrize("swapped", [False, True])
def test_all_three_hear_each_other(swapped: bool) -> None:
    talk = Talk()
    talk.consults()
    if swapped:
        talk.does("swap")
        talk.bridged()
    talk.does("join", "code")
    if not swapped:
        assert talk.both() == ("caller", "agent")
        assert not talk.house.given(Supervise)
        talk.bridged()
    third = talk.house.last(Supervise)
    assert (third.leg, third.target, third.mode) == (talk.other, talk.leg, "barge")
    assert talk.state == "conference"
    talk.does("join")
    assert len(talk.house.given(Supervise)) == 1


@pytest.mark.parametrize("state", ["talking", "swapped", "conference"])
@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.UNREACHABLE])
def test_the_agent_who_leaves_leaves_the_other_two_to_each_other(state: str, cause: Cause) -> None:
    talk = Talk()
    talk.consults()
    if state != "talking":
        talk.does("swap" if state == "swapped" else "join")
        talk.bridged()
        bridge = talk.house.last(Bridge)
        talk.house.tell(door.Unbridged(bridge.attempt, (bridge.a,)))
    talk.house.tell(door.CallEnded(talk.leg, cause))
    bridge = talk.house.last(Bridge)
    assert (bridge.a, bridge.b) == (talk.call, talk.other)
    talk.bridged()
    assert talk.place == "transferred"
    assert talk.outcomes[-1] == "reached"
    assert talk.house.router.agent(AgentId("01"), talk.house.now)[0] == "wrap_up"  # type: ignore[index]


def in_state(state: str) -> Talk:
    """A consultation that rings, talks, is swapped or is a conference."""
    talk = Talk()
    talk.asks()
    talk.other = talk.house.last(Originate).leg
    if state != "ringing":
        talk.rung()
    if state in ("swapped", "conference"):
        talk.does("swap" if state == "swapped" else "join")
        talk.bridged()
    return talk


@pytest.mark.parametrize("state", ["ringing", "talking", "swapped", "conference"])
def test_the_other_one_who_leaves_gives_the_agent_the_caller_back(state: str) -> None:
    talk = in_state(state)
    talk.house.tell(door.CallEnded(talk.other, Cause.BUSY))
    assert talk.both() == ("caller", "agent")
    if state in ("ringing", "talking"):
        talk.bridged()
    assert (talk.place, talk.state) == ("talking", "over")
    assert talk.house.router.register.calls[talk.call].talk is not None
    assert talk.outcomes[-1] == ("returned" if state == "ringing" else "given_back")
    assert talk.hung_up() == set()


@pytest.mark.parametrize("state", ["ringing", "talking", "swapped", "conference"])
def test_a_caller_who_hangs_up_ends_it_for_all(state: str) -> None:
    talk = in_state(state)
    talk.house.tell(door.CallEnded(LegId(talk.call), Cause.NORMAL))
    assert talk.hung_up() == {"agent", "other"}
    assert talk.outcomes[-1] == "caller_left"
    for leg in (talk.leg, talk.other):
        talk.house.tell(door.CallEnded(leg, Cause.NORMAL))
    register = talk.house.router.register
    left = [register.calls, register.legs, register.consultations, register.offers, register.leaving]
    assert not any(left), left
    assert talk.house.last(log_commands.LogCall).outcome == "answered"


def test_a_caller_who_is_missed_in_the_bridge_before_their_end_is_told_has_left() -> None:
    talk = Talk()
    talk.consults()
    talk.does("join")
    talk.bridged()
    talk.house.tell(door.Unbridged(talk.house.last(Bridge).attempt, (talk.leg,)))
    assert talk.outcomes[-1] == "caller_left"
    assert talk.hung_up() == {"agent", "other"}
    talk.house.tell(door.CallEnded(LegId(talk.call), Cause.NORMAL))
    assert talk.outcomes.count("caller_left") == 1
    for leg in (talk.leg, talk.other):
        talk.house.tell(door.CallEnded(leg, Cause.NORMAL))
    register = talk.house.router.register
    assert not any([register.calls, register.legs, register.consultations, register.offers, register.leaving])


def test_an_agent_who_leaves_while_it_rings_has_made_it_a_blind_one() -> None:
    talk = Talk()
    talk.asks()
    talk.other = talk.house.last(Originate).leg
    talk.house.tell(door.CallEnded(talk.leg, Cause.NORMAL))
    assert talk.place == "transferring"
    talk.house.tell(door.CallAnswered(talk.other, talk.house.last(Originate).attempt))
    bridge = talk.house.last(Bridge)
    assert (bridge.a, bridge.b) == (talk.call, talk.other)


def test_and_when_that_one_does_not_answer_the_caller_comes_back() -> None:
    talk = Talk()
    talk.asks()
    other = talk.house.last(Originate).leg
    talk.house.tell(door.CallEnded(talk.leg, Cause.NORMAL))
    talk.house.tell(door.CallEnded(other, Cause.NO_ANSWER))
    assert talk.house.last(Originate).to == "phone:8001"


def test_a_number_outside_goes_by_the_gate_first() -> None:
    talk = Talk()
    talk.asks(OUTSIDE)
    assert talk.state == "checking"
    assert not talk.house.given(StartMusic)
    check = talk.house.last(commands.AskGate)
    talk.house.tell(events.NumberChecked(check.call, check.attempt, True))
    assert talk.house.last(Originate).to == f"tel:{OUTSIDE}"
    talk.rung()
    talk.does("connect")
    talk.bridged()
    assert talk.place == "transferred"
    assert talk.house.last(Bridge).record is None


def test_a_number_that_the_gate_refuses_is_not_called() -> None:
    talk = Talk()
    talk.asks(OUTSIDE)
    check = talk.house.last(commands.AskGate)
    talk.house.tell(events.NumberChecked(check.call, check.attempt, False, "on the list"))
    assert talk.outcomes == ["checking", "refused"]
    assert not talk.house.given(Originate)
    assert talk.place == "talking"


def test_a_queue_gives_the_one_who_would_be_next() -> None:
    talk = Talk()
    talk.asks("queue:care care>=3")
    assert talk.house.last(Originate).to == "phone:8002"


@pytest.mark.parametrize("to", ["8001", "main", "nobody", "+882999", "queue:care care>=9", "queue:care care>>", ""])
def test_whom_nobody_can_talk_to_is_refused_and_the_talk_goes_on(to: str) -> None:
    talk = Talk()
    talk.asks(to)
    assert not talk.house.given(Originate)
    assert talk.state == "over"
    assert talk.house.router.register.calls[talk.call].talk is not None


@pytest.mark.parametrize("act", ["swap", "join", "connect", "give_back"])
def test_nothing_is_done_where_nobody_is_consulted(act: Act) -> None:
    talk = Talk()
    talk.does(act)
    assert not [
        command for command in talk.house.commands if isinstance(command, Bridge | HangUp | Supervise | StartMusic)
    ]


def test_an_agent_who_is_not_free_is_not_rung() -> None:
    talk = Talk()
    talk.house.tell(AgentPaused(AgentId("02"), "break"))
    talk.asks()
    assert not talk.house.given(Originate)
    other = talk.house.router.consultation_refusal(events.ConsultationWanted(talk.leg, "consult", "8002"))
    assert other == "agent 02 is not free now"


def test_two_things_at_once_are_refused() -> None:
    talk = Talk()
    talk.consults()
    talk.asks(OUTSIDE)
    assert not talk.house.given(commands.AskGate)
    talk.house.tell(door.TransferRequested(talk.leg, "8002", "http"))
    assert talk.state == "talking"


def test_connections_told_late_harm_nobody() -> None:
    """The agent swaps before the switch has told of the first connection; each is told in its turn afterwards."""
    talk = Talk()
    talk.asks()
    ringing = talk.house.last(Originate)
    talk.other = ringing.leg
    talk.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    talk.does("swap")
    talk.does("swap")
    for bridge in talk.house.given(Bridge):
        talk.house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert talk.hung_up() == set()
    assert talk.state == "talking"


def test_a_connection_that_never_was_gives_the_caller_back() -> None:
    talk = Talk()
    talk.asks()
    ringing = talk.house.last(Originate)
    talk.other = ringing.leg
    talk.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    talk.house.tell(door.CommandFailed(talk.house.last(Bridge).attempt, "refused"))
    assert talk.hung_up() == {"other"}
    talk.house.tell(door.CallEnded(talk.other, Cause.NORMAL))
    assert talk.both() == ("caller", "agent")


def test_a_recording_of_each_talk_and_none_of_the_consultation() -> None:
    talk = Talk()
    talk.consults()
    talk.does("swap")
    talk.bridged()
    talk.does("give_back")
    recorded = [bridge.record for bridge in talk.house.given(Bridge)]
    assert recorded == [None, f"{talk.call}-2"]
    assert not talk.house.given(MuteRecording)


@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize("to", ["8002", OUTSIDE])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_conference_with_a_number_outside_is_silent_in_the_recording(to: str, record: bool, swapped: bool) -> None:
    """Unless the rules say that such talks are recorded; it goes on when that one has left."""
    talk = Talk(TransferRules(kinds=("mobile",), record=record))
    talk.asks(to)
    if to == OUTSIDE:
        check = talk.house.last(commands.AskGate)
        talk.house.tell(events.NumberChecked(check.call, check.attempt, True))
    talk.rung()
    if swapped:
        talk.does("swap")
        talk.bridged()
    talk.does("join")
    if not swapped:
        talk.bridged()
    bridge = talk.house.last(Bridge).attempt
    silent = to == OUTSIDE and not record
    assert [(command.bridge, command.on) for command in talk.house.given(MuteRecording)] == [(bridge, True)] * silent
    kinds = [type(command) for command in talk.house.commands if isinstance(command, MuteRecording | Supervise)]
    assert kinds == [MuteRecording] * silent + [Supervise]
    talk.house.press(talk.leg, "*8")
    talk.house.press(LegId(talk.call), "#")
    muted = [command.on for command in talk.house.given(MuteRecording)]
    assert muted == ([True] if silent else [True, False])
    talk.house.tell(door.CallEnded(talk.other, Cause.NORMAL))
    assert [command.on for command in talk.house.given(MuteRecording)] == [True, False]


def test_a_secret_stays_out_of_the_recording_when_the_third_leaves() -> None:
    talk = Talk()
    talk.asks(OUTSIDE)
    check = talk.house.last(commands.AskGate)
    talk.house.tell(events.NumberChecked(check.call, check.attempt, True))
    talk.rung()
    talk.does("join")
    talk.bridged()
    talk.house.press(talk.leg, "*8")
    talk.does("give_back")
    assert [command.on for command in talk.house.given(MuteRecording)] == [True]
    talk.house.press(LegId(talk.call), "#")
    assert [command.on for command in talk.house.given(MuteRecording)] == [True, False]


@pytest.mark.parametrize("keys", ["*38001#", "*3nobody#", "*3main#", "*1", "*4", "*5", "*6", "*28001#", "*29999#"])
def test_a_key_that_is_refused_is_answered_in_the_agent_s_ear(keys: str) -> None:
    talk = Talk()
    talk.house.press(talk.leg, keys.replace("nobody", "9999").replace("main", "95183"))
    (said,) = talk.house.given(Play)
    assert (said.leg, said.media) == (talk.leg, (Sentence("agent_refused", "en"),))
    talk.house.tell(door.PlaybackFinished(said.leg, said.attempt, Outcome.FINISHED))
    assert talk.house.router.register.calls[talk.call].talk is not None
    assert talk.hung_up() == set()


def test_a_number_that_the_gate_refuses_is_told_to_whoever_keyed_it() -> None:
    talk = Talk()
    for code in ("*3", "*2"):
        talk.house.press(talk.leg, f"{code}{OUTSIDE.lstrip('+')}#".replace("86139", "0086139"))
        check = talk.house.last(commands.AskGate)
        assert not talk.house.given(Play)
        talk.house.tell(events.NumberChecked(check.call, check.attempt, False, "on the list"))
        assert talk.house.last(Play).leg == talk.leg
        talk.house.commands.clear()


@pytest.mark.parametrize("act", ["swap", "connect"])
def test_over_http_nothing_is_said_to_the_agent(act: Act) -> None:
    talk = Talk()
    talk.does(act)
    talk.asks("nobody")
    assert not talk.house.given(Play)
