"""Pictures of published flows: drawn with texts, two versions compared, what lint says at its place, cases played."""

from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.versions import pictures
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from tests.unit.control.harness import configuration
from tests.unit.ivr.machine.machines import compiled

pytestmark = pytest.mark.unit

_MAIN = """\
flow: main
start: choose
choose:
  menu: one
  keys: {1: wait, 2: bye}
  no_input: {say: silent, tries: 1, then: bye}
  wrong: {say: wrong, tries: 1, then: bye}
wait: {queue: care, then: bye}
bye: {hangup: bye}
"""
_LATER = _MAIN.replace("{1: wait, 2: bye}", "{1: tell, 2: bye}").replace(
    "wait: {queue: care, then", "tell: {say: one, then"
)
_CASE = """\
a call that waits:
  at: 2026-11-23T10:00+08:00
  flow: main
  script:
    - presses: 1
    - lands_in: care
    - queue: served
    - hears: bye
"""


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    made = Versions(tmp_path / "versions")
    for number, text in enumerate((_MAIN, _LATER), 1):
        files = {"dialplans/flows/main.yaml": text, "dialplans/tests/main.yaml": _CASE}
        for name, content in files.items():
            (tmp_path / str(number) / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / str(number) / name).write_text(content)
        sound = tmp_path / f"{number}-bye"
        sound.with_name(sound.name + ".wav").write_bytes(b"RIFF")
        program = compiled(text).with_clips(f"000{number}-aaaaaaaa", {"en": {"bye": str(sound)}})
        sources = [(name, tmp_path / str(number) / name) for name in files]
        routing = RoutingConfiguration(configuration(), {}, {})
        made.add(Manifest(program.version, 0.0, "", "test", 1, 0), program, routing, sources)
    return made


def test_a_flow_with_its_texts_and_sounds(versions: Versions) -> None:
    found = pictures.picture(versions, "0001-aaaaaaaa", "main")
    assert found["start"] == "choose"
    assert found["texts"]["one"] == {"en": "one", "zh-CN": "one"}
    assert (found["sounds"]["bye"], found["sounds"]["one"]) == (["en"], [])
    program = versions.program("0001-aaaaaaaa")
    path = pictures.sound(program, "en", "bye")
    assert path is not None
    assert path.read_bytes() == b"RIFF"
    assert pictures.sound(program, "en", "one") is None
    assert pictures.sound(program, "../en", "bye") is None
    with pytest.raises(BadInput, match="did you mean main"):
        pictures.picture(versions, "0001-aaaaaaaa", "mian")


def test_two_versions_differ_by_steps_ways_and_lines(versions: Versions) -> None:
    found = pictures.compared(versions, "0001-aaaaaaaa", "0002-aaaaaaaa", "main")
    assert found["steps"] == {"wait": "removed", "choose": "changed", "tell": "added"}
    assert {(one["from"], one["to"], one["is"]) for one in found["ways"]} == {
        ("choose", "tell", "added"), ("tell", "bye", "added"),
        ("choose", "wait", "removed"), ("wait", "bye", "removed"), ("wait", "return", "removed"),
    }  # fmt: skip
    assert [step["step"] for step in found["gone"]] == ["wait"]
    assert "-wait: {queue: care, then: bye}" in found["lines"]
    same = pictures.compared(versions, "0001-aaaaaaaa", "0001-aaaaaaaa", "main")
    assert (same["steps"], same["ways"], same["lines"]) == ({}, [], [])


def test_a_text_that_changed_changes_the_steps_that_say_it(versions: Versions, monkeypatch: pytest.MonkeyPatch) -> None:
    other = compiled(_MAIN)
    other.phrases["en"]["silent"] = "Hello?"
    monkeypatch.setattr(versions, "_programs", lambda name: other if name.startswith("2") else compiled(_MAIN))
    monkeypatch.setattr(versions, "sources", lambda version, paths: {})
    assert pictures.compared(versions, "1", "2", "main")["steps"] == {"choose": "changed"}


def test_a_case_is_played_by_the_version_that_it_was_published_with(versions: Versions) -> None:
    found = pictures.played(versions, "0001-aaaaaaaa", "a call that waits")
    assert (found["ok"], found["differences"]) == (True, [])
    assert [step for moment in found["course"] for step in moment["walked"]][:2] == ["main/choose", "main/wait"]
    assert pictures.played(versions, "0002-aaaaaaaa", "a call that waits")["ok"] is False
    with pytest.raises(BadInput, match="did you mean a call that waits"):
        pictures.played(versions, "0001-aaaaaaaa", "a call that wait")


def test_what_lint_says_stands_at_the_step_that_it_is_in() -> None:
    def said(line: int, file: str = "dialplans/flows/main.yaml") -> dict[str, object]:
        return {"file": file, "line": line, "column": 1, "message": "x"}

    texts = {"dialplans/flows/main.yaml": _MAIN}
    found = pictures.placed([said(1), said(5), said(8), said(3, "prompts/en.yaml")], texts)
    assert [(one["flow"], one["step"]) for one in found] == [
        ("main", "flow"), ("main", "choose"), ("main", "wait"), ("", ""),
    ]  # fmt: skip
    broken = pictures.placed([said(2)], {"dialplans/flows/main.yaml": "flow: [main"})
    assert (broken[0]["flow"], broken[0]["step"]) == ("main", "")
