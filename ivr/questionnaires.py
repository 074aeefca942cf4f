"""Questionnaires: several questions, each answered by one key, with ways that go by the answers.

A questionnaire is a flow when it is asked by telephone, and a form when a person of the house asks: `walk` holds both
to the same ways. Its version is a hash of all that is asked, so an answer says which question it was.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from calls.errors import BadInput
from dsl.spelling import nearest_hint

QuestionForm = Literal["scale", "yes_no", "choices"]
FLOWS = "questionnaires/"
"""The flow of a questionnaire is called so, and its name: a scene's script, or a flow's `call`."""
REFUSED = "refused"
"""The answer of somebody who wants to be asked no more; of no question."""
END = "end"


class Question(msgspec.Struct, frozen=True):
    """One question. `answers`: the word of each key, a figure on a scale; `ways`: the question that follows by the
    word, empty for the end; `otherwise` follows any other."""

    say: str
    form: QuestionForm
    answers: dict[str, str]
    ways: dict[str, str]
    otherwise: str = ""

    def after(self, word: str) -> str:
        """The name of the next question; empty: that was the last."""
        return self.ways.get(word, self.otherwise)


class Questionnaire(msgspec.Struct, frozen=True):
    """One questionnaire. `version` is a hash of its questions, their ways and their texts in every language."""

    name: str
    title: str
    start: str
    questions: dict[str, Question]
    version: str = ""
    refuse: str = ""
    """The key by which somebody wants to be asked no more; empty: there is none."""


def graded(questionnaires: Mapping[str, Questionnaire]) -> set[str]:
    """Questions that are answered by figures of a scale, as QUESTIONNAIRE.QUESTION."""
    return {
        f"{name}.{question}"
        for name, asked in questionnaires.items()
        for question, one in asked.questions.items()
        if one.form == "scale"
    }


class Answered(NamedTuple):
    """An answer: its word (`yes`, `slow`, `4`), and the figure of its key."""

    question: str
    word: str
    figure: int


class Walked(NamedTuple):
    """The answers along the way, in its order, and whether it was walked to its end."""

    answers: tuple[Answered, ...]
    is_complete: bool


def walk(questionnaire: Questionnaire, given: Mapping[str, str]) -> Walked:
    """Walk a form. `given` has an answer by question, as its word or its key; what is not given ends the walk.

    Raises BadInput for a question or an answer that there is not, and for one that is not on the way.
    """
    for name in given:
        if name not in questionnaire.questions:
            known = list(questionnaire.questions)
            raise BadInput(f"{questionnaire.name} has no question {name}{nearest_hint(name, known)}")
    found: list[Answered] = []
    at = questionnaire.start
    while at and at in given and len(found) < len(questionnaire.questions):
        question = questionnaire.questions[at]
        key = _key(questionnaire, at, given[at])
        found.append(Answered(at, question.answers[key], int(key)))
        at = question.after(question.answers[key])
    asked = {one.question for one in found}
    if beside := [name for name in given if name not in asked]:
        stood = f"after {found[-1].question}={found[-1].word}" if found else "at the beginning"
        told = f"{questionnaire.name}: {beside[0]} is not asked: {stood} comes {at or 'the end'}"
        raise BadInput(told)
    return Walked(tuple(found), not at)


def _key(questionnaire: Questionnaire, name: str, given: str) -> str:
    answers = questionnaire.questions[name].answers
    for key, word in answers.items():
        if given in (word, key):
            return key
    words = list(answers.values())
    raise BadInput(f"{name}: no answer {given}{nearest_hint(given, words)}; there are {', '.join(words)}")
