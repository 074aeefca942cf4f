"""Lists that have grown: campaigns that have called everybody are told when there are more."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from pathlib import Path

from calls.errors import BadInput
from hotline.store.standing_reader import StandingReader


class GrownLists:
    """Looks whether a list was imported, took the place of another one, or was given more people."""

    def __init__(self, database: Path, named: Callable[[], Collection[str]], tell: Callable[[str], None]) -> None:
        """`named`: the lists that campaigns call; `tell` is given each that has grown."""
        self._reader = StandingReader(database)
        self._named = named
        self._tell = tell
        self._known: dict[str, tuple[int, int]] = {}

    async def look(self) -> None:
        """Tell of each list that is another one, or has more rows, than at the last look; at the first, of all."""
        named = self._named()
        if not named:
            return
        there = await asyncio.to_thread(self._read)
        grown = [name for name in named if name in there and there[name] != self._known.get(name)]
        self._known = {name: there[name] for name in named if name in there}
        for name in grown:
            self._tell(name)

    def _read(self) -> dict[str, tuple[int, int]]:
        try:
            with self._reader.looking() as connection:
                query = "SELECT name, id, rows FROM contact_lists WHERE state = 'ready'"
                return {name: (list_, rows) for name, list_, rows in connection.execute(query).fetchall()}
        except (sqlite3.Error, OSError, BadInput):  # the next look comes in a second
            return self._known
