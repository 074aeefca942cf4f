"""Rules of cases of a site's folder: grades and dispatch, checked together; and those of a published version."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from calls.errors import BadInput
from complaints.dispatch.reading import DISPATCH, read_dispatch
from complaints.dispatch.settings import Dispatch
from complaints.grading.reading import GRADES, read_grades
from complaints.grading.settings import Grades
from dsl.calendars import read_hours
from dsl.hours import Hours
from dsl.tree import Node, Problem, SourceError, parse
from hotline.versions.store import Versions

HOURS = "dialplans/hours.yaml"
"""As the compiler of flows has it, which a start does not load."""
FILES = (GRADES, DISPATCH)


@dataclass(frozen=True, slots=True)
class CaseRules:
    """How cases are graded and dispatched; None without the file, or with a problem in it. `hours` are the site's."""

    grades: Grades | None = None
    dispatch: Dispatch | None = None
    hours: Mapping[str, Hours] = field(default_factory=dict)


def read_case_rules(
    roots: Mapping[str, Node], hours: Mapping[str, Hours], clocks: Collection[str] | None = None
) -> tuple[CaseRules, list[Problem]]:
    """The rules among `roots`, the parsed files by path, and what is wrong with them. `clocks` of clocks.yaml."""
    problems: list[Problem] = []
    grades = dispatch = None
    if DISPATCH in roots:
        dispatch, found = read_dispatch(roots[DISPATCH], hours, _inside(roots, GRADES, "grades"))
        problems += found
    if GRADES in roots:
        grades, found = read_grades(roots[GRADES], _inside(roots, DISPATCH, "departments"), clocks)
        problems += found
    return CaseRules(grades, dispatch, hours), problems


def compiled_again(sources: Mapping[str, str]) -> CaseRules:
    """The rules of a published version, from its files' texts by path. Raises BadInput where this release does not read
    them as the one did that published them."""
    try:
        roots = {path: parse(text, path) for path, text in sources.items() if path in (*FILES, HOURS)}
    except SourceError as error:
        raise BadInput(str(error)) from error
    hours = {} if HOURS not in roots else read_hours(roots[HOURS], None)[0]
    rules, problems = read_case_rules(roots, hours)
    if errors := [problem for problem in problems if not problem.warning]:
        raise BadInput("\n".join(map(str, errors)))
    return rules


def _inside(roots: Mapping[str, Node], path: str, section: str) -> tuple[str, ...] | None:
    """Every name of a section, also of an entry that could not be read: what is wrong with it is told once."""
    if path not in roots:
        return None
    found = roots[path].items.get(section)
    return () if found is None else tuple(found.items)


def rules_of(versions: Versions, version: str) -> CaseRules:
    """The rules of a published version; none for an empty one. Raises BadInput, as `compiled_again` does."""
    return compiled_again(versions.sources(version, (*FILES, HOURS))) if version else CaseRules()
