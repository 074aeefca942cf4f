"""Grades of labelled texts by the shipped dialplans/grades.yaml, beside those that a person gave.

Three sets of tests/labelled/: the two hundred, of which every second text was held out while the rules were written;
texts for which the rules were mended after; and texts that were written last, for which nothing was changed. A new
complaint may expect the figures of the last set.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.catalogue import Options
from bench.machine import facts
from bench.report import Report, at_least, told
from calls.errors import BadInput
from complaints.grading.grading import Facts, grade
from complaints.grading.reading import GRADES, read_grades
from complaints.grading.settings import Grades
from dsl.tree import parse
from hotline.site.sample import SAMPLE

LABELLED = Path(__file__).resolve().parents[1] / "tests" / "labelled"
SEVERE = "level_1"


class Labelled(msgspec.Struct, frozen=True):
    """A text with the grade that a person gave. `held`: it was not looked at while the rules were written."""

    text: str
    label: str
    category: str
    held: bool


class Told(msgspec.Struct, frozen=True):
    """What became of one text."""

    labelled: Labelled
    grade: str
    is_unsure: bool


def run(options: Options) -> Report:
    """Takes seconds; `quick` is the same."""
    grades = shipped()
    options.progress("complaints.yaml, hard.yaml and unseen.yaml are graded")
    all_of = outcomes(read("complaints.yaml"), grades)
    began = time.perf_counter()
    again = outcomes(read("complaints.yaml"), grades)
    took_s = time.perf_counter() - began
    held = [one for one in all_of if one.labelled.held]
    mended, unseen = outcomes(read("hard.yaml"), grades), outcomes(read("unseen.yaml"), grades)
    figures = [
        at_least("level-1 recall", recall(all_of), "%", 98),
        at_least("level-1 recall, held out", recall(held), "%", 98),
        at_least("level-1 recall, written after the rules", recall(unseen), "%", 98),
        told("level-1 recall, mended for", recall(mended), "%"),
        told("agreement", agreement(all_of), "%"),
        told("agreement, held out", agreement(held), "%"),
        told("agreement, written after the rules", agreement(unseen), "%"),
        told("others raised to level 1", raised(all_of), "%"),
        told("others raised to level 1, written after the rules", raised(unseen), "%"),
        told("left to a person, no rule held", 100 * sum(one.is_unsure for one in all_of) / len(all_of), "%"),
        told("a grade", took_s / len(again) * 1e3, "ms"),
    ]
    return Report("grading", facts(), figures)


def shipped() -> Grades:
    """The rules of the sample. Raises BadInput where they are broken."""
    text = (SAMPLE / GRADES).read_text(encoding="utf-8")
    grades, problems = read_grades(parse(text, GRADES), None, None)
    if grades is None:
        raise BadInput(str(problems[0]))
    return grades


def read(name: str) -> list[Labelled]:
    """The texts of one file of tests/labelled/. Raises BadInput where it is not there."""
    path = LABELLED / name
    if not path.exists():
        raise BadInput(f"{path} is not there: this bench needs the repository, with its tests")
    groups = parse(path.read_text(encoding="utf-8"), name).plain()
    return [
        Labelled(
            one["text"],
            label,
            one.get("category", "complaint" if label.startswith("level") else "problem"),
            place % 2 == 1,
        )
        for label, texts in groups.items()
        for place, one in enumerate(texts)
    ]


def outcomes(texts: Sequence[Labelled], grades: Grades) -> list[Told]:
    """Grade them all, by the text and the category alone."""
    found = []
    for one in texts:
        graded = grade(one.text, Facts(category=one.category), grades)
        found.append(Told(one, graded.grade, graded.is_unsure))
    return found


def recall(found: Sequence[Told]) -> float:
    """Of the texts of level 1 those that were graded so, in percent."""
    severe = [one for one in found if one.labelled.label == SEVERE]
    return 100 * sum(one.grade == SEVERE for one in severe) / len(severe)


def agreement(found: Sequence[Told]) -> float:
    """Texts with the grade that a person gave, in percent."""
    return 100 * sum(one.grade == one.labelled.label for one in found) / len(found)


def raised(found: Sequence[Told]) -> float:
    """Of the complaints of other levels those that were graded level 1, in percent."""
    others = [one for one in found if one.labelled.label in ("level_2", "level_3")]
    return 100 * sum(one.grade == SEVERE for one in others) / len(others)
