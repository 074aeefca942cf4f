"""A callback or a message, offered to a caller who waits: the dialogue inside the queue step."""

import pytest

from calls.causes import Cause
from calls.commands import Play, Sentence
from calls.events import CallEnded, DigitPressed, Tick
from calls.ids import AgentId, AttemptId, CallId, LegId
from ivr import commands
from ivr.events import CallbackAnswered, CallStarted, LeftQueue, WayOutSuggested
from ivr.machine.core import Ivr
from ivr.program import Flow, Program
from ivr.steps import HangUp, Line, Queue, QueueOffer

pytestmark = pytest.mark.unit

CALL, LEG = CallId("c1"), LegId("c1")
WAIT = Queue(
    queue="care",
    skills=(),
    class_="general",
    reason="",
    fields={},
    keys={"9": "bye"},
    outcomes={},
    then="bye",
    offers={
        "callback": QueueOffer("1", (Line("callback_offer"),), "kept"),
        "message": QueueOffer("2", (Line("message_offer"),), "bye"),
    },
)
PHRASES = {
    "callback_offer": "Callback?",
    "message_offer": "Message?",
    "callback_confirm": "Call {phone}?",
    "callback_number": "Which number?",
    "callback_refused": "No.",
    "kept": "Kept.",
}
FLOW = Flow(start="wait", steps={"wait": WAIT, "kept": HangUp(lines=(Line("kept"),)), "bye": HangUp(lines=())})
PROGRAM = Program(version="v", languages=("en",), flows={"main": FLOW}, phrases={"en": PHRASES})


class Caller:
    """One call in the queue step. `out` are the commands of the last event."""

    def __init__(self, caller: str = "+8613800138000") -> None:
        self.core = Ivr({"v": PROGRAM})
        self.now = 1.0
        self.out = self.core.handle(CallStarted(CALL, LEG, "v", "main", caller, "95183"), self.now)
        self.ask = next(order.attempt for order in self.out if isinstance(order, commands.EnterQueue))

    def press(self, keys: str) -> None:
        for key in keys:
            self.out = self.core.handle(DigitPressed(LEG, key), self.now)

    def suggest(self, way: str) -> None:
        self.out = self.core.handle(WayOutSuggested(CALL, self.ask, way), self.now)  # type: ignore[arg-type]  # from a table

    def answer(self, outcome: str, attempt: AttemptId | None = None) -> None:
        attempt = attempt or self.booking.attempt
        self.out = self.core.handle(CallbackAnswered(CALL, attempt, outcome), self.now)  # type: ignore[arg-type]  # same

    @property
    def booking(self) -> commands.BookCallback:
        return next(order for order in self.out if isinstance(order, commands.BookCallback))

    @property
    def heard(self) -> list[str]:
        plays = [order for order in self.out if isinstance(order, Play)]
        return [media.text for play in plays for media in play.media if isinstance(media, Sentence)]


def test_the_number_that_calls_is_read_back_and_booked() -> None:
    caller = Caller()
    caller.suggest("callback")
    assert caller.heard == ["Callback?"]
    caller.press("1")
    assert caller.heard == ["Call +8613800138000?"]
    caller.press("1")
    assert caller.booking.number == "+8613800138000"
    caller.answer("booked")
    assert caller.heard == ["Kept."]
    assert not [order for order in caller.out if isinstance(order, commands.LeaveQueue)], "the place is kept"


def test_another_number_is_keyed_and_read_back() -> None:
    caller = Caller()
    caller.suggest("callback")
    caller.press("12")
    assert caller.heard == ["Which number?"]
    caller.press("5#")
    assert caller.heard == ["Which number?"], "that is no number"
    caller.press("13912345678#")
    assert caller.heard == ["Call +8613912345678?"]
    caller.press("1")
    assert caller.booking.number == "+8613912345678"


def test_a_caller_without_a_number_is_asked_for_one() -> None:
    caller = Caller(caller="anonymous")
    caller.suggest("callback")
    caller.press("1")
    assert caller.heard == ["Which number?"]


def test_no_key_is_no_callback_and_the_offer_stands() -> None:
    caller = Caller()
    caller.suggest("callback")
    caller.press("1")
    due = caller.core.next_deadline()
    assert due == 31.0
    caller.now = due
    caller.out = caller.core.handle(Tick(due), due)
    assert caller.core.sessions[CALL].phase == "queued"
    caller.press("1")
    assert caller.heard == ["Call +8613800138000?"]


def test_a_refused_number_waits_on_and_a_late_answer_does_nothing() -> None:
    caller = Caller()
    caller.suggest("callback")
    caller.press("11")
    attempt = caller.booking.attempt
    caller.answer("refused")
    assert caller.heard == ["No."]
    assert caller.core.sessions[CALL].phase == "queued"
    caller.answer("booked", attempt)
    assert caller.out == []


def test_an_agent_in_the_middle_of_it_is_not_lost() -> None:
    caller = Caller()
    caller.suggest("callback")
    caller.press("11")
    attempt = caller.booking.attempt
    caller.core.handle(LeftQueue(CALL, caller.ask, "served", AgentId("01")), caller.now)
    assert CALL not in caller.core.sessions, "the talk is over, the flow hung up"
    caller.answer("booked", attempt)
    assert caller.out == []


def test_a_message_leaves_the_queue_and_keys_mean_nothing_before_the_offer() -> None:
    caller = Caller()
    caller.press("12")
    assert caller.out == []
    caller.suggest("message")
    assert caller.heard == ["Message?"]
    caller.press("2")
    assert [type(order) for order in caller.out][:1] == [commands.LeaveQueue]


def test_hanging_up_in_the_dialogue_ends_the_walk() -> None:
    caller = Caller()
    caller.suggest("callback")
    caller.press("1")
    caller.core.handle(CallEnded(LEG, Cause.NORMAL), caller.now)
    assert caller.core.next_deadline() is None
