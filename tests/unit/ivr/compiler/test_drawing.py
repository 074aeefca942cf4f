"""Drawings of flows: every way that a step has is in them, with the words by which it is taken."""

from pathlib import Path

import pytest

from ivr.compiler.compiling import compile_folder
from ivr.compiler.drawing import Way, drawing
from ivr.compiler.ways import successors
from ivr.program import Program
from tests.unit.ivr.machine.machines import compiled

pytestmark = pytest.mark.unit

_MAIN = """\
flow: main
start: choose
choose:
  menu: one
  keys: {1: wait, 2: wait, 3: other}
  no_input: {say: silent, tries: 1, then: bye}
  wrong: {say: wrong, tries: 1, then: bye}
wait: {queue: care, skills: [care>=3], no_agents: bye, then: bye}
other: {flow: other}
bye: {hangup: bye}
"""
_OTHER = "flow: other\nstart: bye\nbye: {hangup: bye}\n"
_ROOT = Path(__file__).parents[4]


def test_a_way_is_drawn_once_with_all_its_words() -> None:
    drawn = drawing(compiled(_MAIN, _OTHER).flows["main"])
    steps = {step.step: step for step in drawn.steps}
    assert drawn.start == "choose"
    assert [step.step for step in drawn.steps] == ["choose", "wait", "other", "bye"]
    assert steps["choose"].ways[0] == Way("wait", ("1", "2"))
    assert Way("bye", ("no_input", "wrong")) in steps["choose"].ways
    assert [(one.phrase, one.when) for one in steps["choose"].says] == [
        ("one", ""), ("silent", "no_input"), ("wrong", "wrong"),
    ]  # fmt: skip
    assert [steps["wait"].about[name] for name in ("queue", "skills", "class")] == ["care", "care>=3", "general"]
    assert (steps["other"].kind, steps["other"].flow, steps["other"].ways) == ("flow", "other", ())


@pytest.fixture(scope="module")
def sample() -> Program:
    paths = [path for folder in ("dialplans", "prompts") for path in (_ROOT / folder).rglob("*.yaml")]
    done = compile_folder({path.relative_to(_ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths})
    assert done.program is not None, done.problems
    return done.program


def test_the_samples_flows_are_drawn_whole(sample: Program) -> None:
    """Nothing leads where the drawing does not, and the other way round."""
    for name, flow in sample.flows.items():
        for step in drawing(flow).steps:
            ways = {way.to for way in step.ways}
            assert ways == set(successors(flow.steps[step.step])), (name, step.step)
            assert all(one.phrase for one in step.says)
