"""How soon an agent is rung, on the wire, and what the match costs while many wait.

Real: Asterisk, the controller as production starts it, 500 callers who wait with music, and the phones of 60 agents,
who answer, talk and hang up. The other agents of the 5,000 are configured, signed in and paused: to the match they are
busy, and to Asterisk they do not exist. What is timed is what the phones see: from an agent's BYE to the next INVITE at
the same phone, and from a caller's INVITE to the agent's.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from bench import live_site, machine, offer_site
from bench import offer_script as script
from bench.catalogue import Options
from bench.children import Child
from bench.desktops import Desktops
from bench.house import BenchSite, Plan, house, serving, version_of
from bench.measuring import GENERATOR_FULL, percentile
from bench.report import Figure, Report, at_least, at_most, told
from bench.script import STRAIGHT_TO_APP_QUEUE, Done
from switch.asterisk.instance.process import AsteriskProcess

_FILL_RATE = 20.0
_UP_S = 60.0
_BUSY = {"reason": "busy"}


@dataclass(frozen=True)
class _Size:
    """How much is measured. `busy`: agents who are on none of the phones."""

    phones: int
    busy: int
    serving: int
    """Of the agents with phones: how many talk, hang up and are rung again while callers wait."""
    waiting: int
    shorter: Sequence[int]
    """Lines that are served before, a quarter of the offers each: so that one can tell the house from the machine."""
    watched_s: float
    offers: int
    talk_s: float
    entries: int
    rates: Sequence[float]


# 30 talks of 15 s: two offers a second, so that 500 who hear music leave the two cores some time for them
_FULL = _Size(60, 4_940, 30, 500, (50, 100), 30.0, 200, 15.0, 400, (40.0, 30.0, 20.0))
_QUICK = _Size(6, 50, 6, 10, (4,), 1.0, 12, 0.5, 10, (5.0,))


async def run(options: Options) -> Report:
    """Takes about eight minutes; `quick` some ten seconds."""
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


@dataclass(frozen=True)
class _Used:
    """Processor seconds of each until an instant, or, `until` a later one, shares of a core."""

    at: float
    asterisk: float
    phones: float
    controller: float
    everybody: float

    def until(self, later: _Used) -> _Used:
        """The shares between both."""
        took_s = later.at - self.at
        used = zip(astuple(self)[1:], astuple(later)[1:], strict=True)
        return _Used(took_s, *((after - before) / took_s for before, after in used))

    def __str__(self) -> str:
        others = self.everybody - self.asterisk - self.phones - self.controller
        shares = f"Asterisk {self.asterisk:.2f}, phones {self.phones:.2f}, controller {self.controller:.3f}"
        return f"{shares}, others {others:.2f} of a core"


class _Bench:
    """The steps, on one house; `notes` say what else was seen."""

    def __init__(self, place: BenchSite[AsteriskProcess], size: _Size, options: Options) -> None:
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
        await self._tell_agents("pause", size.phones, _BUSY)
        return tried

    async def waiting(self, phones: Child, controller: Child) -> list[Figure]:
        """The line is made, watched, and served at its length; then again, with announcements."""
        size = self._size
        failures: list[dict[str, int]] = []
        shorter = {}
        for length in size.shorter:
            failures.append(await self._fill(phones, script.PLAIN, length))
            shorter[length] = await self._serve(phones, controller, script.PLAIN, size.offers // 4)
        failures.append(await self._fill(phones, script.PLAIN, size.waiting))
        before = self._used(phones, controller)
        await asyncio.sleep(size.watched_s)
        shares = before.until(self._used(phones, controller))
        self._note(f"{size.waiting} wait: {shares}")
        plain = await self._serve(phones, controller, script.PLAIN, size.offers)
        failures.append(await self._fill(phones, script.TOLD, size.waiting))
        announced = await self._serve(phones, controller, script.TOLD, size.offers)
        failures += [served.failures for served in (*shorter.values(), plain, announced)]
        self.notes += [f"{count} calls: {reason}" for failed in failures for reason, count in failed.items()]
        failed = sum(sum(reasons.values()) for reasons in failures)
        return [
            at_most("calls that failed", failed, "calls", 0),
            *self._offer_figures(plain, announced),
            *(
                told(f"agent free to offer {name}, {length} waiting", percentile(_gaps(served), percent), "ms")
                for length, served in shorter.items()
                for name, percent in (("p95", 95), ("p50", 50))
            ),
            at_most(
                f"matching CPU, {size.waiting} waiting, {size.phones + size.busy:,} agents",
                shares.controller * 100,
                "% of a core",
                3,
            ),
        ]

    async def _fill(self, phones: Child, number: str, count: int) -> dict[str, int]:
        """The line, and what failed of it."""
        fill = script.Fill(number, _FILL_RATE, count, self._size.talk_s)
        return (await phones.ask(fill, Done, count / _FILL_RATE + _UP_S)).failures

    async def _serve(self, phones: Child, controller: Child, number: str, offers: int) -> script.Offers:
        """Each phone is free once in a talk; twice as long as that needs is given. Then everybody hangs up."""
        size, talk_s = self._size, self._size.talk_s
        within_s = 2 * (offers / size.serving + 2) * (talk_s + 0.1)
        asked = script.Serve(number, offers, talk_s, within_s)
        load, before = os.getloadavg()[0], self._used(phones, controller)
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(phones.ask(asked, script.Offers, within_s + _UP_S))
            # asked before anybody is rung, so that the line is filled up from the first one on
            await asyncio.sleep(0.0)
            await self._tell_agents("ready", size.serving)
        served = serving.result()
        shares = before.until(self._used(phones, controller))
        await self._tell_agents("pause", size.serving, _BUSY)
        await phones.ask(script.Leave(), Done, 2 * _UP_S)
        line = (
            f"{len(served.offered)} of {offers} offers to {number} in {served.took_s:.0f} s: {_spread(_gaps(served))}"
        )
        self._note(f"{line}; {shares}; load average before {load:.1f}")
        return served

    def _offer_figures(self, plain: script.Offers, announced: script.Offers) -> list[Figure]:
        size = self._size
        gaps = _gaps(plain)
        under = [offer.gap_ms for offer in announced.offered if offer.announced]
        self.notes.append(f"offers with music: {_spread(gaps)}; while an announcement plays: {_spread(under)}")
        return [
            at_least("offers that were timed", min(len(plain.offered), len(announced.offered)), "offers", size.offers),
            at_most("agent free to offer p95", percentile(gaps, 95), "ms", 15),
            told("agent free to offer p50", percentile(gaps, 50), "ms"),
            at_most("agent free to offer p95, while an announcement plays", percentile(under, 95), "ms", 15),
        ]

    async def app_queue(self, phones: Child, rate: float) -> _Entries:
        """The same entries to app_queue, the controller away."""
        return await self._enter(phones, None, STRAIGHT_TO_APP_QUEUE, rate, self._size.entries)

    async def _enter(self, phones: Child, controller: Child | None, number: str, rate: float, count: int) -> _Entries:
        # two thirds of the phones talk at any time, so that there is always an idle one
        talk_s = self._size.phones / rate * 2 / 3
        used_s = controller.cpu_s() if controller is not None else 0.0
        asterisk_s = self._place.asterisk_cpu_s()
        seen = await phones.ask(script.Enter(number, rate, count, talk_s), script.Entered, count / rate + _UP_S)
        used_s = (controller.cpu_s() if controller is not None else 0.0) - used_s
        asterisk = (self._place.asterisk_cpu_s() - asterisk_s) / seen.took_s
        entries = _Entries(rate, seen, used_s / seen.took_s, seen.phones_s / seen.took_s)
        failed = f"{sum(seen.failures.values())} of {count} failed {seen.failures or ''}".strip()
        line = f"entries to {number} at {rate:g}/s: {_spread(seen.from_invite_ms)}; {failed}; "
        line += f"Asterisk {asterisk:.2f}, phones {entries.phones:.2f}, controller {entries.controller:.2f} of a core"
        self._note(line)
        return entries

    def _used(self, phones: Child, controller: Child) -> _Used:
        asterisk_s = self._place.asterisk_cpu_s()
        return _Used(time.monotonic(), asterisk_s, phones.cpu_s(), controller.cpu_s(), machine.busy_s())

    def _note(self, line: str) -> None:
        self._tell(line)
        self.notes.append(line)

    async def _tell_agents(self, what: str, count: int, body: dict[str, str] | None = None) -> None:
        async with Desktops(self._place.site) as desktops:
            await desktops.all(live_site.agents(count), what, body)


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


def _gaps(served: script.Offers) -> list[float]:
    return [offer.gap_ms for offer in served.offered]


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "none"
    shown = ", ".join(f"p{percent} {percentile(values, percent):.1f}" for percent in (50, 95, 99))
    return f"{len(values)}: {shown} ms"
