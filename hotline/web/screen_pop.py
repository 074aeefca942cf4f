"""The screen pop: what an agent is shown of a call before the phone rings. Numbers are masked.

Who, why, how long they have waited, the way through the menu, what they said to the robot and what came of it, the
queue step's fields, who has handed them on with which words, earlier calls of this number and its cases that are open.
Somebody who withholds their number has no earlier calls.
"""

import asyncio
import contextlib
from typing import Any

from calls.ids import AgentId
from calls.numbers import is_withheld, masked_within
from control.register.call import Call
from hotline.store.searches import CallSearch
from hotline.views import masking
from hotline.views.board import consultation_of, trail_of
from hotline.views.controller import Controller
from hotline.views.fields import shown_fields
from hotline.web import call_log

_EARLIER = 5
_STEPS = 12
_WRITTEN_S = 0.5
"""What the call has just done is on its way to the log, which is read for the way through the menu."""
_OVER = frozenset({"closed", "withdrawn", "transferred"})
"""Stages of cases on which nothing is owed any more."""


async def screen_pop(controller: Controller, call: Call) -> dict[str, Any]:
    """The pop of a call that goes on. Instants are UTC epoch seconds."""
    register, region = controller.register, controller.region
    direction, offset_s = register.direction(call.call), register.offset_s
    caller, called = masking.parties(direction, call.caller, call.called)
    other = call.caller if direction == "in" or masking.is_contact(direction, call.caller) else call.called
    now = {
        "call": call.call,
        "direction": direction,
        "caller": caller,
        "called": called,
        "place": call.place,
        "queue": call.queue,
        "reason": call.reason,
        "language": call.language,
        "fields": shown_fields(call, region),
        "arrived_at": call.arrived_at + offset_s,
        "queued_at": None if call.queued_at is None else call.queued_at + offset_s,
        "consultation": consultation_of(register, call),
        "declined": _declined(controller, call),
        "handed_on": _handed_on(controller, call),
        "recording": _recording(call),
        "ladder": trail_of(register, call, whole=True),
        "answered_at": None if call.answered_at is None else call.answered_at + offset_s,
    }
    with contextlib.suppress(TimeoutError):  # a store in trouble: the call is not kept waiting for the way here
        async with asyncio.timeout(_WRITTEN_S):
            await controller.durable()
    known = direction != "internal" and bool(other) and not is_withheld(other)
    story, earlier, cases = await asyncio.gather(
        call_log.story(controller.database, call.call),
        _earlier(controller, other) if known else _nothing(),
        call_log.cases_of(controller.database, other) if known else _nothing(),
    )
    before = [row for row in earlier if row["call"] != call.call]
    heard = await call_log.transcribed(controller.database, [row["call"] for row in before]) if before else set()
    # a step that stands within another has no name of its own: `choose.keys.1`
    named = [step for step in story["steps"] if "." not in step["step"]]
    steps = [masking.step_row(step, region) for step in named][-_STEPS:]
    kept = ("flow", "step", "keys", "outcome", "began_at")
    return {
        **now,
        "trail": [{name: step[name] for name in kept} for step in steps],
        "earlier": [
            {
                **{name: row[name] for name in ("call", "arrived_at", "queue", "outcome", "agent")},
                "transcript": row["call"] in heard,
            }
            for row in before
        ],
        "cases": [
            {name: case[name] for name in ("number", "category", "state", "opened_at")}
            for case in cases
            if case["state"] not in _OVER
        ],
    }


def _declined(controller: Controller, call: Call) -> dict[str, str] | None:
    """The last agent who would not be consulted about the call, and why."""
    declined = controller.register.declined.get(call.call)
    if declined is None or not declined.agent:
        return None
    return {"agent": declined.agent, "reason": masked_within(declined.reason, controller.region)}


def _handed_on(controller: Controller, call: Call) -> dict[str, str] | None:
    """The agent who has let the caller go last, what they have written for whoever has them now, and `why` nobody whom
    they wanted was reached, where it is so. None where nobody has handed them on."""
    one = controller.register.handed_on.get(call.call)
    if one is None or not one.agent:
        return None
    transfer = controller.register.transfers.get(call.call)
    missed = transfer is not None and transfer.state in ("returning", "waiting")
    return {
        "by": one.agent,
        "by_name": controller.name_of(AgentId(one.agent)),
        "briefing": masked_within(one.briefing, controller.region),
        "why": masked_within(transfer.why, controller.region) if transfer is not None and missed else "",
    }


def _recording(call: Call) -> str:
    """Whether the talk is recorded now: `on`, `masked` (the agent wants silence) or `off`."""
    if call.bridge is None or not call.bridge.recorded:
        return "off"
    return "masked" if call.recording.masked else "on"


async def _earlier(controller: Controller, number: str) -> list[dict[str, Any]]:
    page = await call_log.search(controller.database, CallSearch(number=number), _EARLIER + 1)
    return page.rows[: _EARLIER + 1]


async def _nothing() -> list[dict[str, Any]]:
    return []
