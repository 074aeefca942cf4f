"""Numbers of arrivals are read as the trunk that they came by writes them."""

import pytest

from calls.events import CallArrived
from calls.ids import CallId, LegId
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("trunk", "caller", "read"),
    [
        ("abroad", "030123456", "+4930123456"),
        ("abroad", "9030123456", "+4930123456"),
        ("", "13800138000", "+8613800138000"),
        ("gone", "13800138000", "+8613800138000"),
    ],
)
def test_by_the_trunks_region_and_prefix(trunk: str, caller: str, read: str) -> None:
    house = ControlHarness()
    house.tell(CallArrived(LegId("leg-9"), caller, "95183", trunk=trunk))
    assert house.router.register.calls[CallId("leg-9")].caller == read


def test_the_dialled_number_leads_to_its_flow_as_well() -> None:
    house = ControlHarness()
    house.tell(CallArrived(LegId("leg-9"), "030123456", "995183", trunk="abroad"))
    assert house.router.register.calls[CallId("leg-9")].called == "95183"
