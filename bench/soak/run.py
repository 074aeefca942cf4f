"""A soak: warm up, look, keep calls coming while versions are published and the controller is killed, wait, judge."""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench import machine
from bench.children import Child, ChildEnded
from bench.house import version_of
from bench.soak import holdings, house, records, script
from bench.soak.bus import Told, told_on
from bench.soak.found import Found, Held, Sample
from bench.soak.house import SoakHouse
from bench.soak.judge import Check, judge, shown
from bench.soak.picture import picture
from calls.ids import Seconds
from switch.asterisk.instance.configuration import control_socket
from switch.asterisk.instance.console import ask_console

_ASK_S = 30.0
_LOOK_S = 0.5
_TRIM_S = 200.0  # the quiet minute, the look after it, and what a full machine adds
_CALLS = re.compile(r"(\d+) calls? processed")
_WORTH_CALLS = 200  # as many must have been processed before Asterisk's keeper gives memory back


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever runs a soak may choose. `rate` in calls a second."""

    minutes: float = 10.0
    rate: float = 28.0
    kill_every_s: Seconds | None = 120.0
    publish_every_s: Seconds | None = 30.0
    warm_up_s: Seconds = 20.0
    settle_s: Seconds = 40.0
    """After the last call, until what SIP and pools of threads keep for a while is gone."""
    trims: bool = True
    """Wait for the quiet minute in which Asterisk gives memory back; else it is asked to at once."""
    quiet_within_s: Seconds = 240.0
    """So long after the last call was placed all must be over: callbacks expire before."""
    sample_every_s: Seconds = 10.0
    first_port: int = 17_000
    folder: Path | None = None
    """A folder that is empty or not there, and stays afterwards; None: one that goes away."""
    progress: Callable[[str], None] = field(default=lambda line: None)


@dataclass(frozen=True, slots=True)
class Soaked:
    """What a soak found. `machine` as in reports of benches."""

    machine: dict[str, Any]
    options: dict[str, Any]
    kinds: dict[str, int]
    disturbed: int
    """Calls that went on while the controller was away."""
    away: list[tuple[float, float]]
    """For each kill of the controller, from when until when it was away. Epoch seconds."""
    published: int
    checks: list[Check]
    samples: list[Sample]
    controller_mb: float
    asterisk_mb: float

    @property
    def passed(self) -> bool:
        """Whether every check has passed."""
        return all(check.passed for check in self.checks)

    def lines(self) -> list[str]:
        """The report for people."""
        calls = sum(self.kinds.values())
        head = f"{calls} calls, {len(self.away)} kills of the controller, {self.published} versions published"
        verdicts = []
        for check in self.checks:
            verdicts.append(f"{'passed' if check.passed else 'FAILED'}  {check.check}")
            verdicts += [f"        {line}" for line in shown(check)]
        return [
            head,
            *picture(self.samples),
            f"when all was quiet: controller {self.controller_mb:.0f} MB, Asterisk {self.asterisk_mb:.0f} MB",
            *verdicts,
        ]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "soak": "passed" if self.passed else "failed",
            "machine": self.machine,
            "options": self.options,
            "calls": {"placed": sum(self.kinds.values()), "disturbed": self.disturbed, "kinds": self.kinds},
            "kills": len(self.away),
            "away": self.away,
            "published": self.published,
            "checks": [{"check": check.check, "passed": check.passed, "found": check.found} for check in self.checks],
            "at_the_end": {"controller_mb": self.controller_mb, "asterisk_mb": self.asterisk_mb},
            "samples": [asdict(sample) for sample in self.samples],
        }


async def run(options: Options) -> Soaked:
    """Soak. Raises ChildEnded when a part of the house ends that nobody killed."""
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-soak-")))
        folder.mkdir(parents=True, exist_ok=True)
        async with house.opened(folder, options.rate, options.first_port) as place, place.phones() as phones:
            try:
                return await _Soak(options, place, phones).run()
            except* ChildEnded as ended:  # what else failed beside it came of it
                first = first_of(ended)
        raise first


class _Soak:
    """One soak of a house that stands."""

    def __init__(self, options: Options, place: SoakHouse, phones: Child) -> None:
        self._options, self._place, self._phones = options, place, phones
        self._tell = options.progress
        self._samples: list[Sample] = []
        self._began_at = 0.0
        self._given_back = 0  # how often, when the last call was placed
        self._machine = machine.facts(version_of(place.asterisk.installation))

    async def run(self) -> Soaked:
        options, place = self._options, self._place
        async with told_on(place.broker_port) as told:
            warm = await self._calls("warm-up.jsonl", 1, options.warm_up_s, None)
            before = await self._held()
            self._tell(f"warm: {_counts(before)}")
            main = await self._calls("calls.jsonl", 2, options.minutes * 60, options.kill_every_s, sampled=True)
            await self._memory_is_given_back()
            after = await self._held()
            controller_mb, asterisk_mb = self._resident()
            waiting = [f"call {call['call']} is {call['place']}" for call in (await place.live())["calls"]]
            await asyncio.sleep(_LOOK_S)  # what is told last
        await place.stop_controller()
        self._tell(f"quiet: {_counts(after)}")
        found = await asyncio.to_thread(
            self._found, warm + main, before, after, waiting, told, (controller_mb, asterisk_mb)
        )
        kinds = {kind: sum(line.kind == kind for line in found.ledger) for kind in script.KINDS}
        disturbed = sum(
            line.dialled_at < back_at and line.ended_at > gone_at
            for line in found.ledger
            for gone_at, back_at in found.away
        )
        chosen = {name: value for name, value in asdict(options).items() if name not in ("progress", "folder")}
        return Soaked(
            self._machine,
            chosen,
            kinds,
            disturbed,
            place.away,
            place.published,
            judge(found),
            self._samples,
            round(controller_mb, 1),
            round(asterisk_mb, 1),
        )

    # ---- calls -------------------------------------------------------------------------------------------

    async def _calls(
        self, ledger: str, seed: int, for_s: Seconds, kill_every_s: Seconds | None, *, sampled: bool = False
    ) -> list[str]:
        """Calls for so long, and what was not over long after; with `sampled` all that happens on a bad day besides."""
        options, place = self._options, self._place
        path = place.folder / ledger
        await self._ask(script.Keep(options.rate, str(path), seed=seed))
        self._began_at = time.monotonic()
        ends_at = self._began_at + for_s
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(_every(kill_every_s, ends_at, self._kill))]
            if sampled:
                beside.append(tasks.create_task(_every(options.publish_every_s, ends_at, self._publish)))
            due_at = self._began_at
            while (due_at := due_at + options.sample_every_s) < ends_at:
                await asyncio.sleep(max(0.0, due_at - time.monotonic()))
                sample = await self._sample()
                if sampled:
                    self._samples.append(sample)
            await asyncio.sleep(max(0.0, ends_at - time.monotonic()))
        await self._ask(script.Enough())
        self._given_back = self._place.asterisk.memory_given_back
        self._tell("no new calls; waiting until all is quiet")
        return await self._until_quiet()

    async def _until_quiet(self) -> list[str]:
        """Wait until nobody is on the line, and what SIP keeps is gone; who is still there, in words."""
        ends_at = time.monotonic() + self._options.quiet_within_s
        while time.monotonic() < ends_at:
            going = await self._ask(script.Look())
            live = await self._place.live()
            if not (going.now or going.owed or going.agents or live["calls"] or live["unwritten"]):
                await asyncio.sleep(self._options.settle_s)
                return []
            await asyncio.sleep(_LOOK_S)
        words = f"{going.now} people and {going.agents} agents are still on the line, {going.owed} await a call back"
        return [f"{self._options.quiet_within_s:g} s after the last call {words}"]

    async def _kill(self) -> None:
        await self._place.kill_controller()
        gone_at, back_at = self._place.away[-1]
        self._tell(f"the controller was killed; healthy again after {back_at - gone_at:.1f} s")

    async def _publish(self) -> None:
        await self._place.publish()

    async def _sample(self) -> Sample:
        going = await self._ask(script.Look())
        channels = len(await holdings.of_asterisk(self._place, "channels"))
        try:
            controller_mb: float | None = holdings.resident_mb(self._place.controller.pid)
        except (ChildEnded, ProcessLookupError):
            controller_mb = None
        sample = Sample(
            round(time.monotonic() - self._began_at, 1),
            going.placed,
            going.over,
            going.failed,
            going.now,
            going.owed,
            channels,
            controller_mb,
            holdings.resident_mb(self._place.asterisk_pid),
        )
        self._tell(_line(sample))
        return sample

    async def _ask(self, request: script.Request) -> script.Going:
        return await self._phones.ask(request, script.Going, _ASK_S)

    # ---- what is found -----------------------------------------------------------------------------------

    async def _memory_is_given_back(self) -> None:
        """Asterisk gives memory back in a quiet minute, if it had calls enough; else it is asked to."""
        place = self._place
        socket = control_socket(place.asterisk.settings)
        counted = _CALLS.search(await ask_console(socket, "core show channels count"))
        if counted is not None and int(counted[1]) >= _WORTH_CALLS and self._options.trims:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TRIM_S):
                    while True:
                        if place.asterisk.memory_given_back > self._given_back:
                            return
                        await asyncio.sleep(_LOOK_S)
        await ask_console(socket, "malloc trim")

    def _resident(self) -> tuple[float, float]:
        return holdings.resident_mb(self._place.controller.pid), holdings.resident_mb(self._place.asterisk_pid)

    async def _held(self) -> Held:
        return await holdings.of(self._place)

    def _found(
        self,
        not_over: list[str],
        before: Held,
        after: Held,
        waiting: list[str],
        told: Told,
        resident_mb: tuple[float, float],
    ) -> Found:
        place, settings = self._place, self._place.asterisk.settings
        ledger = [
            line
            for name in ("warm-up.jsonl", "calls.jsonl")
            for line in script.ledger_of((place.folder / name).read_bytes().splitlines())
        ]
        return Found(
            ledger=ledger,
            log=records.log_of(place.site.database),
            files={**holdings.sounds(settings.recording_dir), **holdings.sounds(settings.voicemail_dir)},
            away=place.away,
            not_over=not_over,
            waiting=waiting,
            before=before,
            after=after,
            samples=self._samples,
            controller_mb=resident_mb[0],
            asterisk_mb=resident_mb[1],
            kill_every_s=self._options.kill_every_s,
            journal=list(records.journal_of(place.site.database, records.router_of(place.site))),
            complaints=list(records.complaints_in(place.log)),
            told=frozenset(told.calls) if told.calls is not None else None,
        )


async def _every(every_s: Seconds | None, ends_at: float, do: Callable[[], Awaitable[None]]) -> None:
    """Do it each so many seconds, the last time well before the end."""
    if every_s is None:
        return
    due_at = time.monotonic() + every_s
    while due_at < ends_at - every_s / 4:
        await asyncio.sleep(max(0.0, due_at - time.monotonic()))
        await do()
        due_at += every_s


def first_of(group: BaseExceptionGroup[ChildEnded]) -> ChildEnded:
    """The innermost first of them."""
    one = group.exceptions[0]
    return first_of(one) if isinstance(one, BaseExceptionGroup) else one


def _line(sample: Sample) -> str:
    controller = "away" if sample.controller_mb is None else f"{sample.controller_mb:.0f} MB"
    return (
        f"{sample.at:6.0f} s  {sample.over} calls done, {sample.now} on the line, {sample.owed} await a call back, "
        f"{sample.failed} went otherwise; controller {controller}, Asterisk {sample.asterisk_mb:.0f} MB, "
        f"{sample.channels} channels"
    )


def _counts(held: Held) -> str:
    things = [f"{len(names)} × {what}" for what, names in held.things.items()]
    return ", ".join([*(f"{what} {count}" for what, count in held.counts.items()), *things])
