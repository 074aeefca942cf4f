"""Forecasts in the log: a line when the layer that speaks for a queue is another one, and why; each one at debug."""

import structlog

from acd.forecast.forecaster import Layer
from control.messages.commands import ForecastMade

log = structlog.get_logger("hotline")


class ForecastLog:
    """Remembers which layer spoke last for each queue, so that a busy hour makes one line and not a thousand."""

    def __init__(self) -> None:
        self._layers: dict[str, Layer] = {}

    def watch(self, made: ForecastMade) -> None:
        """Note one forecast."""
        forecast = made.forecast
        if self._layers.get(made.queue) != forecast.layer:
            self._layers[made.queue] = forecast.layer
            log.info("wait forecast", queue=made.queue, layer=forecast.layer, reason=forecast.reason)
        log.debug(
            "wait forecast of a call",
            call=made.call,
            queue=made.queue,
            layer=forecast.layer,
            median_s=round(forecast.median_s, 1),
        )
