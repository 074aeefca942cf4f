"""How soon what happens in the house is painted, a part of `bench console`.

A browser watches the wallboard of 50 agents who have ten calls a second, and notes of each new call how old it is when
a frame that shows it has been drawn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.catalogue import Options
from bench.chromium import chromium
from bench.console_parts import Found, calling, p95_ms
from bench.report import Figure, at_most, told
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site

AGENTS, RATE = 50, 10.0
_WARM_S, _MEASURED_S = 10.0, 30.0
_WATCH = """
(() => {
  const { wire } = document.querySelector("hotline-page");
  const known = new Set(wire.calls.keys());
  globalThis.delays = { told: [], painted: [], not_shown: 0 };
  const rows = () =>
    new Set([...document.querySelectorAll(".calls tbody td:first-child")].map((one) => one.textContent));
  wire.addEventListener("change", () => {
    const told = Date.now() / 1000;
    const fresh = [...wire.calls.values()].filter((call) => !known.has(call.call));
    for (const call of fresh) known.add(call.call);
    // the page asked for its own frame before this: it draws in the first one, which is painted before the second
    if (fresh.length) requestAnimationFrame(() => requestAnimationFrame(() => {
      const now = Date.now() / 1000;
      const shown = rows();
      for (const call of fresh) {
        if (shown.has(call.caller)) {
          delays.told.push(told - call.arrived_at);
          delays.painted.push(now - call.arrived_at);
        } else delays.not_shown += 1;
      }
    }));
  });
})()
"""


class _Delays(NamedTuple):
    """Seconds from calls' arrival in the controller, of those that have a row; the board has room for twelve."""

    told: Sequence[float] = ()
    painted: Sequence[float] = ()
    not_shown: int = 0


async def measure(options: Options, folder: Path) -> Found:
    """Takes a minute. Raises AssertionError without a Chromium, ChildEnded."""
    warm_s, measured_s = (1.0, 3.0) if options.quick else (_WARM_S, _MEASURED_S)
    async with calling(folder, options.first_port + 120, AGENTS, RATE) as house:
        await asyncio.sleep(warm_s)
        delays = await _watch(house.site, folder / "browser", measured_s)
    return Found(
        _figures(delays),
        [f"{len(delays.painted)} calls painted, {delays.not_shown} had no room on the board or were gone"],
    )


def unmeasured(_: Options) -> Sequence[Figure]:
    """Its figures without values."""
    return _figures(_Delays())


def _figures(delays: _Delays) -> list[Figure]:
    return [
        at_most("event to painted p95", p95_ms(delays.painted), "ms", 150),
        told("of that until the page is told p95", p95_ms(delays.told), "ms"),
    ]


async def _watch(site: Site, folder: Path, measured_s: float) -> _Delays:
    """`folder` is for what the browser keeps."""
    async with chromium(folder) as page:
        await page.size(1280, 800)
        await page.open(address(site, new_link(site.state, "admin", "bench", time.time())))
        await page.until("!!document.querySelector('hotline-wallboard .calls tbody tr')")
        await page.tell(_WATCH)
        await asyncio.sleep(measured_s)
        return _Delays(**await page.tell("delays"))
