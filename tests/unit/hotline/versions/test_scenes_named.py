"""Scenes of the house's own calls: named where the calls are, there, of the right channel; else it is told where."""

from pathlib import Path

import pytest

from dsl.tree import Problem
from hotline.versions.checking import check
from tests.unit.hotline.governing.gated_site import write

pytestmark = pytest.mark.unit

SCENES = (
    "scenes:\n"
    "  by_hand: {category: service, channel: human}\n"
    "  call_back: {category: service, channel: callback}\n"
    "  robot: {category: service, channel: ivr, script: how}\n"
)
TRUNKS = "trunks: {carrier: {address: sip.carrier.example}}\n"
CALLBACK = "queues:\n  care:\n    callback: {%s}\n"
DIALS = "flow: main\nstart: greet\ngreet: {transfer: 'tel:+8613800138000', then: hangup}\n"
PHRASES = "whisper_callback: A call.\ndial_refused: No.\n"


def told(folder: Path, scenes: str = SCENES, **files: str) -> list[Problem]:
    site = write(folder, all=scenes, **{name: text for name, text in files.items() if name in ("queues", "main")})
    for name in ("outgoing", "transfers"):
        if name in files:
            (folder / f"dialplans/{name}.yaml").write_text(files[name], encoding="utf-8")
    (folder / "dialplans/trunks.yaml").write_text(TRUNKS, encoding="utf-8")
    return [problem for problem in check(site).problems if problem.rule == "scene"]


@pytest.mark.parametrize(
    ("file", "text", "place", "said", "warning"),
    [
        ("queues", CALLBACK % "tries: 2", (3, 5), "callbacks of care name no scene", True),
        (
            "queues",
            CALLBACK % "scene: call_bak",
            (3, 16),
            "no scene call_bak in dialplans/scenes/ (did you mean call_back?)",
            False,
        ),
        ("queues", CALLBACK % "scene: by_hand", (3, 16), "is of the channel human; callbacks of care are of", False),
        ("outgoing", "kinds: [mobile]\n", (1, 1), "agents' calls name no scene", True),
        ("outgoing", "kinds: [mobile]\nscene: by_hnd\n", (2, 1), "did you mean by_hand?", False),
        ("outgoing", "kinds: [mobile]\nscene: robot\n", (2, 1), "is of the channel ivr; agents' calls are of", False),
        ("transfers", "kinds: [mobile]\n", (1, 1), "transfers to numbers outside name no scene", True),
        ("transfers", "codes: {83: {number: '+861069445566'}}\n", (1, 1), "transfers to numbers outside name no", True),
        ("transfers", "kinds: [mobile]\nscene: call_back\n", (2, 1), "is of the channel callback; transfers", False),
        ("main", DIALS, (1, 1), "transfers of flows to numbers outside name no scene", True),
    ],
)
def test_what_is_wrong_has_its_place(
    tmp_path: Path, file: str, text: str, place: tuple[int, int], said: str, warning: bool
) -> None:
    (problem,) = told(tmp_path, **{file: text})
    assert said in problem.message
    assert (problem.mark.line, problem.mark.column, problem.warning) == (*place, warning)
    assert problem.mark.file == f"dialplans/{'transfers' if file == 'main' else file}.yaml"


@pytest.mark.parametrize(
    "files",
    [
        {"queues": CALLBACK % "scene: call_back"},
        {"outgoing": "kinds: [mobile]\nscene: by_hand\n"},
        {"transfers": "kinds: [mobile]\nscene: by_hand\n"},
        {"main": DIALS, "transfers": "scene: by_hand\n"},
        {"transfers": "codes: {81: {queue: care}}\n"},
        {},
    ],
)
def test_what_is_right_is_not_spoken_of(tmp_path: Path, files: dict[str, str]) -> None:
    assert told(tmp_path, **files) == []


def test_a_site_without_scenes_needs_none(tmp_path: Path) -> None:
    files = {"queues": CALLBACK % "tries: 2", "outgoing": "kinds: [mobile]\n", "main": DIALS}
    assert told(tmp_path, "scenes: {}\n", **files) == []
    (problem,) = told(tmp_path, "scenes: {}\n", queues=CALLBACK % "scene: call_back")
    assert "there is no scene call_back" in problem.message
