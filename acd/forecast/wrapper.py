"""A wrapper of the queues core that feeds a forecaster: to the router it is the queues core."""

from collections.abc import Callable

import msgspec

from acd.commands import AcdCommand
from acd.events import AcdEvent
from acd.forecast.feed import Feed
from acd.forecast.forecaster import Forecast
from calls.events import Tick
from calls.ids import Instant
from calls.ports import Core


class _Both(msgspec.Struct):
    queues: bytes
    feed: bytes


class Forecasting:
    """The queues as a `calls.ports.Core`, with a feed. Each forecast goes to `told`; the commands are unchanged."""

    def __init__(self, queues: Core[AcdEvent, AcdCommand], feed: Feed, told: Callable[[Forecast], None]) -> None:
        self._queues = queues
        self._feed = feed
        self._told = told

    def handle(self, event: AcdEvent, now: Instant) -> list[AcdCommand]:
        """Take one event: first the queues, then the feed with it and the queues' commands."""
        commands = self._queues.handle(event, now)
        made = self._feed.observe(event, commands, now)
        if isinstance(event, Tick):
            made += self._feed.tick(now)
        for forecast in made:
            self._told(forecast)
        return commands

    def next_deadline(self) -> Instant | None:
        """The earlier of the queues' deadline and of the next forecast; None for neither."""
        queues, feed = self._queues.next_deadline(), self._feed.next_deadline()
        if queues is None or feed is None:
            return feed if queues is None else queues
        return min(queues, feed)

    def tick(self, now: Instant) -> list[AcdCommand]:
        """Do what is due in the queues, and make the forecasts that are due."""
        return self.handle(Tick(now), now)

    def snapshot(self) -> bytes:
        """The state of both, as bytes."""
        return msgspec.msgpack.encode(_Both(self._queues.snapshot(), self._feed.snapshot()))

    def restore(self, snapshot: bytes) -> None:
        """Go on from a snapshot of both, or of queues without a forecaster."""
        try:
            both = msgspec.msgpack.decode(snapshot, type=_Both)
        except msgspec.ValidationError:  # written without a forecaster: the queues' state alone
            self._queues.restore(snapshot)
            return
        self._queues.restore(both.queues)
        self._feed.restore(both.feed)
