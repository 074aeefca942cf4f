"""A fit from the site's own waits: taken up when it is better, refused when it is not, and never half written."""

import asyncio
import json
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import structlog
from typer.testing import CliRunner

from acd.forecast.ensemble import Ensemble
from acd.forecast.features import FEATURES
from calls.errors import BadInput
from calls.ids import CallId
from control.messages.log_commands import LogWait
from hotline.cli.main import app
from hotline.learning import nightly as refitting
from hotline.learning.fit import Shape, fit
from hotline.learning.nightly import Refitting, next_time
from hotline.learning.refit import Wait, refit
from hotline.learning.wait_models import WaitModels
from hotline.site.settings import Settings
from hotline.site.site import Site
from hotline.store import opening, statements

pytestmark = pytest.mark.unit

SMALL = Shape(trees=25, rate=0.2, leaves=8, least_in_leaf=60)
MEAN = FEATURES.index("qlm_skill_s")
LOAD = FEATURES.index("load")


def made_up(count: int, seed: int = 1) -> list[Wait]:
    """Waits whose mean the closed form gets wrong by a factor that another feature tells."""
    chance = random.Random(seed)
    found = []
    for n in range(count):
        vector = [chance.random() for _ in FEATURES]
        vector[MEAN] = chance.uniform(30.0, 200.0)
        vector[FEATURES.index("ahead")] = 1.0
        mean_s = vector[MEAN] * (0.3 if vector[LOAD] < 0.5 else 2.0)
        found.append(Wait(600.0 * n, chance.gammavariate(4.0, mean_s / 4.0), chance.choice(("care", "loans")), vector))
    return found


class Fits:
    """Where fits go; tells their names."""

    def __init__(self) -> None:
        self.added: list[Ensemble] = []

    def add(self, model: Ensemble, fitted_on: int) -> str:
        self.added.append(model)
        return f"fit-{len(self.added)}"


class Says:
    """A model that says the same of every wait."""

    def __init__(self, *quantiles: float) -> None:
        self.kinds = ("care", "loans")
        self._quantiles = list(quantiles)

    def predict(self, vector: Sequence[float]) -> list[float]:
        return self._quantiles


def test_a_fit_that_is_better_on_the_newest_waits_is_taken_up() -> None:
    fits = Fits()
    first = refit(made_up(3000), None, fits.add, SMALL)
    assert (first.result, first.model, first.tested) == ("taken up", "fit-1", 300)
    assert first.pinball_s is not None
    assert first.pinball_closed_form_s is not None
    assert first.pinball_s < 0.8 * first.pinball_closed_form_s
    second = refit(made_up(3200), fits.added[0], fits.add, SMALL)
    assert second.result == "taken up"
    assert second.pinball_before_s is not None


def test_too_few_waits_are_said_to_be_too_few() -> None:
    fits = Fits()
    assert refit(made_up(1500), None, fits.add, SMALL).result == "too few waits"
    assert refit([], None, fits.add, SMALL).result == "too few waits"
    assert fits.added == []


def test_a_fit_that_the_closed_form_beats_is_refused() -> None:
    """The newest waits follow another law than all before: what was learned from those is wrong now."""
    found = made_up(3000)
    turned = [
        wait._replace(vector=[*wait.vector[:LOAD], 1.0 - wait.vector[LOAD], *wait.vector[LOAD + 1 :]])
        for wait in found[-300:]
    ]
    fits = Fits()
    trial = refit(found[:-300] + turned, None, fits.add, SMALL)
    assert trial.result == "refused"
    assert "the closed form is better" in trial.reason
    assert fits.added == []


def test_a_fit_clearly_worse_than_the_one_that_speaks_is_refused() -> None:
    """Only long waits were kept in the log of the past; the fit that speaks knows the newest waits well."""
    found = made_up(3000)
    fits = Fits()
    speaking = fit([w.vector for w in found], [w.wait_s for w in found], ("care", "loans"), Shape(trees=80))
    spoilt = [w._replace(wait_s=1.6 * w.wait_s) for w in found[:-300]] + found[-300:]
    trial = refit(spoilt, speaking, fits.add, SMALL)
    assert (trial.result, fits.added) == ("refused", [])
    assert "the fit that speaks now is better" in trial.reason


def test_a_fit_in_place_of_one_that_says_nonsense_is_taken_up() -> None:
    fits = Fits()
    assert refit(made_up(3000), Says(0, 0, 0, 0, 0), fits.add, SMALL).result == "taken up"


def ensemble() -> Ensemble:
    found = made_up(2000)
    return fit([w.vector for w in found], [w.wait_s for w in found], ("care", "loans"), Shape(trees=2, leaves=4))


def test_fits_are_kept_by_name_and_one_holds(tmp_path: Path) -> None:
    models, model = WaitModels(tmp_path / "wait_models"), ensemble()
    assert models.current() == ""
    name = models.add(model, 2000, 1_795_000_000.0)
    assert models.current() == name
    again, about = models.load(name)
    vector = made_up(1)[0].vector
    assert again.predict(vector) == model.predict(vector)
    assert (about.fitted_on, about.kinds) == (2000, ("care", "loans"))
    other = models.add(model, 2000, 1_795_086_400.0)
    models.prune(before=4e9, needed=frozenset())
    assert models.current() == other
    with pytest.raises(BadInput):
        models.load(name)
    for wrong in ("../current", "nobody"):
        with pytest.raises(BadInput):
            models.load(wrong)


def test_a_fit_that_cannot_be_written_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models, model = WaitModels(tmp_path / "wait_models"), ensemble()
    name = models.add(model, 2000, 1_795_000_000.0)
    monkeypatch.setattr(np, "savez_compressed", lambda file, **arrays: file.write(b"half of it"))
    with pytest.raises(BadInput):
        models.add(model, 2000, 1_795_086_400.0)
    assert models.current() == name


def site(folder: Path) -> Site:
    made = Site(folder, Settings())
    made.prepare()
    opening.migrate(made.database)
    return made


def write(to: Site, found: list[Wait]) -> None:
    with closing(sqlite3.connect(to.database)) as connection:
        for n, wait in enumerate(found):
            row = LogWait(CallId(f"c{n}"), wait.joined_at, wait.queue, 0, wait.wait_s, tuple(wait.vector))
            connection.execute(statements.WAIT, statements.wait_row(row))
        connection.commit()


def test_the_command_fits_from_the_store_and_says_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps_back: list[int] = []
    monkeypatch.setattr("hotline.cli.fit.os.nice", steps_back.append)  # or the tests after this one would have to wait
    house = site(tmp_path)
    run = CliRunner().invoke(app, ["fit", "--site", str(tmp_path), "--json"])
    assert json.loads(run.stdout)["result"] == "too few waits"
    write(house, made_up(2600))
    run = CliRunner().invoke(app, ["fit", "--site", str(tmp_path), "--json"])
    trial = json.loads(run.stdout)
    assert (run.exit_code, trial["result"], trial["tested"]) == (0, "taken up", 300)
    assert WaitModels(house.wait_models).current() == trial["model"]
    shown = CliRunner().invoke(app, ["fit", "--site", str(tmp_path)]).stdout
    assert "the fit before" in shown
    empty = CliRunner().invoke(app, ["fit", "--site", str(tmp_path.parent)])
    assert empty.exit_code == 2
    assert set(steps_back) == {10}, "callers come first"


def test_the_next_night_is_always_ahead_and_at_the_hour() -> None:
    at = time(3, 30)
    for zone in (ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")):
        for hours in range(50):
            utc = 1_795_000_000.0 + 3600.0 * hours
            due = next_time(at, utc, zone)
            assert utc < due <= utc + 86_400.0 + 3600.0
            assert datetime.fromtimestamp(due, zone).time() == at
        exactly = next_time(at, utc, zone)
        assert next_time(at, exactly, zone) > exactly


@pytest.mark.timeout(300)
def test_at_night_the_fit_is_made_beside_and_is_news_once(tmp_path: Path) -> None:
    house = site(tmp_path)
    write(house, made_up(2600))
    now = datetime.now(house.zone)
    soon = (now + timedelta(hours=1)).time().replace(microsecond=0)
    house.settings = house.settings.model_copy(update={"refit_at": soon})

    async def night() -> str | None:
        refits = Refitting(house)
        refits.start(now.timestamp())
        refits.look(now.timestamp(), "")
        assert await refits.news("") is None
        refits.look(now.timestamp() + 3600.0, "")
        assert refits._running is not None
        await asyncio.wait_for(refits._running, 240)  # the fit lets everybody else go first
        fit = await refits.news("")
        assert fit is not None
        assert await refits.news(fit) is None
        await refits.close()
        return fit

    assert asyncio.run(night()) == WaitModels(house.wait_models).current()


async def test_a_file_that_is_no_fit_is_no_news_and_told_once(tmp_path: Path) -> None:
    house = site(tmp_path)
    house.wait_models.mkdir()
    (house.wait_models / "broken.npz").write_bytes(b"no model")
    WaitModels(house.wait_models).choose("broken")
    refits = Refitting(house)
    with structlog.testing.capture_logs() as told:
        assert await refits.news("good") is None
        assert await refits.news("good") is None
    assert [one["event"] for one in told] == ["no learned wait forecast"]


def test_without_lightgbm_no_night_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refitting.importlib.util, "find_spec", lambda name: None)
    refits = Refitting(site(tmp_path))
    refits.start(0.0)
    refits.look(4e9, "")
    assert refits._running is None
