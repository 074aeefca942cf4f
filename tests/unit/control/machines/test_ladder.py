"""The ladder of a call: each cell of its table, and what a house writes down of it."""

from typing import get_args

import pytest

from calls.causes import Cause, Outcome
from calls.commands import Play
from calls.errors import BrokenRule
from calls.events import CallEnded, PlaybackFinished, SpeechHeard
from calls.ids import CallId, LegId
from control.machines.ladder import LADDER, TURNS, Ladder, Rung, RungEvent, Turn
from control.messages.log_commands import LogRung
from ivr.commands import Understand
from ivr.events import Understood
from tests.unit.control.harness import ControlHarness
from tests.unit.ivr.machine.machines import TRIES, compiled

pytestmark = pytest.mark.unit

_INTENTS = """
intents:
  pay: {asks: 我要还多少, called: {zh-CN: 查询金额, en: what to pay}}
  lost: {asks: 我被骗了, called: {zh-CN: 被骗, en: fraud}}
complaint_words: [银保监]
"""
_FLOW = f"""flow: main
start: a
a:
  understand: one
  clarify: which
  leads: {{pay: served, lost: person}}
  complaint: sorry
  keys: {{0: person}}
  {TRIES}
sorry: {{say: two, then: person}}
served: {{say: three, then: bye}}
person: {{queue: care, skills: [care], then: bye}}
"""


def _house() -> tuple[ControlHarness, CallId]:
    house = ControlHarness("01", program=compiled(_FLOW, **{"intents/all": _INTENTS}))
    return house, house.arrive()


def say(house: ControlHarness, call: CallId, text: str, decision: str = "", intent: str = "") -> None:
    """The caller says something, which is judged unless it is a word of complaint."""
    session = house.router.hub.flows.sessions[call]  # type: ignore[attr-defined]  # the real flow machine
    house.tell(SpeechHeard(LegId(call), session.awaits, text, 1.0), after_s=1.0)
    if decision:
        asked = house.last(Understand)
        house.tell(Understood(call, asked.attempt, decision, intent, "pay", 0.8, 0.3), after_s=0.9)  # type: ignore[arg-type]


def hang_up(house: ControlHarness, call: CallId) -> list[tuple[str, float, str]]:
    """The caller hangs up; the rungs that were written down: which, for how long, why it was left."""
    house.tell(CallEnded(LegId(call), Cause.NORMAL), after_s=2.0)
    rows = house.given(LogRung)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    return [(row.rung, round(row.ended_at - row.began_at, 1), row.because) for row in rows]


@pytest.mark.parametrize("rung", get_args(Rung))
@pytest.mark.parametrize("event", get_args(RungEvent))
def test_each_cell(rung: Rung, event: RungEvent) -> None:
    ladder = Ladder(rung, 10.0)
    if event not in LADDER.moves.get(rung, {}) and event not in LADDER.ignored.get(rung, {}):
        with pytest.raises(BrokenRule):
            ladder.on(event, 20.0, 0.0)
        return
    rest = ladder.on(event, 20.0, 0.0)
    to = LADDER.moves.get(rung, {}).get(event, rung)
    assert ladder.rung == to
    if to == rung or rung == "after":
        assert rest is None
    else:
        assert rest is not None
        assert (rest.rung, rest.began_at, rest.ended_at, rest.because) == (rung, 10.0, 20.0, event)


def test_who_is_understood_and_served_never_comes_to_a_person() -> None:
    house, call = _house()
    say(house, call, "我要还多少", "answered", "pay")
    assert hang_up(house, call) == [("self_service", 1.0, "spoke"), ("robot", 2.9, "left")]


@pytest.mark.parametrize(
    ("said", "decision", "because"), [("我被骗了", "answered", "understood"), ("再这样我去银保监", "", "complained")]
)
def test_what_people_do_goes_to_them_and_the_time_before_is_counted(said: str, decision: str, because: str) -> None:
    house, call = _house()
    say(house, call, said, decision, "lost")
    if not decision:
        played = PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED)
        house.tell(played, after_s=0.9)
    ladder = house.router.register.ladders[call]
    assert (ladder.rung, ladder.because, ladder.to_person_s) == ("person", because, pytest.approx(1.9))
    house.take(call)
    assert hang_up(house, call)[:2] == [("self_service", 1.0, "spoke"), ("robot", 0.9, because)]
    assert house.last(LogRung).because == "talked"


def test_a_key_leads_to_a_person_without_the_robot() -> None:
    house, call = _house()
    house.press(call, "0")
    assert hang_up(house, call) == [("self_service", 0.1, "asked_for"), ("person", 2.0, "gave_up")]


def test_not_understood_and_then_a_key() -> None:
    house, call = _house()
    say(house, call, "天气", "handed_over")
    house.press(call, "0")
    written = hang_up(house, call)
    assert [(rung, because) for rung, _, because in written] == [
        ("self_service", "spoke"),
        ("robot", "keyed"),
        ("person", "gave_up"),
    ]


def test_a_talk_that_the_flow_follows_ends_the_ladder() -> None:
    house, call = _house()
    house.press(call, "0")
    leg = house.take(call)
    house.tell(CallEnded(leg, Cause.NORMAL), after_s=3.0)
    assert house.router.register.ladders[call].rung == "after"
    assert [because for _, _, because in hang_up(house, call)] == ["asked_for", "served"]


def test_figures_are_masked_in_what_was_said_and_in_values() -> None:
    ladder = Ladder()
    ladder.heard(Turn(1.0, "我的卡号是六二二二零二一二三四五六", "answered"), "CN")
    ladder.heard(Turn(1.0, "打13800138000找我，十五号还", "answered"), "CN")
    ladder.knows({"day": "2026-12-15", "card": "6222021234", "sum": "3500"}, "CN")
    assert ladder.turns[0].said == "我的卡号是" + "•" * 12
    assert "13800138000" not in ladder.turns[1].said
    assert "十五号还" in ladder.turns[1].said
    assert ladder.slots == {"day": "2026-12-15", "card": "•" * 10, "sum": "3500"}


def test_the_newest_turns_are_kept() -> None:
    ladder = Ladder()
    for number in range(TURNS + 3):
        ladder.heard(Turn(float(number), "嗯", "handed_over"), "CN")
    assert (len(ladder.turns), ladder.turns[-1].at) == (TURNS, TURNS + 2)


def test_what_was_said_stands_masked_on_the_call_and_survives_a_restart() -> None:
    house, call = _house()
    say(house, call, "我被骗了，电话13800138000", "answered", "lost")
    restored = house.empty()
    restored.router.restore(house.router.snapshot())
    (turn,) = restored.router.register.ladders[call].turns
    assert (turn.came_of, turn.intent, turn.score) == ("answered", "lost", 0.8)
    assert "13800138000" not in turn.said
