"""The facts of a call, and how one fails: what became of it, and when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

EndedBy = Literal["near", "far", "failure"]


class CallFailed(Exception):
    """The call came to nothing, or ended while something was awaited.

    `status` is SIP's final answer; 0 when the call had been answered.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.reason = status, reason


@dataclass(slots=True)
class CallFacts:
    """What happened when. None means: it did not. `status` is the final answer to the INVITE."""

    call_id: str
    from_display: str
    from_user: str
    to_user: str
    invite_at: float
    trying_at: float | None = None
    ringing_at: float | None = None
    answered_at: float | None = None
    first_rtp_at: float | None = None
    first_audio_at: float | None = None
    ended_at: float | None = None
    ended_by: EndedBy | None = None
    status: int = 0
    reason: str = ""
    packets_sent: int = 0
    packets_received: int = 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)
