"""The console: what pages in browsers cost the controller, how soon they show what happens, and how soon an agent whose
phone is the page talks.

It has parts, each in a house of its own, which `--only` runs alone. A part that breaks costs its own figures: they are
not measured, a note says why, and the others go on.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp

from bench import console_calls, console_ice, console_pages, console_painted, console_readers, machine
from bench.catalogue import Options
from bench.console_parts import Found
from bench.report import Figure, Report
from calls.errors import HotlineError
from phones.facts import CallFailed

_Measure = Callable[[Options, Path], Awaitable[Found]]
PARTS: dict[str, tuple[_Measure, Callable[[Options], Sequence[Figure]]]] = {
    "readers": (console_readers.measure, console_readers.unmeasured),
    "pages": (console_pages.measure, console_pages.unmeasured),
    "painted": (console_painted.measure, console_painted.unmeasured),
    "calls": (console_calls.measure, console_calls.unmeasured),
    "ice": (console_ice.measure, console_ice.unmeasured),
}
"""What is measured and, where it cannot be, its figures without values; the catalogue has the names, too."""
_BREAKS = (HotlineError, CallFailed, OSError, AssertionError, aiohttp.ClientError)
"""How a part ends that cannot go on; a TimeoutError is an OSError."""
_IN_A_BROWSER = frozenset({"pages", "painted", "calls"})


async def run(options: Options) -> Report:
    """Takes eight minutes, `quick` two."""
    about = machine.facts()
    figures: list[Figure] = []
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="hotline-bench-", ignore_cleanup_errors=True) as made:
        for number, (name, (measure, unmeasured)) in enumerate(PARTS.items()):
            if options.only not in (None, name):
                continue
            if name in _IN_A_BROWSER and shutil.which("chromium") is None:
                figures += unmeasured(options)
                notes.append(f"{name}: no Chromium: ./setup.sh browser installs what the pages are looked at with")
                continue
            folder = Path(made) / str(number)
            folder.mkdir()
            try:
                found = await measure(options, folder)
            except _BREAKS as error:
                figures += unmeasured(options)
                notes.append(f"{name}: {type(error).__name__}: {error}")
            else:
                figures += found.figures
                notes += [f"{name}: {note}" for note in found.notes]
    about["notes"] = notes
    return Report("console", about, figures)
