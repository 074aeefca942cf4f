"""Outer parts that come and go, as the log and the metrics tell of them."""

import structlog

from calls.dependencies import Dependency
from hotline.views.metrics import Metrics

log = structlog.get_logger("hotline")

_TOLD_ELSEWHERE = ("switch", "store", "broker", "webhook")
"""First words of the names of dependencies whose comings and goings have lines of their own in the log."""


class DependencyLog:
    """Watches a list of dependencies."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def changed(self, dependency: Dependency) -> None:
        """One has come, gone, or is not needed any more."""
        if dependency.state == "unknown":  # it is not needed any more
            self._metrics.dependency_up.remove(dependency.name)
            return
        self._metrics.dependency_up.labels(dependency.name).set(dependency.state == "up")
        if dependency.name.split()[0] in _TOLD_ELSEWHERE:
            return
        if dependency.state == "down":
            advice = "it is tried again by itself; hotline status shows since when, and the next try"
            log.warning("an outer part is away", name=dependency.name, error=dependency.error, advice=advice)
        else:
            log.info("an outer part is there", name=dependency.name)
