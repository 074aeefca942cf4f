"""Calls are followed until all are over, and not for ever."""

from typing import Any

import pytest

from bench import talk_calls
from bench.children import ChildEnded
from bench.script import Done
from bench.talk_script import Begin, Look, Looked

pytestmark = pytest.mark.unit


class Phones:
    """Answers looks from a list, the last one again and again."""

    def __init__(self, *looks: Looked) -> None:
        self.looks, self.asked = list(looks), list[Any]()

    async def ask(self, request: Any, reply: type[Any], timeout_s: float) -> Any:
        self.asked.append(request)
        if isinstance(request, Begin):
            return Done({})
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]


def looked(placed: int, *, all_over: bool) -> Looked:
    return Looked(placed, [], 0 if all_over else 1, all_over, [])


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk_calls, "LOOK_S", 0.0)


async def test_until_all_are_over() -> None:
    phones = Phones(looked(1, all_over=False), looked(2, all_over=True))
    seen = [one.placed async for one in talk_calls.followed(phones, 30.0, 2)]  # type: ignore[arg-type]  # a fake
    assert seen == [1, 2]
    assert phones.asked == [Begin("9000", 30.0, 2), Look(), Look()]


async def test_calls_that_never_end_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk_calls, "_SETTLE_S", 0.01)
    phones = Phones(looked(1, all_over=False))
    with pytest.raises(ChildEnded, match="not over"):
        _ = [one async for one in talk_calls.followed(phones, 1_000.0, 1)]  # type: ignore[arg-type]  # a fake


@pytest.mark.parametrize(("rate", "agents"), [(1.0, 10), (30.0, 60), (60.0, 120)])
def test_nobody_is_to_wait_for_an_agent(rate: float, agents: int) -> None:
    assert len(talk_calls.plan(rate).agents) == agents
