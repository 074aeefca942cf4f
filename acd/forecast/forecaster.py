"""The forecaster: takes events, returns forecasts, each by one of three layers and with the reason."""

from collections.abc import Mapping, Sequence
from typing import Literal, assert_never

import msgspec

from acd.forecast.closed import erlang_quantile
from acd.forecast.conformal import Correction, Said
from acd.forecast.ensemble import LEVELS, Quantiles, mean
from acd.forecast.estimates import Drift, Handle, Patience
from acd.forecast.events import (
    AgentAbsent,
    AgentPresent,
    CallGone,
    CallJoined,
    CallMovedOn,
    CallServed,
    CallWaits,
    ForecastEvent,
    TalkOver,
)
from acd.forecast.features import View, view
from acd.forecast.line import Line, Waiter
from acd.forecast.servers import Servers, kinds_passed_over
from calls.ids import AgentId, CallId, Instant, Seconds

Layer = Literal["learned", "closed form", "silent"]

ENOUGH_TALKS = 30
"""With fewer talks than this the handle time is a guess, and the forecaster is silent."""
ENOUGH_ANSWERED = 300
"""With fewer callers answered after a wait than this, the correction of the learned layer has nothing to go on."""
DAY_S = 86400.0


class Forecast(msgspec.Struct, frozen=True):
    """The wait still ahead of one caller. With `layer` "silent" there are no figures, and `reason` says why.

    `eligible` (agents, by their chance to serve) and `handle_s` explain a change of the forecast.
    """

    call: CallId
    at: Instant
    layer: Layer
    reason: str
    position: int
    median_s: Seconds = 0.0
    mean_s: Seconds = 0.0
    low_s: Seconds = 0.0
    high_s: Seconds = 0.0
    quantiles_s: tuple[Seconds, ...] = ()
    eligible: float = 0.0
    handle_s: Seconds = 0.0


class Entry(msgspec.Struct, frozen=True):
    """The forecast at entry, kept to learn from when the caller leaves: the vector of the learned layer, the closed
    form, and each layer's raw quantiles."""

    closed_s: Seconds
    said: dict[str, Said]
    kind: str = ""
    priority: int = 0
    vector: tuple[float, ...] = ()
    at: Instant | None = None
    """The instant of it; None: as the caller joined. Later for a caller who was rung for at once (`CallWaits`)."""


class Example(msgspec.Struct, frozen=True):
    """A wait to fit to: the vector at entry (in the order of `features.FEATURES`) and the wait that followed."""

    call: CallId
    kind: str
    priority: int
    joined_at: Instant
    wait_s: Seconds
    vector: tuple[float, ...]


class Forecaster:
    """The three layers together. `observe` takes each event, with `now` never going back; `forecast` asks at any time.

    `head_starts`: seconds by priority, as the queue's rule says. `model`: the learned layer, None for none.
    `kinds`: what earlier runs knew, in the order in which models number them; new ones are added as they come.
    `day_starts_at`: an instant at which a local day began; the time of day is counted from it (24 h days: the hour by
    which a change of summer time moves it, the weekly refit takes in).
    """

    def __init__(
        self,
        head_starts: Mapping[int, Seconds],
        model: Quantiles | None = None,
        kinds: Sequence[str] = (),
        day_starts_at: Instant = 0.0,
    ) -> None:
        self.line = Line(head_starts)
        self.servers = Servers()
        self.handle = Handle()
        self.patience = Patience()
        self.drift = Drift()
        self._day_starts_at = day_starts_at
        self.corrections = {"learned": Correction(), "closed form": Correction()}
        self._entries: dict[CallId, Entry] = {}
        self._now: Instant | None = None
        self._seen: tuple[Waiter, Instant, View] | None = None  # the last view, until the next event
        self._answered = 0
        self._kind_index = {kind: index for index, kind in enumerate(kinds)}
        self.use(model)

    def use(self, model: Quantiles | None) -> None:
        """Take another fit of the learned layer from now on; what was learned online stays.

        Kinds are numbered as the model does; those that it has not met come after.
        """
        if model is not None:
            known = [*model.kinds, *(kind for kind in self._kind_index if kind not in model.kinds)]
            self._kind_index = {kind: index for index, kind in enumerate(known)}
        self.model = model

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds seen so far, in the order in which the features number them."""
        return tuple(self._kind_index)

    def observe(self, event: ForecastEvent, now: Instant) -> Example | None:
        """Take one event. Returns an example to fit to when it is the answer to a caller who waited."""
        self._seen = None
        self._pass_time(now)
        match event:
            case CallJoined(call, kind, priority, head_start_s, rung):
                self._kind_index.setdefault(kind, len(self._kind_index))
                waiter = self.line.join(call, kind, priority, now, head_start_s)
                self.servers.forget_absent(now)
                if not rung:
                    self._remember(waiter, now)
            case CallWaits(call):
                known = self.line.find(call)
                if known is not None:
                    self._remember(known, now)
            case CallMovedOn(call, kind, head_start_s):
                self._kind_index.setdefault(kind, len(self._kind_index))
                self.line.move(call, kind, head_start_s)
            case CallServed(call, kind, agent, waited):
                return self._served(call, kind, agent, waited, now)
            case CallGone(call):
                waiter_gone = self.line.gone(call)
                self._entries.pop(call, None)
                if waiter_gone is not None:
                    self.patience.learn(now - waiter_gone.joined_at, gave_up=True)
            case TalkOver(call):
                ended = self.servers.talk_over(call, now)
                if ended is not None:
                    agent, talk = ended
                    self.handle.learn(now - talk.since, talk.kind, agent)
            case AgentPresent(agent, kinds):
                self.servers.present(agent, kinds, now)
            case AgentAbsent(agent):
                self.servers.absent(agent)
            case _:
                assert_never(event)
        return None

    def forecast(self, call: CallId, now: Instant) -> Forecast:
        """The wait still ahead of `call` at `now`, by the highest layer that has enough to go on. Changes nothing."""
        waiter = self.line.find(call)
        if waiter is None:
            return Forecast(call, now, "silent", "the call does not wait", 0)
        seen = self.view(waiter, now)
        position = seen.ahead + 1
        if self.handle.talks < ENOUGH_TALKS:
            return Forecast(call, now, "silent", f"{self.handle.talks} talks seen, {ENOUGH_TALKS} needed", position)
        if seen.eligible < 0.05:
            return Forecast(call, now, "silent", f"nobody who answers {waiter.kind} is seen at work", position)
        layer: Layer
        if self.model is None:
            layer, reason = "closed form", "no fitted model"
        elif self._answered < ENOUGH_ANSWERED:
            layer, reason = "closed form", f"{self._answered} callers answered, {ENOUGH_ANSWERED} needed"
        else:
            layer, reason = "learned", f"{len(LEVELS)} quantiles, corrected for {waiter.kind}/{waiter.priority}"
        correction = self.corrections[layer]
        raw = self._raw(layer, seen)
        quantiles = correction.corrected(correction.say((waiter.kind, waiter.priority), raw))
        return Forecast(
            call=call,
            at=now,
            layer=layer,
            reason=reason,
            position=position,
            median_s=quantiles[2],
            mean_s=mean(quantiles),
            low_s=quantiles[0],
            high_s=quantiles[-1],
            quantiles_s=quantiles,
            eligible=seen.eligible,
            handle_s=self.handle.mean_s,
        )

    def view(self, waiter: Waiter, now: Instant) -> View:
        """The view of `waiter` at `now`, from which the layers forecast."""
        if self._seen is not None and self._seen[0] is waiter and self._seen[1] == now:
            return self._seen[2]  # at entry to learn from, and again to be told: one pass over the servers
        seen = view(
            self.line,
            self.servers,
            self.handle,
            self.patience,
            self.drift,
            waiter,
            self._kind_index[waiter.kind],
            (now - self._day_starts_at) % DAY_S,
            now,
        )
        self._seen = (waiter, now, seen)
        return seen

    def _pass_time(self, now: Instant) -> None:
        if self._now is not None:
            self.servers.pass_time(now - self._now, len(self.line) > 0)
        self._now = now

    def _remember(self, waiter: Waiter, now: Instant) -> None:
        seen = self.view(waiter, now)
        cell = (waiter.kind, waiter.priority)
        said = {"closed form": self.corrections["closed form"].say(cell, self._raw("closed form", seen))}
        if self.model is not None:
            said["learned"] = self.corrections["learned"].say(cell, self._raw("learned", seen))
        self._entries[waiter.call] = Entry(seen.closed_s, said, waiter.kind, waiter.priority, tuple(seen.vector), now)

    def _raw(self, layer: Layer, seen: View) -> list[Seconds]:
        if layer == "learned" and self.model is not None:
            return self.model.predict(seen.vector)
        return [erlang_quantile(level, seen.ahead + 1, seen.closed_s) for level in LEVELS]

    def _served(self, call: CallId, kind: str, agent: AgentId, waited: bool, now: Instant) -> Example | None:
        waiter = self.line.served(call, now) if waited else self.line.gone(call)
        entry = self._entries.pop(call, None)
        passed_over: set[str] = set()
        example = None
        if waiter is not None and waited and entry is not None:
            wait_s = now - (waiter.joined_at if entry.at is None else entry.at)
            passed_over = kinds_passed_over(self.line, waiter, now)
            self.patience.learn(wait_s, gave_up=False)
            self._answered += 1
            cell = (entry.kind, entry.priority)  # where the forecast was made; the caller may have moved on since
            self.drift.learn(cell, entry.closed_s, wait_s)
            for layer, said in entry.said.items():
                self.corrections[layer].learn(said, wait_s)
            example = Example(call, *cell, waiter.joined_at, wait_s, entry.vector)
        if agent:
            self.servers.took(agent, call, kind, passed_over, now)
        return example
