"""The roster: the users as the store has them, read at each request, and for open wires at most once a second."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from calls.errors import BadInput
from hotline.people import users
from hotline.people.users import User

FRESH_S = 1.0
"""How old the roster may be for a wire that is open already: hundreds of them look every few seconds."""


class Roster:
    """Reads the store. Where that fails nobody is there: a rule that errs denies."""

    def __init__(self, database: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: in seconds."""
        self._database = database
        self._clock = clock
        self._one = threading.Lock()
        self._read_at = clock() - FRESH_S
        self._lately: dict[str, User] = {}

    def now(self, name: str) -> User | None:
        """The user of this name who may sign in, as of now."""
        return users.may_sign_in(self._database, name)

    def lately(self, name: str) -> User | None:
        """The user of this name who may sign in, as of now or a second ago."""
        with self._one:
            if self._clock() - self._read_at >= FRESH_S:
                self._lately = self._everybody()
                self._read_at = self._clock()
            return self._lately.get(name)

    def _everybody(self) -> dict[str, User]:
        try:
            return {user.name: user for user in users.users(self._database) if user.disabled_at is None}
        except BadInput:
            return {}
