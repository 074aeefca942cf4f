"""The pages in a browser of their own, a part of `bench console`: how much is loaded, how soon the first one is of use
while the house is busy, and what axe-core finds wrong with each for people who see or hear badly."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import console_house, console_readers
from bench.accessibility import violations
from bench.catalogue import Options
from bench.chromium import chromium
from bench.console_parts import Found, calling
from bench.report import Figure, at_most
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site
from hotline.web.pages import FOLDER, words_by_language

VIEWS = ("wallboard", "desk", "seat", "supervisor", "cases", "flows", "campaigns", "history", "whatif")
"""The pages, by the word of their addresses; the module of each has its name."""
_WARM_S = 8.0
_IMPORTS = re.compile(r'^(?:import|export)[^"\n;]*?"\./([^"]+)"|^\} from "\./([^"]+)"', re.MULTILINE)
_STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_USABLE = """
new MutationObserver((_, all) => {
  if (!document.querySelector("hotline-wallboard main")) return;
  globalThis.usableAt = performance.now();
  all.disconnect();
}).observe(document, { childList: true, subtree: true });
"""
"""Notes when the first page was drawn, in ms from the beginning of its loading."""


class _Seen(NamedTuple):
    """What a browser saw. `violations`: each with its page and language."""

    first_ms: float | None = None
    violations: list[str] | None = None


async def measure(options: Options, folder: Path) -> Found:
    """Sign in as an administrator in a new browser, and look at every page in both languages, while calls go on.

    Takes a minute and a half. Raises AssertionError without a Chromium, ChildEnded.
    """
    warm_s = 1.0 if options.quick else _WARM_S
    async with calling(folder, options.first_port + 110, console_house.AGENTS, console_readers.RATE) as house:
        await asyncio.sleep(warm_s)
        seen = await _look(house.site, folder / "browser", options.progress)
    return Found(_figures(seen), seen.violations or ())


def unmeasured(_: Options) -> Sequence[Figure]:
    """Its figures, of which only what is loaded needs no browser."""
    return _figures(_Seen())


def _figures(seen: _Seen) -> list[Figure]:
    loaded = bundles()
    largest = max(loaded, key=loaded.__getitem__)
    count = None if seen.violations is None else len(seen.violations)
    return [
        at_most("first page usable", seen.first_ms, "ms", 1000),
        at_most(f"bundle of the largest page ({largest}), gzipped", loaded[largest] / 1e3, "kB", 150),
        at_most("violations, serious or critical", count, "", 0),
    ]


def bundles() -> dict[str, int]:
    """How much each page loads in all, bytes as gzip packs them: markup, styles, words and modules."""
    index = FOLDER / "index.html"
    words = gzip.compress(json.dumps(words_by_language(), ensure_ascii=False).encode())
    styles = [FOLDER / name for name in _STYLES.findall(index.read_text(encoding="utf-8"))]
    common = sum(map(_packed, (index, *styles))) + len(words)
    return {view: common + sum(map(_packed, _modules({"main.js", f"{view}.js"}))) for view in VIEWS}


def _packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))


def _modules(names: set[str]) -> set[Path]:
    """These modules, and all that they import as they are loaded."""
    found: set[Path] = set()
    todo = {FOLDER / name for name in names}
    while todo:
        path = todo.pop()
        found.add(path)
        imported = _IMPORTS.findall(path.read_text(encoding="utf-8"))
        todo |= {(path.parent / (one or other)).resolve() for one, other in imported} - found
    return found


async def _look(site: Site, folder: Path, progress: Callable[[str], None]) -> _Seen:
    """`folder` is for what the browser keeps."""
    async with chromium(folder) as page:
        await page.before_each_page(_USABLE)
        await page.size(1280, 800)
        await page.open(address(site, new_link(site.state, "admin", "bench", time.time())))
        await page.until("globalThis.usableAt > 0")
        first_ms = float(await page.tell("usableAt"))
        progress(f"first page usable: {first_ms:.0f} ms")
        found = []
        for view in VIEWS:
            await page.tell(f"location.hash = '#{view}'; null")
            element = "desk-choice" if view == "desk" else view
            await page.until(f"!!document.querySelector('hotline-{element} main')")
            for _ in range(2):
                language = await page.tell("document.documentElement.lang")
                found += [f"{view}, {language}: {one}" for one in await violations(page)]
                await page.press("l")
                await page.until(f"document.documentElement.lang !== '{language}'")
            progress(f"{view}: looked at")
    return _Seen(first_ms, found)
