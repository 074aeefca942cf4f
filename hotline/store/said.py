"""What was said, as it is searched: without spaces and punctuation, in small letters."""

from calls.errors import BadInput
from calls.words import masked_words


def searched(text: str) -> str:
    """The letters and figures of a text alone; a search's words are written so, too."""
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign == "•")


def search_words(text: str) -> str:
    """The words of a search, as `searched` writes them.

    Raises BadInput where no letter and no figure is left, and for a number that transcripts have masked: it would be
    found in none, as if nobody had said it.
    """
    words = searched(text)
    if not any(sign.isalnum() for sign in words):
        raise BadInput(f"{text[:40]!r} has no letter and no figure in it: name words that somebody may have said")
    if masked_words(text) != text:
        raise BadInput(
            "telephone numbers and rows of six figures or more are masked in transcripts, so none is found:"
            " name other words, or look for a caller by --number"
        )
    return words
