"""Judging of what callers say, beside the event loop: one thread, one sentence after the other, each within its time.

A model is loaded once for each version that calls walk. What fails, or takes too long, hands the caller over: the flow
goes on by keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from hotline.site.site import Site
from ivr.commands import Understand
from ivr.events import Understood
from ivr.program import Program
from understanding.intents import IntentBook
from understanding.judgement import Judgement, nearest
from understanding.wishes import understand

if TYPE_CHECKING:
    from understanding.matching import Matcher

log = structlog.get_logger("hotline")

_WITHIN_S = 3.0
_VERSIONS = 4


def by_intents(site: Site, program_of: Callable[[str], Program]) -> ByIntents:
    """Judging by the models that a site keeps."""

    def load(book: IntentBook) -> Matcher | None:
        from hotline.versions.understanding import matcher_of  # NumPy and the vectors, which only some sites need

        return matcher_of(site, book)

    return ByIntents(program_of, load)


class ByIntents:
    """Judges by the intents of the version that a call walks. `matcher_of` loads a book's model, and may take long."""

    def __init__(
        self, program_of: Callable[[str], Program], matcher_of: Callable[[IntentBook], Matcher | None]
    ) -> None:
        self._program_of = program_of
        self._matcher_of = matcher_of
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="understanding")
        self._matcher = lru_cache(maxsize=_VERSIONS)(self._load)

    def prepare(self, version: str) -> None:
        """Load the model of a version ahead of the first caller, if it has intents."""
        self._thread.submit(self._prepare, version)

    async def judge(self, said: Understand) -> Understood:
        """Judge what a caller said. The answer comes always, and within some seconds."""
        loop = asyncio.get_running_loop()
        try:
            judging = loop.run_in_executor(self._thread, self._judge, said)
            return await asyncio.wait_for(judging, _WITHIN_S)
        except TimeoutError:
            return self._handed_over(said, f"not within {_WITHIN_S:g} s")
        except Exception as error:  # noqa: BLE001 - a broken model costs the words, not the call
            return self._handed_over(said, f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Let go of the thread; sentences that wait are given up."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _handed_over(self, said: Understand, detail: str) -> Understood:
        advice = "the caller goes on by keys; is the machine too busy, or the folder var/understanding broken?"
        log.warning("not understood", call=said.call, error=detail, advice=advice)
        return Understood(said.call, said.attempt, "handed_over", detail=detail)

    def _prepare(self, version: str) -> None:
        try:
            matcher = self._matcher(version)
            if matcher is not None:
                matcher.judge("你好")  # what is loaded at the first sentence is there now
        except Exception as error:  # noqa: BLE001 - the first caller's judgement tells it again
            advice = "callers go on by keys until this is mended; publish again"
            log.error("intents not loaded", version=version, error=str(error), advice=advice)

    def _judge(self, said: Understand) -> Understood:
        matcher = self._matcher(said.version)
        if matcher is None:
            return Understood(said.call, said.attempt, "handed_over", detail="the version has no intents")
        judged = understand(said.said, matcher.judge)
        one: Judgement = judged.judgement
        return Understood(
            *(said.call, said.attempt, one.decision, one.intent, one.second, one.score, one.margin, judged.turn),
            near=nearest(one),
        )

    def _load(self, version: str) -> Matcher | None:
        return self._matcher_of(self._program_of(version).intents)
