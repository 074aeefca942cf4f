"""What is an agent's own: the agent of the path is they, or the call of the path is theirs now or was."""

from collections.abc import Mapping
from typing import Any

from calls.ids import CallId
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.rights import Owns


def owns_of(controller: Controller) -> Owns:
    """Asks the controller of live calls, and the call log of those that are over. A live call is its agent's who has it
    now: once it is handed on, it is theirs no more."""

    async def owns(agent: str, path: Mapping[str, Any]) -> bool:
        if "agent" in path:
            return bool(path["agent"] == agent)
        if "call" not in path:
            return False
        live = controller.register.calls.get(CallId(path["call"]))
        if live is not None:
            return live.agent == agent
        return await call_log.had_talk(controller.database, path["call"], agent)

    return owns
