"""The fake is a telephone switch in memory, driven by a world of callers and phones, under the contract of real ones.

`FakeSwitch` is the switch; a `World` of it is what is outside: callers, phones, keys, and what goes wrong. All of it
runs on one `Timeline`, which a test moves by hand (`timeline.advance(3.0)`), or which follows the event loop
(`LoopTimeline`).
"""

from switch.fake.adapter import FakeSwitch
from switch.fake.state import LeaveRinging, PickUp, Refuse
from switch.fake.timeline import LoopTimeline, Timeline
from switch.fake.world import World

__all__ = ["FakeSwitch", "LeaveRinging", "LoopTimeline", "PickUp", "Refuse", "Timeline", "World"]
