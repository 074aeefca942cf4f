"""A soak of half a minute on a real Asterisk, with one kill and publishes: nothing is found that should not be.

Half a minute says nothing of memory; that is what `make soak` is for.
"""

import asyncio
import json
from pathlib import Path

import pytest

from bench.soak import run
from bench.soak.script import KINDS, ledger_of

pytestmark = [pytest.mark.live, pytest.mark.timeout(400)]

_SHORT = 0.5


async def test_half_a_minute_with_a_kill_leaves_nothing_behind(tmp_path: Path) -> None:
    told: list[str] = []
    options = run.Options(
        minutes=_SHORT,
        rate=1.5,
        kill_every_s=20.0,
        publish_every_s=8.0,
        warm_up_s=5.0,
        settle_s=3.0,
        trims=False,
        sample_every_s=2.0,
        first_port=13_200,
        folder=tmp_path / "soak",
        progress=told.append,
    )
    soaked = await run.run(options)
    found = {check.check: check.found for check in soaked.checks if not check.passed}
    found.pop("memory is flat", None)
    assert found == {}, told
    assert (len(soaked.away), soaked.published) == (1, 4)
    calls = await asyncio.to_thread((tmp_path / "soak/calls.jsonl").read_bytes)
    assert sum(soaked.kinds.values()) >= len(ledger_of(calls.splitlines())) > 15
    assert soaked.kinds.keys() == KINDS.keys()
    assert any(sample.controller_mb for sample in soaked.samples)
    assert any(line.startswith("passed  every call has one row") for line in soaked.lines())
    assert json.loads(json.dumps(soaked.as_dict()))["kills"] == 1
