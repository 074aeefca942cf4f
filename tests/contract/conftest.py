"""Each contract test runs once on every switch that there is a rig for.

The cell is there with the fake in it. FreeSWITCH is there twice: as recordings of a real one, always; and itself, where
its program is found or HOTLINE_FREESWITCH names a running one. HOTLINE_RECORD=1 makes the recordings anew, of the tests
that pass.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator, Generator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from switch.freeswitch.instance.installation import locate
from tests.contract.asterisk_rig import asterisk_rig
from tests.contract.fake_rig import fake_rig
from tests.contract.freeswitch_rig import freeswitch_rig, rig_to_record
from tests.contract.recorded_rig import recorded_rig
from tests.contract.rig import Events, Rig, Steps
from tests.live.freeswitch import NAMED

_SWITCHES = [
    pytest.param("fake", marks=pytest.mark.unit),
    pytest.param("cell", marks=pytest.mark.unit),
    pytest.param("recorded", marks=pytest.mark.wire),
    pytest.param("asterisk", marks=pytest.mark.live),
]
if NAMED or locate():
    _SWITCHES.append(pytest.param("freeswitch", marks=pytest.mark.live))
REAL = [switch for switch in _SWITCHES if switch.values in (("asterisk",), ("freeswitch",))]
"""For what takes true time."""
NOT_RECORDED = [switch for switch in _SWITCHES if switch.values != ("recorded",)]
"""For a test that ends the controller by itself: that is no step by which a recording is kept in step."""
THAT_HEAR_VOICES = [switch for switch in _SWITCHES if switch.values not in (("recorded",), ("freeswitch",))]
"""Switches that tell when somebody is heard: FreeSWITCH does not."""
_RECORD = bool(os.environ.get("HOTLINE_RECORD"))
if _RECORD and NAMED:
    raise pytest.UsageError("each recording is made on a switch of its own: unset HOTLINE_FREESWITCH")
_NUMBERS = count(time.time_ns() // 1_000_000) if NAMED else None
"""Of legs and attempts on a switch that outlives a test. It strikes a leg that has ended from its table by name, some
time later: a leg of the next test that had the name would be struck."""


_PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lets the rig know whether the test has passed."""
    report = yield
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest_asyncio.fixture(params=_SWITCHES)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """A switch that is up, with nobody on it."""
    name = recording_of(request.node.name, request.param)
    match request.param:
        case "fake":
            rig = fake_rig()
        case "cell":
            rig = fake_rig(in_a_cell=True)
        case "recorded":
            rig = recorded_rig(name, tmp_path)
        case "freeswitch":
            passed = partial(request.node.stash.get, _PASSED, False)
            rig = rig_to_record(name, tmp_path, passed) if _RECORD else freeswitch_rig(tmp_path)
        case _:
            rig = asterisk_rig(tmp_path)
    async with rig as opened:
        yield opened


def recording_of(test: str, switch: str) -> str:
    """The name of a test's recording, without what is not for a file's name."""
    name, _, parameters = test.removeprefix("test_").partition("[")
    return re.sub(r"[^A-Za-z0-9]+", "_", f"{name} {parameters.replace(switch, '')}").strip("_")


@pytest.fixture
def steps(rig: Rig) -> Steps:
    return Steps(rig, _NUMBERS or count(1))


@pytest.fixture
def events(rig: Rig) -> Events:
    return rig.events
