"""Ids. Each is a string of its own type, so that a leg is never taken for a call.

A *leg* is one channel of the switch. A *call* is one caller's journey through the house: it carries the id of the
caller's first leg, and outlives agents' legs that come and go. An *attempt* is one try at something (play this, offer
that, originate there); what became of it comes back with the attempt's id, and a stale id changes nothing.

Ids of legs that the house calls, and of attempts, are the call's id, a colon, and more. So an adapter that carries out
orders side by side knows which ones belong to one call, and keeps these in order.
"""

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
