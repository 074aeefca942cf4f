"""Missed calls are those that the fallback took; its dialplan wrote what they came to.

One line a call, `v=1 id=... started=... from=...`, each value URI-encoded, so that nothing that a caller sends can
forge a field or a line. How the lines get to disk is each switch's own affair: `instance/imported.py` of its package.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

_FIELDS = frozenset({"id", "started", "ended", "from", "to", "outcome", "line", "group", "agent", "voicemail"})


class FallbackOutcome(StrEnum):
    """How far a call of the fallback came."""

    APOLOGY = "apology"  # nothing was published yet: an apology, and the end
    ABANDONED = "abandoned"  # the caller left before anybody answered or a message was offered
    ANSWERED = "answered"
    CLOSED = "closed"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True)
class FallbackCall:
    """One call that met the fallback. `id` is the switch's own and unique: importing a line twice is noticed by it."""

    id: str
    started_at: datetime  # aware, UTC, whole seconds
    ended_at: datetime
    caller: str  # as the trunk sent it; empty when withheld
    dialled: str
    outcome: FallbackOutcome
    line: str  # empty for the apology
    group: str  # whose phones rang, empty for nobody's
    agent: str  # endpoint that answered, such as "agent-1001"
    voicemail: str  # file name in the voicemail folder; empty when no message was offered


@dataclass(frozen=True)
class UnreadableLine:
    """A line that is no record; kept for a person to look at, never dropped."""

    number: int
    text: str
    why: str


class FallbackLog(ABC):
    """The file of one switch. Take the calls, make them durable, then forget them.

    A crash between the two repeats the take: whoever imports knows a call by its id.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unreadable_path = path.with_name(path.name + ".unreadable")
        self._calls: dict[str, FallbackCall] = {}
        self._unreadable: list[UnreadableLine] = []

    def take(self) -> tuple[list[FallbackCall], list[UnreadableLine]]:
        """All calls since the last `forget`, oldest first, each id once; and the lines that are none."""
        self._calls, self._unreadable = {}, []
        self._read()
        calls = sorted(self._calls.values(), key=lambda call: (call.started_at, call.id))
        return calls, list(self._unreadable)

    def forget(self) -> None:
        """Call once what `take` gave is durable. Unreadable lines are kept in `fallback.log.unreadable` beside it."""
        if self._unreadable:
            with self._unreadable_path.open("a") as file:
                file.writelines(line.text + "\n" for line in self._unreadable)
        self._drop()
        self._unreadable = []

    @abstractmethod
    def _read(self) -> None:
        """Hand each line that is new to `_line`."""

    @abstractmethod
    def _drop(self) -> None:
        """See that what was read last is not read again."""

    def _line(self, number: int, text: str, record: str) -> None:
        """One line: `text` as it stands, `record` what of it should be one."""
        try:
            call = parse_line(record)
        except ValueError as error:
            self._unreadable.append(UnreadableLine(number, text, str(error)))
        else:
            self._calls.setdefault(call.id, call)


def parse_line(text: str) -> FallbackCall:
    """One record; raises ValueError with the reason."""
    version, *pairs = text.split(" ")
    if version != "v=1":
        raise ValueError(f"begins with {version[:20]!r}, not v=1")
    fields = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if missing := _FIELDS - fields.keys():
        raise ValueError(f"lacks {', '.join(sorted(missing))}")
    values = {name: unquote(value, errors="strict") for name, value in fields.items()}
    if not values["id"]:
        raise ValueError("has no id")
    return FallbackCall(
        id=values["id"],
        started_at=datetime.fromtimestamp(int(values["started"]), UTC),
        ended_at=datetime.fromtimestamp(int(values["ended"]), UTC),
        caller=values["from"],
        dialled=values["to"],
        outcome=FallbackOutcome(values["outcome"]),
        line=values["line"],
        group=values["group"],
        agent=_account(values["agent"]) if values["outcome"] == FallbackOutcome.ANSWERED else "",
        voicemail=values["voicemail"],
    )


def _account(answered_by: str) -> str:
    """Asterisk names a channel, "PJSIP/agent-1001-0000002a": technology, account, serial number; others the account."""
    technology, slash, rest = answered_by.partition("/")
    return rest.rpartition("-")[0] if slash else technology
