"""Talks that are not heard both ways: calls for as long as is asked, and of each such talk what was late or lost.

Every caller and every agent speaks with a tone of their own. Within 300 ms of the moment from which Asterisk has both
in their bridge each must be heard at the other's phone. Of a talk that is not, the SIP messages of both phones, what
went between controller and Asterisk, and the events of the journal are kept as one trace, and its step is named.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from bench import machine, talk_calls, talk_evidence
from bench.alternation import OTHERS_MAY_USE
from bench.ari_tap import Tap
from bench.catalogue import Options
from bench.children import Child
from bench.house import BenchSite, house, version_of
from bench.measuring import percentile
from bench.report import NO_VERDICT, Figure, Report, at_most, told, unjudged
from bench.stalls import Stall, Stalls
from bench.talk_script import TALK_S, TONES_HZ, Signalled, Signalling, Talk
from bench.talk_steps import Steps, fault, is_heard, kind_of
from switch.asterisk.instance.process import AsteriskProcess

RATE, SECONDS = 30.0, 60.0
_QUICK_RATE, _QUICK_CALLS = 5.0, 10
_TELL_EVERY = 15
_ASK_S = 30.0
_TRACES = 200
"""At most so many are kept: of a house that is far beyond its rate nobody reads thousands."""
_NAMED = 10
_STALLS = 1_000


async def run(options: Options) -> Report:
    """Takes as long as calls are placed, and half a minute more; `quick`: ten calls."""
    rate = options.rate or (_QUICK_RATE if options.quick else RATE)
    count = options.calls or (_QUICK_CALLS if options.quick and not options.seconds else _count(rate, options.seconds))
    about = machine.facts()
    async with house(talk_calls.plan(rate, tapped=True), options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        async with place.phones("bench.talkers", TALK_S, TONES_HZ) as phones, place.controller() as controller:
            bench = _Bench(place, phones, options)
            used = _Used(place, phones, controller)
            async with _watched() as stalls:
                await bench.follow(rate, count, stalls)
            others = used.others()
    about["calls_a_second"] = rate
    about["notes"] = bench.notes()
    figures = bench.figures()
    if others > OTHERS_MAY_USE:
        about["notes"].append(f"{NO_VERDICT}: others used {others:.2f} of a core; run it on a quiet machine")
        figures = [unjudged(figure) for figure in figures]
    return Report("talks", about, figures)


def _count(rate: float, seconds: float | None) -> int:
    return max(1, round(rate * (seconds or SECONDS)))


class _Used:
    """Who used the processors since this was made."""

    def __init__(self, place: BenchSite[AsteriskProcess], phones: Child, controller: Child) -> None:
        self._place, self._children = place, (phones, controller)
        self._before = self._look()

    def others(self) -> float:
        """Of a core: everybody who is no part of the bench."""
        took_s, all_s, ours_s = (after - before for after, before in zip(self._look(), self._before, strict=True))
        return max(0.0, all_s - ours_s) / took_s

    def _look(self) -> tuple[float, float, float]:
        """An instant; processor seconds of everybody until then; those of the bench and its parts."""
        ours_s = machine.cpu_s(os.getpid()) + self._place.asterisk_cpu_s()
        return time.monotonic(), machine.busy_s(), ours_s + sum(child.cpu_s() for child in self._children)


class _Bench:
    """Follows the calls of one house, and judges each that is over."""

    def __init__(self, place: BenchSite[AsteriskProcess], phones: Child, options: Options) -> None:
        assert place.tap is not None
        self._tap: Tap = place.tap
        self._phones = phones
        self._database = place.site.database
        self._tell = options.progress
        self._keep = options.keep
        self._faults: list[str] = []
        self._kinds: Counter[str] = Counter()
        self._unheard = self._no_talk = self._placed = self._traces = 0
        self._heard_ms: list[float] = []
        self._bridged_ms: list[float] = []
        self._phones_stalls: list[Stall] = []

    async def follow(self, rate: float, count: int, stalls: Stalls) -> None:
        """Place calls, and judge each once it is over; `stalls` are of this process. Raises ChildEnded."""
        looks = 0
        async for looked in talk_calls.followed(self._phones, rate, count):
            looks += 1
            self._placed = looked.placed
            self._phones_stalls = [*self._phones_stalls, *looked.stalls][-_STALLS:]
            await self._judge(looked.over, list(stalls.seen))
            if looks % _TELL_EVERY == 0 or looked.all_over:
                self._tell(
                    f"{looked.placed} placed, {looked.live} going on, {self._unheard} not heard both ways, "
                    f"{self._no_talk} came to no talk"
                )

    def figures(self) -> list[Figure]:
        """What must be 0, and how long the steps took that all calls have."""
        longest = max(self._heard_ms, default=None)
        return [
            at_most("not heard both ways", self._unheard, "talks", 0),
            at_most("came to no talk", self._no_talk, "calls", 0),
            told("placed", self._placed, "calls"),
            told("from the agent's answer to the bridge p95", percentile(self._bridged_ms, 95), "ms"),
            told("from the bridge until both are heard p95", percentile(self._heard_ms, 95), "ms"),
            told("from the bridge until both are heard, the longest", longest, "ms"),
        ]

    def notes(self) -> list[str]:
        """What was late or lost how often, the first of them by name, and where their traces are."""
        lines = [f"{count} × {kind}" for kind, count in self._kinds.most_common()]
        lines += self._faults[:_NAMED]
        if self._traces:
            some = f", of the first {_TRACES}" if self._unheard + self._no_talk > _TRACES else ""
            lines.append(f"SIP, ARI and journal lines of each{some}: {self._keep}")
        return lines

    async def _judge(self, over: Sequence[Talk], link_stalls: Sequence[Stall]) -> None:
        wrong: list[tuple[Talk, float | None]] = []
        for talk in over:
            bridged_at = self._tap.bridged_at(talk.caller)
            if bridged_at is not None and talk.picked_up_at is not None:
                self._bridged_ms.append((bridged_at - talk.picked_up_at) * 1e3)
            if not is_heard(bridged_at, talk.caller_heard_at, talk.agent_heard_at):
                wrong.append((talk, bridged_at))
            elif bridged_at is not None and talk.caller_heard_at is not None and talk.agent_heard_at is not None:
                self._heard_ms.append((max(talk.caller_heard_at, talk.agent_heard_at) - bridged_at) * 1e3)
        if not wrong:
            return
        seen = self._tap.told()
        callers = [talk.caller for talk, _ in wrong]
        signals = (await self._phones.ask(Signalling(callers), Signalled, _ASK_S)).lines
        for talk, bridged_at in wrong:
            last = talk.ended_at if talk.ended_at is not None else time.monotonic()
            link = talk_evidence.of_link(seen, talk.caller, talk.invite_at, last)
            found = fault(_steps(talk, bridged_at, link, self._phones_stalls, link_stalls))
            if talk.picked_up_at is None:
                self._no_talk += 1
            else:
                self._unheard += 1
            self._kinds[kind_of(found)] += 1
            self._faults.append(f"{talk.caller}: {found}")
            self._tell(self._faults[-1])
            if self._traces < _TRACES:
                journal = await asyncio.to_thread(talk_evidence.of_journal, self._database, link.channels)
                entries = [*link.entries, *talk_evidence.of_phones(signals.get(talk.caller, ())), *journal]
                self._write(talk, talk_evidence.trace(talk.caller, found, talk.invite_at, entries))

    def _write(self, talk: Talk, text: str) -> None:
        if self._keep is None:
            self._keep = Path(tempfile.mkdtemp(prefix="hotline-talks-"))
        self._keep.mkdir(parents=True, exist_ok=True)
        (self._keep / f"{talk.caller.lstrip('+')}.txt").write_text(text, encoding="utf-8")
        self._traces += 1


def _steps(
    talk: Talk,
    bridged_at: float | None,
    link: talk_evidence.Link,
    phones_stalls: Sequence[Stall],
    link_stalls: Sequence[Stall],
) -> Steps:
    """One call, as both phones and the link saw it."""
    return Steps(
        talk.failure,
        talk.rung_at,
        talk.picked_up_at,
        link.told_at,
        link.asked_at,
        bridged_at,
        talk.caller_heard_at,
        talk.agent_heard_at,
        talk.ended_at,
        phones_stalls,
        link_stalls,
    )


@contextlib.asynccontextmanager
async def _watched() -> AsyncIterator[Stalls]:
    """Whether this process stands still, in which the tap is."""
    stalls = Stalls()
    watching = asyncio.create_task(stalls.run())
    try:
        yield stalls
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
