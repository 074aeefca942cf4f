"""Webhooks of a real call on each real switch: the ring is there before the phone is picked up, and `kill -9` of the
controller in the middle of a talk loses nothing and doubles nothing."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from phones.agent_phone import Answer
from phones.audio import tone
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.rigs import SWITCHES
from tests.live.site_files import AGENT, AGENTS, FLOW
from tests.live.sites import site_on
from tests.unit.hotline.webhooks.receiver import Receiver

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(after_s=1.5, clip=tone(AGENT, 1.0))
PEOPLE = "".join(f'  "{agent}": {{account: "{agent}", skills: {{care: 3}}}}\n' for agent in AGENTS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def receiver(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Receiver]:
    made = Receiver(tmp_path_factory.mktemp("receiver"))
    await made.start()
    yield made
    await made.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> AsyncIterator[LiveSite]:
    hook = {"name": "crm", "url": receiver.url, "events": ["arrival", "ring", "talk", "end", "case"]}
    async with site_on(request.param, tmp_path_factory.mktemp("house"), {"webhooks": [hook]}) as house:
        flow = FLOW % house.hanging_port
        asked = flow.replace(
            "1: {queue: care, skills: [care], then: bye}",
            "1: {queue: care, skills: [care], reason: card lost, fields: {number: =caller, level: gold}, then: bye}",
        )
        assert asked != flow
        await house.publish({"dialplans/flows/main.yaml": asked, "dialplans/agents.yaml": f"agents:\n{PEOPLE}"}, {})
        yield house


def of(receiver: Receiver, call: str) -> list[dict[str, Any]]:
    """The messages about a call, each once, as a receiver has them that drops repeats."""
    requests = receiver.requests()  # read once: a message may come between two readings
    ids = {request["headers"]["webhook-id"]: request["body"] for request in requests}
    assert {request["body"] for request in requests} == set(ids.values()), "an id is one message"
    return [message for message in receiver.taken() if message["data"]["call"] == call]


async def test_a_call_is_told_in_order_and_the_ring_before_the_answer(house: LiveSite, receiver: Receiver) -> None:
    async with house.signed_in("8001", lambda call: ANSWERS):
        for turn in range(2):
            call = await house.queued("13600000001")
            await until(lambda turn=turn: [one["type"] for one in receiver.taken()].count("ring") == turn + 1, 10.0)
            rings = await house.call_of("13600000001")
            assert rings is not None
            assert rings["place"] == "offered", "the phone still rings"
            await call.hear_tone(AGENT, timeout_s=15.0)
            await call.hang_up()
            await until(lambda id_=rings["call"]: len(of(receiver, id_)) == 4, 10.0)
            messages = of(receiver, rings["call"])
            assert [one["type"] for one in messages] == ["arrival", "ring", "talk", "end"]
            await house.agent_is("8001", "idle")
    ring = messages[1]["data"]
    assert (ring["agent"], ring["queue"], ring["about"]) == ("8001", "care", "card lost")
    assert ring["caller"] == "+86*******0001"
    assert ring["fields"] == {"number": "+86*******0001", "level": "gold"}
    assert (ring["reason"]["policy"], ring["reason"]["skills"]) == ("longest_idle", "care")
    assert [(one["outcome"], one["agent"]) for one in ring["earlier"]] == [("answered", "8001")]
    assert ring["earlier"][0]["talk_s"] > 0
    assert messages[3]["data"]["outcome"] == "answered"


async def test_kill_9_in_a_talk_while_the_receiver_is_away(house: LiveSite, receiver: Receiver) -> None:
    async with house.signed_in("8002", lambda call: ANSWERS):
        await receiver.kill()
        call = await house.queued("13600000002")
        await call.hear_tone(AGENT, timeout_s=15.0)
        await house.stop_controller(signal.SIGKILL)
        await house.start_controller()
        await house.in_place("13600000002", "talking")
        await call.hang_up()
        row = await house.row_of("13600000002")
        assert not of(receiver, row["call"])
        await receiver.start()
        await until(lambda: len(of(receiver, row["call"])) >= 4, 30.0)
        assert [one["type"] for one in of(receiver, row["call"])] == ["arrival", "ring", "talk", "end"]
    (told,) = house.logged("webhook delivers again")[-1:]
    assert told["webhook"] == "crm"
