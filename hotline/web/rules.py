"""Rules over HTTP: what decides on outgoing calls now, rule by rule, with the clause that each cites."""

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Query

from calls.errors import BadInput
from hotline.governing.gate import Answers
from hotline.governing.shown_rules import shown_rules
from hotline.web.governing import known_scene
from hotline.web.rights import Guard


def add(app: FastAPI, guard: Guard, answers: Answers) -> None:
    """Put the request into `app`."""
    sees = [Depends(guard.needs("see_outgoing"))]

    @app.get("/govern/rules", dependencies=sees, tags=["outgoing calls"])
    async def rules(
        scene: Annotated[
            str, Query(description="Only those that can apply to its calls.", examples=["spring_offer"])
        ] = "",
    ) -> dict[str, Any]:
        """The rules and exceptions of the policy that rules, from the highest layer down. 422 where none does."""
        now = answers.gate.in_force
        if scene:
            known_scene(now, scene)
        try:
            found = await asyncio.to_thread(shown_rules, now, scene)
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        return dict(msgspec.to_builtins(found))
