"""One run of calls against one system: what the callers saw, and who used the processors meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench import machine, script
from bench.children import Child

_SETTLE_S = 150.0  # how long after the last INVITE an answer may take: beyond the rate held, queues are long
GENERATOR_FULL = 0.9  # of a core: one thread of Python that has no more to give
LATE_MS = 20.0  # an INVITE that goes out this much later than planned: the phones could not keep up


@dataclass(frozen=True)
class Load:
    """Processor seconds during a run."""

    system_s: float
    """Of the controller, or of the bare client; 0 for pure dialplan."""
    switch_s: float
    phones_s: float
    others_s: float
    """Of everybody else on the machine: the bench must share it."""
    took_s: float


@dataclass(frozen=True)
class Run:
    """Calls to one system at one rate."""

    system: script.System
    rate: float
    calls: script.Placed
    load: Load

    @property
    def first_audio_p95_ms(self) -> float | None:
        """INVITE to first audio; None when nobody heard any."""
        return percentile(self.calls.first_audio_ms, 95)

    @property
    def next_prompt_p95_ms(self) -> float | None:
        """End of the key to the next prompt; None when nobody heard it."""
        return percentile(self.calls.next_prompt_ms, 95)

    @property
    def worst_p95_ms(self) -> float:
        """The worse of both."""
        return max((p95 for p95 in (self.first_audio_p95_ms, self.next_prompt_p95_ms) if p95 is not None), default=1e6)

    @property
    def cpu_a_call_ms(self) -> float:
        """Of the system, a call placed."""
        return self.load.system_s / self.calls.placed * 1e3

    @property
    def switch_a_call_ms(self) -> float:
        """Of the switch, a call placed."""
        return self.load.switch_s / self.calls.placed * 1e3

    @property
    def phones_were_the_limit(self) -> bool:
        """Whether the generator, and not the system, could no more."""
        busy = self.load.phones_s / self.load.took_s > GENERATOR_FULL
        late = percentile(self.calls.late_ms, 95)
        return busy or (late is not None and late > LATE_MS)

    def __str__(self) -> str:
        load = self.load
        shares = ", ".join(
            f"{name} {used / load.took_s:.2f}"
            for name, used in (
                ("system", load.system_s),
                ("switch", load.switch_s),
                ("phones", load.phones_s),
                ("others", load.others_s),
            )
        )
        p95 = f"p95 {self.first_audio_p95_ms or -1:.1f} and {self.next_prompt_p95_ms or -1:.1f} ms"
        why = "".join(f" ({count} × {reason})" for reason, count in self.calls.failures.items())
        failed = f"{self.calls.failed} of {self.calls.placed} failed{why}"
        return f"{self.system} at {self.rate:g}/s: {failed}, {p95}; {shares}"


@dataclass(frozen=True)
class Rig:
    """One system to call: its process if it has its own, the switch's, and the phones. `tell` hears each run."""

    system: script.System
    process: Child | None
    switch: int
    phones: Child
    tell: Callable[[str], None]

    async def run(self, rate: float, count: int) -> Run:
        """Place `count` calls, `rate` a second."""
        before = self._used()
        asked = script.Place(script.NUMBERS[self.system], rate, count)
        calls = await self.phones.ask(asked, script.Placed, count / rate + _SETTLE_S)
        system_s, switch_s, phones_s, own_s, all_s = (
            after - start for after, start in zip(self._used(), before, strict=True)
        )
        others_s = max(0.0, all_s - system_s - switch_s - phones_s - own_s)
        run = Run(self.system, rate, calls, Load(system_s, switch_s, phones_s, others_s, calls.took_s))
        self.tell(str(run))
        return run

    def _used(self) -> tuple[float, ...]:
        system = self.process.cpu_s() if self.process is not None else 0.0
        own = machine.cpu_s(os.getpid())
        return system, machine.cpu_s(self.switch), self.phones.cpu_s(), own, machine.busy_s()


def percentile(values: Sequence[float], percent: float) -> float | None:
    """None of no values."""
    return float(np.percentile(values, percent)) if values else None
