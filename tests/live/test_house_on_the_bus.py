"""Agents over a real mosquitto, with real phones on a real Asterisk: sign in, pause, end wrap-up, while the broker
comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from phones.agent_phone import Answer
from phones.audio import tone
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.mosquitto import Mosquitto, listening
from tests.live.site_files import AGENT, AGENTS
from tests.live.test_bus import BASE, ask, check_words, says

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
QUEUES = "queues: {care: {ring_s: 10, wrap_up_s: 300}}\n"
REASONS = "pause_needs_reason: true\npauses: {1: lunch}\n"
PEOPLE = "".join(f'  "{agent}": {{account: "{agent}", skills: {{care: 3}}}}\n' for agent in AGENTS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path_factory.mktemp("broker"))
    await mosquitto.start()
    yield mosquitto
    await mosquitto.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory, broker: Mosquitto
) -> AsyncIterator[LiveSite]:
    settings = {"bus": {"port": broker.port, "site": "here"}}
    async with LiveSite(tmp_path_factory.mktemp("house"), installation, settings) as house:
        agents = f"{REASONS}agents:\n{PEOPLE}"
        await house.publish({"dialplans/queues.yaml": QUEUES, "dialplans/agents.yaml": agents}, {})
        yield house


async def test_an_agent_works_over_the_bus_alone(house: LiveSite, broker: Mosquitto) -> None:
    phone = house.phones["8001"]
    phone.on_ring = lambda call: ANSWERS
    async with listening(broker.port) as listener:

        def state() -> tuple[str, str]:
            row = says(listener, "agents/8001/state")
            return row.get("state", ""), row.get("reason", "")

        assert (await ask(listener, "8001", command="sign_in"))["ok"]
        await until(lambda: state() == ("idle", ""), 10.0)
        call = await house.queued("13600000001")
        await call.hear_tone(AGENT, timeout_s=15.0)
        await until(lambda: state()[0] == "talking", 10.0)
        await call.hang_up()
        await until(lambda: state()[0] == "wrap_up", 10.0)
        waits = await house.queued("13600000002")
        await house.in_place("13600000002", "waiting")
        assert (await ask(listener, "8001", command="wrap_up_done"))["ok"]
        await waits.hear_tone(AGENT, timeout_s=15.0)  # 300 s of wrap-up are over by the command
        refused = await ask(listener, "8001", command="pause", reason="tired")
        assert not refused["ok"]
        assert "lunch" in refused["error"]
        assert (await ask(listener, "8001", command="pause", reason="lunch"))["ok"]
        await waits.hang_up()
        await until(lambda: state()[0] == "wrap_up", 10.0)
        assert (await ask(listener, "8001", command="wrap_up_done"))["ok"]
        await until(lambda: state() == ("paused", "lunch"), 10.0)
        assert (await ask(listener, "8001", command="ready"))["ok"]
        await until(lambda: state() == ("idle", ""), 10.0)
        assert (await ask(listener, "8001", command="sign_out"))["ok"]
        await until(lambda: state()[0] == "offline", 10.0)
        check_words(listener.heard)
    await house.nobody_left()


async def test_a_talk_outlives_the_broker_and_the_broker_hears_of_its_end(house: LiveSite, broker: Mosquitto) -> None:
    async with house.signed_in("8001", lambda call: ANSWERS):
        talk = await house.queued("13600000003")
        await talk.hear_tone(AGENT, timeout_s=15.0)
        await house.in_place("13600000003", "talking")
        await broker.kill()
        waits = await house.queued("13600000004")
        await house.in_place("13600000004", "waiting")
        ended = (await house.in_place("13600000003", "talking"))["call"]
        await talk.hear_tone(AGENT, after=asyncio.get_running_loop().time())
        await talk.hang_up()
        await house.agent_is("8001", "wrap_up")
        assert await house.post("/agents/8001/wrap-up-done") == 200, "without a broker all works without"
        await waits.hear_tone(AGENT, timeout_s=15.0)
        await broker.start()
        async with listening(broker.port) as listener:
            await until(lambda: says(listener, "agents/8001/state").get("state") == "talking", 30.0)
            await until(lambda: any(ended.encode() in payload for _, payload in listener.heard), 20.0)
            topics = [topic for topic, payload in listener.heard if ended.encode() in payload]
            assert f"{BASE}/calls/ended" in topics, "promised, and not lost"
            assert f"{BASE}/calls/{ended}/state" not in listener.retained
        await waits.hang_up()
    await house.nobody_left()
