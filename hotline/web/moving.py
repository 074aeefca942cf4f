"""Moving agents and callers between queues while calls wait: a supervisor's requests."""

from typing import Any

import pydantic
from fastapi import FastAPI, HTTPException

from acd.events import AgentMoved, CallMoved
from calls.ids import AgentId, CallId, QueueName
from dsl.spelling import nearest_hint
from hotline.views.controller import Controller
from hotline.web.strictness import AgentPath, Body, CallPath, one_of


class Queues(Body):
    """The queues that an agent serves from now on."""

    queues: list[str] = pydantic.Field(examples=[["care"]])


class Queue(Body):
    """The queue in which a caller waits from now on."""

    queue: str = pydantic.Field(examples=["care"])


def add(app: FastAPI, controller: Controller, known: list[Any]) -> None:
    """Put both requests into `app`; `known` is what asks whether somebody may."""

    def there(name: str) -> QueueName:
        if name not in controller.queues():
            raise one_of("queue", name, controller.queues())
        return QueueName(name)

    @app.post("/agents/{agent}/queues", dependencies=known, tags=["supervisors"])
    async def move_agent(agent: AgentPath, wanted: Queues) -> dict[str, Any]:
        """The agent serves these queues and no others, until the next publish. A talk goes on to its end."""
        if agent not in controller.agents():
            near = nearest_hint(agent, controller.agents())
            raise HTTPException(404, f"no agent {agent!r} in dialplans/agents.yaml{near}")
        queues = tuple(there(name) for name in wanted.queues)
        if not queues:
            raise HTTPException(422, "name a queue; an agent who shall serve none is signed out or paused")
        await controller.tell(AgentMoved(AgentId(agent), queues))
        return {"agent": agent, "queues": queues}

    @app.post("/calls/{call}/queue", dependencies=known, tags=["supervisors"])
    async def move_call(call: CallPath, wanted: Queue) -> dict[str, str]:
        """The caller waits in that queue from now on, with the time waited."""
        queue = there(wanted.queue)
        mine = controller.register.calls.get(CallId(call))
        if mine is None:
            raise HTTPException(404, "no such call goes on now")
        if mine.place not in ("waiting", "booked"):
            raise HTTPException(409, f"the call does not wait, it is {mine.place}")
        await controller.tell(CallMoved(CallId(call), queue))
        if mine.queue != queue:  # wherever it is by now: it may have hung up, or ring at an agent of the queue before
            raise HTTPException(409, f"{queue} takes nobody now: it is full, or nobody is there who could ever answer")
        return {"call": call, "queue": queue}
