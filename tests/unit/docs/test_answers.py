"""The guide to answers: its examples are read as admins would write them, and publish together."""

import re
from pathlib import Path

import pytest

from dsl.tree import parse
from ivr.compiler.compiling import compile_folder
from ivr.steps import Call, SayAnswer
from understanding.cases import read_cases

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).parents[3]
PAGE = (_ROOT / "docs/answers.md").read_text(encoding="utf-8")
ANSWERS, FLOW, SENTENCES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_its_answer_is_said_by_its_flow_in_the_sample() -> None:
    prompts = sorted(_ROOT.glob("prompts/*.yaml"))
    files = {path.relative_to(_ROOT).as_posix(): path.read_text(encoding="utf-8") for path in prompts}
    for name in ("intents/consumer_finance", "flows/account", "flows/balance", "queues", "agents", "skills"):
        files[f"dialplans/{name}.yaml"] = (_ROOT / f"dialplans/{name}.yaml").read_text(encoding="utf-8")
    files |= {"dialplans/answers/a.yaml": ANSWERS, "dialplans/flows/main.yaml": FLOW}
    files["dialplans/intents/consumer_finance.yaml"] = re.sub(
        r"leads_to: .*", "", files["dialplans/intents/consumer_finance.yaml"]
    )
    done = compile_folder(files, version="v1")
    assert done.program is not None, [str(problem) for problem in done.errors]
    steps = done.program.flows["main"].steps
    assert isinstance(steps["early"], Call)
    assert steps["early.said"] == SayAnswer(answer="early_repayment", then="more", none="person")
    assert steps["ask"].leads["early_repayment"] == "ask.answered.early_repayment"  # type: ignore[union-attr]
    cases, problems = read_cases({"dialplans/intents/tests/a.yaml": parse(SENTENCES, "a.yaml")}, done.program.intents)
    assert (len(cases), problems) == (3, [])
