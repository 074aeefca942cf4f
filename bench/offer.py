"""How soon an agent is rung, on the wire, and what the match costs while many wait.

Real: Asterisk, the controller as production starts it, 500 callers who wait with music, and the phones of 60 agents,
who answer, talk and hang up. The other agents of the 5,000 are configured, signed in and paused: to the match they are
busy, and to Asterisk they do not exist. What is timed is what the phones see: from an agent's BYE to the next INVITE at
the same phone, and from a caller's INVITE to the agent's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import live_site, machine, offer_site
from bench import offer_script as script
from bench.catalogue import Options
from bench.children import Child
from bench.desktops import Desktops
from bench.house import House, Plan, house, serving, version_of
from bench.measuring import GENERATOR_FULL, percentile
from bench.report import Figure, Report, at_most, told
from bench.script import STRAIGHT_TO_APP_QUEUE, Done
from switch.asterisk.process import AsteriskProcess

_FILL_RATE = 20.0
_UP_S = 60.0
_BUSY = {"reason": "busy"}


@dataclass(frozen=True)
class _Size:
    """How much is measured. `busy`: agents who are on none of the phones."""

    phones: int
    busy: int
    waiting: int
    watched_s: float
    offers: int
    talk_s: float
    entries: int
    rates: Sequence[float]


# talks of 15 s: four offers a second, so that 500 who hear music leave the two cores some time for them
_FULL = _Size(60, 4_940, 500, 30.0, 200, 15.0, 400, (40.0, 30.0, 20.0))
_QUICK = _Size(6, 50, 10, 1.0, 10, 0.5, 10, (5.0,))


async def run(options: Options) -> Report:
    """Takes about five minutes; `quick` some ten seconds."""
    size = _QUICK if options.quick else _FULL
    accounts = live_site.agents(size.phones)
    about = machine.facts()
    plan = Plan(offer_site.files(size.phones + size.busy), accounts, references=True)
    async with house(plan, options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        bench = _Bench(place, size, options)
        async with place.phones("bench.waiting_room") as phones:
            async with serving(place.site, place.folder / "controller.log") as controller:
                entries = await bench.entries(phones, controller)
                waiting = await bench.waiting(phones, controller)
            app_queue = await bench.app_queue(phones, [entry.rate for entry in entries][-1])
    about["notes"] = bench.notes
    return Report("offer", about, [*waiting, *_entry_figures(entries, app_queue, size.rates[0])])


@dataclass(frozen=True)
class _Entries:
    """Calls at one rate to idle agents."""

    rate: float
    seen: script.Entered
    controller: float
    """Share of a core."""
    phones: float

    @property
    def held(self) -> bool:
        """Whether all were served and the phones could follow."""
        return not self.seen.failures and self.phones < GENERATOR_FULL


class _Bench:
    """The steps, on one house; `notes` say what else was seen."""

    def __init__(self, place: House[AsteriskProcess], size: _Size, options: Options) -> None:
        self._place = place
        self._size = size
        self._tell = options.progress
        self.notes: list[str] = [
            f"real: {size.waiting} waiting callers, {size.phones} agents' phones; "
            f"{size.busy} more agents are configured, signed in and paused"
        ]

    async def entries(self, phones: Child, controller: Child) -> list[_Entries]:
        """The first rate that is held, and those above it that were not."""
        size = self._size
        everybody = live_site.agents(size.phones + size.busy)
        on_phones, others = everybody[: size.phones], everybody[size.phones :]
        async with Desktops(self._place.site) as desktops:
            await desktops.all(others, "sign-in")
            await desktops.all(others, "pause", _BUSY)
            await desktops.all(on_phones, "sign-in")
            await desktops.until_idle(len(on_phones))
        await self._enter(phones, controller, script.PLAIN, size.rates[-1], max(2, size.entries // 10))  # to warm up
        tried = []
        for rate in size.rates:
            tried.append(await self._enter(phones, controller, script.PLAIN, rate, size.entries))
            if tried[-1].held:
                break
        await self._tell_agents("pause", _BUSY)
        return tried

    async def waiting(self, phones: Child, controller: Child) -> list[Figure]:
        """The line is made, watched, and served at its length; then again, with announcements."""
        size = self._size
        failures = [await self._fill(phones, script.PLAIN)]
        matching = await self._share(controller, size.watched_s)
        self._tell(f"{size.waiting} wait: controller {matching:.1f} % of a core")
        plain = await self._serve(phones, script.PLAIN)
        failures.append(await self._fill(phones, script.TOLD))
        announced = await self._serve(phones, script.TOLD)
        return self._waiting_figures([*failures, plain.failures, announced.failures], matching, plain, announced)

    async def _fill(self, phones: Child, number: str) -> dict[str, int]:
        """The line, and what failed of it."""
        fill = script.Fill(number, _FILL_RATE, self._size.waiting, self._size.talk_s)
        return (await phones.ask(fill, Done, self._size.waiting / _FILL_RATE + _UP_S)).failures

    async def _serve(self, phones: Child, number: str) -> script.Offers:
        """Each phone is free once in a talk; twice as long as that needs is given. Then everybody hangs up."""
        offers, talk_s = self._size.offers, self._size.talk_s
        within_s = 2 * (offers / self._size.phones + 1) * (talk_s + 0.1)
        asked = script.Serve(number, offers, talk_s, within_s)
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(phones.ask(asked, script.Offers, within_s + _UP_S))
            await asyncio.sleep(
                0.0
            )  # asked before anybody is rung, so that the line is filled up from the first one on
            await self._tell_agents("ready")
        served = serving.result()
        await self._tell_agents("pause", _BUSY)
        await phones.ask(script.Leave(), Done, 2 * _UP_S)
        line = f"{len(served.offered)} of {offers} offers to {number} in {served.took_s:.0f} s: "
        line += _spread([offer.gap_ms for offer in served.offered])
        self._tell(line)
        self.notes.append(line)
        return served

    def _waiting_figures(
        self, failures: Sequence[dict[str, int]], matching: float, plain: script.Offers, announced: script.Offers
    ) -> list[Figure]:
        size = self._size
        self.notes += [f"{count} calls: {reason}" for failed in failures for reason, count in failed.items()]
        gaps = [offer.gap_ms for offer in plain.offered]
        under = [offer.gap_ms for offer in announced.offered if offer.announced]
        line = f"{size.waiting} waiting, {size.phones + size.busy:,} agents"
        self.notes.append(f"offers with music: {_spread(gaps)}; while an announcement plays: {_spread(under)}")
        return [
            at_most("calls that failed", sum(sum(failed.values()) for failed in failures), "calls", 0),
            at_most("agent free to offer p95", percentile(gaps, 95), "ms", 15),
            told("agent free to offer p50", percentile(gaps, 50), "ms"),
            at_most("agent free to offer p95, while an announcement plays", percentile(under, 95), "ms", 15),
            at_most(f"matching CPU, {line}", matching, "% of a core", 3),
        ]

    async def app_queue(self, phones: Child, rate: float) -> _Entries:
        """The same entries to app_queue, the controller away."""
        return await self._enter(phones, None, STRAIGHT_TO_APP_QUEUE, rate, self._size.entries)

    async def _enter(self, phones: Child, controller: Child | None, number: str, rate: float, count: int) -> _Entries:
        # two thirds of the phones talk at any time, so that there is always an idle one
        talk_s = self._size.phones / rate * 2 / 3
        used_s = controller.cpu_s() if controller is not None else 0.0
        seen = await phones.ask(script.Enter(number, rate, count, talk_s), script.Entered, count / rate + _UP_S)
        used_s = (controller.cpu_s() if controller is not None else 0.0) - used_s
        entries = _Entries(rate, seen, used_s / seen.took_s, seen.phones_s / seen.took_s)
        failed = f"{sum(seen.failures.values())} of {count} failed {seen.failures or ''}".strip()
        line = f"entries to {number} at {rate:g}/s: {_spread(seen.from_invite_ms)}; {failed}; "
        line += f"controller {entries.controller:.2f}, phones {entries.phones:.2f} of a core"
        self.notes.append(line)
        self._tell(line)
        return entries

    async def _share(self, controller: Child, for_s: float) -> float:
        """Of a core in per cent."""
        begun_at, used_s = time.monotonic(), controller.cpu_s()
        await asyncio.sleep(for_s)
        return (controller.cpu_s() - used_s) / (time.monotonic() - begun_at) * 100

    async def _tell_agents(self, what: str, body: dict[str, str] | None = None) -> None:
        async with Desktops(self._place.site) as desktops:
            await desktops.all(live_site.agents(self._size.phones), what, body)


def _entry_figures(tried: Sequence[_Entries], app_queue: _Entries, wanted: float) -> list[Figure]:
    last = tried[-1]
    ours, reference = last.seen.from_invite_ms, app_queue.seen.from_invite_ms
    return [
        at_most("queue entry to agent INVITE p50", percentile(ours, 50), "ms", 8, percentile(reference, 50)),
        at_most("queue entry to agent INVITE p95", percentile(ours, 95), "ms", 20, percentile(reference, 95)),
        Figure("rate of these entries", last.rate, "calls/s", wanted, app_queue.rate, target_is_floor=True),
        at_most("entries that failed", sum(last.seen.failures.values()), "calls", 0),
        told("controller CPU a call, entries", last.controller / last.rate * 1e3, "ms"),
    ]


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "none"
    shown = ", ".join(f"p{percent} {percentile(values, percent):.1f}" for percent in (50, 95, 99))
    return f"{len(values)}: {shown} ms"
