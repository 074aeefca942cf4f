"""Orders under a key: sent twice they are done once, and answered alike; anybody else's key is another key."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request

from hotline.web import idempotency
from hotline.web.idempotency import Idempotency
from tests.unit.hotline.web.asking import Answer, request

pytestmark = pytest.mark.unit

KEY = "order-0001"


class House:
    """Counts what is done."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.status = 202
        self.begun = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.app = FastAPI()
        self.app.add_middleware(Idempotency)

        @self.app.post("/calls/{call}/transfer", status_code=202)
        async def transfer(call: str, wanted: Request) -> dict[str, Any]:
            self.done.append(await wanted.json())
            self.begun.set()
            await self.open.wait()
            if self.status >= 400:
                raise HTTPException(self.status, f"no: {len(self.done)}")
            return {"call": call, "times": len(self.done)}

    async def order(self, body: object = None, key: str = KEY, call: str = "1", who: str = "a") -> Answer:
        headers = {"idempotency-key": key} if key else {}
        return await request(self.app, "POST", f"/calls/{call}/transfer", body or {"to": "1"}, who, headers)


async def test_the_second_is_answered_as_the_first_and_not_done() -> None:
    house = House()
    first, second = await house.order(), await house.order()
    assert (first.status, first.json) == (second.status, second.json) == (202, {"call": "1", "times": 1})
    assert house.done == [{"to": "1"}]


async def test_two_at_once_are_done_once() -> None:
    house = House()
    house.open.clear()
    asking = [asyncio.create_task(house.order()) for _ in range(3)]
    await house.begun.wait()
    house.open.set()
    assert [answer.json["times"] for answer in await asyncio.gather(*asking)] == [1, 1, 1]


@pytest.mark.parametrize("other", [{"key": "order-0002"}, {"key": ""}, {"call": "2"}, {"who": "b"}])
async def test_another_key_call_or_person_is_another_order(other: dict[str, str]) -> None:
    house = House()
    await house.order()
    assert (await house.order(**other)).json["times"] == 2  # type: ignore[arg-type]  # names of texts only


async def test_a_refusal_by_a_rule_stays_and_a_fault_may_be_tried_again() -> None:
    house = House()
    house.status = 409
    assert [(await house.order()).json["detail"] for _ in range(2)] == ["no: 1", "no: 1"]
    for status in (401, 403, 429, 503):
        house.status = status
        answers = [await house.order(key=f"order-of-{status}") for _ in range(2)]
        assert [answer.status for answer in answers] == [status, status]
        assert answers[0].json != answers[1].json, "it was asked twice"


async def test_the_same_key_with_another_body_is_refused() -> None:
    house = House()
    await house.order({"to": "1"})
    assert (await house.order({"to": "2"})).status == 422
    assert len(house.done) == 1


@pytest.mark.parametrize("key", ["short", "with blank in it", "x" * 65])
async def test_a_key_that_is_none_is_refused(key: str) -> None:
    house = House()
    assert (await house.order(key=key)).status == 422
    assert house.done == []


async def test_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "MOST", 2)
    house = House()
    for number in range(3):
        await house.order(key=f"order-{number:04d}")
    assert (await house.order(key="order-0002")).json["times"] == 3
    assert (await house.order(key="order-0000")).json["times"] == 4


async def test_a_body_that_is_too_long_is_refused() -> None:
    house = House()
    assert (await house.order({"to": "x" * 70_000})).status == 422
    assert house.done == []
