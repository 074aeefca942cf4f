"""Explanations of calls for pages: `hotline why` in a process of its own, so that no call waits for a replay of the
journal."""

import asyncio
import sys
from typing import Any

import orjson

from calls.errors import BadInput
from calls.ids import CallId
from hotline.site.site import Site

LONGEST_S = 120.0


class Explaining:
    """One explanation at a time: each is a process that is busy for a second or more. For one event loop."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turn = asyncio.Lock()

    async def explain(self, call: CallId) -> dict[str, Any]:
        """`decisions` of the queues and answers of the `gate` about a call; `unexplained` says why there are none, and
        is empty where there are. Raises BadInput for a call that nobody knows."""
        words = [sys.executable, "-m", "hotline", "why", "--json", "--site", str(self._site.folder), "--", call]
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                out, err = await asyncio.wait_for(process.communicate(), LONGEST_S)
            except TimeoutError:
                return _nothing("the replay took too long")
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode != 0:
            raise BadInput(err.decode(errors="replace").strip()[-300:] or "it cannot be explained")
        story = orjson.loads(out)
        return {word: story[word] for word in ("decisions", "gate", "unexplained")}


def _nothing(why: str) -> dict[str, Any]:
    return {"decisions": [], "gate": [], "unexplained": why}
