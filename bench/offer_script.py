"""What the bench of offers and its phones agree on: numbers, tones, requests and answers."""

from __future__ import annotations

import msgspec

from bench.script import Open

PLAIN, TOLD = "9020", "9021"
"""Numbers that lead straight into a queue: one with music, one that also announces."""
PROBE = "9022"
"""A number that says one prompt, a tone, and hangs up."""
ANNOUNCED_HZ = 700.0
PROBE_HZ = 1_800.0
PROBE_S = 1.0
AGENT_HZ = 1_000.0


class Fill(msgspec.Struct, frozen=True, tag="fill", tag_field="do"):
    """`count` more callers to `number`, `rate` new ones a second; done when all of them hear something.

    Agents who are rung, then or later, talk for `talk_s`; None: until they are told to hang up.
    """

    number: str
    rate: float
    count: int
    talk_s: float | None


class Serve(msgspec.Struct, frozen=True, tag="serve", tag_field="do"):
    """Let agents answer, talk for `talk_s` on average and hang up, until `offers` callers were offered to an agent who
    had just become free, but no longer than `within_s`. Whenever a caller is offered, another one calls `number`: the
    line keeps its length.
    """

    number: str
    offers: int
    talk_s: float
    within_s: float


class Enter(msgspec.Struct, frozen=True, tag="enter", tag_field="do"):
    """`count` calls to `number`, `rate` a second, each answered by an idle agent who talks for `talk_s`."""

    number: str
    rate: float
    count: int
    talk_s: float


class Probe(msgspec.Struct, frozen=True, tag="probe", tag_field="do"):
    """Calls to PROBE, one each `every_s`, until one of them hears its prompt, but no longer than `within_s`."""

    every_s: float
    within_s: float


class Look(msgspec.Struct, frozen=True, tag="look", tag_field="do"):
    """Is everybody still there?"""


class Drain(msgspec.Struct, frozen=True, tag="drain", tag_field="do"):
    """Agents hang up one after the other, who talks longest first; each waits until that phone is rung again, and the
    first that is not rung within `quiet_s` ends it: nobody waits any more."""

    quiet_s: float


class Leave(msgspec.Struct, frozen=True, tag="leave", tag_field="do"):
    """Hang up those who wait; agents who talk end their talks."""


Request = Open | Fill | Serve | Enter | Probe | Look | Drain | Leave


class Offered(msgspec.Struct, frozen=True):
    """One caller offered to an agent who had just become free."""

    gap_ms: float
    """From the agent's BYE to the INVITE at the same phone."""
    announced: bool
    """Whether the caller was hearing an announcement at that moment, and not music."""


class Offers(msgspec.Struct, frozen=True):
    """What `Serve` saw. `failures`: calls that went wrong, by reason."""

    offered: list[Offered]
    failures: dict[str, int]
    took_s: float


class Entered(msgspec.Struct, frozen=True):
    """What `Enter` saw, in ms, of each call that an agent was rung for."""

    from_invite_ms: list[float]
    """From the caller's INVITE to the agent's."""
    from_answer_ms: list[float]
    """From the 200 to the caller, which may overtake it, to the agent's INVITE."""
    late_ms: list[float]
    """How much later than planned each INVITE went out."""
    failures: dict[str, int]
    phones_s: float
    """Processor seconds of the phones."""
    took_s: float


class Heard(msgspec.Struct, frozen=True):
    """`at`: seconds of the machine's monotonic clock when the prompt began to arrive; None when it did not."""

    at: float | None


class Seen(msgspec.Struct, frozen=True):
    """What `Look` saw: callers and agents' talks that are still there, and how many of these heard nothing for 1 s."""

    callers: int
    talks: int
    in_silence: int


class Drained(msgspec.Struct, frozen=True):
    """What `Drain` saw: the callers in the order in which agents were rung for them, each by its place among all
    callers as they had called."""

    order: list[int]
