"""Fitting, model files, and a whole backtest on a small made-up log."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from acd.forecast.ensemble import LEVELS
from acd.forecast.features import FEATURES
from calls.errors import BadInput
from hotline.cli.main import app
from hotline.learning import modelfile
from hotline.learning.calllog import COLUMNS, Log, read
from hotline.learning.fit import Shape, fit, flat_tree
from hotline.learning.priorities import measured_head_starts
from hotline.learning.trial import walk

pytestmark = pytest.mark.unit

SMALL = Shape(trees=12, leaves=8, least_in_leaf=30)


def made_up_rows(count: int) -> tuple[list[list[float]], list[float]]:
    """Waits that are exponential with the first feature as their mean."""
    chance = random.Random(3)
    vectors = [[chance.uniform(20.0, 200.0), *(chance.random() for _ in FEATURES[1:])] for _ in range(count)]
    return vectors, [chance.expovariate(1.0 / vector[0]) for vector in vectors]


def test_flat_trees_say_what_lightgbm_says() -> None:
    vectors, waits = made_up_rows(2500)
    data = np.array(vectors)
    rows = lightgbm.Dataset(data, np.array(waits))
    settings = {"objective": "quantile", "alpha": 0.9, "num_threads": 1, "verbose": -1, "num_leaves": 15}
    booster = lightgbm.train(settings, rows, 1)
    tree = flat_tree(booster.dump_model()["tree_info"][0]["tree_structure"])
    for vector, expected in zip(vectors[:200], booster.predict(data[:200]), strict=True):
        node = 0
        while tree.left[node] != node:
            node = tree.left[node] if vector[tree.feature[node]] <= tree.threshold[node] else tree.right[node]
        assert tree.value[node] == pytest.approx(expected)


def test_fitted_quantiles_split_the_waits_at_their_levels() -> None:
    vectors, waits = made_up_rows(4000)
    model = fit(vectors, waits, ["PS"], Shape(trees=60, leaves=8, least_in_leaf=100))
    said = np.array([model.predict(vector) for vector in vectors])
    below = (np.array(waits)[:, None] <= said).mean(axis=0)
    assert below == pytest.approx(np.array(LEVELS), abs=0.03)
    short, long = model.predict([30.0, *vectors[0][1:]]), model.predict([180.0, *vectors[0][1:]])
    assert long[2] > 2 * short[2]


def test_too_few_waits_are_refused() -> None:
    vectors, waits = made_up_rows(100)
    with pytest.raises(BadInput, match="100 answered waits, at least 2000"):
        fit(vectors, waits, ["PS"], SMALL)


def test_a_model_file_gives_the_same_forecasts_back(tmp_path: Path) -> None:
    vectors, waits = made_up_rows(2000)
    model = fit(vectors, waits, ["PS", "NW"], SMALL)
    path = tmp_path / "wait.npz"
    modelfile.save(path, model, fitted_on=2000)
    again, about = modelfile.load(path)
    assert (again.kinds, about.fitted_on) == (("PS", "NW"), 2000)
    assert [again.predict(v) for v in vectors[:50]] == [model.predict(v) for v in vectors[:50]]
    assert [p.name for p in tmp_path.iterdir()] == ["wait.npz"]


def test_a_file_that_is_no_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "wait.npz"
    for content in (b"", b"PK\x03\x04 torn"):
        path.write_bytes(content)
        with pytest.raises(BadInput, match=r"wait.npz: no model of the wait forecast"):
            modelfile.load(path)
    vectors, waits = made_up_rows(2000)
    modelfile.save(path, fit(vectors, waits, ["PS"], SMALL), 2000)
    monkeypatch.setattr(modelfile, "FEATURES", FEATURES[::-1])
    with pytest.raises(BadInput, match="fitted for other features"):
        modelfile.load(path)


def made_up_log(path: Path, days: int, rule: dict[int, float]) -> Path:
    """Four agents, `days` days of busy hours, served by `rule`: head starts in seconds by priority."""
    chance = random.Random(11)
    rows = []
    for day in range(days):
        start = datetime.fromisoformat("2024-03-01T09:00:00") + timedelta(days=day)
        arrivals = []
        at = 0.0
        while at < 4 * 3600:
            at += chance.expovariate(1 / 42.0)
            arrivals.append((round(at), chance.choice([0, 1, 2]), round(chance.expovariate(1 / 500.0)) + 1))
        free = [0] * 4
        now = 0
        waiting: list[tuple[int, int, int]] = []
        while arrivals or waiting:
            agent = min(range(4), key=lambda a: free[a])
            now = max(now, free[agent], arrivals[0][0] if arrivals and not waiting else 0)
            while arrivals and arrivals[0][0] <= now:
                waiting.append(arrivals.pop(0))
            gone = [w for w in waiting if w[0] + w[2] <= now]
            for joined, priority, patience_s in gone:
                waiting.remove((joined, priority, patience_s))
                rows.append((joined, [start, joined, joined + patience_s, None, joined + patience_s], priority, ""))
            if waiting:
                mine = min(waiting, key=lambda w: (w[0] - rule[w[1]], w[0]))
                waiting.remove(mine)
                over = now + round(chance.expovariate(1 / 175.0)) + 1
                rows.append((mine[0], [start, mine[0], now, now, over], mine[1], f"a{agent}"))
                free[agent] = over + 5
        rows.sort(key=lambda r: (r[1][0], r[0]))
    with path.open("w", encoding="utf-8") as file:
        print(",".join(COLUMNS), file=file)
        for joined, (start, *instants), priority, agent in rows:
            stamps = ["" if i is None else (start + timedelta(seconds=i)).isoformat() for i in (joined, *instants)]
            outcome = "answered" if agent else "abandoned"
            print(",".join([*stamps, outcome, "PS", str(priority), agent]), file=file)
    return path


def test_the_rule_of_priorities_is_found_in_the_log(tmp_path: Path) -> None:
    log = read([made_up_log(tmp_path / "calls.csv", 20, {0: 0.0, 1: 60.0, 2: 180.0})])
    assert measured_head_starts(log.calls, until=20 * 86400.0) == {0: 0.0, 1: 60.0, 2: 180.0}
    assert measured_head_starts(log.calls, until=0.0) == {}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["backtest", *arguments])


def test_a_backtest_reports_every_predictor(tmp_path: Path) -> None:
    made_up_log(tmp_path / "calls.csv", 34, {0: 0.0, 1: 0.0, 2: 90.0})
    ended = run(str(tmp_path), "--test-from", "2024-04-01", "--json")
    assert ended.exit_code == 0
    report = json.loads(ended.stdout)
    figures = {f["figure"]: f for f in report["figures"]}
    assert report["bench"] == "backtest"
    for of in ("ours", "QLm", "QL", "LES", "HOL", "app_queue holdtime", "table of medians"):
        for what in ("MAE", "RMSE", "pinball", "coverage"):
            assert figures[f"{what} {of}"]["value"] > 0
    ours = figures["MAE ours"]
    assert ours["value"] < figures["MAE table of medians"]["value"]
    assert ours["reference"] == pytest.approx(figures["MAE QLm"]["value"], abs=0.01)
    assert ours["met"] == (ours["value"] <= ours["target"])
    assert 70 < figures["coverage ours"]["value"] < 90


def test_a_bad_day_or_log_ends_with_its_reason(tmp_path: Path) -> None:
    path = made_up_log(tmp_path / "calls.csv", 1, {0: 0.0, 1: 0.0, 2: 90.0})
    (tmp_path / "empty").mkdir()
    for arguments, reason in (
        ((str(path), "--test-from", "June"), "--test-from 'June' is not a day like 1999-06-01"),
        ((str(path), "--test-from", "2025-01-01"), "nothing to test"),
        ((str(tmp_path / "none"), "--test-from", "2024-03-02"), "cannot be read"),
        ((str(tmp_path / "empty"), "--test-from", "2024-03-02"), "no .csv or .csv.gz files"),
    ):
        ended = run(*arguments)
        assert ended.exit_code == 2
        assert reason in " ".join(ended.stderr.split())


def _without(path: Path, first: str, last: str) -> None:
    """Take the days from `first` to `last` out of a log."""
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if not first <= row[:10] <= last]
    assert len(kept) < len(rows)
    path.write_text("\n".join([head, *kept, ""]), encoding="utf-8")


def test_a_log_with_a_hole_is_refused_with_the_way_to_accept_it(tmp_path: Path) -> None:
    path = made_up_log(tmp_path / "calls.csv", 34, {0: 0.0, 1: 0.0, 2: 90.0})
    _without(path, "2024-03-10", "2024-03-16")
    ended = run(str(tmp_path), "--test-from", "2024-04-01")
    assert ended.exit_code == 2
    said = " ".join(ended.stderr.split())
    assert "days before this row; with --holes each side of it stands for itself" in said


def test_with_holes_the_report_says_so(tmp_path: Path) -> None:
    path = made_up_log(tmp_path / "calls.csv", 40, {0: 0.0, 1: 0.0, 2: 90.0})
    _without(path, "2024-03-10", "2024-03-16")
    ended = run(str(tmp_path), "--test-from", "2024-04-04", "--holes", "--json")
    assert ended.exit_code == 0, ended.stderr
    figures = {f["figure"]: f for f in json.loads(ended.stdout)["figures"]}
    assert figures["holes in the log"]["value"] == 1
    assert figures["holes in the log"]["note"] == "each side stands for itself: 2024-03-09 to 2024-03-17"


def test_each_side_of_a_hole_stands_for_itself(tmp_path: Path) -> None:
    """What is known at each entry after a hole is what would be known if nothing had been before it."""
    path = made_up_log(tmp_path / "calls.csv", 22, {0: 0.0, 1: 0.0, 2: 90.0})
    _without(path, "2024-03-10", "2024-03-16")
    whole = read([path], holes=True)
    (first,) = whole.sides
    begins = whole.calls[first].arrived_at

    def known(log: Log) -> list[tuple[float, list[float], float, list[float]]]:
        entries = walk(log, datetime.fromisoformat("2024-03-19"), shape=Shape(trees=2, leaves=4))
        return [(one.at, one.vector, one.closed_s, one.references) for one in entries if one.at >= begins]

    alone = known(Log(whole.origin, whole.calls[first:], 0))
    assert len(alone) > 1_000
    assert known(whole) == alone


def test_two_holes_and_none(tmp_path: Path) -> None:
    path = made_up_log(tmp_path / "calls.csv", 30, {0: 0.0, 1: 0.0, 2: 90.0})
    assert read([path], holes=True).sides == []
    _without(path, "2024-03-05", "2024-03-09")
    _without(path, "2024-03-15", "2024-03-20")
    log = read([path], holes=True)
    assert [log.calls[side].arrived_at - log.calls[side - 1].arrived_at > 4 * 86_400 for side in log.sides] == [
        True
    ] * 2
