"""The pages in a browser of their own, as `bench console` measures them: how much is loaded, how soon the first one is
of use, and what is wrong with them for people who see or hear badly."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path
from typing import NamedTuple

from bench.accessibility import violations
from bench.chromium import chromium
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site
from hotline.web.pages import FOLDER, words_by_language

VIEWS = ("wallboard", "desk", "seat", "supervisor", "cases", "flows", "campaigns", "history", "whatif")
"""The pages, by the word of their addresses; the module of each has its name."""
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


class Seen(NamedTuple):
    """What a browser saw. `violations`: each with its page and language."""

    first_ms: float
    violations: list[str]


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


async def look(site: Site, folder: Path) -> Seen:
    """Sign in as an administrator in a new browser, and look at every page in both languages. `folder` is for what the
    browser keeps. Raises AssertionError without a Chromium."""
    async with chromium(folder) as page:
        await page.before_each_page(_USABLE)
        await page.size(1280, 800)
        await page.open(address(site, new_link(site.state, "admin", "bench", time.time())))
        await page.until("globalThis.usableAt > 0")
        first_ms = float(await page.tell("usableAt"))
        found = []
        for view in VIEWS:
            await page.tell(f"location.hash = '#{view}'; null")
            element = "desk-choice" if view == "desk" else view
            await page.until(f"!!document.querySelector('hotline-{element} main')")
            for _ in range(2):
                language = await page.tell("document.documentElement.lang")
                found += [f"{view}, {language}: {one}" for one in await violations(page)]
                await page.press("l")
    return Seen(first_ms, found)
