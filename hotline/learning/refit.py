"""Fitting the learned wait forecast from the site's own waits, and the trial that a new fit has to stand.

The newest waits are kept out of the fit: on them it must beat the closed form, and must not be clearly worse than the
fit that speaks now (which may have seen some of them, hence the allowance). Else all stays as it is: a bad week, a
broken clock or a queue that was renamed must not make the forecast worse over night.
"""

import sqlite3
from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from acd.forecast.closed import erlang_quantile
from acd.forecast.ensemble import LEVELS, Ensemble, Quantiles
from acd.forecast.features import FEATURES, FEATURES_ID
from hotline.learning.fit import LEAST_ROWS, Shape, fit
from hotline.learning.scores import Floats, ratio_quantiles

LEAST_HELD_OUT, MOST_HELD_OUT = 300, 5000
NEWEST = 200_000
"""So many waits are learned from at most."""
ALLOWANCE = 1.05
COVERS = (0.6, 0.95)
"""The share within the .1 and .9 quantiles before any correction: outside of this something is broken."""


class Wait(NamedTuple):
    """One wait that ended with an agent; instants in UTC epoch seconds, `vector` in the order of FEATURES."""

    joined_at: float
    wait_s: float
    queue: str
    vector: list[float]


class Trial(msgspec.Struct, frozen=True):
    """The result of a fit. Pinball losses in seconds, on the `tested` newest waits; None where there was no such one.

    `result`: "taken up" (`model` is its name), "refused" or "too few waits"; `reason` says why.
    """

    result: Literal["taken up", "refused", "too few waits"]
    reason: str
    fitted_on: int = 0
    tested: int = 0
    pinball_s: float | None = None
    pinball_closed_form_s: float | None = None
    pinball_before_s: float | None = None
    coverage: float | None = None
    model: str = ""


def waits(connection: sqlite3.Connection) -> list[Wait]:
    """The newest waits of the store that have today's features, in the order in which they ended."""
    rows = connection.execute(
        "SELECT joined_at, wait_s, queue, vector FROM waits WHERE features = ? ORDER BY joined_at DESC LIMIT ?",
        (FEATURES_ID, NEWEST),
    )
    found = [Wait(row[0], row[1], row[2], msgspec.json.decode(row[3], type=list[float])) for row in rows]
    return sorted(found, key=lambda wait: wait.joined_at + wait.wait_s)


def refit(
    found: list[Wait], speaking: Quantiles | None, add: Callable[[Ensemble, int], str], shape: Shape | None = None
) -> Trial:
    """Fit on all but the newest of `found`, try it on those, and `add` it if it stands the trial.

    Raises BadInput without LightGBM, or when it cannot be written.
    """
    held_out = min(MOST_HELD_OUT, max(LEAST_HELD_OUT, len(found) // 10))
    newest = found[-held_out:]
    begins = min((wait.joined_at for wait in newest), default=0.0)
    past = [wait for wait in found[:-held_out] if wait.joined_at + wait.wait_s < begins]
    if len(past) < LEAST_ROWS:
        return Trial("too few waits", f"{len(found)} waits, about {LEAST_ROWS + LEAST_HELD_OUT} are needed")
    kinds = tuple(sorted({wait.queue for wait in found}))
    candidate = fit([_numbered(wait, kinds) for wait in past], [wait.wait_s for wait in past], kinds, shape or Shape())
    waited = np.array([wait.wait_s for wait in newest])
    said = _said(candidate, newest)
    ours, covered = _pinball(waited, said), float(np.mean((waited >= said[:, 0]) & (waited <= said[:, -1])))
    closed = _pinball(waited, _closed_form(past, newest))
    before = None if speaking is None else _pinball(waited, _said(speaking, newest))
    reason = _refusal(ours, closed, before, covered)
    trial = Trial("refused", reason, len(past), len(newest), ours, closed, before, covered)
    if reason:
        return trial
    return msgspec.structs.replace(trial, result="taken up", model=add(candidate, len(past)))


def _refusal(ours: float, closed: float, before: float | None, covered: float) -> str:
    if not np.isfinite(ours):
        return "it says what is no number"
    if ours > closed:
        return f"the closed form is better: pinball {closed:.2f} s, the fit {ours:.2f} s"
    if before is not None and ours > ALLOWANCE * before:
        return f"the fit that speaks now is better: pinball {before:.2f} s, the new one {ours:.2f} s"
    if not COVERS[0] <= covered <= COVERS[1]:
        return f"its 80 % interval covers {100 * covered:.0f} %"
    return ""


def _numbered(wait: Wait, kinds: tuple[str, ...]) -> list[float]:
    """The vector with the kind's number in this model: each numbers them anew."""
    vector = list(wait.vector)
    vector[FEATURES.index("kind")] = float(kinds.index(wait.queue) if wait.queue in kinds else len(kinds))
    return vector


def _said(model: Quantiles, of: list[Wait]) -> Floats:
    return np.sort(np.array([model.predict(_numbered(wait, model.kinds)) for wait in of]), axis=1)


def _closed_form(past: list[Wait], newest: list[Wait]) -> Floats:
    """Layer two on the same waits: its mean spread as an Erlang distribution, or by the ratios seen before, whichever
    is the better one there."""
    mean, ahead = FEATURES.index("qlm_skill_s"), FEATURES.index("ahead")
    now = np.array([wait.vector[mean] for wait in newest])
    earlier, waited = np.array([wait.vector[mean] for wait in past]), np.array([wait.wait_s for wait in past])
    by_ratios = np.maximum(now, 1.0)[:, None] * ratio_quantiles(waited, earlier)
    erlang = [[erlang_quantile(q, w.vector[ahead] + 1, w.vector[mean]) for q in LEVELS] for w in newest]
    actual = np.array([wait.wait_s for wait in newest])
    return min(by_ratios, np.array(erlang), key=lambda said: _pinball(actual, said))


def _pinball(waited: Floats, said: Floats) -> float:
    levels = np.array(LEVELS)
    over = waited[:, None] - said
    return float(np.maximum(levels * over, (levels - 1) * over).mean())
