"""Curves of waits: how many of all arrivals were answered within so many seconds."""

import numpy as np

from sim.chance import Draws

EDGES_S = np.concatenate(([0.0], np.geomspace(1, 1800, 60)))
"""The seconds at which a curve has a point: close together where they matter."""


def reached(waits: Draws) -> list[float]:
    """Percent of all arrivals answered within each of EDGES_S. `waits` in seconds, NaN for who was not answered."""
    return [float(np.sum(waits <= edge)) / max(1, len(waits)) * 100 for edge in EDGES_S]
