"""What calls came to while the controller was away, as the fallback's dialplan wrote it.

One line a call, `v=1 id=... started=... from=...`, each value URI-encoded, so that nothing that a caller sends can
forge a field or a line. How the lines get to disk is each switch's own affair: `imported.py` of its package.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
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
