"""Silent seats in the house: who is there, who has which proposal, and what an answer may be."""

from typing import get_args

import pytest

from calls.causes import Cause
from calls.commands import Play
from calls.errors import BrokenRule
from calls.events import CallEnded, SpeechHeard
from calls.ids import AttemptId, CallId, LegId
from control.machines.proposals import PROPOSALS, SEAT_S, Proposal, ProposalEvent, ProposalState
from control.messages.events import ProposalAnswered, ProposalTaken, SeatLeft, SeatTaken
from ivr.events import Understood
from tests.unit.control.harness import ControlHarness
from tests.unit.ivr.machine.machines import TRIES, compiled, texts

pytestmark = pytest.mark.unit

_INTENTS = """
intents:
  pay: {asks: 我要还多少, called: {zh-CN: 查询金额, en: what to pay}}
  lost: {asks: 我被骗了, called: {zh-CN: 被骗, en: fraud}}
"""
_FLOW = f"""flow: main
start: a
a:
  understand: one
  clarify: which
  review: two
  leads: {{pay: served, lost: person}}
  {TRIES}
served: {{say: three, then: bye}}
person: {{queue: care, skills: [care], then: bye}}
"""

PROPOSING = compiled(_FLOW, **{"intents/all": _INTENTS})
"""A flow in which the robot waits for a person's word where it is in doubt."""


def in_doubt(*seats: str) -> tuple[ControlHarness, CallId]:
    """A house with seats, and a caller whose words are in doubt."""
    house = ControlHarness("01", program=PROPOSING)
    for seat in seats:
        house.tell(SeatTaken(seat, SEAT_S))
    call = house.arrive()
    session = house.router.hub.flows.sessions[call]  # type: ignore[attr-defined]  # the real flow machine
    house.tell(SpeechHeard(LegId(call), session.awaits, "我的卡6222021234567890的事", 1.0))
    house.tell(Understood(call, session.awaits, "asked", "pay", "lost", 0.5, 0.1))
    return house, call


def proposal(house: ControlHarness) -> Proposal:
    ((one, _),) = house.router.proposals()
    return one


def holder(house: ControlHarness) -> str:
    ((_, seat),) = house.router.proposals()
    return seat


def answer(house: ControlHarness, seat: str, act: str = "approve", intent: str = "", text: str = "") -> str:
    """The refusal, or nothing: then it was done."""
    one = proposal(house)
    event = ProposalAnswered(one.call, one.attempt, seat, act, intent, text)  # type: ignore[arg-type]
    refused = house.router.review_refusal(event)
    house.tell(event)
    return refused


def take(house: ControlHarness, seat: str) -> str:
    one = proposal(house)
    event = ProposalTaken(one.call, one.attempt, seat)
    refused = house.router.review_refusal(event)
    house.tell(event)
    return refused


def heard(house: ControlHarness) -> list[str]:
    return texts(house.given(Play))  # type: ignore[arg-type]


@pytest.mark.parametrize("state", get_args(ProposalState))
@pytest.mark.parametrize("event", get_args(ProposalEvent))
def test_each_cell(state: ProposalState, event: ProposalEvent) -> None:
    one = Proposal(CallId("c"), AttemptId("c/1"), "en", "", "asked", 0.0, 0.0, (), 0.0, 1.0, state)
    if event in PROPOSALS.moves.get(state, {}):
        assert one.on(event)
        assert one.state == PROPOSALS.moves[state][event]
    elif event in PROPOSALS.ignored.get(state, {}):
        assert not one.on(event)
        assert one.state == state
    else:
        with pytest.raises(BrokenRule):
            one.on(event)


def test_without_a_seat_nothing_is_proposed() -> None:
    house, _ = in_doubt()
    assert house.router.proposals() == []
    assert heard(house) == ["one", "which 查询金额 被骗"]


def test_a_seat_that_was_left_or_forgotten_is_none() -> None:
    house = ControlHarness("01", program=compiled(_FLOW, **{"intents/all": _INTENTS}))
    house.tell(SeatTaken("li", SEAT_S))
    house.wait(SEAT_S + 1)
    house.tell(SeatTaken("wang", SEAT_S))
    house.tell(SeatLeft("wang"))
    call = house.arrive()
    session = house.router.hub.flows.sessions[call]  # type: ignore[attr-defined]
    house.tell(SpeechHeard(LegId(call), session.awaits, "还款", 1.0))
    house.tell(Understood(call, session.awaits, "asked", "pay", "lost", 0.5, 0.1))
    assert house.router.proposals() == []


def test_what_was_said_is_masked_and_the_answer_is_said() -> None:
    house, call = in_doubt("li")
    one = proposal(house)
    assert (one.said, one.language) == ("我的卡" + "•" * 16 + "的事", "zh-CN")
    assert [(each.intent, each.text) for each in one.candidates] == [("pay", "three"), ("lost", "")]
    assert one.due_at - one.opened_at == 20.0
    assert answer(house, "li") == ""
    assert heard(house) == ["one", "two", "three"]
    assert house.router.proposals() == []
    assert house.router.register.ladders[call].turns[-1].reviewed == "approved"


def test_edited_words_and_another_intent() -> None:
    house, call = in_doubt("li")
    assert answer(house, "li", text="请稍后再打来。") == ""
    assert heard(house)[-1] == "请稍后再打来。"
    assert house.router.register.ladders[call].turns[-1].reviewed == "edited"
    house, call = in_doubt("li")
    assert answer(house, "li", intent="lost") == ""
    assert house.router.register.calls[call].place == "offered"


def test_declined_is_asked_again() -> None:
    house, call = in_doubt("li")
    assert answer(house, "li", "decline") == ""
    assert heard(house)[-2:] == ["wrong", "one"]
    assert house.router.register.ladders[call].turns[-1].reviewed == "declined"


def test_the_first_seat_has_it() -> None:
    house, _ = in_doubt("li", "wang")
    assert take(house, "li") == ""
    assert take(house, "li") == "", "said twice it does no harm"
    assert "li has it" in take(house, "wang")
    assert "li has it" in answer(house, "wang")
    assert heard(house) == ["one", "two"], "nothing was said"
    assert answer(house, "li") == ""


def test_who_leaves_gives_back_what_they_had() -> None:
    house, _ = in_doubt("li", "wang")
    take(house, "li")
    house.tell(SeatLeft("li"))
    assert holder(house) == ""
    assert take(house, "wang") == ""
    assert holder(house) == "wang"


def test_a_seat_that_is_forgotten_has_nothing() -> None:
    house, _ = in_doubt("li")
    house.tell(SeatTaken("wang", SEAT_S))
    house.router.register.seats["li"] = house.now + 5.0
    take(house, "li")
    house.wait(6.0)
    house.tell(SeatTaken("wang", SEAT_S))
    assert take(house, "wang") == ""
    assert holder(house) == "wang"


@pytest.mark.parametrize(
    ("intent", "text", "because"),
    [
        ("other", "", "there are pay, lost"),
        ("lost", "马上为您转接", "nothing is said there"),
        ("", "您的卡•••• 已还清", "hidden"),
        ("", "一\n二", "one line"),
        ("", "长" * 301, "at most 300"),
    ],
)
def test_an_answer_that_cannot_be(intent: str, text: str, because: str) -> None:
    house, _ = in_doubt("li")
    assert because in answer(house, "li", intent=intent, text=text)
    assert heard(house) == ["one", "two"]
    assert answer(house, "li") == "", "it is there still"


def test_nobody_in_time_then_the_usual_way_and_the_answer_comes_too_late() -> None:
    house, call = in_doubt("li")
    one = proposal(house)
    house.wait(21.0)
    assert house.router.proposals() == []
    assert heard(house)[-1] == "which 查询金额 被骗"
    late = ProposalAnswered(one.call, one.attempt, "li", "approve")
    assert "any more" in house.router.review_refusal(late)
    before = len(house.commands)
    house.tell(late)
    assert len(house.commands) == before
    assert house.router.register.ladders[call].turns[-1].reviewed == "lapsed"


def test_a_caller_who_hangs_up_takes_it_along() -> None:
    house, call = in_doubt("li")
    house.tell(CallEnded(LegId(call), Cause.NORMAL))
    assert house.router.proposals() == []


def test_it_survives_a_restart_by_snapshot_and_by_journal() -> None:
    house, _ = in_doubt("li")
    take(house, "li")
    restored = house.empty()
    restored.router.restore(house.router.snapshot())
    restored.now = house.now
    assert (proposal(restored), holder(restored)) == (proposal(house), "li")
    assert answer(restored, "li") == ""
    assert heard(restored) == ["three"]
    replayed = house.empty()
    for at, event in house.journal:
        replayed.router.handle(event, at)
    assert proposal(replayed) == proposal(house)
