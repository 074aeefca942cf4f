"""The picture: what the retained topics should say now. It knows no broker; the link makes the broker like it."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from acd.commands import AgentChanged
from calls.ids import AgentId, CallId
from calls.numbers import REGION
from control import commands
from control.register import Call, Register
from hotline.bus import words
from hotline.views.fields import shown_fields
from hotline.views.masking import parties

_ALERTS_KEPT = 1_000

_encode = msgspec.json.Encoder().encode


class Picture:
    """Topics and payloads by the router's commands and register. As large as the site: agents, queues, live calls."""

    def __init__(self, of_site: str) -> None:
        self.topics: dict[str, bytes] = {}
        """All that should be retained below the state channels, by topic."""
        self.alerts: deque[bytes] = deque(maxlen=_ALERTS_KEPT)
        self._base = of_site
        self._agents: dict[AgentId, AgentChanged] = {}
        self._forecasts: dict[CallId, words.CallForecast] = {}

    def watch(self, command: commands.RouterCommand, utc: float, offset_s: float) -> None:
        """Note one command; `offset_s` makes a monotonic instant UTC."""
        match command:
            case AgentChanged(agent):
                self._agents[agent] = command
            case commands.ForecastMade(call, queue, forecast):
                silent = forecast.layer == "silent"
                self._forecasts[call] = words.CallForecast(
                    call,
                    queue,
                    forecast.layer,
                    forecast.reason,
                    forecast.position,
                    None if silent else forecast.median_s,
                    None if silent else forecast.low_s,
                    None if silent else forecast.high_s,
                    forecast.at + offset_s,
                )
            case commands.LogCall(call):
                self._forecasts.pop(call, None)
            case commands.Noticed(level, event, advice, call) if level != "info":
                self.alerts.append(_encode(words.Alert(level, event, advice, call, utc)))
            case _:
                pass

    def look(
        self,
        register: Register,
        agents: Iterable[str],
        queues: Iterable[str],
        online: bool = True,
        region: str = REGION,
        campaigns: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Draw it anew, at most some times a second: it costs as much as the site is large.

        `region`: where numbers are dialled that stand in fields. `campaigns`: rows of the controller.
        """
        offset_s = register.offset_s
        now: dict[str, bytes] = {}
        self._put(now, words.CONTROLLER, "", words.Controller(online, register.version))
        for name in agents:
            known = self._agents.get(AgentId(name))
            if known is not None:
                state = words.Agent(name, known.state, known.reason, known.since + offset_s)
                self._put(now, words.AGENT, name, state)
        waits: dict[str, list[Call]] = {queue: [] for queue in queues}
        for call in register.calls.values():
            self._put(now, words.CALL, call.call, _call(call, register.direction(call.call), offset_s, region))
            if call.place in ("waiting", "offered"):
                waits.setdefault(call.queue, []).append(call)
                forecast = self._forecasts.get(call.call)
                if forecast is not None:
                    self._put(now, words.FORECAST, call.call, forecast)
        for queue, waiting in waits.items():
            self._put(now, words.QUEUE, queue, _queue(queue, waiting, offset_s))
        for one in register.overrides:
            shown = words.Override(one.number, one.kind, one.target, one.author, one.reason, one.set_at, one.ends_at)
            self._put(now, words.OVERRIDE, str(one.number), shown)
        for row in campaigns:
            told = words.Campaign(**{name: row[name] for name in words.Campaign.__struct_fields__})
            self._put(now, words.CAMPAIGN, told.campaign, told)
        self.topics = now

    def _put(self, into: dict[str, bytes], channel: words.Channel, name: str, payload: words.Message) -> None:
        into[words.topic(self._base, channel, name)] = _encode(payload)


def _call(call: Call, direction: str, offset_s: float, region: str) -> words.Call:
    caller, called = parties(direction, call.caller, call.called)
    held_since = None if call.talk is None else call.talk.held_since
    return words.Call(
        call.call,
        caller,
        called,
        call.place,
        call.queue,
        call.agent,
        call.arrived_at + offset_s,
        None if call.queued_at is None else call.queued_at + offset_s,
        None if call.answered_at is None else call.answered_at + offset_s,
        shown_fields(call, region),
        direction,
        None if held_since is None else held_since + offset_s,
    )


def _queue(queue: str, waiting: list[Call], offset_s: float) -> words.Queue:
    offered = sum(call.place == "offered" for call in waiting)
    longest = min((call.queued_at for call in waiting if call.queued_at is not None), default=None)
    return words.Queue(queue, len(waiting), offered, None if longest is None else longest + offset_s)
