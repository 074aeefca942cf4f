"""The campaigns of the demonstration: sixty people behind a trunk, their lists, the calls, and what came of them."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from calls.numbers import e164
from hotline.contacts.importing import Wanted, import_list, remove
from hotline.contacts.stored import lists
from hotline.demo.people import DemoPerson, as_csv, make_people, reaction
from hotline.demo.stage import Say, Stage
from hotline.persons.consents import Word, note
from hotline.persons.parties import Party
from hotline.suppression import entries
from phones.agent_phone import AgentPhone
from phones.audio import Clip
from phones.digest import Credentials
from phones.endpoint import Endpoint

CAMPAIGNS = ("instalment_calls", "spring_calls")
MARKETING = "spring_2027"
"""The list of those who are called for an offer: of them only who has agreed."""
_AUTHOR = "demo"
_LAST_CALLS_S = 90.0
_REGION = "CN"


class People:
    """The phones of all who may be called; `rang` counts the calls that came to each number."""

    def __init__(
        self,
        trunk: Endpoint,
        people: Sequence[DemoPerson],
        chance: Random,
        voices: Sequence[Clip],
        machines: Sequence[Clip],
    ) -> None:
        self._phones: list[AgentPhone] = []
        for one in people:
            on_ring = reaction(one.kind, chance, chance.choice(voices), chance.choice(machines))
            if on_ring is not None:
                number = Credentials(e164(one.number, _REGION), "")
                self._phones.append(AgentPhone(trunk, (trunk.host, trunk.port), number, on_ring))

    @property
    def rang(self) -> Counter[str]:
        """By number: calls that are over, and those that go on."""
        return Counter({phone.user: len(phone.facts) + len(phone.calls) for phone in self._phones})

    async def close(self) -> None:
        """Hang up what is live."""
        await asyncio.gather(*(phone.close() for phone in self._phones))


class Campaigns:
    """Both campaigns, from their lists to their report."""

    def __init__(self, stage: Stage, people: People) -> None:
        self._stage = stage
        self._people = people

    async def start(self) -> None:
        """Let them call."""
        for name in CAMPAIGNS:
            await self._order(name, "start", "the demonstration")

    async def until_all_were_tried(self, within_s: float = _LAST_CALLS_S) -> None:
        """Return when everybody on the lists was tried once, or after `within_s`; what rings or talks then goes on."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            rows = [await self._stage.ask(f"/campaigns/{name}") for name in CAMPAIGNS]
            if not any(row["untouched"] or row["by_state"].get("in_hand") for row in rows):
                return
            await asyncio.sleep(0.5)

    async def end(self, within_s: float = 30.0) -> None:
        """Dial nobody new, and wait for what rings or talks."""
        for name in CAMPAIGNS:
            await self._order(name, "drain", "the demonstration is over")
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if not any(row["live"] for row in (await self._stage.live())["campaigns"]):
                break
            await asyncio.sleep(0.2)
        for name in CAMPAIGNS:
            await self._order(name, "stop", "the demonstration is over")

    async def report(self) -> dict[str, Any]:
        """Both together: `dialled`, `denied`, `deferred`, `abandoned_percent`, `double_dialled`. A call that came to a
        phone and that no campaign knows of is a double one, too."""
        found = [await self._stage.ask(f"/campaigns/{name}/report") for name in CAMPAIGNS]
        sums = {word: sum(one[word] for one in found) for word in ("dialled", "denied", "deferred", "abandoned", "of")}
        rang = sum(self._people.rang.values())
        double = sum(one["double_dialled"] for one in found) + max(0, rang - sums["dialled"])
        share = round(100 * sums["abandoned"] / sums["of"], 2) if sums["of"] else 0.0
        return {
            **{word: sums[word] for word in ("dialled", "denied", "deferred")},
            **{"abandoned_percent": share, "double_dialled": double},
        }

    async def _order(self, name: str, act: str, reason: str) -> None:
        await self._stage.tell(f"/campaigns/{name}", {"act": act, "author": _AUTHOR, "reason": reason})


@contextlib.asynccontextmanager
async def campaigns(
    stage: Stage, voices: Sequence[Clip], machines: Sequence[Clip], say: Say
) -> AsyncIterator[Campaigns]:
    """Bring the people to their phones and the lists into the store; nobody is called yet. The server serves.

    `voices` are what people say who answer, their greeting first; `machines` the greetings of mailboxes.
    """
    chance = Random(time.time_ns())  # other people in each run: these may not be called again for half an hour
    made = make_people(chance)
    everybody = [one for people in made.values() for one in people]
    trunk = await Endpoint.open(port=stage.trunk_port)
    people = People(trunk, everybody, chance, voices, machines)
    try:
        await asyncio.to_thread(prepare_people, stage.site.database, stage.site.state, made)
        say(f"{len(everybody)} people on the lists of two campaigns; hotline campaign list --site {stage.site.folder}")
        yield Campaigns(stage, people)
    finally:
        await people.close()
        trunk.close()


def prepare_people(database: Path, state: Path, made: dict[str, list[DemoPerson]]) -> None:
    """Put the people on their lists, who wants no calls on the do-not-call list, and note who agreed to offers."""
    there = {one.name for one in lists(database)}
    for name, people in made.items():
        if name in there:
            remove(database, name)  # those of the run before, and what the campaigns knew of them
        file = state / f"{name}.csv"
        file.write_text(as_csv(people), encoding="utf-8")
        import_list(database, file, Wanted(name, _REGION, _AUTHOR))
    unwanted = [e164(one.number, _REGION) for people in made.values() for one in people if one.wants_no_calls]
    for one in made[MARKETING]:
        if one.agreed:
            note(database, Party("person", one.key), _word(time.time()))
    wish = entries.Wish(source=_AUTHOR, reason="asked not to be called, in the demonstration", author=_AUTHOR)
    entries.add(database, unwanted, wish, time.time())


def _word(now: float) -> Word:
    """A consent to marketing, as the law wants it: with where it can be read."""
    month_s = 30 * 86_400.0
    evidence = "form 12 of the account opening, in the demonstration"
    return Word(purpose="marketing", given=True, at=now - month_s, evidence=evidence, source=_AUTHOR, author=_AUTHOR)
