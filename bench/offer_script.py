"""What the bench of offers and its phones agree on: numbers, tones, requests and answers."""

from __future__ import annotations

import msgspec

from bench.script import Open

PLAIN, TOLD = "9020", "9021"
"""Numbers that lead straight into a queue: one with music, one that also announces."""
ANNOUNCED_HZ = 700.0
AGENT_HZ = 1_000.0


class Fill(msgspec.Struct, frozen=True, tag="fill", tag_field="do"):
    """`count` more callers to `number`, `rate` new ones a second; done when all of them hear something."""

    number: str
    rate: float
    count: int


class Serve(msgspec.Struct, frozen=True, tag="serve", tag_field="do"):
    """Let agents answer, talk for `talk_s` and hang up, until `offers` callers were offered to an agent who had just
    become free. Whenever a caller is offered, another one calls `number`: the line keeps its length."""

    number: str
    offers: int
    talk_s: float


class Enter(msgspec.Struct, frozen=True, tag="enter", tag_field="do"):
    """`count` calls to `number`, `rate` a second, each answered by an idle agent who talks for `talk_s`."""

    number: str
    rate: float
    count: int
    talk_s: float


class Leave(msgspec.Struct, frozen=True, tag="leave", tag_field="do"):
    """Hang up those who wait; agents who talk end their talks."""


Request = Open | Fill | Serve | Enter | Leave


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
