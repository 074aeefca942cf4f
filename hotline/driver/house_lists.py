"""The do-not-call check of the house: the file of `do_not_call`, and the lists in the store. An error is a no."""

import asyncio
import time
from collections.abc import Callable

import structlog

from hotline.driver.do_not_call import NumberList
from hotline.suppression.lists import Lists, forbidding

log = structlog.get_logger("hotline")

_EVERY_S = 1.0
_PAUSE_S = 5e-5


class HouseLists:
    """The file and the lists as one `DoNotCall`. What any process puts on a list holds from the next check on.

    An import is read in a thread that lets the event loop go first; until it is read nobody is called.
    """

    def __init__(self, file: NumberList, opened: Callable[[], Lists]) -> None:
        """`opened` is called at the first check, once the store is there."""
        self._file = file
        self._opened = opened
        self._lists: Lists | None = None
        self._reading: asyncio.Task[None] | None = None

    async def listed(self, number: str) -> bool:
        """Raises what the file's check raises, and OSError, sqlite3.Error or BadInput for lists that cannot be read."""
        if await self._file.listed(number):
            return True
        await self.look()
        assert self._lists is not None
        return bool(forbidding(self._lists.lists_as_known(number, time.time())))

    async def look(self) -> None:
        """Take up what was changed; raises as `listed`."""
        if self._reading is None:
            if self._lists is None:
                self._lists = self._opened()
            if not self._lists.changed():
                return
            self._reading = asyncio.create_task(self._read(self._lists))
            self._reading.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody may wait
        await asyncio.shield(self._reading)

    async def watch(self) -> None:
        """Look once a second, until cancelled: a list is read before it is needed, and one that is broken is told."""
        file = asyncio.create_task(self._file.watch())
        told = ""
        try:
            while True:
                try:
                    await self.look()
                    told = ""
                except Exception as error:  # noqa: BLE001 - whatever is wrong with it, nobody is called until it is right
                    said = str(error) or type(error).__name__
                    if said != told:
                        advice = "no callback is made until they can be: put var/suppression back, or import again"
                        log.error("do-not-call lists not readable", error=said, advice=advice)
                    told = said
                await asyncio.sleep(_EVERY_S)
        finally:
            file.cancel()
            await asyncio.gather(file, return_exceptions=True)

    async def _read(self, lists: Lists) -> None:
        try:
            began = time.perf_counter()
            await asyncio.to_thread(lists.refresh, lambda: time.sleep(_PAUSE_S))
            numbers = sum(len(known) for _, known in lists.numbers())
            if (took := time.perf_counter() - began) > _EVERY_S:
                log.info("do-not-call lists read", numbers=numbers, took_s=round(took, 3))
        finally:
            self._reading = None
