"""The board: the state of the running site as a wallboard shows it, kept from the router's commands. Masks numbers."""

from collections import Counter, deque
from typing import Any

import msgspec

from acd.commands import AgentChanged
from acd.forecast.forecaster import Forecast
from calls.ids import AgentId, CallId
from calls.numbers import REGION, masked
from complaints.cases import FileCase
from control.machines.ladder import Ladder
from control.messages import commands, log_commands
from control.register.call import Call, Talk
from control.register.register import Register
from dialer.campaigns.commands import CampaignChanged, LogTry
from hotline.views import states
from hotline.views.campaigns import CampaignCounts
from hotline.views.fields import SHOWN, shown_fields
from hotline.views.masking import parties
from hotline.views.overrides import shown
from ivr.commands import TurnTaken

_LAST = 50


class AgentRow(msgspec.Struct):
    """One agent's line on the board; `since` is monotonic."""

    agent: str
    state: str
    reason: str
    since: float


class Totals(msgspec.Struct):
    """Since the controller began."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    lost: int = 0
    cases: int = 0
    ended: int = 0
    waited_s: float = 0.0
    """Sum over answered calls, from the queue to the talk."""
    talks: int = 0
    """Talks with agents that are over; a call may have several."""
    talked_s: float = 0.0
    """Their length together: no survey, no menu, no music."""
    understood: int = 0
    """Sentences of callers that were understood at once, likewise the others."""
    asked_back: int = 0
    """One of two was meant, and the caller was asked which."""
    handed_over: int = 0
    """None of the intents, or a word of complaint: keys or a person go on."""


class Event(msgspec.Struct):
    """A line of the last events; `at` is UTC epoch seconds."""

    at: float
    what: str
    words: dict[str, str]


class Board:
    """Watches the router's commands. `view` is plain data for JSON."""

    WATCHED = frozenset(
        {log_commands.LogCall, log_commands.LogTalk, FileCase, AgentChanged, commands.ForecastMade, commands.Noticed}
        | {LogTry, CampaignChanged, TurnTaken}
    )
    """Commands of other kinds need not be shown."""

    def __init__(self) -> None:
        self.totals = Totals()
        self.campaigns = CampaignCounts()
        self._agents: dict[AgentId, AgentRow] = {}
        self._last: deque[Event] = deque(maxlen=_LAST)
        self._outcomes: Counter[str] = Counter()
        self._forecasts: dict[CallId, Forecast] = {}

    def watch(self, command: commands.RouterCommand, utc: float) -> None:
        """Note one command."""
        match command:
            case log_commands.LogCall():
                self._ended(command)
                self._forecasts.pop(command.call, None)
            case log_commands.LogTalk(role="agent"):
                self.totals.talks += 1
                self.totals.talked_s += command.ended_at - command.began_at
            case commands.ForecastMade(call, _, forecast):
                self._forecasts[call] = forecast
            case AgentChanged(agent, state, reason, since):
                self._agents[agent] = AgentRow(agent, state, reason, since)
                if state in ("talking", "paused", "offline"):
                    self._say(utc, f"agent {state}", agent=agent, reason=reason)
            case FileCase(case=case):
                self.totals.cases += 1
                self._say(utc, "case opened", case=case.number, category=case.category, caller=masked(case.caller))
            case CampaignChanged():
                reason = "; ".join(filter(None, (command.why, command.reason)))
                self._say(utc, f"campaign {command.state}", campaign=command.campaign, mode=command.mode, reason=reason)
            case TurnTaken(came_of="answered"):
                self.totals.understood += 1
            case TurnTaken(came_of="asked"):
                self.totals.asked_back += 1
            case TurnTaken(came_of="handed_over" | "complaint"):
                self.totals.handed_over += 1
            case LogTry():
                self._tried(command, utc)
            case commands.Noticed(level, event, advice) if level != "info":
                self._say(utc, event, level=level, advice=advice)
            case _:
                pass

    def _tried(self, one: LogTry, utc: float) -> None:
        refused = {"deny": "call denied", "defer": "call deferred"}.get(one.verdict)
        if self.campaigns.count(one) and refused is not None:
            self._say(utc, refused, campaign=one.campaign, number=masked(one.number), rule=one.rule)

    def view(self, register: Register, now: float, region: str = REGION) -> dict[str, Any]:
        """All of it as of `now` (monotonic): places, queues, agents, calls, the last events, totals.

        `region`: where numbers are dialled that stand in fields.
        """
        queues: dict[str, dict[str, Any]] = {}
        for call in register.calls.values():
            if call.place in ("waiting", "offered") and call.queued_at is not None:
                row = queues.setdefault(call.queue, {"waiting": 0, "longest_s": 0.0, "long_waits": 0})
                row["long_waits"] += call.announced.alarms > 0
                row["waiting"] += 1
                row["longest_s"] = max(row["longest_s"], now - call.queued_at)
        return {
            "version": register.version,
            "utc": now + register.offset_s,
            "places": Counter(call.place for call in register.calls.values()),
            "queues": queues,
            "overrides": [shown(one) for one in register.overrides],
            "agents": [
                {**msgspec.structs.asdict(row), "for_s": max(0.0, now - row.since)} for row in self._agents.values()
            ],
            "calls": [
                {
                    "call": call.call,
                    "direction": register.direction(call.call),
                    **_parties(register, call),
                    "place": call.place,
                    "queue": call.queue,
                    "agent": call.agent,
                    "fields": shown_fields(call, region),
                    "for_s": now - call.arrived_at,
                    "talk_s": None if call.talk is None else now - call.talk.began_at,
                    "held_s": _held_s(call.talk, now),
                    "forecast": self._forecast_of(call),
                    "consultation": consultation_of(register, call),
                    "trail": trail_of(register, call),
                }
                for call in register.calls.values()
            ],
            "last": [msgspec.structs.asdict(event) for event in self._last],
            "totals": msgspec.structs.asdict(self._totals_with(register)),
            "outcomes": dict(self._outcomes),
        }

    def _forecast_of(self, call: Call) -> dict[str, Any] | None:
        """The forecast of a waiting caller: figures, or silence with its reason; None for one who does not wait."""
        forecast = self._forecasts.get(call.call)
        if forecast is None or call.place not in ("waiting", "offered"):
            return None
        told = {"layer": forecast.layer, "reason": forecast.reason}
        if forecast.layer == "silent":
            return told
        return {**told, "median_s": forecast.median_s, "low_s": forecast.low_s, "high_s": forecast.high_s}

    def _totals_with(self, register: Register) -> Totals:
        """Ended calls and those that go on: a caller who talks counts as answered now, not when the talk is over."""
        totals = msgspec.structs.replace(self.totals)
        for call in register.calls.values():
            if call.queued_at is not None:
                totals.offered += 1
                if call.answered_at is not None:
                    totals.answered += 1
                    totals.waited_s += call.answered_at - call.queued_at
        return totals

    def _ended(self, row: log_commands.LogCall) -> None:
        if row.direction != "in":  # an agent's own work is no caller's fate
            caller, called = parties(row.direction, row.caller, row.called)
            self._say(row.ended_at, f"agent's call {row.outcome}", agent=row.agent or caller, called=called)
            return
        self._outcomes[row.outcome] += 1
        self.totals.ended += 1
        if row.queued_at is not None:
            self.totals.offered += 1
            if row.answered_at is not None:
                self.totals.answered += 1
                self.totals.waited_s += row.answered_at - row.queued_at
            elif row.outcome == "abandoned":
                self.totals.abandoned += 1
        if row.outcome == "lost":
            self.totals.lost += 1
        self._say(
            row.ended_at, f"call {row.outcome}", caller=masked(row.caller), queue=row.queue, agent=row.agent or ""
        )

    def _say(self, utc: float, what: str, **words: str) -> None:
        self._last.appendleft(Event(utc, what, {name: word for name, word in words.items() if word}))


def _parties(register: Register, call: Call) -> dict[str, str]:
    caller, called = parties(register.direction(call.call), call.caller, call.called)
    return {"caller": caller, "called": called}


def _held_s(talk: Talk | None, now: float) -> float | None:
    """How long the other side of a talk has been on hold; None where nobody is."""
    return None if talk is None or talk.held_since is None else now - talk.held_since


def trail_of(register: Register, call: Call, *, whole: bool = False) -> dict[str, Any] | None:
    """The way of a caller up the ladder; what was said only while the call waits, is offered or talks, or if `whole`.
    None of an agent's own call."""
    if register.direction(call.call) != "in":
        return None
    ladder, whole = register.ladders.get(call.call) or Ladder(), whole or call.place in SHOWN
    trail: dict[str, Any] = msgspec.to_builtins(states.of_trail(call, ladder, register.offset_s, whole=whole))
    return trail


def consultation_of(register: Register, call: Call) -> dict[str, Any] | None:
    """Whom the agent of a talk consults, and how far that is; None where they consult nobody."""
    one = register.consultations.get(call.call)
    if one is None:
        return None
    name = masked(one.target.name) if one.target.kind == "number" else one.target.name
    return {"state": one.state, "kind": one.target.kind, "with": name}
