"""What the parts of `bench console` share: what a part finds, and a house on a made-up switch with callers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import live_site
from bench.children import Child
from bench.house import free_ports
from bench.measuring import percentile
from bench.report import Figure
from hotline.site.site import Site

_START_S = 120.0


class Found(NamedTuple):
    """Of one part: its figures, and what must be known to read them."""

    figures: Sequence[Figure]
    notes: Sequence[str] = ()


class Calling(NamedTuple):
    """A house with callers. `port` is its web's."""

    site: Site
    process: Child
    port: int


@contextlib.asynccontextmanager
async def calling(folder: Path, first_port: int, agents: int, rate: float) -> AsyncIterator[Calling]:
    """A whole server on a switch that is made up: `rate` calls a second, answered by `agents`. Raises ChildEnded."""
    port = free_ports(first_port, 1)[0]
    settings = {"web": {"port": port}, "languages": ["en"], "refit_at": None, "log": {"file": "var/house.log"}}
    files = {**live_site.files(live_site.agents(agents)), "hotline.yaml": json.dumps(settings)}
    place = folder / "site"
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    async with Child("bench.console_house", [str(place), str(rate), str(agents)], folder / "house.log") as house:
        await house.ready(_START_S)
        yield Calling(Site.open(place), house, port)


def p95_ms(delays_s: Sequence[float]) -> float | None:
    """None of no delays."""
    return _ms(delays_s, 95)


def p50_ms(delays_s: Sequence[float]) -> float | None:
    """Likewise."""
    return _ms(delays_s, 50)


def _ms(delays_s: Sequence[float], percent: float) -> float | None:
    found = percentile(delays_s, percent)
    return None if found is None else found * 1e3
