"""Cells of call control's tables: the state after what happens, and the commands in short.

`gone: LogCall abandoned, LogLeg caller`. `cannot`: there is no such leg here, or nothing was ordered that could end so.
Rows of steps and rungs, forecasts and notifications are left out.

    python -m tests.tables.control.cells     prints the tables as they are; read each changed cell
"""

import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import yaml

from calls import events as door
from calls.commands import Sentence
from tests.tables.control.happenings import HAPPENINGS
from tests.tables.control.scene import Scene
from tests.tables.control.situations import SITUATIONS

_SHOWN = {
    "LogCall": "outcome",
    "LogCallback": "outcome",
    "LogTransfer": "outcome",
    "Noticed": "event",
    "AgentChanged": "state",
    "OfferLapsed": "reason",
}
_LEFT_OUT = ("LogStep", "LogRung", "ForecastMade", "NotifyArrival", "NotifyRing", "NotifyTalk")
_MOST = 20
"""Commands of a cell that are shown one by one; of those after them, how many of each there are."""


def _state(machine: str, made: Scene) -> str:
    register = made.house.router.register
    match machine:
        case "places":
            return made.call.place
        case "offers":
            assert made.offer is not None
            return made.offer.state if made.offer.attempt in register.offers else "over"
        case "transfers":
            return next((transfer.state for transfer in register.transfers.values()), "over")
        case "agent calls":
            dialled = register.agent_calls.get(made.call_id)
            return "over" if dialled is None else dialled.state
        case "consultations":
            return next((one.state for one in register.consultations.values()), "over")
        case "star codes":
            if made.phone == "8099":
                return "nobody's phone"
            return next((agent.state for agent in made.house.router.agents()), "offline")
        case _:
            assert made.callback is not None
            return made.callback.state


def _short(made: Scene, command: Any, roles: Mapping[str, str]) -> str:
    kind = type(command).__name__
    if kind == "Play" and isinstance(command.media[0], Sentence) and roles.get(command.leg) == "code":
        return f"Play {command.media[0].text}"
    if kind == "Bridge" and "consulted" in roles.values():
        return f"{kind} {roles.get(command.a, '?')} {roles.get(command.b, '?')}"
    if kind == "Originate":
        return f"{kind} {command.to.partition(':')[0]}"
    if kind in _SHOWN:
        return f"{kind} {getattr(command, _SHOWN[kind])}"
    if kind == "LogLeg":
        return f"{kind} {command.role}"
    leg = getattr(command, "leg", None)
    return kind if leg is None else f"{kind} {roles.get(leg, '?')}"


def cell(machine: str, situation: str, happening: str) -> str:
    """One cell, as it is."""
    made = SITUATIONS[machine][situation]()
    assert _state(machine, made) == situation, (_state(machine, made), situation)
    roles = {leg.leg: leg.role for leg in made.house.router.register.legs.values()}
    if happening == "the agent presses *9" and made.leg("agent") is not None:
        made.house.press(made.leg("agent").leg, "*")  # type: ignore[union-attr]  # it is there
    event = HAPPENINGS[machine][happening](made)
    if event is None:
        return "cannot"
    before = len(made.house.commands)
    if isinstance(event, float):
        made.house.wait(event)
    else:
        made.house.tell(event, after_s=0.0)
    if isinstance(event, door.CallArrived) and event.device is None:
        made.house.press(event.leg, "1")
    roles |= {leg.leg: leg.role for leg in made.house.router.register.legs.values()}
    given = [_short(made, command, roles) for command in made.house.commands[before:]]
    shown = [one for one in given if one not in _LEFT_OUT]
    more = [f"{times} × {one}" for one, times in Counter(shown[_MOST:]).items()]
    return f"{_state(machine, made)}: {', '.join((*shown[:_MOST], *more)) or 'nothing'}"


def table(machine: str) -> dict[str, dict[str, str]]:
    """All cells of one machine, as they are."""
    return {
        situation: {happening: cell(machine, situation, happening) for happening in HAPPENINGS[machine]}
        for situation in SITUATIONS[machine]
    }


if __name__ == "__main__":
    tables = {machine: table(machine) for machine in SITUATIONS}
    yaml.safe_dump(tables, sys.stdout, sort_keys=False, width=1_000, allow_unicode=True)
