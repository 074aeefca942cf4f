"""What is known of the trunks now: calls, rate, what the switches say, failures."""

import pytest

from calls.trunks import Trunk
from switch.trunk_lines import Seen, TrunkLines, trunk_of

pytestmark = pytest.mark.unit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def lines(clock: Clock | None = None) -> TrunkLines:
    clock = clock or Clock()
    made = TrunkLines(clock, clock)
    made.use(
        {
            "carrier": Trunk("192.0.2.1", max_calls=2, calls_per_s=2, sources=("192.0.2.0/28",)),
            "backup": Trunk("192.0.2.9", sources=("192.0.2.9",)),
        },
        "CN",
    )
    return made


def tried(made: TrunkLines) -> list[str]:
    return [route.trunk for route in made.choose("+8613800138000", "95183").routes]


def test_calls_of_all_switches_count() -> None:
    made = lines()
    legs = {"one": ["carrier", "", "backup"], "two": [""]}
    for switch in legs:
        made.count_by(lambda switch=switch: legs[switch])  # type: ignore[misc] # the usual way to bind it
    assert made.states()["carrier"].calls == 1
    assert tried(made) == ["carrier", "backup"]
    legs["two"] = ["carrier"]
    assert tried(made) == ["backup"]
    legs["one"] = []
    assert tried(made) == ["carrier", "backup"]


def test_no_more_are_begun_in_a_second_than_allowed() -> None:
    clock = Clock()
    made = lines(clock)
    made.begun("carrier")
    clock.now += 0.5
    made.begun("carrier")
    assert tried(made) == ["backup"]
    clock.now += 0.6
    assert tried(made) == ["carrier", "backup"]


def test_a_trunk_is_down_when_no_switch_reaches_it_and_its_fall_is_told_once() -> None:
    made = lines()
    assert made.see("one", {"carrier": Seen(False, None, "its gateway does not answer")}) == [("carrier", True)]
    assert made.see("one", {"carrier": Seen(False, None, "its gateway does not answer")}) == []
    assert made.down() == ["trunk carrier is down: its gateway does not answer"]
    assert tried(made) == ["backup", "carrier"]
    assert made.view()[0]["since"] == 100.0
    assert made.see("two", {"carrier": Seen(True)}) == [("carrier", False)]
    assert made.down() == []


def test_only_the_last_failures_are_kept_newest_first() -> None:
    clock = Clock()
    made = lines(clock)
    for status in range(500, 507):
        clock.now += 1
        made.failed("carrier", f"SIP {status}")
    failures = made.view()[0]["failures"]
    assert [failure["reason"] for failure in failures] == [f"SIP {status}" for status in (506, 505, 504, 503, 502)]


@pytest.mark.parametrize(
    ("address", "trunk"), [("192.0.2.5", "carrier"), ("192.0.2.9", "backup"), ("198.51.100.1", ""), ("", "")]
)
def test_an_arrival_is_of_the_trunk_with_the_narrowest_network(address: str, trunk: str) -> None:
    assert lines().by_address(address) == trunk


def test_names_of_endpoints() -> None:
    assert [trunk_of(name) for name in ("trunk-carrier", "trunk", "agent-8001")] == ["carrier", "", ""]
