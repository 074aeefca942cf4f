"""Clocks of cases in a site's folder, checked with the grades that name them."""

from collections.abc import Iterator, Mapping

from complaints.clocks.book import ClockBook
from complaints.clocks.reading import CLOCKS, read_clocks
from complaints.grading.reading import GRADES
from dsl.hours import Hours
from dsl.tree import Node, Problem


def read_folder_clocks(roots: Mapping[str, Node], hours: Mapping[str, Hours]) -> tuple[ClockBook, list[Problem]]:
    """The clocks among `roots`, the parsed files by path, and what is wrong with them; none without the file."""
    if CLOCKS not in roots:
        return ClockBook(), []
    grades = roots.get(GRADES)
    book, problems = read_clocks(roots[CLOCKS], hours, None if grades is None else _grades_and_categories(grades))
    return book, [*problems, *(_without_target(book, grades) if grades is not None else ())]


def names_of_clocks(roots: Mapping[str, Node]) -> tuple[str, ...] | None:
    """Every clock of clocks.yaml, also one that could not be read; None without the file."""
    root = roots.get(CLOCKS)
    found = None if root is None else root.items.get("clocks")
    return None if root is None else () if found is None else tuple(found.items)


def _grades_and_categories(root: Node) -> tuple[str, ...]:
    grades = root.items["grades"].items if "grades" in root.items else {}
    kinds = root.items["kinds"].children if "kinds" in root.items else ()
    lists = [kind.items["categories"] for kind in kinds if "categories" in kind.items]
    return (*grades, *(child.text for one in lists for child in (one.children if one.is_sequence else (one,))))


def _without_target(book: ClockBook, root: Node) -> Iterator[Problem]:
    for grade, settings in (root.items["grades"].items if "grades" in root.items else {}).items():
        named = settings.items.get("clocks")
        for child in () if named is None else named.children if named.is_sequence else (named,):
            clock = book.clocks.get(child.text)
            if clock is not None and clock.target("", grade) is None:
                message = f"clock {child.text} has no target for {grade}: clocks.yaml says for which grades it runs"
                yield Problem(child.mark, "clock", message)
