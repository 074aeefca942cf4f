"""Which FreeSWITCH is taken, and what is said where there is none that can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.errors import BadInput
from switch.freeswitch.instance.installation import VARIABLE, locate, required, version_of

pytestmark = pytest.mark.unit


def program(folder: Path, says: str = "FreeSWITCH version: 1.10.12-release~64bit ( 64bit)") -> str:
    """Something that answers -version so."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "freeswitch"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o700)
    return str(path)


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/bin")


def test_what_is_named_comes_before_the_path_and_that_before_the_usual_places(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual = (str(tmp_path / "none/freeswitch"), program(tmp_path / "usual"))
    assert locate(usual) == usual[1]
    in_path = program(tmp_path / "path")
    assert locate(usual) == in_path
    monkeypatch.setenv(VARIABLE, "/somewhere/freeswitch")
    assert locate(usual) == "/somewhere/freeswitch"
    assert required(in_path, usual) == in_path, "what the command line names comes before all"


def test_its_version_is_what_it_prints(tmp_path: Path) -> None:
    assert version_of(program(tmp_path)) == "1.10.12-release~64bit"


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (None, "no freeswitch in PATH"),
        ("FreeSWITCH version: 1.8.7-release~64bit ( 64bit)", "is FreeSWITCH 1.8.7-release~64bit, which is too old"),
        ("Usage: nothing", "is no FreeSWITCH"),
    ],
)
def test_without_one_that_can_be_used_it_is_said_what_to_do(tmp_path: Path, says: str | None, words: str) -> None:
    if says is not None:
        program(tmp_path / "path", says)
    with pytest.raises(BadInput, match=words) as told:
        required(usual=())
    assert "make run SWITCH=freeswitch FREESWITCH=" in str(told.value)
    assert VARIABLE in str(told.value)


def test_a_named_one_that_cannot_be_started_is_not_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "path")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(BadInput, match="gone cannot be started: No such file"):
        required()
