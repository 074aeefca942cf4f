"""Holds and agents' own calls as screens, metrics, the bus and the log show them: numbers outside are masked."""

import msgspec
import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, Originate
from calls.events import CallHeld, CallResumed
from calls.ids import LegId
from control.messages import commands, events
from hotline.bus.picture import Picture
from hotline.views import masking
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit

OUTSIDE = "13900139000"
DESK = LegId("desk")


def calling(number: str) -> ControlHarness:
    """An agent has called `number`, and both talk."""
    house = ControlHarness("01", "02")
    house.tell(door.CallArrived(DESK, "8001", number, device="8001"))
    for check in house.given(commands.AskGate):
        house.tell(events.NumberChecked(check.call, check.attempt, True))
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    return house


def shown(house: ControlHarness) -> dict[str, object]:
    (row,) = Board().view(house.router.register, house.now)["calls"]
    return dict(row)


def on_the_bus(house: ControlHarness) -> dict[str, object]:
    picture = Picture("base")
    picture.look(house.router.register, set(), set())
    found: dict[str, object] = msgspec.json.decode(picture.topics["base/calls/desk/state"])
    return found


def test_a_call_outside_is_shown_with_its_direction_and_a_masked_number() -> None:
    house = calling(OUTSIDE)
    for row in (shown(house), on_the_bus(house)):
        assert (row["direction"], row["caller"], row["place"], row["agent"]) == ("out", "8001", "talking", "01")
        assert row["called"] == "+86*******9000"


def test_a_colleague_is_shown_by_their_account() -> None:
    house = calling("8002")
    for row in (shown(house), on_the_bus(house)):
        assert (row["direction"], row["caller"], row["called"]) == ("internal", "8001", "8002")


def test_a_hold_is_shown_while_it_lasts() -> None:
    house = calling("8002")
    assert (shown(house)["held_s"], on_the_bus(house)["held_since"]) == (None, None)
    house.tell(CallHeld(DESK))
    since = house.now + house.router.register.offset_s
    house.wait(5.0)
    assert (shown(house)["held_s"], on_the_bus(house)["held_since"]) == (pytest.approx(5.0), pytest.approx(since))
    house.tell(CallResumed(DESK))
    assert (shown(house)["held_s"], on_the_bus(house)["held_since"]) == (None, None)


def test_an_agents_call_is_no_callers_fate() -> None:
    house, board, metrics = calling(OUTSIDE), Board(), Metrics()
    house.tell(CallHeld(DESK))
    house.tell(door.CallEnded(DESK, Cause.NORMAL), after_s=4.0)
    for command in house.commands:
        board.watch(command, 0.0)
        metrics.watch(command)
    view = board.view(house.router.register, house.now)
    assert view["outcomes"] == {}
    assert (view["totals"]["ended"], view["totals"]["offered"], view["totals"]["talks"]) == (0, 0, 0)
    assert view["last"][0]["what"] == "agent's call answered"
    assert OUTSIDE[:7] not in str(view)
    read = metrics.registry.get_sample_value
    assert read("hotline_agent_calls_total", {"direction": "out", "outcome": "answered"}) == 1.0
    assert read("hotline_calls_total", {"outcome": "answered", "queue": ""}) is None
    assert read("hotline_hold_seconds_sum", {"queue": ""}) == pytest.approx(4.0)


def test_rows_are_masked_by_direction() -> None:
    row = {"caller": "8001", "called": f"+86{OUTSIDE}"}
    assert masking.call_row({**row, "direction": "out"})["called"] == "+86*******9000"
    assert masking.call_row({**row, "direction": "internal", "called": "8002"})["called"] == "8002"
    outside = masking.leg_row({"role": "dialled", "party": f"tel:+86{OUTSIDE}"})["party"]
    assert OUTSIDE[:7] not in outside
    assert masking.leg_row({"role": "dialled", "party": "phone:8002"})["party"] == "phone:8002"
    assert masking.leg_row({"role": "dialling", "party": "8001"})["party"] == "8001"


@pytest.mark.parametrize(
    ("direction", "caller", "called", "contact", "shown"),
    [
        ("out", "+8613900139000", "+864000095183", True, "+864000095183 → +8613900139000"),
        ("out", "+8613900139000", "", True, "→ +8613900139000"),
        ("out", "8001", "+8613900139000", False, "8001 → +8613900139000"),
        ("internal", "8001", "8002", False, "8001 → 8002"),
        ("in", "+8613900139000", "95183", False, "+8613900139000 → 95183"),
    ],
)
def test_who_called_whom(direction: str, caller: str, called: str, contact: bool, shown: str) -> None:
    assert masking.is_contact(direction, caller) == contact
    assert masking.from_to(direction, caller, called) == shown
