"""Overrides over HTTP: set, listed, lifted; what cannot be is 422 with the nearest right word."""

from pathlib import Path
from typing import Any

import pytest

from control.messages import events
from control.register.register import Register
from hotline.views.metrics import Metrics
from tests.unit.control.harness import ControlHarness
from tests.unit.hotline.web.asking import ask as send
from tests.unit.hotline.web.asking import over

pytestmark = pytest.mark.unit


class Served:
    """The house behind the web."""

    region = "CN"
    database = Path("none")

    def __init__(self, house: ControlHarness) -> None:
        self.house = house
        self.metrics = Metrics()

    @property
    def register(self) -> Register:
        return self.house.router.register

    def queues(self) -> frozenset[str]:
        return frozenset({"care", "fraud"})

    def lines(self) -> frozenset[str]:
        return frozenset({"+864000395183", "95183", "default"})

    def hours(self) -> frozenset[str]:
        return frozenset({"service"})

    def languages(self) -> frozenset[str]:
        return frozenset({"en", "zh-CN"})

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def ask(house: ControlHarness, method: str, path: str, body: object = None) -> tuple[int, Any]:
    served: Any = Served(house)
    return await send(over(served), method, path, body, "token")


def closing(target: str = "queue:fraud", **more: object) -> dict[str, object]:
    return {"kind": "closure", "target": target, "author": "li", "reason": "storm", **more}


async def test_set_listed_and_lifted() -> None:
    house = ControlHarness()
    status, row = await ask(house, "POST", "/overrides", closing())
    assert (status, row["number"], row["target"], row["author"], row["reason"]) == (
        201,
        1,
        "queue:fraud",
        "li",
        "storm",
    )
    assert row["ends_at"] > row["set_at"]
    assert (await ask(house, "GET", "/overrides"))[1] == [row]
    house.tell(events.OverrideLifted(1, "li"))
    assert await ask(house, "GET", "/overrides") == (200, [])


async def test_a_number_is_read_as_it_is_dialled_and_hours_as_they_are_written() -> None:
    house = ControlHarness()
    assert (await ask(house, "POST", "/overrides", closing("line:4000395183")))[1]["target"] == "line:+864000395183"
    want = {"kind": "hours", "target": "hours:service", "author": "li", "reason": "storm"}
    _, row = await ask(house, "POST", "/overrides", {**want, "hours": "13:00-15:00, 9:00-12:00", "until": "lifted"})
    assert (row["detail"], row["ends_at"]) == ({"hours": "09:00-12:00, 13:00-15:00"}, None)
    _, row = await ask(house, "POST", "/overrides", {**want, "hours": "closed"})
    assert row["detail"] == {"hours": "closed"}


async def test_an_announcement_has_words_for_languages_of_the_house() -> None:
    want = {"kind": "announcement", "target": "all", "author": "li", "reason": "storm", "texts": {"en": " A storm. "}}
    _, row = await ask(ControlHarness(), "POST", "/overrides", want)
    assert row["detail"] == {"texts": {"en": "A storm."}, "recorded": False}


@pytest.mark.parametrize(
    ("want", "told"),
    [
        (closing("queue:frud"), "did you mean 'fraud'?"),
        (closing("fraud"), "queue:NAME or line:NAME"),
        (closing("all"), "queue:NAME or line:NAME"),
        (closing("line:4000"), "no line"),
        (closing("hours:service"), "queue:NAME or line:NAME"),
        (closing(texts={"en": "x"}), "has no texts"),
        (closing(hours="closed"), "has no hours"),
        (closing(until="2026-11-01T10:00:00"), "needs its zone"),
        (closing(until="2020-11-01T10:00:00+08:00"), "has passed already"),
        (closing(until="tomorrow"), ""),
        (closing(author=""), ""),
        (closing(reson="x"), ""),
        ({**closing("all"), "kind": "announcement"}, "needs texts"),
        ({**closing("all"), "kind": "announcement", "texts": {"de": "x"}}, "no language 'de'"),
        ({**closing("hours:service"), "kind": "hours", "hours": "18:00-09:00"}, "until 24:00 at most"),
        ({**closing("hours:service"), "kind": "hours", "hours": "09:00-12:00, 11:00-13:00"}, "overlap"),
        ({**closing("hours:service"), "kind": "hours"}, "hours are such as"),
        ({**closing("hours:servce"), "kind": "hours", "hours": "closed"}, "did you mean 'service'?"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(want: dict[str, object], told: str) -> None:
    house = ControlHarness()
    status, answer = await ask(house, "POST", "/overrides", want)
    assert status == 422
    assert told in str(answer["detail"])
    assert house.router.register.overrides == []


async def test_one_that_is_not_in_force_is_not_lifted() -> None:
    assert (await ask(ControlHarness(), "DELETE", "/overrides/7"))[0] in (404, 422)
