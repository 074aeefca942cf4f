"""What pages in browsers cost the controller: a whole server on a made-up switch takes calls, first with one reader of
the live wire, then with 300 more. The difference of its processor time and memory is theirs.

These readers draw nothing: how soon a message is at one is measured, from the call's arrival in the controller. Then,
where there is a Chromium, the pages themselves: how soon the first is of use, and what axe-core finds wrong with each.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import tempfile
import time
from pathlib import Path

import aiohttp
import msgspec
import numpy as np

from bench import console_house, console_pages, live_site, machine
from bench.catalogue import Options
from bench.children import Child
from bench.console_readers import Read
from bench.house import free_ports
from bench.report import Report, at_least, at_most, told
from hotline.site.site import Site

RATE = 20.0
READERS = 300
_WARM_S, _MEASURED_S = 16.0, 20.0


class _Ask(msgspec.Struct):
    pass


async def run(options: Options) -> Report:
    """Takes a minute and a half, `quick` ten seconds."""
    about = machine.facts()
    readers = 20 if options.quick else READERS
    warm_s, measured_s = (1.0, 2.0) if options.quick else (_WARM_S, _MEASURED_S)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as made:
        folder = Path(made) / "site"
        port = free_ports(options.first_port + 100)[0]
        _make_site(folder, port)
        command = [str(folder), str(RATE), str(console_house.AGENTS)]
        async with Child("bench.console_house", command, Path(made) / "house.log") as house:
            await house.ready(120.0)
            token = (folder / "var" / "secrets" / "web").read_text().strip()
            delays: list[float] = []
            probing = asyncio.create_task(_probe(port, token, delays))
            try:
                await asyncio.sleep(warm_s)
                alone, alone_mb = await _share(house, measured_s), _memory_mb(house.pid)
                delays_alone = list(delays)
                options.progress(f"one reader: {alone:.1f} % of a core")
                command = [str(port), token, str(readers)]
                async with Child("bench.console_readers", command, Path(made) / "readers.log") as many:
                    await many.ready(60.0)
                    await many.ask(_Ask(), Read, 10.0)
                    delays.clear()
                    crowded = await _share(house, measured_s)
                    read = await many.ask(_Ask(), Read, 10.0)
                    mb = _memory_mb(house.pid) - alone_mb
                seen = await console_pages.look(Site.open(folder), Path(made) / "browser") if _has_browser() else None
            finally:
                probing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await probing  # one that ended by itself has failed
    pages = f"{readers} pages"
    about["notes"] = ["readers draw no page: what a browser adds is not in their figures"]
    if seen is None:
        about["notes"].append("no Chromium: ./setup.sh browser installs what the pages are looked at with")
    else:
        about["notes"] += seen.violations
    bundles = console_pages.bundles()
    largest = max(bundles, key=bundles.__getitem__)
    return Report(
        "console",
        about,
        [
            at_most(f"{pages}, controller share", crowded - alone, "% of a core", 10),
            at_most(f"{pages}, memory", mb, "MB", 100),
            at_least(f"{pages}, still reading at the end", read.readers, "", readers),
            told(f"{pages}, read by all", read.mb / measured_s, "MB/s"),
            told("controller with one page, all of it", alone, "% of a core"),
            at_most("event to message p95, one page", _p95_ms(delays_alone), "ms", 100),
            told(f"event to message p95, {pages}", _p95_ms(delays), "ms"),
            at_most(f"bundle of the largest page ({largest}), gzipped", bundles[largest] / 1e3, "kB", 150),
            at_most("first page usable", None if seen is None else seen.first_ms, "ms", 1000),
            at_most("violations, serious or critical", None if seen is None else len(seen.violations), "", 0),
        ],
    )


def _has_browser() -> bool:
    return shutil.which("chromium") is not None


def _make_site(folder: Path, port: int) -> None:
    for name, text in live_site.files(live_site.agents(console_house.AGENTS)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings = {"web": {"port": port}, "languages": ["en"], "refit_at": None, "log": {"file": "var/house.log"}}
    (folder / "hotline.yaml").write_text(json.dumps(settings))


async def _share(house: Child, seconds: float) -> float:
    """Percent of a core that it used."""
    began, used = time.monotonic(), house.cpu_s()
    await asyncio.sleep(seconds)
    return 100.0 * (house.cpu_s() - used) / (time.monotonic() - began)


async def _probe(port: int, token: str, delays: list[float]) -> None:
    """A reader who notes how old a call is when it is first heard of."""
    known: set[str] = set()
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://127.0.0.1:{port}/live/events", headers=headers, max_msg_size=0) as socket,
    ):
        async for message in socket:
            now, read = time.time(), json.loads(message.data)
            for call in read.get("calls", ()):
                if call["call"] not in known and read["is"] == "changes":
                    delays.append(now - call["arrived_at"])
                known.add(call["call"])
            known.difference_update(read.get("gone", {}).get("calls", ()))


def _p95_ms(delays: list[float]) -> float | None:
    return float(np.percentile(delays, 95)) * 1e3 if delays else None


def _memory_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024.0
    return 0.0
