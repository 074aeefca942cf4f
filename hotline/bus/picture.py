"""The picture: what the retained topics should say now. It knows no broker; the link makes the broker like it."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from calls.numbers import REGION
from control.messages import commands
from control.register.register import Register
from hotline.bus import words
from hotline.views.live_states import Kind, LiveStates

_ALERTS_KEPT = 1_000
_CHANNELS: Mapping[Kind, words.Channel] = {
    "controller": words.CONTROLLER,
    "agents": words.AGENT,
    "queues": words.QUEUE,
    "overrides": words.OVERRIDE,
    "calls": words.CALL,
    "forecasts": words.FORECAST,
    "proposals": words.PROPOSAL,
}

_encode = msgspec.json.Encoder().encode


class Picture:
    """Topics and payloads by the router's commands and register. As large as the site: agents, queues, live calls."""

    def __init__(self, of_site: str) -> None:
        self.topics: dict[str, bytes] = {}
        """All that should be retained below the state channels, by topic."""
        self.alerts: deque[bytes] = deque(maxlen=_ALERTS_KEPT)
        self._base = of_site
        self._states = LiveStates()

    def watch(self, command: commands.RouterCommand, utc: float) -> None:
        """Note one command, at `utc`."""
        self._states.watch(command, utc)
        match command:
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
        policy: Mapping[str, Any] | None = None,
    ) -> None:
        """Draw it anew, at most some times a second: it costs as much as the site is large.

        `region`: where numbers are dialled that stand in fields. `campaigns`: rows of the controller. `policy`: what
        the gate goes by (`hotline.governing.published.Published.told`); None of a site without scenes.
        """
        now = self._states.look(register, agents, queues, online, region)
        self.topics = {
            words.topic(self._base, _CHANNELS[kind], name): _encode(state)
            for kind in _CHANNELS
            for name, state in now[kind].items()
        }
        for row in campaigns:
            told = words.Campaign(**{name: row[name] for name in words.Campaign.__struct_fields__})
            self.topics[words.topic(self._base, words.CAMPAIGN, told.campaign)] = _encode(told)
        if policy is not None:
            self.topics[words.topic(self._base, words.POLICY)] = _encode(words.Policy(**policy))
