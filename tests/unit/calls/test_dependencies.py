"""An outer part: since when it is as it is, and when it is tried next."""

import pytest

from calls.dependencies import Dependencies, Dependency

pytestmark = pytest.mark.unit


class Wall:
    """A clock."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_since_when_is_of_the_state_and_not_of_the_last_error() -> None:
    clock = Wall()
    changed: list[str] = []
    parts = Dependencies(lambda part: changed.append(part.state))
    part = parts.add(Dependency("store", clock, critical=True))
    assert parts.view() == [
        {"name": "store", "state": "unknown", "since": 1000.0, "error": "", "next_try_at": None, "critical": True}
    ]
    clock.now = 1001.0
    part.down("refused", 2.0)
    clock.now = 1003.0
    part.down("no answer", 4.0)
    assert (part.since, part.error, part.next_try_at) == (1001.0, "no answer", 1007.0)
    part.down("")
    assert (part.error, part.next_try_at) == ("no answer", None), "what is known of the error is kept"
    clock.now = 1007.0
    part.up()
    part.up()
    assert (part.state, part.since, part.next_try_at, part.error) == ("up", 1007.0, None, "no answer")
    parts.drop("store")
    assert parts.view() == []
    assert changed == ["down", "up", "unknown"]


def test_a_number_in_an_error_is_masked() -> None:
    part = Dependency("service", lambda: 0.0)
    part.down("refused 13800138000")
    assert "13800138000" not in part.view()["error"]
