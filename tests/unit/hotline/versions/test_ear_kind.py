"""Which ear a site's settings come to, and what is told of flows that listen where nobody hears."""

from __future__ import annotations

import pytest

from dsl.tree import Mark, Problem
from hotline.site.settings import SpeechSettings
from hotline.versions import ear_kind
from hotline.versions.ear_kind import deaf_steps, kind_of
from ivr.compiler.compiling import compile_folder

pytestmark = pytest.mark.unit

FLOW = """flow: main
start: ask
ask:
  listen: ask
  answers: [{hears: 账单, press: 1, then: bye}]
  no_input: {then: bye}
  wrong: {then: bye}
named:
  listen: ask
  answers: [{hears: 账单, press: 1, then: ask}]
  by_keys: ask
  no_input: {then: bye}
  wrong: {then: bye}
bye: {hangup: ask}
"""


def told(settings: SpeechSettings) -> list[Problem]:
    compiled = compile_folder({"prompts/zh-CN.yaml": "ask: 请说\n", "dialplans/flows/main.yaml": FLOW}, version="v1")
    marks = {name: reading.marks for name, reading in compiled.readings.items()}
    return list(deaf_steps(settings, compiled.flows, marks))


@pytest.mark.parametrize(
    ("engine", "there", "kind", "says"),
    [
        ("auto", True, "whisper", None),
        ("auto", False, "none", "hotline[speech]"),
        ("whisper", True, "whisper", None),
        ("whisper", False, "whisper", "hotline[speech]"),
        ("none", True, "none", "speech.engine is none"),
        ("scripted", False, "scripted", None),
    ],
)
def test_each_engine(monkeypatch: pytest.MonkeyPatch, engine: str, there: bool, kind: str, says: str | None) -> None:
    monkeypatch.setattr(ear_kind, "is_installed", lambda: there)
    settings = SpeechSettings.model_validate({"engine": engine})
    assert kind_of(settings) == kind
    problems = told(settings)
    assert [problem.mark for problem in problems] == (
        [Mark("dialplans/flows/main.yaml", 3, 1), Mark("dialplans/flows/main.yaml", 8, 1)] if says else []
    )
    if says:
        assert all(problem.warning and says in problem.message for problem in problems)
        assert ["by_keys" in problem.message for problem in problems] == [True, False], "advice where it is wanted"
