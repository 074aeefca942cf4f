"""Snapshots that the release before wrote (format 1), in the middle of all that the house can be in, are gone on from.

Each was taken of the house of `test_house_machine` at commit 47380d2, with what its register said of each call, and the
events that followed.
"""

import json
import lzma
from pathlib import Path
from typing import Any

import msgspec
import pytest

from control.messages.events import RouterEvent
from control.routing.router import Router
from tests.properties.driven_house import new_router

pytestmark = pytest.mark.properties

_FILE = Path(__file__).resolve().parents[1] / "recorded" / "snapshots-format-1.json.xz"
SNAPSHOTS: list[dict[str, Any]] = json.loads(lzma.decompress(_FILE.read_bytes()))


def _register(router: Router) -> dict[str, list[Any]]:
    return {
        call.call: [
            call.place,
            call.queue,
            call.outcome,
            call.callback.state if call.callback is not None else None,
            call.flow_attempt,
            call.bridge.attempt if call.bridge is not None else None,
            call.bridge is not None and call.bridge.recorded,
            call.recording.consent,
            call.recording.hiding,
            call.recording.paths,
            call.announced.place,
            call.announced.alarms,
            call.replaced_callback is not None,
        ]
        for call in router.register.calls.values()
    }


@pytest.mark.parametrize("number", range(len(SNAPSHOTS)))
def test_a_snapshot_of_the_release_before_is_gone_on_from(number: int) -> None:
    kept = SNAPSHOTS[number]
    router = new_router(scenes=False)[0]
    router.restore(json.dumps(kept["snapshot"]).encode())
    assert _register(router) == kept["calls"]
    again = new_router(scenes=False)[0]
    again.restore(router.snapshot())
    assert again.snapshot() == router.snapshot()
    for at, event in kept["rest"]:
        router.handle(msgspec.convert(event, RouterEvent), at)
    register = router.register
    left: list[Any] = [register.calls, register.legs, register.offers, register.bridges, register.filing]
    assert not any(left), "they all came to an end"
