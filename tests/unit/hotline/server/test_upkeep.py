"""The switch is told of each version once, again after a trouble, and again after a restart of its own."""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import structlog

from acd.events import AgentSignedIn
from calls.errors import SwitchError
from calls.ids import AgentId
from calls.overrides import Override
from hotline.provisioning.port import NoProvisioning
from hotline.server import upkeep
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Versions
from ivr.program import Program
from switch.fake import FakeSwitch, LoopTimeline
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = pytest.mark.unit


class _Provisioning(NoProvisioning):
    """Remembers the versions; refuses the first time."""

    def __init__(self) -> None:
        self.tries = 0
        self.provided: list[str] = []

    async def provide(
        self,
        routing: RoutingConfiguration,
        program: Program,
        utc: float,
        overrides: Sequence[Override] = (),
        announcements: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        self.tries += 1
        if self.tries == 1:
            raise SwitchError("not now")
        self.provided.append(program.version)


async def test_a_version_is_provided_until_the_switch_has_it_and_again_when_it_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_PROVIDE_AGAIN_S", 0.0)
    monkeypatch.setattr(upkeep, "_EVERY_S", 0.01)
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    switch, provisioning = FakeSwitch(LoopTimeline()), _Provisioning()
    server = new_server(site, switch, provisioning)
    first = publish(versions, 1)
    with structlog.testing.capture_logs() as logged:
        serving = await serve(server, first)
        await until(lambda: provisioning.provided == [first])
    refused = [line for line in logged if line["event"] == "the switch was not told of the version"]
    assert [(line["switch"], line["version"], line["error"]) for line in refused] == [(switch.name, first, "not now")]
    second = publish(versions, 2)
    await until(lambda: provisioning.provided == [first, second])
    switch.link_down("cut")
    await until(lambda: not server.controller.health()["ok"])
    assert server.controller.health()["wrong"] == ["the switch is away"]
    third = publish(versions, 3)
    await until(lambda: server.register.version == third)
    assert provisioning.provided == [first, second], "nobody to tell"
    switch.link_up(restarted=False)
    await until(lambda: provisioning.provided == [first, second, third])
    switch.link_down("cut")
    switch.link_up(restarted=True)
    await until(lambda: provisioning.provided == [first, second, third, third])
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_a_phone_of_which_no_switch_has_told_is_not_there(tmp_path: Path) -> None:
    """It has never registered: its agent may sign in over HTTP, and is not idle."""
    site = new_site(tmp_path)
    provisioning = _Provisioning()
    provisioning.tries = 1  # it takes the version at once
    server = new_server(site, FakeSwitch(LoopTimeline()), provisioning)
    serving = await serve(server, publish(Versions(site.versions), 1))
    await until(lambda: server.register.phones.get("8001") == [])
    await server.controller.tell(AgentSignedIn(AgentId("01")))
    standing = server.controller.agent(AgentId("01"))
    assert standing is not None
    assert (standing.state, standing.reason) == ("offline", "unreachable")
    signal.raise_signal(signal.SIGTERM)
    await serving
