"""Questions to a gate, in tests."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from dialer.governor.decisions import Decision
from dialer.governor.questions import Question
from hotline.governing.gate import Gate

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=ZONE).timestamp()
"""Inside all hours of the sites in tests."""
NUMBER = "+8613800138000"


def question(scene: str = "offer", number: str = NUMBER, **more: str) -> Question:
    """A question of a campaign."""
    return Question(scene=scene, number=number, origin="campaign", **more)


def ask(gate: Gate, scene: str = "offer", at: float | None = MONDAY, **more: str) -> Decision:
    """The gate's decision."""
    return asyncio.run(gate.check(question(scene, **more), at)).decision
