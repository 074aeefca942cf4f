"""Recording masks over HTTP: silence in the recording of a talk while a card number is spoken."""

from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException

from calls.ids import CallId
from control.messages.events import RecordingMaskWanted
from hotline.views.controller import Controller
from hotline.web.rights import Client, Guard
from hotline.web.strictness import CallPath


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put both requests into `app`."""
    talks = guard.needs("talk")

    def route(name: str, on: bool, summary: str) -> None:
        async def do(call: CallPath, client: Annotated[Client, Depends(talks)]) -> dict[str, Any]:
            if CallId(call) not in controller.register.calls:
                raise HTTPException(404, "no such call goes on now")
            if refused := controller.mask_refusal(CallId(call)):
                raise HTTPException(409, refused)
            await controller.tell(RecordingMaskWanted(CallId(call), on, client.name))
            return {"call": call, "masked": on}

        path = f"/calls/{{call}}/recording/{name}"
        app.post(path, tags=["calls"], summary=summary, name=f"recording {name}")(do)

    route("pause", True, "Silence in the recording from now on, on both sides")
    route("resume", False, "The recording has what is said again")
