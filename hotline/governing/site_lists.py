"""All lists of a site for the gate: those in its store, and the file of `do_not_call`."""

from collections.abc import Callable, Iterable

from dialer.governor.questions import Listed
from hotline.governing.number_file_lists import NumberFileLists
from hotline.suppression.lists import Lists


class SiteLists:
    """See `hotline.governing.ports.Lists`. `opened` is called at the first look-up, once the store is there."""

    def __init__(self, file: NumberFileLists, opened: Callable[[], Lists]) -> None:
        self._file = file
        self._opened = opened
        self._lists: Lists | None = None

    def lists_of(self, number: str, at: float | None = None) -> tuple[Listed, ...]:
        """Every list that the number is on. Raises whatever keeps either from being known."""
        return (*self._file.lists_of(number, at), *self._known().lists_of(number, at))

    def scrubbed(self, numbers: Iterable[str], at: float | None = None) -> list[tuple[Listed, ...]]:
        """As `lists_of`, for many, as of one instant."""
        asked = list(numbers)
        by_file, by_store = self._file.scrubbed(asked, at), self._known().scrubbed(asked, at)
        return [(*one, *other) for one, other in zip(by_file, by_store, strict=True)]

    def as_of(self, at: float) -> dict[str, float]:
        """When the copies of lists in the store were taken."""
        return self._known().as_of(at)

    def refresh(self) -> None:
        """Take up what was changed; it may take seconds after an import, and belongs into a thread."""
        self._file.refresh()
        lists = self._known()
        if lists.changed():
            lists.refresh()

    def _known(self) -> Lists:
        if self._lists is None:
            self._lists = self._opened()
        return self._lists
