"""Files that nobody reads are named, with the name that was meant."""

import shutil
from pathlib import Path

import pytest

from calls.errors import BadInput
from dsl.tree import Problem
from hotline.site.site import Site
from hotline.versions.checking import Checked, check

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return Site.open(tmp_path)


def _problems(checked: Checked) -> list[Problem]:
    """All but that of the sample's next year, which comes and goes with the day on which this runs, its trunks, and
    the ear, which this machine may have."""
    return [problem for problem in checked.problems if problem.rule not in ("holiday-year", "no-trunk", "ear")]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("dialplans/agent.yaml", "did you mean dialplans/agents.yaml?"),
        ("dialplans/queue.yml", "did you mean dialplans/queues.yaml?"),
        ("dialplans/hours.yml", "rename it to dialplans/hours.yaml"),
        ("dialplans/flows/extra.yml", "rename it to dialplans/flows/extra.yaml"),
        ("dialplans/flows/loans/pay.YAML", "rename it to dialplans/flows/loans/pay.yaml"),
        ("dialplans/flow/extra.yaml", "did you mean dialplans/flows/extra.yaml?"),
        ("dialplans/test/extra.yaml", "did you mean dialplans/tests/extra.yaml?"),
        ("prompts/fr.yml", "rename it to prompts/fr.yaml"),
        ("prompts/texts/en.yaml", "texts stand in prompts/LANGUAGE.yaml"),
        ("prompts/recordings/zh/welcome.wav", "there is no language zh, there are en, zh-CN"),
        ("prompts/recordings/en/welcom.wav", "there is no phrase welcom; did you mean welcome?"),
        ("prompts/recordings/welcome.wav", "it belongs into prompts/recordings/LANGUAGE/"),
    ],
)
def test_what_was_meant_to_be_read_keeps_it_from_being_published(site: Site, file: str, said: str) -> None:
    path = site.folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}\n")
    checked = check(site)
    (problem,) = [problem for problem in checked.errors if problem.rule == "stray-file"]
    assert str(problem).startswith(f"{file}:1:1: nobody ")
    assert said in problem.message
    assert checked.program is None


@pytest.mark.parametrize(
    "file", ["dialplans/notes.txt", "dialplans/agents.yaml~", "prompts/recordings/en/welcome.aiff"]
)
def test_what_was_hardly_meant_is_only_mentioned(site: Site, file: str) -> None:
    (site.folder / file).parent.mkdir(parents=True, exist_ok=True)
    (site.folder / file).write_text("x")
    checked = check(site)
    assert [(problem.mark.file, problem.warning) for problem in _problems(checked)] == [(file, True)]
    assert checked.program is not None


@pytest.mark.parametrize(
    "file",
    [
        "dialplans/README.md",
        "dialplans/flow.schema.json",
        "dialplans/.git/config.yaml",
        "dialplans/flows/deep/down.md",
        "prompts/recordings/en/welcome.WAV",
    ],
)
def test_what_may_lie_there_is_not_mentioned(site: Site, file: str) -> None:
    (site.folder / file).parent.mkdir(parents=True, exist_ok=True)
    (site.folder / file).write_text("x")
    assert _problems(check(site)) == []


@pytest.mark.parametrize("name", ["hotline.yml", "hotlne.yaml"])
def test_misspelt_settings_are_not_the_defaults(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("web: {port: 1}\n")
    with pytest.raises(BadInput, match=r"Rename it to hotline\.yaml"):
        Site.open(tmp_path)
