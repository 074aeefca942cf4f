"""Questionnaires: the ways of a form and of a call are the same, answers say of which version they are, and lint."""

import re

import pytest

from calls.errors import BadInput
from dsl.tree import parse
from ivr.commands import FlowEnded, QuestionAnswered, SurveyAnswered
from ivr.compiler.compiling import compile_folder
from ivr.compiler.phrases import read_phrases
from ivr.compiler.questionnaires import lint_ways, read_questionnaires
from ivr.program import decode, encode
from ivr.questionnaires import Questionnaire, walk
from tests.unit.ivr.machine.machines import CALL, Line, compiled, texts

pytestmark = pytest.mark.unit

QUESTIONS = """
questionnaires:
  visit:
    title: Visit
    opening: one
    refuse: 9
    no_input: {say: silent, tries: 1}
    questions:
      solved: {say: ask, yes_no: true, then: {no: why}}
      satisfied: {say: two, scale: 1-5, then: {1-2: why, else: end}}
      why: {say: three, choices: {1: slow, 2: wrong_decision}, then: end}
    thanks: four
"""
MAIN = "flow: main\nstart: ask\nask: {call: questionnaires/visit, then: {hangup: bye}}\n"


def made(text: str = QUESTIONS) -> Questionnaire:
    phrases, _ = read_phrases({"en": parse("".join(f"{key}: {key}\n" for key in ("one", "two")), "en.yaml")})
    found = read_questionnaires(parse(text, "q.yaml"), {}, phrases)
    assert found.problems == []
    assert list(lint_ways(found)) == []
    return found.questionnaires["visit"]


def answered(line: Line) -> list[tuple[str, str, int]]:
    return [(one.question, one.word, one.figure) for one in line.all if isinstance(one, QuestionAnswered)]


def on_the_phone(*keys: str) -> Line:
    line = Line(compiled(MAIN, questionnaires=QUESTIONS))
    line.start()
    line.played()
    for key in keys:
        line.press(key)
    return line


@pytest.mark.parametrize(
    ("keys", "given", "answers", "complete"),
    [
        ("15", {"solved": "yes", "satisfied": "5"}, [("solved", "yes", 1), ("satisfied", "5", 5)], True),
        ("21", {"solved": "no", "why": "slow"}, [("solved", "no", 2), ("why", "slow", 1)], True),
        ("122", {"solved": "1", "satisfied": "2", "why": "2"},
         [("solved", "yes", 1), ("satisfied", "2", 2), ("why", "wrong_decision", 2)], True),
        ("1", {"solved": "yes"}, [("solved", "yes", 1)], False),
    ],
)  # fmt: skip
def test_a_call_and_a_form_go_the_same_ways(
    keys: str, given: dict[str, str], answers: list[tuple[str, str, int]], complete: bool
) -> None:
    line = on_the_phone(*keys)
    assert answered(line) == answers
    assert ("four" in texts(line.all)) == complete
    walked = walk(made(), given)
    assert list(walked.answers) == answers
    assert walked.is_complete == complete


def test_whoever_wants_to_be_asked_no_more_says_so_at_any_question() -> None:
    line = on_the_phone("1", "9")
    assert answered(line) == [("solved", "yes", 1), ("satisfied", "refused", 9)]
    assert "four" in texts(line.all)
    line.played()
    line.played()
    assert any(isinstance(one, FlowEnded) for one in line.all)


def test_a_wrong_key_and_silence_end_it_after_their_tries() -> None:
    line = on_the_phone("7")
    assert answered(line) == []
    line.played()
    for _ in range(3):
        if CALL in line.machine.sessions and "four" not in texts(line.all):
            line.due()
            if line.machine.sessions[CALL].playing is not None:
                line.played()
    assert "four" in texts(line.all)


def test_answers_are_no_scores_of_a_survey_and_have_the_version_that_was_published() -> None:
    line = on_the_phone("1", "5")
    program = compiled(MAIN, questionnaires=QUESTIONS)
    assert not any(isinstance(one, SurveyAnswered) for one in line.all)
    (version,) = {one.version for one in line.all if isinstance(one, QuestionAnswered)}
    assert re.fullmatch(r"[0-9a-f]{12}", version)
    assert decode(encode(program)) == program


def test_the_version_is_another_one_when_a_text_or_a_way_is() -> None:
    def version(phrase: str, questions: str) -> str:
        phrases, _ = read_phrases({"en": parse(f"one: one\ntwo: {phrase}\n", "en.yaml")})
        return read_questionnaires(parse(questions, "q.yaml"), {}, phrases).questionnaires["visit"].version

    usual = version("two", QUESTIONS)
    assert usual == version("two", QUESTIONS)
    assert len({usual, version("zwei", QUESTIONS), version("two", QUESTIONS.replace("1-2: why", "1-3: why"))}) == 3


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"solvd": "yes"}, "visit has no question solvd (did you mean solved?)"),
        ({"solved": "yess"}, "no answer yess (did you mean yes?); there are yes, no"),
        ({"solved": "yes", "why": "slow"}, "why is not asked: after solved=yes comes satisfied"),
        ({"solved": "yes", "satisfied": "5", "why": "1"}, "after satisfied=5 comes the end"),
        ({"satisfied": "5"}, "satisfied is not asked: at the beginning comes solved"),
    ],
)
def test_a_form_off_the_way_is_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput, match=re.escape(told)):
        walk(made(), given)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("q: {say: ask}", "one of scale, yes_no, choices is wanted"),
        ("q: {say: ask, scale: 5-1}", "a scale is such as 1-5"),
        ("q: {say: ask, scale: 1-5, yes_no: true}", "one of scale, yes_no, choices is wanted"),
        ("q: {say: ask, choices: {11: a}}", "'11' is no key from 0 to 9"),
        ("q: {say: ask, choices: {1: refused}}", "no word for an answer"),
        ("q: {say: ask, choices: {1: a, 2: a}}", "two keys have one word"),
        ("q: {say: ask, choices: {9: a}}", "key 9 is a, and the key of whoever wants to be asked no more"),
        ("q: {say: ask, yes_no: {yes: 1, no: 1}}", "two keys from 0 to 9 say yes and no"),
        ("q: {say: ask, yes_no: true, then: {maybe: end}}", "no answer maybe"),
        ("q: {say: ask, yes_no: true, then: p}", "there is no question p"),
        ("q: {say: ask, yes_no: true, then: q}", "q is asked again after it was answered"),
        ("opening: {say: ask, yes_no: true}", "no question can be called opening"),
        ("q: {say: ask, yesno: true}", "did you mean yes_no?"),
        ("q: {say: aks, yes_no: true}", "there is no phrase aks (did you mean ask?)"),
    ],
)
def test_lint_tells_what_is_wrong_and_where(question: str, told: str) -> None:
    head = "questionnaires:\n  visit:\n    refuse: 9\n    questions:\n"
    files = {
        "prompts/en.yaml": "ask: ask\nbye: bye\n",
        "dialplans/questionnaires.yaml": f"{head}      {question}\n",
        "dialplans/flows/main.yaml": MAIN,
    }
    done = compile_folder(files)
    assert done.program is None
    (problem,) = [str(one) for one in done.errors]
    assert told in problem
    assert problem.startswith("dialplans/questionnaires.yaml:")
