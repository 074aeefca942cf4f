"""The live states all together, by kind and name: kept from the router's commands, looked up in its register."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Literal

from acd.commands import AgentChanged
from calls.ids import CallId
from calls.numbers import REGION
from control.machines.ladder import Ladder
from control.messages import commands, log_commands
from control.register.call import Call
from control.register.register import Register
from hotline.views import states

Kind = Literal[
    "controller", "agents", "queues", "overrides", "calls", "forecasts", "proposals", "alerts", "days", "switches"
]  # fmt: skip
States = Mapping[Kind, Mapping[str, states.Message]]
"""By kind, each state by the name of what it is of; the controller's has the empty name."""

_WAITS = ("waiting", "offered")
_ALERTS_KEPT = 20


class LiveStates:
    """As large as the site: agents, queues, calls that go on, the newest alerts.

    A call's state that has not changed since the look before is the same object.
    """

    def __init__(self) -> None:
        self._agents: dict[str, AgentChanged] = {}
        self._forecasts: dict[CallId, commands.ForecastMade] = {}
        self._alerts: deque[tuple[str, states.Alert]] = deque(maxlen=_ALERTS_KEPT)
        self._alerts_told = 0
        self._calls: dict[str, tuple[tuple[object, ...], states.Message]] = {}
        """Of each call what its state was made of, and the state: a look goes over all calls, of which few changed."""

    def watch(self, command: commands.RouterCommand, utc: float) -> None:
        """Note one command, at `utc`."""
        match command:
            case AgentChanged(agent):
                self._agents[agent] = command
            case commands.ForecastMade(call):
                self._forecasts[call] = command
            case log_commands.LogCall(call):
                self._forecasts.pop(call, None)
            case commands.Noticed(level, event, advice, call) if level != "info":
                self._alerts_told += 1
                self._alerts.append((str(self._alerts_told), states.Alert(level, event, advice, call, utc)))
            case _:
                pass

    def look(
        self,
        register: Register,
        agents: Iterable[str],
        queues: Iterable[str],
        online: bool = True,
        region: str = REGION,
    ) -> States:
        """All states now. It costs as much as the site is large: at most some times a second.

        `region`: where numbers are dialled that stand in fields.
        """
        offset_s = register.offset_s
        forecasts: dict[str, states.Message] = {}
        waits: dict[str, list[Call]] = {queue: [] for queue in queues}
        for call in register.calls.values():
            if call.place in _WAITS:
                waits.setdefault(call.queue, []).append(call)
                made = self._forecasts.get(call.call)
                if made is not None:
                    forecasts[call.call] = states.of_forecast(made.call, made.queue, made.forecast, offset_s)
        changed = ((name, self._agents.get(name)) for name in agents)
        return {
            "controller": {"": states.Controller(online, register.version)},
            "agents": {name: states.of_agent(one, offset_s) for name, one in changed if one is not None},
            "queues": {queue: states.of_queue(queue, calls, offset_s) for queue, calls in waits.items()},
            "overrides": {
                str(one.number): states.Override(
                    one.number, one.kind, one.target, one.author, one.reason, one.set_at, one.ends_at
                )
                for one in register.overrides
            },
            "calls": self._look_at_calls(register, region),
            "proposals": {
                one.call: states.of_proposal(one, one.seat if one.state == "taken" else "", offset_s)
                for one in register.proposals.values()
            },
            "forecasts": forecasts,
            "alerts": dict(self._alerts),
        }

    def _look_at_calls(self, register: Register, region: str) -> dict[str, states.Message]:
        offset_s = register.offset_s
        known = self._calls
        now: dict[str, tuple[tuple[object, ...], states.Message]] = {}
        for call in register.calls.values():
            ladder = register.ladders.get(call.call) or Ladder()
            held_since = None if call.talk is None else call.talk.held_since
            made_of = (
                *(call.place, call.queue, call.agent, call.arrived_at, call.queued_at, call.answered_at, held_since),
                *(call.caller, call.called, tuple(call.fields.items()), offset_s, region),
                *_of_ladder(ladder),
            )
            before = known.get(call.call)
            if before is None or before[0] != made_of:
                before = (made_of, states.of_call(call, ladder, register.direction(call.call), offset_s, region))
            now[call.call] = before
        self._calls = now
        return {name: state for name, (_, state) in now.items()}


def _of_ladder(ladder: Ladder) -> tuple[object, ...]:
    """What a call's trail is made of, as far as it can change."""
    last = ladder.turns[-1] if ladder.turns else None
    turn = () if last is None else (last.at, last.said, last.came_of, last.reviewed)
    return (ladder.rung, ladder.since, ladder.rows, *turn, *ladder.slots.items())
