"""The order of the live tests: what has a house stays together, what takes longest begins, and nothing is lost."""

import pytest

from tests import scheduling
from tests.scheduling import longest_first, unit_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/live/test_house.py::test_one", "tests/live/test_house.py"),
        ("tests/live/test_campaigns.py::test_one[asterisk]", "tests/live/test_campaigns.py"),
        ("tests/live/test_dead_calls.py::test_one[asterisk]", "tests/live/test_dead_calls.py::test_one[asterisk]"),
        ("tests/contract/test_bridging.py::test_one[a::b]", "tests/contract/test_bridging.py::test_one[a::b]"),
        ("tests/contract/ledger/test_walks.py::test_one", "tests/contract/ledger/test_walks.py"),
        ("tests/live/test_bench_smoke.py::test_one", "tests/live/test_bench_smoke.py"),
    ],
)
def test_a_worker_runs_a_house_in_one_go_and_else_a_single_test(nodeid: str, unit: str) -> None:
    assert unit_of(nodeid) == unit


def test_the_longest_begin_and_each_is_there_once_and_in_its_modules_order() -> None:
    house = [f"tests/live/test_house.py::test_{number}" for number in range(4)]
    alone = [f"tests/contract/test_digits.py::test_{number}" for number in range(3)]
    soak = ["tests/live/test_soak.py::test_it"]
    assert longest_first([alone[0], *house, *alone[1:], *soak]) == [*soak, *house, *alone]


def test_what_is_known_to_be_long_is_there() -> None:
    for name in (*scheduling._LONG_S, *scheduling._TOGETHER):
        assert (scheduling._ROOT / name).exists(), name
