"""Categories of messages that are taken in: one that is nearly a category of grades.yaml, and none, is refused.

What is near to none stays what it is: a regulator's own word, a category that only this channel has. Cases of it are of
the first kind.
"""

from collections.abc import Callable, Iterable

from calls.errors import BadInput
from dsl.spelling import nearest
from hotline.versions.case_rules import CaseRules

USUAL = "complaint"
"""The category of a message that names none."""
_SHOWN = 60


def refuse_misspelt(rules: Callable[[], CaseRules], categories: Iterable[str]) -> None:
    """Raises BadInput for the first that is no category of the rules that hold, and near to one of them.

    Rules that cannot be read keep no message out, nor does a house without grades: nobody knows its categories.
    """
    wanted = {one for one in categories if one != USUAL}
    if not wanted:
        return
    try:
        grades = rules().grades
    except BadInput:
        return
    known = [] if grades is None else [one for kind in grades.kinds.values() for one in kind.categories]
    for category in sorted(wanted.difference(known)):
        if near := nearest(category, known):
            there = f"there are {', '.join(known)}, and one of your own belongs into grades.yaml"
            raise BadInput(f"no category {category[:_SHOWN]!r} (did you mean {near}?); {there}")
