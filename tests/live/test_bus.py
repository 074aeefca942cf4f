"""The bus on a real mosquitto that is away, frozen, restarted; with a real controller over a switch in memory."""

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from calls.ids import CallId, leg_on, native
from hotline.bus import words
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from speech.sentences import Sentences
from switch.cell import Cell
from switch.fake import FakeSwitch, LeaveRinging, LoopTimeline, World
from tests.live.conftest import until
from tests.live.mosquitto import Listener, Mosquitto, listening
from tests.ports import free_port
from tests.unit.control.harness import PROGRAM, configuration
from tests.unit.speech.voices import ToneVoice

pytestmark = pytest.mark.live

BASE = "hotline/v1/here"
VERSION = "0001-00000001"
CONTRACT = yaml.safe_load((Path(__file__).parents[2] / "docs/asyncapi.yaml").read_text(encoding="utf-8"))


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    mosquitto = Mosquitto(tmp_path)
    await mosquitto.start()
    yield mosquitto
    await mosquitto.kill()


class Controller:
    """A server that runs, and its switch."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        folder.mkdir(exist_ok=True)
        bus = f"bus: {{port: {broker.port}, site: here}}\n"
        (folder / "hotline.yaml").write_text(f"web: {{port: {free_port()}}}\nlanguages: [en]\n{bus}")
        site = Site.open(folder)
        site.prepare()
        versions = Versions(site.versions)
        if versions.current() is None:
            people = RoutingConfiguration(configuration(), {}, {"": "break"})
            versions.add(Manifest(VERSION, 0.0, "", "test", 1, 0), PROGRAM.with_clips(VERSION, {}), people, [])
            versions.activate(VERSION)
        self.switch = FakeSwitch(LoopTimeline())
        self.server = Server(site, Cell([self.switch]), Sentences(site.sounds, ToneVoice()), {})
        self.world = World(self.switch)

    async def to_queue(self) -> str:
        """A caller who waits for an agent, or is offered to one."""
        leg = self.world.dial("95183", "13800138000")
        call = CallId(leg_on(self.switch.name, leg))
        await until(lambda: call in self.server.register.calls, 20)
        await until(lambda: bool(self.switch.legs[leg].answered), 20)
        self.world.press(leg, "1")
        await until(lambda: self.server.register.calls[call].place in ("waiting", "offered"), 20)
        return str(call)


@contextlib.asynccontextmanager
async def serving(folder: Path, broker: Mosquitto) -> AsyncIterator[Controller]:
    controller = Controller(folder, broker)
    running = asyncio.create_task(controller.server.run())
    await until(
        lambda: (hasattr(controller.server, "_driver") and controller.server._health.switch_up) or running.done(), 20
    )
    try:
        yield controller
    finally:
        controller.server._stopping.set()
        await running


def says(listener: Listener, topic: str) -> dict[str, Any]:
    """What the topic says; nothing when it says nothing."""
    payload = listener.retained.get(f"{BASE}/{topic}")
    return {} if payload is None else msgspec.json.decode(payload)


async def ask(listener: Listener, agent: str, **command: str) -> dict[str, Any]:
    """Send a command and return its answer."""
    question = msgspec.json.encode({"id": f"q{len(listener.heard)}", "reply_to": f"{BASE}/replies/test", **command})
    await listener.client.publish(f"{BASE}/agents/{agent}/commands", question, qos=1)
    wanted = msgspec.json.decode(question)["id"]

    def answers() -> list[dict[str, Any]]:
        found = [msgspec.json.decode(payload) for topic, payload in listener.heard if topic == f"{BASE}/replies/test"]
        return [one for one in found if one["id"] == wanted]

    await until(lambda: bool(answers()), 20)
    return answers()[0]


def check_words(heard: list[tuple[str, bytes]]) -> set[str]:
    """Every message is as docs/asyncapi.yaml says, and has nothing more; the names of the channels that were used."""
    schemas = CONTRACT["components"]["schemas"]
    places = {"prefix": "hotline", "site": "here"}
    used = set()
    for topic, payload in heard:
        (name,) = [
            name
            for name, channel in CONTRACT["channels"].items()
            if re.fullmatch(re.sub(r"{(\w+)}", lambda at: places.get(at[1], "[^/]+"), channel["address"]), topic)
        ]
        if payload:
            ((message, told),) = CONTRACT["channels"][name]["messages"].items()
            decoded = msgspec.json.decode(payload)
            Draft202012Validator({**told["payload"], "components": CONTRACT["components"]}).validate(decoded)
            assert set(decoded) <= set(schemas[message]["properties"]), f"{topic} says more than is told of it"
        assert b"3800138000" not in payload
        used.add(name)
    return used


async def test_events_for_others_and_commands_of_agents(tmp_path: Path, broker: Mosquitto) -> None:
    async with listening(broker.port) as listener:
        async with serving(tmp_path / "site", broker) as controller:
            controller.world.phone("8001", LeaveRinging())
            await until(lambda: says(listener, "controller") == {"online": True, "version": VERSION}, 20)
            await until(lambda: says(listener, "agents/01/state").get("state") == "offline", 20)
            assert (await ask(listener, "01", command="sign_in"))["ok"]
            await until(lambda: says(listener, "agents/01/state").get("state") == "idle", 20)
            assert (await ask(listener, "01", command="pause", reason="lunch"))["ok"]
            await until(lambda: says(listener, "agents/01/state").get("reason") == "lunch", 20)
            call = await controller.to_queue()
            await until(lambda: says(listener, f"calls/{call}/state").get("place") == "waiting", 20)
            await until(lambda: says(listener, "queues/care/state").get("waiting") == 1, 20)
            assert (await ask(listener, "01", command="ready"))["ok"]
            await until(lambda: says(listener, "agents/01/state").get("state") == "offered", 20)
            controller.world.hang_up(native(call))
            await until(lambda: not says(listener, f"calls/{call}/state"), 20)
            await until(lambda: any(topic == f"{BASE}/calls/ended" for topic, _ in listener.heard), 20)
            ended = [msgspec.json.decode(payload) for topic, payload in listener.heard if topic.endswith("/ended")]
            assert [(one["call"], one["outcome"]) for one in ended] == [(call, "abandoned")]
            assert (await ask(listener, "01", command="wrap_up_done"))["ok"]
            assert (await ask(listener, "01", command="sign_out"))["ok"]
            await until(lambda: says(listener, "agents/01/state").get("state") == "offline", 20)
        await until(lambda: says(listener, "controller").get("online") is False, 20)
        used = check_words(listener.heard)
        assert {"controller", "agentState", "queueState", "callState", "callEnded", "agentCommand", "reply"} <= used


async def test_what_is_refused(tmp_path: Path, broker: Mosquitto) -> None:
    async with listening(broker.port) as listener:
        left = msgspec.json.encode({"command": "sign_in"})
        await listener.client.publish(f"{BASE}/agents/02/commands", left, qos=1, retain=True)
        async with serving(tmp_path / "site", broker):
            await until(lambda: bool(says(listener, "agents/02/state")), 20)
            unknown = await ask(listener, "77", command="sign_in")
            assert not unknown["ok"]
            assert "agents.yaml" in unknown["error"]
            forged = msgspec.json.encode({"command": "sign_in", "reply_to": f"{BASE}/agents/02/state"})
            await listener.client.publish(f"{BASE}/agents/01/commands", forged, qos=1)
            about = Properties(PacketTypes.PUBLISH)
            about.ResponseTopic, about.CorrelationData = f"{BASE}/replies/other", b"7"
            await listener.client.publish(f"{BASE}/agents/01/commands", b"{", qos=1, properties=about)
            await until(lambda: f"{BASE}/replies/other" in dict(listener.heard), 20)
            assert not msgspec.json.decode(dict(listener.heard)[f"{BASE}/replies/other"])["ok"]
            assert says(listener, "agents/02/state")["state"] == "offline", "a retained command is not taken"
            states = {payload for topic, payload in listener.heard if topic == f"{BASE}/agents/02/state"}
            assert all(b'"agent"' in payload for payload in states), "no answer is put where states are"


async def test_a_broker_that_is_killed_has_all_again_when_it_is_back(tmp_path: Path, broker: Mosquitto) -> None:
    async with serving(tmp_path / "site", broker) as controller:
        async with listening(broker.port) as listener:
            first, second = await controller.to_queue(), await controller.to_queue()
            await until(lambda: bool(says(listener, f"calls/{second}/state")), 20)
            await broker.kill()
        await until(lambda: controller.server.metrics.bus_up._value.get() == 0, 20)
        controller.world.hang_up(native(first))
        third = await controller.to_queue()
        await broker.start()
        async with listening(broker.port) as listener:
            await until(lambda: bool(says(listener, f"calls/{third}/state")), 40)
            await until(lambda: says(listener, "queues/care/state").get("waiting") == 2, 20)
            assert says(listener, "controller")["online"]
            assert not says(listener, f"calls/{first}/state")
            await until(lambda: any(topic == f"{BASE}/calls/ended" for topic, _ in listener.heard), 20)
            assert first.encode() in dict(listener.heard)[f"{BASE}/calls/ended"], "promised, and not lost"


async def test_a_frozen_broker_makes_nobody_wait(tmp_path: Path, broker: Mosquitto) -> None:
    async with serving(tmp_path / "site", broker) as controller:
        async with listening(broker.port) as listener:
            await until(lambda: bool(says(listener, "controller")), 20)
        broker.freeze()
        lag_s = 0.0

        async def watch_the_loop() -> None:
            nonlocal lag_s
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.01)
                lag_s = max(lag_s, time.perf_counter() - began)

        watching = asyncio.create_task(watch_the_loop())
        calls = [await controller.to_queue() for _ in range(40)]
        for call in calls[:-1]:
            controller.world.hang_up(native(call))
        await until(lambda: len(controller.server.register.calls) == 1, 20)
        await until(lambda: controller.server.metrics.bus_up._value.get() == 0, 30)
        watching.cancel()
        assert lag_s < 2.0, "the broker's deadline is 5 s: whoever waits for it waits longer"
        broker.thaw()
        async with listening(broker.port) as listener:
            await until(lambda: says(listener, "controller").get("online") is True, 40)
            await until(lambda: says(listener, "queues/care/state").get("waiting") == 1, 20)
            alive = f"{BASE}/calls/{calls[-1]}/state"
            await until(
                lambda: [one for one in listener.retained if one.endswith("/state") and "calls" in one] == [alive]
            )
            await until(lambda: sum(topic == f"{BASE}/calls/ended" for topic, _ in listener.heard) >= 1, 20)


async def test_a_controller_that_is_lost_is_said_by_the_broker_and_what_it_left_is_emptied(
    tmp_path: Path, broker: Mosquitto
) -> None:
    async with listening(broker.port) as listener:
        stale = msgspec.json.encode(words.Queue("gone", 3, 0, 1.0))
        await listener.client.publish(f"{BASE}/queues/gone/state", stale, qos=1, retain=True)
        await until(lambda: bool(says(listener, "queues/gone/state")), 20)
        async with serving(tmp_path / "site", broker) as controller:
            await until(lambda: bool(says(listener, "controller")), 20)
            await until(lambda: not says(listener, "queues/gone/state"), 20)
            bus = controller.server._bus
            assert bus is not None
            assert bus._client is not None
            link = bus._client._client.socket()
            assert isinstance(link, socket.socket)
            link.shutdown(socket.SHUT_RDWR)  # as when the controller's machine is gone
            online = [True, False, True]

            def presence() -> list[bool]:
                return [
                    msgspec.json.decode(payload)["online"]
                    for topic, payload in listener.heard
                    if topic == f"{BASE}/controller"
                ]

            await until(lambda: presence() == online, 40)
            await until(lambda: controller.server.metrics.bus_up._value.get() == 1, 20)


async def test_without_a_broker_the_controller_serves(tmp_path: Path, broker: Mosquitto) -> None:
    await broker.kill()
    async with serving(tmp_path / "site", broker) as controller:
        call = await controller.to_queue()
        assert call in controller.server.register.calls
        await broker.start()
        async with listening(broker.port) as listener:
            await until(lambda: bool(says(listener, f"calls/{call}/state")), 40)
