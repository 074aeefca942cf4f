"""The router is told which trunks are down: once for each change, and not before a switch has said so."""

from collections.abc import Mapping
from unittest.mock import create_autospec

import pytest

from calls.trunks import Tls, Trunk
from control.messages.events import TrunksChanged
from hotline.provisioning.port import NoProvisioning
from hotline.server.health import Health
from hotline.server.trunks import Trunks
from hotline.versions.store import Versions
from switch.trunk_lines import Seen, TrunkLines

pytestmark = pytest.mark.unit

TRUNKS = {"carrier": Trunk("192.0.2.1"), "other": Trunk("192.0.2.2")}


class _Gateways(NoProvisioning):
    """Says what the test wants of each gateway."""

    def __init__(self) -> None:
        self.up = dict.fromkeys(TRUNKS, True)

    async def keep_trunks(self, trunks: Mapping[str, Trunk], tls: Tls | None) -> Mapping[str, Seen]:
        return {name: Seen(reachable=up) for name, up in self.up.items()}


async def test_each_change_is_told_once() -> None:
    lines, gateways, health, told = TrunkLines(), _Gateways(), Health({"a": False}), list[TrunksChanged]()
    lines.use(TRUNKS, "CN")
    versions = create_autospec(Versions, instance=True)
    versions.routing.return_value.trunks, versions.routing.return_value.tls = TRUNKS, None
    versions.region.return_value = "CN"
    trunks = Trunks(lines, versions, {"a": gateways}, health, told.append, ["carrier"])
    await trunks.look("v", 10.0)
    assert told == [], "the switch is away: what the controller before knew holds"
    health.switches["a"] = True
    gateways.up["carrier"] = False
    await trunks.look("v", 20.0)
    assert told == [], "as before"
    gateways.up["other"] = False
    await trunks.look("v", 30.0)
    await trunks.look("v", 40.0)
    gateways.up = dict.fromkeys(TRUNKS, True)
    await trunks.look("v", 50.0)
    assert told == [TrunksChanged(("carrier", "other")), TrunksChanged(())]
