"""What the bench of talks and its phones say to each other, and which sounds stand for whom."""

from __future__ import annotations

import msgspec

from bench import script

CALLER_HZ = 1_300.0
"""What callers say; agents say `script.AGENT_HZ`."""
TALK_S = 1.0
"""Agents hang up so long after their answer: longer than a talk may take until it is heard."""
TONES_HZ = [script.FIRST_HZ, script.SECOND_HZ, script.AGENT_HZ, CALLER_HZ]


class Begin(msgspec.Struct, frozen=True, tag="begin", tag_field="do"):
    """`count` calls to `number`, `rate` a second, from now on; the answer comes at once."""

    number: str
    rate: float
    count: int


class Look(msgspec.Struct, frozen=True, tag="look", tag_field="do"):
    """What has ended since the last look."""


class Signalling(msgspec.Struct, frozen=True, tag="signalling", tag_field="do"):
    """The SIP lines of calls that ended a short while ago, by caller's number."""

    numbers: list[str]


Request = script.Open | Begin | Look | Signalling


class Talk(msgspec.Struct, frozen=True):
    """One call that is over, as both phones saw it. Instants of time.monotonic(); None: that did not happen."""

    caller: str
    invite_at: float
    failure: str = ""
    """Why the caller gave up; empty: hung up by the far end, after the second prompt."""
    agent: str = ""
    """The agent's phone that rang last for this caller."""
    rung_at: float | None = None
    picked_up_at: float | None = None
    caller_heard_at: float | None = None
    """The first packet of the agent's voice at the caller's phone."""
    agent_heard_at: float | None = None
    """The first packet of the caller's voice at the agent's phone."""
    ended_at: float | None = None


class Looked(msgspec.Struct, frozen=True):
    """`placed` in all; `over` since the last look; `stalls` of the phones' process since the last look."""

    placed: int
    over: list[Talk]
    live: int
    all_over: bool
    stalls: list[tuple[float, float]]


class Line(msgspec.Struct, frozen=True):
    """One SIP message: its instant, whether a phone of ours sent it, and its text."""

    at: float
    sent: bool
    text: str


class Signalled(msgspec.Struct, frozen=True):
    """SIP lines by caller's number, of both phones, oldest first."""

    lines: dict[str, list[Line]]
