"""What the parts of a live bench agree on: tones, sounds, what the phones are asked for and what they answer."""

from __future__ import annotations

from typing import Literal

import msgspec

FIRST_HZ = 400.0
SECOND_HZ = 700.0
AGENT_HZ = 1_000.0
FIRST_S = 6.0  # long enough to be barged into, whatever the load
SECOND_S = 0.5
LISTEN_S = (0.3, 0.7)  # how long a caller listens before the key
TALK_S = 0.4
TONES_HZ = (FIRST_HZ, SECOND_HZ, AGENT_HZ)
KEY = "1"


class Open(msgspec.Struct, frozen=True, tag="open", tag_field="do"):
    """Register the agents' phones: (user, secret) each. They answer at once and talk for `talk_s`."""

    host: str
    sip_port: int
    rtp_first: int
    rtp_last: int
    accounts: list[tuple[str, str]]
    talk_s: float = TALK_S
    own_port: int = 0
    """The phones' SIP port, where somebody must know it beforehand; 0: a free one."""
    tones_hz: list[float] = msgspec.field(default_factory=lambda: list(TONES_HZ))
    """What the phones can tell apart by ear."""


class Place(msgspec.Struct, frozen=True, tag="place", tag_field="do"):
    """`count` calls to `number`, `rate` a second: hear, press, hear, wait, talk, until the far end hangs up."""

    number: str
    rate: float
    count: int


class Hold(msgspec.Struct, frozen=True, tag="hold", tag_field="do"):
    """`count` callers who wait and listen, `rate` new ones a second, until `Release`."""

    number: str
    rate: float
    count: int


class Release(msgspec.Struct, frozen=True, tag="release", tag_field="do"):
    """Hang up those who hold."""


Request = Open | Place | Hold | Release


class Placed(msgspec.Struct, frozen=True):
    """What came of calls. Latencies in ms, of calls that got so far."""

    placed: int
    failures: dict[str, int]
    """How many calls failed for which reason."""
    first_audio_ms: list[float]
    next_prompt_ms: list[float]
    agent_s: list[float]
    """From the end of the second prompt's beginning to the agent's voice: the queue, the ringing, the bridge."""
    late_ms: list[float]
    """How much later than planned each INVITE went out: the phones' own lag."""
    cpu_s: float
    """Of the phones."""
    took_s: float

    @property
    def failed(self) -> int:
        """Calls that did not go as they should."""
        return sum(self.failures.values())


class Done(msgspec.Struct, frozen=True):
    """Carried out. `failures` as in `Placed`."""

    failures: dict[str, int]


System = Literal["hotline", "bare", "app_queue"]
NUMBERS: dict[System, str] = {"hotline": "9000", "app_queue": "9001", "bare": "9002"}
HOLDING_NUMBER = "9010"
STRAIGHT_TO_APP_QUEUE = "9003"
"""The queue of app_queue with nothing before it."""
