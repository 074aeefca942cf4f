"""Processes that share a ledger, killed again and again: nothing over the cap, nothing twice, nothing lost."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from hotline.ledger.opening import Place
from hotline.ledger.port import LONGEST_HOLD_S
from tests.contract.ledger.rig import LedgerRig

_ROOT = Path(__file__).parents[3]
_LIVES = 4


def url_of(place: Place) -> str:
    """As hotline.yaml names it."""
    return place.url or f"sqlite:///{place.file}"


async def lives(place: Place, name: str, chance: random.Random) -> list[list[Any]]:
    """One process after the other, each killed after some answers: all that they said."""
    said: list[list[Any]] = []
    for life in range(_LIVES):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.contract.ledger.hammer", url_of(place), f"{name}/{life}"),
            cwd=_ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            for _ in range(chance.randrange(100, 400)):
                line = await process.stdout.readline()
                assert line, f"the process has ended by itself: {await process.wait()}"
                said.append(json.loads(line))
        finally:
            process.kill()
            rest = await process.stdout.read()
            await process.wait()
        said += [json.loads(line) for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    return said


async def test_nothing_is_doubled_over_the_cap_or_lost(rig: LedgerRig) -> None:
    chance = random.Random(7)
    both = await asyncio.gather(lives(rig.place, "one", chance), lives(rig.place, "other", chance))
    said = both[0] + both[1]
    rig.now = time.time()
    assert await rig.ledger.expire() == 0  # none of them has been there for an hour
    rows = {row["id"]: row for row in await rig.rows()}

    allowed = [line for line in said if line[0] == "allowed"]
    assert len({attempt for _, attempt, _, _ in allowed}) == len(allowed) >= 40
    assert not [line for line in allowed if rows[line[1]]["person"] != line[2]]
    keys = Counter(key for _, _, _, key in allowed if key)
    assert keys
    assert max(keys.values()) == 1
    for _, attempt, state in (line for line in said if line[0] == "settled"):
        assert rows[attempt]["state"] == state

    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows.values():
        counted[row["person"]][row["state"]] += 1
    for person, states in counted.items():
        assert sum(states.values()) - states["released"] <= 6, person
        assert states["effective"] + states["reserved"] <= 3, person
    assert any(line[0] == "denied" and line[2] == "test.talks" for line in said)
    assert all(row["expires_at"] - row["at"] <= LONGEST_HOLD_S for row in rows.values())
