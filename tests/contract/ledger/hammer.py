"""A process that asks and settles as fast as it can, and says each answer it was given; the tests kill it.

    python -m tests.contract.ledger.hammer URL SEED

All of them ask for the same person at the same time, and soon for the next one: so the last permitted attempts of each
are what they fight for.

Each line is one JSON array: ["allowed", attempt, person, key], ["denied", person, rule], ["settled", attempt, state].
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from pathlib import Path

from dialer.governor.history import State
from hotline.ledger.keeping import KeptLedger
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import Settlement
from tests.contract.ledger.rig import asked, reserve, rules

_ASKERS = 16
_EACH_S = 0.05
_STATES: tuple[State, ...] = ("attempted", "effective", "released", "abandoned")


def say(*line: object) -> None:
    """Out of this process before anything else happens: what was said was answered."""
    print(json.dumps(line), flush=True)


async def ask(ledger: KeptLedger, chance: random.Random) -> None:
    """Until somebody kills us."""
    while True:
        person = int(time.time() / _EACH_S)
        # a few keys for all processes: the same person and number behind each
        key = f"key-{person}-{chance.randrange(8)}" if chance.random() < 0.5 else ""
        question = asked(f"+8613{person % 1_000_000_000:09d}", person=f"p{person}")
        given = await reserve(ledger, question, key=key, hold_s=3_600.0)
        if given.attempt is None:
            say("denied", question.person, rules(given)[0])
        elif given.fresh:
            say("allowed", given.attempt, question.person, key)
            if chance.random() < 0.7:
                state = chance.choice(_STATES)
                answer = await ledger.settle(Settlement(attempt=given.attempt, state=state, ended=True))
                assert answer.outcome == "settled", answer
                say("settled", given.attempt, state)


async def main(url: str, seed: str) -> None:
    """Some askers at once."""
    ledger = open_ledger(Place.read(url, Path("/"), Path("/")), time.time, answer_within_s=20.0)
    await asyncio.gather(*(ask(ledger, random.Random(f"{seed}/{turn}")) for turn in range(_ASKERS)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
