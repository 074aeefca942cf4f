"""People of the demonstration's campaigns, made up for each run; their phones answer, refuse, ring out, are machines.

Forty are on the list of the service campaign and twenty on that of the marketing campaign, of whom some are on both; a
few want no calls, and one in four has never agreed to be told of offers. Numbers are of a block that is China Mobile's
own service line; nothing leaves this machine.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from phones.agent_phone import Answer, LetRing, OnRing, Reject
from phones.audio import Clip

Kind = Literal["answers", "busy", "refuses", "rings out", "machine", "no phone"]
SHARES: dict[Kind, float] = {
    "answers": 0.5,
    "busy": 0.12,
    "refuses": 0.1,
    "rings out": 0.1,
    "machine": 0.1,
    "no phone": 0.08,
}
LISTS = {"instalments_due": 40, "spring_2027": 20}
"""The lists of the sample's two campaigns, and how many are on each."""
_ON_BOTH = 4
_UNWANTED = 4
_OF_WHOM_ONE_HAS_NOT_AGREED = 4
_BLOCK = "1380013"
_FAMILY_NAMES = "王李张刘陈杨黄赵周吴"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody on a list."""

    key: str
    name: str
    number: str
    """As a list has it, without the country's code."""
    kind: Kind
    wants_no_calls: bool
    agreed: bool
    """They have agreed to be told of offers."""


def make_people(chance: Random) -> dict[str, list[DemoPerson]]:
    """The people of each list, by its name; those on both have one key and another number on each."""
    numbers = [f"{_BLOCK}{number:04d}" for number in chance.sample(range(10_000), sum(LISTS.values()))]
    run = chance.randrange(10**6)
    made: dict[str, list[DemoPerson]] = {}
    count = 0
    for name, size in LISTS.items():
        made[name] = []
        for place in range(size):
            count += 1
            key = (
                f"D{run:06d}-{count:02d}"
                if name != "spring_2027" or place >= _ON_BOTH
                else f"D{run:06d}-{place + 1:02d}"
            )
            kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
            unwanted = size - _UNWANTED // 2 <= place
            family, agreed = chance.choice(_FAMILY_NAMES), place % _OF_WHOM_ONE_HAS_NOT_AGREED > 0
            made[name].append(DemoPerson(key, f"{family}先生", numbers[count - 1], kind, unwanted, agreed))
    return made


def as_csv(people: Sequence[DemoPerson]) -> str:
    """A list as `hotline lists import` reads it."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("客户号", "姓名", "手机"))
    rows.writerows((one.key, one.name, one.number) for one in people)
    return text.getvalue()


def reaction(kind: Kind, chance: Random, voice: Clip, machine: Clip) -> OnRing | None:
    """What the person's phone does with a call; None: there is no phone. `voice` is what a person says, `machine` the
    greeting of a mailbox."""
    match kind:
        case "answers":
            after_s, talk_s = chance.uniform(1.0, 5.0), chance.uniform(6.0, 14.0)
            return lambda call: Answer(after_s, talk_s, voice)
        case "busy":
            return lambda call: Reject(486, 0.5)
        case "refuses":
            return lambda call: Reject(603, 2.0)
        case "rings out":
            return lambda call: LetRing()
        case "machine":
            return lambda call: Answer(4.0, 10.0, machine)
        case "no phone":
            return None
