"""Reads what calls came to while the controller was away, as the fallback's dialplan wrote it.

One line a call, `v=1 id=... started=... from=...`, each value URI-encoded (`asterisk/conf/extensions.conf`, context
hotline-fallback-log). Asterisk opens the file anew for each line, so it may be renamed under it at any time.
"""

from __future__ import annotations

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
    # A channel is "PJSIP/agent-1001-0000002a": technology, endpoint, serial number.
    agent = values["agent"].partition("/")[2].rpartition("-")[0]
    return FallbackCall(
        id=values["id"],
        started_at=datetime.fromtimestamp(int(values["started"]), UTC),
        ended_at=datetime.fromtimestamp(int(values["ended"]), UTC),
        caller=values["from"],
        dialled=values["to"],
        outcome=FallbackOutcome(values["outcome"]),
        line=values["line"],
        group=values["group"],
        agent=agent if values["outcome"] == FallbackOutcome.ANSWERED else "",
        voicemail=values["voicemail"],
    )


class FallbackLog:
    """The file of one Asterisk. Take the calls, make them durable, then forget them.

    A crash between the two repeats the take: whoever imports knows a call by its id.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unreadable_path = path.with_name(path.name + ".unreadable")
        self._taken: dict[Path, int] = {}  # files that `take` has read, and how many bytes of each
        self._unreadable: list[UnreadableLine] = []

    def take(self) -> tuple[list[FallbackCall], list[UnreadableLine]]:
        """All calls since the last `forget`, oldest first, each id once; and the lines that are none."""
        self._set_aside()
        calls: dict[str, FallbackCall] = {}
        self._taken, self._unreadable = {}, []
        for path in self._set_aside_files():
            content = path.read_bytes()
            self._taken[path] = len(content)
            for number, text in enumerate(content.decode(errors="replace").splitlines(), start=1):
                try:
                    call = parse_line(text)
                except ValueError as error:
                    self._unreadable.append(UnreadableLine(number, text, str(error)))
                else:
                    calls.setdefault(call.id, call)
        return sorted(calls.values(), key=lambda call: (call.started_at, call.id)), list(self._unreadable)

    def forget(self) -> None:
        """Call once what `take` gave is durable. Unreadable lines are kept in `fallback.log.unreadable` beside it."""
        if self._unreadable:
            with self._unreadable_path.open("a") as file:
                file.writelines(line.text + "\n" for line in self._unreadable)
        for path, size in self._taken.items():
            # Asterisk may have opened it just before it was set aside, and written after it was read.
            if path.stat().st_size == size:
                path.unlink()
        self._taken, self._unreadable = {}, []

    def _set_aside(self) -> None:
        """Moves the file away; the next call begins another."""
        if self._path.exists():
            last = max((int(path.suffix[1:]) for path in self._set_aside_files()), default=0)
            self._path.replace(self._path.with_name(f"{self._path.name}.{last + 1}"))

    def _set_aside_files(self) -> list[Path]:
        files = [path for path in self._path.parent.glob(f"{self._path.name}.*") if path.suffix[1:].isdigit()]
        return sorted(files, key=lambda path: int(path.suffix[1:]))
