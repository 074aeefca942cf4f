"""Prometheus metrics, counted from the router's commands: what was not commanded did not happen."""

import asyncio
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from acd.commands import AgentChanged, OfferLapsed
from calls.overrides import Kind
from complaints.cases import FileCase
from control.messages import commands, log_commands
from control.register.register import Register

_TALKS = (5, 10, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)
_WAITS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 480, 720, 1800)


class Metrics:
    """Watches the router's commands. `registry` is what the web shows at /metrics."""

    WATCHED = frozenset(
        {
            log_commands.LogCall,
            log_commands.LogTalk,
            log_commands.LogTransfer,
            OfferLapsed,
            FileCase,
            AgentChanged,
            commands.ForecastMade,
            commands.Noticed,
        }
    )
    """Commands of other kinds need not be shown: there are five of those for one of these."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._calls = Counter("hotline_calls", "Calls that ended", ["outcome", "queue"], registry=self.registry)
        self._waits = Histogram(
            "hotline_wait_seconds", "Wait of answered calls", ["queue"], registry=self.registry, buckets=_WAITS
        )
        self._abandons = Histogram(
            "hotline_abandon_seconds", "Wait of abandoned calls", ["queue"], registry=self.registry, buckets=_WAITS
        )
        self._talks = Histogram(
            "hotline_talk_seconds", "Talks", ["queue", "role"], registry=self.registry, buckets=_TALKS
        )
        self._transfers = Counter(
            "hotline_transfers", "Transfers by agents that ended", ["by", "kind", "outcome"], registry=self.registry
        )
        self._holds = Histogram(
            "hotline_hold_seconds",
            "Time on hold in talks that had any",
            ["queue"],
            registry=self.registry,
            buckets=_TALKS,
        )
        self._agent_calls = Counter(
            "hotline_agent_calls", "Calls by agents that ended", ["direction", "outcome"], registry=self.registry
        )
        self._lapsed = Counter(
            "hotline_offers_missed", "Offers that came to nothing", ["reason", "by"], registry=self.registry
        )
        self._cases = Counter("hotline_cases", "Cases opened", ["category", "asked_by"], registry=self.registry)
        self._notices = Counter("hotline_notices", "Notices to the operator", ["level"], registry=self.registry)
        self._places = Gauge("hotline_calls_live", "Calls now, by place", ["place"], registry=self.registry)
        self._agents = Gauge("hotline_agents", "Agents now, by state", ["state"], registry=self.registry)
        self._forecasts = Counter(
            "hotline_forecasts",
            "Forecasts of the wait, by the layer that spoke",
            ["queue", "layer"],
            registry=self.registry,
        )
        self._forecast = Gauge(
            "hotline_forecast_seconds",
            "The newest forecast: the wait ahead of the caller who was last looked at",
            ["queue", "figure"],
            registry=self.registry,
        )
        self._overrides = Gauge(
            "hotline_overrides", "Overrides in force now, by kind", ["kind"], registry=self.registry
        )
        self._states: dict[str, str] = {}
        self._tasks = Gauge("hotline_tasks", "asyncio tasks now", registry=self.registry)
        self.pending_rows = Gauge("hotline_store_pending_rows", "Rows not yet durable", registry=self.registry)
        self.bus_up = Gauge("hotline_bus_up", "1 while the link to the broker is up", registry=self.registry)
        self.dependency_up = Gauge(
            "hotline_dependency_up",
            "1 while an outer part is there, 0 while it is away",
            ["name"],
            registry=self.registry,
        )
        self.failed_registrations = Counter(
            "hotline_failed_registrations", "Registrations that a switch refused", ["switch"], registry=self.registry
        )
        self.switch_up = Gauge(
            "hotline_switch_up", "1 while the link to the switch is up", ["switch"], registry=self.registry
        )

    def watch(self, command: commands.RouterCommand) -> None:
        """Count one command."""
        match command:
            case AgentChanged(agent, state):  # the most frequent one first
                self._states[agent] = state
            case log_commands.LogCall(direction=direction) if direction != "in":
                self._agent_calls.labels(direction, command.outcome).inc()
            case log_commands.LogCall():
                self._calls.labels(command.outcome, command.queue).inc()
                if command.queued_at is not None and command.answered_at is not None:
                    self._waits.labels(command.queue).observe(command.answered_at - command.queued_at)
                elif command.queued_at is not None and command.outcome == "abandoned":
                    self._abandons.labels(command.queue).observe(command.ended_at - command.queued_at)
            case log_commands.LogTalk():
                self._talks.labels(command.queue, command.role).observe(command.ended_at - command.began_at)
                if command.holds:
                    self._holds.labels(command.queue).observe(command.held_s)
            case log_commands.LogTransfer(ended_at=float()):
                self._transfers.labels(command.by, command.kind, command.outcome).inc()
            case OfferLapsed():
                self._lapsed.labels(command.reason, "switch" if command.fault else "agent").inc()
            case FileCase(case=case):
                self._cases.labels(case.category, case.asked_by).inc()
            case commands.ForecastMade(queue=queue, forecast=forecast):
                self._forecasts.labels(queue, forecast.layer).inc()
                if forecast.layer != "silent":
                    self._forecast.labels(queue, "median").set(forecast.median_s)
                    self._forecast.labels(queue, "low").set(forecast.low_s)
                    self._forecast.labels(queue, "high").set(forecast.high_s)
            case commands.Noticed(level):
                self._notices.labels(level).inc()
            case _:
                pass

    def look(self, register: Register) -> None:
        """Take the gauges' readings, when somebody asks for them; on the event loop, whose tasks are counted."""
        self._tasks.set(len(asyncio.all_tasks()))
        places = [call.place for call in register.calls.values()]
        for place in ("menu", "waiting", "booked", "offered", "talking", "transferring", "transferred", "dialling"):
            self._places.labels(place).set(places.count(place))
        kinds = [override.kind for override in register.overrides]
        for kind in get_args(Kind):
            self._overrides.labels(kind).set(kinds.count(kind))
        states = list(self._states.values())
        for state in ("offline", "idle", "offered", "talking", "wrap_up", "paused"):
            self._agents.labels(state).set(states.count(state))
