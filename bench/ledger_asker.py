"""Askers of a ledger, and a governor that is like a real one: three counts over the history, a pool of caller ids.

As a process, `python -m bench.ledger_asker URL SECONDS SEED`, it asks as fast as it can for the same persons as the
others do at the same time, and prints what came of it as JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import sys
import time
from pathlib import Path

import msgspec

from dialer.governor.decisions import Decision, Obligations, Reason
from dialer.governor.history import History
from dialer.governor.questions import Question, Subject
from hotline.ledger.keeping import KeptLedger
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import Reservation, Settlement, Terms

DAY_S = 86_400.0
MOST_ATTEMPTS = 6
MOST_TALKS = 3
POOL = tuple(f"+8610951830{place:02d}" for place in range(20))
_ASKERS = 128
"""Of each process: who asks next is there when a transaction ends."""
_turn = itertools.count()
_PERSONS_A_SECOND = 450
_PERSONS_AT_ONCE = 60
"""Persons that all processes ask for at the same time. Each has six attempts, so new ones must come."""


class Done(msgspec.Struct):
    """What one process has done."""

    pairs: int
    denied: int
    no_answer: int
    took_s: float


def decide(question: Question, subject: Subject, history: History, now: float) -> Decision:
    """Six attempts and three talks a day by person, one call in two seconds, a caller id with the fewest channels."""
    day, attempts, talks, last = now - DAY_S, 0, 0, 0.0
    for call in history.calls:
        if call.at > day:
            attempts += 1
            talks += call.state in ("effective", "reserved")
        last = max(last, call.talked_until)
    reasons = []
    if attempts >= MOST_ATTEMPTS:
        reasons.append(_no("attempts", attempts, MOST_ATTEMPTS))
    if talks >= MOST_TALKS:
        reasons.append(_no("talks", talks, MOST_TALKS))
    if last > now:
        reasons.append(_no("gap", 1, 0))
    if reasons:
        return Decision("deny", "bench", question.scene, reasons=tuple(reasons))
    free = min(history.caller_ids, key=lambda use: (use.channels, use.last_used)).number if history.caller_ids else ""
    return Decision("allow", "bench", question.scene, "v1", obligations=Obligations(caller_ids=(free,) if free else ()))


def _no(rule: str, counted: int, limit: float) -> Reason:
    detail = f"{counted} in 24 hours, {limit:g} are allowed"
    return Reason(f"bench.{rule}", "frequency", "law", "deny", detail, counted=counted, limit=limit)


def question_of(person: int, chance: random.Random) -> tuple[Question, Terms]:
    """One of a campaign, with a key of its own and four caller ids to choose from."""
    number = f"+861{3_000_000_000 + person % 1_000_000_000}"
    asked = Question(
        scene="renewal", number=number, origin="campaign", person=f"p{person}", account=f"a{person}", campaign="spring"
    )
    begin = chance.randrange(len(POOL) - 3)
    key = f"spring/{os.getpid()}/{next(_turn)}"  # as a campaign counts its tries
    return asked, Terms(key=key, category="service", channel="human", version="v1", caller_ids=POOL[begin : begin + 4])


async def reserve(ledger: KeptLedger, asked: Question, terms: Terms) -> Reservation:
    """One question."""
    return await ledger.reserve(asked, Subject(number=asked.number, country="CN"), decide, terms)


async def settle(ledger: KeptLedger, attempt: int, chance: random.Random) -> None:
    """A third are talks."""
    now = time.time()
    if chance.random() < 1 / 3:
        told = Settlement(attempt=attempt, state="effective", at=now, talked_until=now, result="promise")
    else:
        told = Settlement(attempt=attempt, state="attempted", at=now, result="no_answer")
    await ledger.settle(told)


async def _ask(ledger: KeptLedger, until: float, chance: random.Random, done: Done) -> None:
    while time.monotonic() < until:
        person = int(time.time() * _PERSONS_A_SECOND) + chance.randrange(_PERSONS_AT_ONCE)
        given = await reserve(ledger, *question_of(person, chance))
        if given.attempt is None:
            if given.decision.reasons[0].rule == "ledger.no_answer":
                done.no_answer += 1
            else:
                done.denied += 1
            continue
        await settle(ledger, given.attempt, chance)
        done.pairs += 1


async def main(url: str, seconds: str, seed: str) -> None:
    """Ask for so many seconds."""
    ledger = open_ledger(Place.read(url, Path("/"), Path("/")), time.time, answer_within_s=10.0)
    await ledger.history("+8613000000000", "", "", 0.0)  # connected, and the tables are there
    began = time.monotonic()
    done = Done(0, 0, 0, 0.0)
    until = began + float(seconds)
    await asyncio.gather(*(_ask(ledger, until, random.Random(f"{seed}/{turn}"), done) for turn in range(_ASKERS)))
    done.took_s = time.monotonic() - began
    await ledger.close()
    print(msgspec.json.encode(done).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
