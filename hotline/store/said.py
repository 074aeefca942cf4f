"""What was said, as it is searched: without spaces and punctuation, in small letters."""


def searched(text: str) -> str:
    """The letters and figures of a text alone; a search's words are written so, too."""
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign == "•")
