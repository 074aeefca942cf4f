"""The intents of a site's folder as they stand there, published or not."""

from calls.errors import BadInput
from dsl.tree import SourceError, parse
from hotline.site.settings import Site
from hotline.versions.sources import read_files
from understanding.intents import IntentBook
from understanding.reading import INTENTS, Around, read_intents

_OF_OTHERS = ("answer-language", "unknown-flow", "unknown-phrase", "unknown-language")
"""Rules about names of other files, which are not looked at here."""


def intents_of(site: Site) -> IntentBook:
    """The book of dialplans/intents. Raises BadInput where there are not two, or something is wrong with them."""
    texts, _ = read_files(site)
    try:
        roots = {path: parse(text, path) for path, text in texts.items() if path.startswith(INTENTS)}
    except SourceError as error:
        raise BadInput(str(error)) from error
    book, _, problems = read_intents(roots, Around((), (), ()))
    errors = [problem for problem in problems if not problem.warning and problem.rule not in _OF_OTHERS]
    if errors:
        raise BadInput("\n".join(str(problem) for problem in errors))
    if len(book.intents) < 2:
        raise BadInput(
            f"{site.dialplans}: intents/*.yaml have {len(book.intents)} intents; two are needed to tell apart"
        )
    return book
