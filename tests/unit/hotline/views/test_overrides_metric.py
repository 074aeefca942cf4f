"""Overrides in force, as a gauge that an alert can be made of."""

import asyncio

import pytest

from calls.overrides import Override
from control.register.register import Register
from hotline.views.metrics import Metrics

pytestmark = pytest.mark.unit


def override(number: int, kind: str, target: str) -> Override:
    return Override(number, kind, target, "a", "r", 0.0, None)  # type: ignore[arg-type]  # one of the kinds


async def test_those_in_force_are_counted_by_kind_and_none_is_0() -> None:
    await asyncio.sleep(0)  # a loop, whose tasks are counted, too
    metrics, register = Metrics(), Register()

    def shown() -> dict[str, float | None]:
        metrics.look(register)
        kinds = ("closure", "announcement", "hours")
        return {kind: metrics.registry.get_sample_value("hotline_overrides", {"kind": kind}) for kind in kinds}

    assert shown() == {"closure": 0.0, "announcement": 0.0, "hours": 0.0}
    register.overrides = [override(1, "closure", "queue:a"), override(2, "closure", "line:1")]
    register.overrides.append(override(3, "announcement", "all"))
    assert shown() == {"closure": 2.0, "announcement": 1.0, "hours": 0.0}
    register.overrides.clear()
    assert set(shown().values()) == {0.0}
