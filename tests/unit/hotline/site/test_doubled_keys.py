"""hotline.yaml: a key that stands twice is an error, as in every file of a site."""

from datetime import time
from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.site.site import Site
from hotline.versions.checking import check

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]


def _site(folder: Path, text: str) -> Site:
    (folder / "hotline.yaml").write_text(text, encoding="utf-8")
    return Site.open(folder)


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        ("switch: {kind: freeswitch}\nweb: {port: 8780}\nswitch: {kind: asterisk}\n", "3:1", "switch"),
        ('switch: {kind: freeswitch}\n"switch": {kind: asterisk}\n', "2:1", "switch"),
        ("web:\n  port: 8780\n  port: 8781\n", "3:3", "port"),
        ("web: {port: 8780, port: 8781}\n", "1:19", "port"),
    ],
)
def test_a_setting_that_stands_twice_is_refused_at_its_place(tmp_path: Path, text: str, place: str, key: str) -> None:
    with pytest.raises(BadInput, match=rf"hotline\.yaml:{place}: key '{key}' is already given on line"):
        _site(tmp_path, text)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("dialplans/agents.yaml", "agents: {}\nagents: {}\n"),
        ("dialplans/hours.yaml", "a: {zone: UTC, zone: UTC, week: {}}\n"),
        ("dialplans/entry.yaml", "default: main\ndefault: main\n"),
        ("dialplans/skills.yaml", "skills: {a: x, a: y}\n"),
        ("dialplans/tests/main.yaml", "a call: {}\na call: {}\n"),
        ("prompts/en.yaml", "welcome: Hello\nwelcome: Hi\n"),
    ],
)
def test_so_it_is_in_the_other_files(tmp_path: Path, file: str, text: str) -> None:
    for name in ("dialplans", "prompts"):
        for source in (ROOT / name).rglob("*.yaml"):
            target = tmp_path / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert [
        problem.mark.file for problem in check(Site.open(tmp_path)).errors if "already given" in problem.message
    ] == [file]


def test_a_time_is_no_count_in_base_sixty(tmp_path: Path) -> None:
    assert _site(tmp_path, "refit_at: 03:45\n").settings.refit_at == time(3, 45)


def test_an_empty_file_has_the_defaults(tmp_path: Path) -> None:
    assert _site(tmp_path, "# nothing yet\n").settings == Site.open(ROOT).settings.model_copy()


def test_what_is_no_yaml_has_its_place(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"hotline\.yaml:2:"):
        _site(tmp_path, "web:\n\tport: 1\n")
