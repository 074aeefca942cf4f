"""What was said, as it is searched: without spaces and punctuation, in small letters."""

from calls.errors import BadInput


def searched(text: str) -> str:
    """The letters and figures of a text alone; a search's words are written so, too."""
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign == "•")


def search_words(text: str) -> str:
    """The words of a search, as `searched` writes them. Raises BadInput where no letter and no figure is left."""
    if not (words := searched(text)):
        raise BadInput(f"{text[:40]!r} has no letter and no figure in it: name words that somebody may have said")
    return words
