"""Ids. Each is a string of its own type, so that a leg is never taken for a call.

A *leg* is one channel of the switch. A *call* is one caller's journey through the house: it carries the id of the
caller's first leg, and outlives agents' legs that come and go. An *attempt* is one try at something (play this, offer
that, originate there); what became of it comes back with the attempt's id, and a stale id changes nothing.

A leg's id is `NODE@NATIVE`: the name of the switch that it lives on, and that switch's own id of the channel. So the
channel ids of two switches never meet, and a command finds its switch by the leg. A leg that the house calls for a
call lives on the call's node. An id without `@` is from before nodes, and belongs to the switch that the settings name
first. Attempts begin with the call's id in most cases, and are opaque to switches.

Ids of attempts, and of the legs on which a caller is called back, are the call's id, a colon, and more. So an adapter
that carries out commands side by side knows which ones belong to one call, and keeps these in order.
"""

import re
from typing import NewType

LegId = NewType("LegId", str)
CallId = NewType("CallId", str)
AttemptId = NewType("AttemptId", str)
AgentId = NewType("AgentId", str)
QueueName = NewType("QueueName", str)
CaseNumber = NewType("CaseNumber", str)

Instant = float
"""Seconds on the controller's monotonic line. Starts with the journal's first moment and goes on over restarts."""
Seconds = float
"""A duration in seconds."""

NODE_NAME = re.compile(r"[a-z][a-z0-9-]{0,15}")
"""The name of a node: of one switch among those of a controller. It stands in ids, file names, SIP accounts."""


def node_of(leg: str) -> str:
    """The node that a leg or a call lives on; empty where the id is from before nodes."""
    node, at, _ = leg.partition("@")
    return node if at else ""


def native(leg: str) -> LegId:
    """The id that the leg's own switch knows it by."""
    return LegId(leg.partition("@")[2] or leg)


def leg_on(node: str, channel: str) -> LegId:
    """The id of a switch's channel in the house; on the empty node, that of before nodes, the channel's own."""
    return LegId(f"{node}@{channel}" if node else channel)


def file_name(identifier: str) -> str:
    """An id as a part of a file's name: what separates its parts is a hyphen there."""
    return identifier.replace("@", "-").replace("/", "-")
