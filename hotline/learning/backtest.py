"""`hotline backtest LOGS --test-from DATE`: the wait forecast tried on the past, beside the predictors it must beat.

Asked at each entry into the queue, with what had happened before it. Scored on callers who were answered; what that
leaves out is told in the figures "weighted for who gave up". docs/forecast.md has the method and the numbers.
"""

import platform
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from os import cpu_count
from pathlib import Path
from statistics import median

import msgspec
import numpy as np

from calls.errors import BadInput
from hotline.learning.calllog import HoleInLog, Log, read
from hotline.learning.references import MEDIANS, WINDOWS_S, References, median_keys, median_table
from hotline.learning.scores import (
    Floats,
    Score,
    censoring_weights,
    coverage_by_cell,
    ratio_quantiles,
    score,
)
from hotline.learning.trial import DAY_S, REFIT_EVERY_S, Entry, Progress, walk

BETTER_BY = 0.12
ENOUGH_FOR_A_CELL = 300
LAYER_ONE = "our closed form"


class Figure(msgspec.Struct, frozen=True):
    """One line of the report. `target` and `met` are None for what is only told beside; `reference` is QLm's value."""

    figure: str
    value: float
    unit: str
    target: float | None = None
    reference: float | None = None
    met: bool | None = None
    note: str = ""


class Report(msgspec.Struct, frozen=True):
    """The shape of every benchmark: name, machine, figures."""

    bench: str
    machine: dict[str, str | int]
    figures: list[Figure]


def backtest(
    paths: Sequence[Path],
    test_from: datetime,
    told: Callable[[str], None] = lambda line: None,
    *,
    holes: bool = False,
) -> Report:
    """Learn from what is before `test_from`, refit every fortnight, score what follows. Raises BadInput.

    With `holes` days may be missing in the log: each side of the hole stands for itself, and the report says so.
    """

    def told_progress(progress: Progress) -> None:
        told(f"{progress.doing}, {100 * progress.done // progress.of} % of the calls")

    try:
        log = read(paths, lambda path, rows: told(f"read {path.name}, {rows} calls"), holes=holes)
    except HoleInLog as error:
        raise BadInput(f"{error}; with --holes each side of it stands for itself") from error
    entries = walk(log, test_from, told=told_progress)
    machine: dict[str, str | int] = {"cpu": platform.processor() or platform.machine(), "cores": cpu_count() or 1}
    return Report("backtest", machine, figures(log, entries))


def figures(log: Log, entries: list[Entry]) -> list[Figure]:
    """All lines of the report from a walk through `log`."""
    past = [e for e in entries if e.said is None and e.call.answered]
    asked = [e for e in entries if e.said is not None]
    heard = [e for e in asked if e.said is not None and e.said.layer != "silent"]
    test = [e for e in heard if e.call.answered]
    if not past or not test:
        raise BadInput("no answered callers to learn from, or none to test on")
    waits = _waits(test)
    ours = _ours(test)
    scores = {"ours": score(waits, *ours), **_reference_scores(log, past, test)}
    best = scores["QLm"]
    lines = [
        _below("MAE ours", scores["ours"].mae_s, best.mae_s, ", of the median"),
        _below("RMSE ours", scores["ours"].rmse_s, best.rmse_s, ", of the mean of the same quantiles"),
        _below("pinball ours", scores["ours"].pinball_s, best.pinball_s),
        _between("coverage ours", scores["ours"].coverage, 79.0, 81.0),
    ]
    cells = coverage_by_cell([(e.call.kind, e.call.priority) for e in test], waits, ours[2][:, 0], ours[2][:, -1])
    for (kind, priority), (callers, share) in cells.items():
        if callers >= ENOUGH_FOR_A_CELL:
            lines.append(
                _between(f"coverage ours, {kind} priority {priority}", share, 76.0, 84.0, f"{callers} callers")
            )
    took_ms = 1000.0 * median(e.took_s for e in test)
    lines.append(Figure("one forecast, all quantiles", round(took_ms, 3), "ms", 0.3, None, took_ms <= 0.3))
    for name, of in scores.items():
        if name != "ours":
            lines += [
                Figure(f"MAE {name}", round(of.mae_s, 2), "s"),
                Figure(f"RMSE {name}", round(of.rmse_s, 2), "s"),
                Figure(f"pinball {name}", round(of.pinball_s, 3), "s"),
                Figure(f"coverage {name}", round(100 * of.coverage, 2), "%"),
            ]
    rmse_of_median = score(waits, ours[0], ours[0], ours[2]).rmse_s
    lines.append(Figure("RMSE ours, of the median", round(rmse_of_median, 2), "s"))
    return lines + _censoring(heard) + _counts(log, asked, test)


def _waits(entries: list[Entry]) -> Floats:
    return np.array([e.wait_s for e in entries], dtype=np.float64)


def _ours(entries: list[Entry]) -> tuple[Floats, Floats, Floats]:
    said = [e.said for e in entries if e.said is not None]
    return (
        np.array([s.median_s for s in said]),
        np.array([s.mean_s for s in said]),
        np.array([s.quantiles_s for s in said]),
    )


def _reference_scores(log: Log, past: list[Entry], test: list[Entry]) -> dict[str, Score]:
    """Each reference says one figure; its quantiles are that figure times the ratio quantiles of the past."""
    past_waits, waits = _waits(past), _waits(test)
    before = np.array([e.references for e in past], dtype=np.float64)
    after = np.array([e.references for e in test], dtype=np.float64)
    columns = {name: index for index, name in enumerate(References.names)}
    pairs: dict[str, tuple[Floats, Floats]] = {}
    for form in ("QLm", "QL"):
        windows = [columns[f"{form} {window:.0f}"] for window in WINDOWS_S]
        best = min(windows, key=lambda c: float(np.abs(before[:, c] - past_waits).mean()))
        pairs[form] = (before[:, best], after[:, best])
    for name in ("app_queue holdtime", "LES", "HOL"):
        pairs[name] = (before[:, columns[name]], after[:, columns[name]])
    table = median_table(log.origin, (e.call for e in past))
    pairs[MEDIANS] = (
        np.array([table.forecast(median_keys(log.origin, e.call)) for e in past]),
        np.array([table.forecast(median_keys(log.origin, e.call)) for e in test]),
    )
    pairs[LAYER_ONE] = (np.array([e.closed_s for e in past]), np.array([e.closed_s for e in test]))
    scores = {}
    for name, (earlier, now) in pairs.items():
        ratios = ratio_quantiles(past_waits, earlier)
        scores[name] = score(waits, now, now, np.maximum(now, 1.0)[:, None] * ratios)
    return scores


def _below(figure: str, value: float, reference: float, of: str = "") -> Figure:
    target = (1 - BETTER_BY) * reference
    note = f"{100 * (1 - value / reference):.1f} % below QLm{of}"
    return Figure(figure, round(value, 3), "s", round(target, 3), round(reference, 3), value <= target, note)


def _between(figure: str, share: float, low: float, high: float, callers: str = "") -> Figure:
    value = 100 * share
    note = f"{low:.0f} to {high:.0f} %" + (f", {callers}" if callers else "")
    return Figure(figure, round(value, 2), "%", 80.0, None, low <= value <= high, note)


def _censoring(heard: list[Entry]) -> list[Figure]:
    """The bias of a score that counts answered callers only."""
    waits = _waits(heard)
    gave_up = np.array([not e.call.answered for e in heard])
    median_s, mean_s, quantiles_s = _ours(heard)
    weights = censoring_weights(waits, gave_up)
    weighted = score(waits, median_s, mean_s, quantiles_s, weights)
    outlasted = waits[gave_up] > quantiles_s[gave_up, -1]
    return [
        Figure("gave up in the queue", round(100 * float(gave_up.mean()), 2), "%"),
        Figure("MAE ours, weighted for who gave up", round(weighted.mae_s, 2), "s"),
        Figure("pinball ours, weighted for who gave up", round(weighted.pinball_s, 3), "s"),
        Figure("coverage ours, weighted for who gave up", round(100 * weighted.coverage, 2), "%"),
        Figure("gave up later than our upper bound", round(100 * float(outlasted.mean()), 2), "%"),
    ]


def _counts(log: Log, asked: list[Entry], test: list[Entry]) -> list[Figure]:
    silent = sum(1 for e in asked if e.said is not None and e.said.layer == "silent")
    return [
        Figure("calls read", len(log.calls), "calls"),
        Figure("rows whose clocks differ", log.mended, "calls"),
        *([Figure("holes in the log", len(log.sides), "holes", note=_holes(log))] if log.sides else []),
        Figure("answered callers tested", len(test), "calls"),
        Figure("silent, for want of anybody at work", silent, "calls"),
        Figure("refitted within the test every", REFIT_EVERY_S / DAY_S, "days", note="on waits that had ended before"),
    ]


def _holes(log: Log) -> str:
    """Each hole: its last day before and its first day after."""

    def on(index: int) -> str:
        return str((log.origin + timedelta(seconds=log.calls[index].arrived_at)).date())

    return "each side stands for itself: " + ", ".join(f"{on(side - 1)} to {on(side)}" for side in log.sides)


def logs_in(places: Sequence[Path]) -> list[Path]:
    """Files as they are, folders as the CSV files in them. Raises BadInput for an empty or missing place."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            inside = [p for p in sorted(place.iterdir()) if p.name.endswith((".csv", ".csv.gz"))]
            if not inside:
                raise BadInput(f"{place}: no .csv or .csv.gz files in this folder")
            found += inside
        else:
            found.append(place)
    return found


def day(text: str) -> datetime:
    """The instant at which a test begins. Raises BadInput."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--test-from {text!r} is not a day like 1999-06-01") from error
