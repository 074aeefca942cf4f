"""What FreeSWITCH's phones are seen to do by their registrations, whatever the order in which these are told."""

import pytest

from calls.causes import DeviceState
from calls.events import AgentDeviceChanged, SwitchEvent
from switch.freeswitch.devices import Devices
from switch.freeswitch.wire import Event

pytestmark = pytest.mark.unit

IDLE, UNREACHABLE = DeviceState.IDLE, DeviceState.UNREACHABLE


class Phones:
    """Device states of agents' phones none of which has a call."""

    def __init__(self) -> None:
        self.told: list[SwitchEvent] = []
        self.devices = Devices("agent-", lambda: (), self.told.append)

    def hear(self, what: str, call_id: str, number: int) -> None:
        user = "username" if what == "expire" else "from-user"  # as the switch names it
        headers = {
            "Event-Name": "CUSTOM",
            "Event-Subclass": f"sofia::{what}",
            "Event-Sequence": str(number),
            "call-id": call_id,
            user: "agent-1001",
        }
        self.devices.on_registration(Event(headers))

    @property
    def states(self) -> list[DeviceState]:
        return [event.state for event in self.told if isinstance(event, AgentDeviceChanged)]


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.mark.parametrize("end", ["expire", "unregister"])
def test_a_phone_comes_and_goes(phones: Phones, end: str) -> None:
    phones.hear("register", "a", 10)
    phones.hear(end, "a", 20)
    assert phones.states == [IDLE, UNREACHABLE]


def test_a_phone_that_started_anew_may_unregister_by_another_call_id(phones: Phones) -> None:
    phones.hear("register", "a", 10)
    phones.hear("unregister", "b", 20)
    assert phones.states == [IDLE, UNREACHABLE]


@pytest.mark.parametrize("end", ["expire", "unregister"])
@pytest.mark.parametrize("call_id", ["a", "b"])
def test_an_end_that_is_told_behind_the_next_beginning_takes_nobody_away(
    phones: Phones, end: str, call_id: str
) -> None:
    phones.hear("register", "a", 1200)
    phones.hear("register", call_id, 1306)
    phones.hear(end, "a", 1286)
    assert phones.states == [IDLE]


def test_what_expires_of_a_registration_that_another_replaced(phones: Phones) -> None:
    phones.hear("register", "a", 10)
    phones.hear("register", "b", 20)
    phones.hear("expire", "a", 30)
    assert phones.states == [IDLE]
    phones.hear("expire", "b", 40)
    assert phones.states == [IDLE, UNREACHABLE]


def test_of_who_was_registered_before_we_looked_any_end_counts(phones: Phones) -> None:
    phones.devices.adopt(["agent-1001"])
    phones.hear("expire", "a", 5)
    assert phones.states == [IDLE, UNREACHABLE]


def test_after_a_restart_of_the_switch_its_numbers_begin_anew(phones: Phones) -> None:
    phones.hear("register", "a", 90_000)
    phones.devices.adopt(["agent-1001"])
    phones.hear("expire", "a", 5)
    assert phones.states == [IDLE, UNREACHABLE]


def test_an_end_of_nobody_is_nothing(phones: Phones) -> None:
    phones.hear("expire", "a", 5)
    assert phones.states == [UNREACHABLE]
