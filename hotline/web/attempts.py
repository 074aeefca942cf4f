"""Failed attempts to sign in, by where they come from: after too many, nobody there is listened to for a while."""

from collections import OrderedDict, deque

MOST, WITHIN_S = 10, 60.0
_MOST_ALL = 200
_ADDRESSES = 2_000


class Attempts:
    """Counts failures in the last minute, of each address and of all together. `now` is any clock in seconds."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, deque[float]] = OrderedDict()
        self._all: deque[float] = deque(maxlen=_MOST_ALL)

    def wait_s(self, address: str, now: float) -> float:
        """How long this address must wait before it may try again; 0 when it may now."""
        own = self._of.get(address)
        return max(_wait_s(own, MOST, now), _wait_s(self._all, _MOST_ALL, now))

    def failed(self, address: str, now: float) -> None:
        """Note a failure."""
        self._of.setdefault(address, deque(maxlen=MOST)).append(now)
        self._of.move_to_end(address)
        self._all.append(now)
        while len(self._of) > _ADDRESSES:
            self._of.popitem(last=False)


def _wait_s(failures: deque[float] | None, most: int, now: float) -> float:
    if failures is None or len(failures) < most:
        return 0.0
    return max(0.0, failures[0] + WITHIN_S - now)
