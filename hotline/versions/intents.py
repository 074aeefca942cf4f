"""The intents of a site's folder as they stand there, published or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from calls.errors import BadInput
from dsl.tree import Node, Problem, SourceError, parse
from hotline.site.site import Site
from hotline.versions.sources import read_files
from understanding.cases import CASES, Case, read_cases
from understanding.intents import IntentBook
from understanding.reading import INTENTS, Around, read_intents

if TYPE_CHECKING:
    from understanding.overlap import Overlap

_OF_OTHERS = ("answer-language", "unknown-flow", "unknown-phrase", "unknown-language")
"""Rules about names of other files, which are not looked at here."""


def intents_of(site: Site) -> IntentBook:
    """The book of dialplans/intents. Raises BadInput where there are not two, or something is wrong with them."""
    return intents_and_cases_of(site)[0]


def intents_and_cases_of(site: Site) -> tuple[IntentBook, list[Case]]:
    """The book, and the sentences of dialplans/intents/tests. Raises BadInput as `intents_of`."""
    texts, _ = read_files(site)
    try:
        roots = {path: parse(text, path) for path, text in texts.items() if path.startswith(INTENTS)}
    except SourceError as error:
        raise BadInput(str(error)) from error
    book, _, problems = read_intents(roots, Around((), (), ()))
    cases, of_cases = read_cases(roots, book)
    problems = [*problems, *of_cases]
    errors = [problem for problem in problems if not problem.warning and problem.rule not in _OF_OTHERS]
    if errors:
        raise BadInput("\n".join(str(problem) for problem in errors))
    if len(book.intents) < 2:
        raise BadInput(
            f"{site.dialplans}: intents/*.yaml have {len(book.intents)} intents; two are needed to tell apart"
        )
    return book, cases


def overlapping(files: Mapping[str, str], book: IntentBook) -> Iterator[Problem]:
    """A warning for each pair of intents that cannot be told apart. `files` are those that the book was read from."""
    roots = [parse(text, path) for path, text in sorted(files.items()) if _of_book(path)]
    for found in _overlaps(msgspec.msgpack.encode(book)):
        node = next(root.find(("intents", found.other)) for root in roots if found.other in _names(root))
        message = (
            f"{found.other} and {found.intent}: {found.confused} of their {found.of} sentences are taken for the other "
            f"one's, such as {found.sentence}: make them one, or word them apart"
        )
        yield Problem(node.key_mark or node.mark, "intents-overlap", message, warning=True)


@lru_cache(maxsize=2)
def _overlaps(book: bytes) -> list[Overlap]:
    """Overlaps of a book, which take a second or two to find."""
    from understanding.overlap import overlaps  # NumPy, which only who has intents needs

    return list(overlaps(msgspec.msgpack.decode(book, type=IntentBook)))


def _of_book(path: str) -> bool:
    return path.startswith(INTENTS) and not path.startswith(CASES)


def _names(root: Node) -> Collection[str]:
    intents = root.items.get("intents")
    return () if intents is None else intents.items
