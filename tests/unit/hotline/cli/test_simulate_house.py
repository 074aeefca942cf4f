"""hotline simulate --house, whatif --draft and --version, from the command line."""

import json
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.site.site import Site
from hotline.versions.checking import check
from hotline.versions.store import Manifest, Versions

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
BENCH = ROOT / "bench" / "scenarios" / "b2.yaml"
DAY = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone().date().isoformat()
SCENARIO = """
scenario: morning
begins: 2026-11-23 09:00
lasts_s: 3600
callers:
  front_door: {dials: "95183", per_hour: 90, wants: {front_desk: 3, loans: 2, balance: 1}}
lookups:
  http://127.0.0.1:8799/accounts/balance: {answers: {balance: "120.50", due: 2026-12-05}}
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, published without sounds; made once, for it takes half a second."""
    path = tmp_path_factory.mktemp("site")
    for folder in ("dialplans", "prompts"):
        shutil.copytree(ROOT / folder, path / folder)
    (path / "morning.yaml").write_text(SCENARIO)
    made = Site.open(path)
    made.prepare()
    checked = check(made)
    assert checked.program is not None
    assert checked.routing is not None
    versions = Versions(made.versions)
    version = versions.next_id(checked.source_hash)
    program = checked.program.with_clips(version, {})
    versions.add(Manifest(version, 0.0, checked.source_hash, "test", 1, 0), program, checked.routing, [])
    versions.activate(version)
    return path


@pytest.fixture
def site(published: Path, tmp_path: Path) -> Site:
    """One of the test's own."""
    shutil.copytree(published, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Site.open(tmp_path)


def ran(*words: str) -> Any:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result


def simulated(site: Site, *words: str) -> dict[str, Any]:
    told = ran("simulate", "--house", "--site", str(site.folder), "--json", *words)
    plain: dict[str, Any] = json.loads(told.stdout)
    return plain


def test_it_needs_nothing_but_the_folder(site: Site) -> None:
    words = ("simulate", "--house", "--site", str(site.folder), "--seeds", "2")
    output = ran(*words).output
    for word in ("front_desk", "reception/choose", "callbacks", "occupancy", "calls/s", "80% of what all agents"):
        assert word in output
    assert "did not end" not in output


def test_figures_for_machines_and_the_seed(site: Site) -> None:
    scenario = str(site.folder / "morning.yaml")
    told = simulated(site, scenario, "--seeds", "2")
    assert told["version"].startswith("0000-")
    assert told["left_over"] == 0
    queue = told["queues"]["front_desk"]
    ends = queue["answered"]["mean"] + queue["abandoned"]["mean"]
    assert 0 < ends <= queue["offered"]["mean"]
    assert queue["offered"]["half"] is not None
    assert told["steps"]["balance/tell"]["came"]["mean"] > 0
    assert told["assumed"] == [
        "Lookups fail, since `lookups` says nothing of house:case_state, http://127.0.0.1:8799/loans/progress."
    ]
    first = simulated(site, scenario, "--seed", "5", "--seeds", "1")
    again = simulated(site, scenario, "--seed", "5")
    other = simulated(site, scenario, "--seed", "6")
    assert first["queues"] == again["queues"] != other["queues"]
    assert first["queues"]["care"]["wait_mean_s"] == {"mean": None, "half": None}, "nobody came there"


def test_a_policy_and_a_smoke_run(site: Site) -> None:
    policy = site.folder / "policy.yaml"
    policy.write_text("policy: weighted\nqueues: {loans: {goal_s: 10, reserve: 3}, front_desk: {reserve: 3}}\n")
    scenario = str(site.folder / "morning.yaml")
    held = simulated(site, scenario, "--policy", str(policy), "--smoke")
    usual = simulated(site, scenario, "--smoke")
    assert held["calls"] == usual["calls"]
    assert held["queues"] != usual["queues"]


def test_a_picture(site: Site) -> None:
    picture = site.folder / "day.html"
    ran("simulate", str(site.folder / "morning.yaml"), "--house", "--site", str(site.folder), "--plot", str(picture))
    assert "<svg" in picture.read_text()


def test_a_scenario_of_queues_is_a_house_whose_flows_only_queue(tmp_path: Path) -> None:
    small = tmp_path / "small.yaml"
    small.write_text(BENCH.read_text().replace("calls: 60000", "calls: 400"))
    words = ["simulate", str(small), "--seeds", "1", "--json"]
    alone = json.loads(ran(*words).stdout)
    house = json.loads(ran(*words, "--house", "--site", str(tmp_path)).stdout)
    for name, level in alone["service_level"].items():
        assert house["queues"][name]["service_level"]["mean"] == pytest.approx(level["mean"], abs=1.0)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--journal", "day.db"], "add --house"),
        (["--house", "--version", "0009-none"], "no version 0009-none|is not here"),
        (["--house", "--seeds", "2", "--journal", "day.db"], "--seeds 1"),
        (["--house", "--policy", "morning.yaml"], "morning.yaml:2:1: `scenario` is not a setting of a policy"),
        (["nowhere.yaml", "--house"], "nowhere.yaml"),
    ],
)
def test_what_cannot_be_done_is_said(
    site: Site, words: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.folder)
    result = CliRunner().invoke(app, ["simulate", *words])
    assert result.exit_code == 2
    assert any(part in " ".join(result.output.split()) for part in message.split("|")), result.output


def test_a_wrong_setting_is_told_with_its_place(site: Site) -> None:
    path = site.folder / "morning.yaml"
    path.write_text(SCENARIO.replace("loans: 2", "loan: 2").replace("lasts_s", "lasts"))
    result = CliRunner().invoke(app, ["simulate", str(path), "--house", "--site", str(site.folder)])
    assert result.exit_code == 2
    told = result.output.replace("\n", "")
    assert "morning.yaml:4:1" in told
    assert "did you mean `lasts_s`?" in told
    path.write_text(SCENARIO.replace("loans: 2", "loan: 2"))
    told = CliRunner().invoke(app, ["simulate", str(path), "--house", "--site", str(site.folder)]).output
    assert "morning.yaml:6:" in told.replace("\n", "")
    assert "did you mean `loans`?" in told.replace("\n", " ")
    (site.dialplans / "entry.yaml").write_text('"95183": mane\n')
    broken = CliRunner().invoke(app, ["simulate", "--house", "--site", str(site.folder)])
    assert broken.exit_code == 2
    assert "entry.yaml:1" in broken.output


@pytest.fixture
def lived(site: Site) -> Site:
    """A simulated morning is the site's journal, as if it had been lived."""
    version = Versions(site.versions).current()
    assert version is not None
    simulated(site, str(site.folder / "morning.yaml"), "--version", version, "--journal", str(site.database))
    return site


def whatif(site: Site, *words: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(
        ran("whatif", DAY, "--site", str(site.folder), "--seeds", "2", "--json", *words).stdout
    )
    return plain


def test_a_journal_of_the_simulation_is_a_day_to_live_again(lived: Site) -> None:
    with sqlite3.connect(lived.database) as connection:
        entries = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
    connection.close()
    assert entries > 1000
    queues = lived.dialplans / "queues.yaml"
    queues.write_text(queues.read_text().replace("wrap_up_s: 15", "wrap_up_s: 90"))
    told = whatif(lived, "--draft")
    assert told["run"] == "The queues alone were run: only the rules of queues.yaml differ."
    assert told["with the folder's files"]["occupancy"]["mean"] > told["simulated"]["occupancy"]["mean"]
    assert any("ask for what they asked for" in line for line in told["assumptions"])


def test_other_flows_take_the_whole_house(lived: Site) -> None:
    reception = lived.dialplans / "flows" / "reception.yaml"
    text = reception.read_text()
    reception.write_text(text.replace("    0: person\n", "    0: complain\n"))
    told = whatif(lived, "--draft")
    assert told["run"].startswith("The whole house was run: flows differ")
    assert any("press in each step what they pressed" in line for line in told["assumptions"])
    real, was, other = told["real"], told["simulated"], told["with the folder's files"]
    offered = sum(queue["offered"]["mean"] for queue in was["queues"].values())
    assert offered == pytest.approx(real["calls"], abs=2)
    assert was["queues"]["care"]["offered"]["mean"] == 0
    assert other["queues"]["care"]["offered"]["mean"] > 20, "whoever pressed 0 that day complains now"
    assert other["queues"]["loans"]["offered"]["mean"] == pytest.approx(
        was["queues"]["loans"]["offered"]["mean"], abs=2
    )
    assert was["steps"]["balance/tell"]["came"]["mean"] > 0, "services answer as they did"


def test_announcements_and_callbacks_take_the_whole_house_too(lived: Site) -> None:
    queues = lived.dialplans / "queues.yaml"
    early = queues.read_text().replace("{after_s: 120, offer: callback}", "{after_s: 6, offer: callback}", 1)
    queues.write_text(early)
    told = whatif(lived, "--draft")
    assert "announcements, callbacks and offers of queues.yaml" in told["run"]


def test_one_thing_at_a_time_and_something_that_differs(lived: Site) -> None:
    version = Versions(lived.versions).current()
    assert version is not None
    for words, message in (
        ([], "say what to try"),
        (["--draft", "--version", version], "say what to try"),
        (["--version", version], "differs in nothing"),
    ):
        result = CliRunner().invoke(app, ["whatif", DAY, "--site", str(lived.folder), *words])
        assert result.exit_code == 2
        assert message in " ".join(result.output.split())


def test_the_picture_and_the_reason_for_people(lived: Site) -> None:
    prompts = lived.prompts / "zh-CN.yaml"
    prompts.write_text(prompts.read_text().replace("\ngoodbye: ", "\ngoodbye: 谢谢，", 1))
    picture = lived.folder / "day.html"
    words = ["whatif", DAY, "--site", str(lived.folder), "--seeds", "1", "--draft", "--plot", str(picture)]
    output = ran(*words).output
    assert "The whole house was run: prompts differ" in output
    assert "what happened" in output
    assert "<svg" in picture.read_text()
