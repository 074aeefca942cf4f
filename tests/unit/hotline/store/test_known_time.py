"""A clock that jumps: how far ahead of what is known it may be, and who may say that it is right."""

from pathlib import Path

import pytest

from hotline.store.known_time import AHEAD_S, KnownTime
from tests.unit.hotline.store.test_retention import DAY_S, NOW, Store

pytestmark = pytest.mark.unit


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def known(store: Store) -> KnownTime:
    """Of a process that starts."""
    return KnownTime(store.folder, store.path)


def test_a_store_without_a_row_believes_the_clock(store: Store) -> None:
    assert known(store).ahead_s(0.0, NOW) == 0.0


@pytest.mark.parametrize("days", [0.0, 6.5, -400.0])
def test_a_clock_near_the_newest_row_or_behind_it_is_right(store: Store, days: float) -> None:
    store.call("newest", 0.1)
    assert known(store).ahead_s(0.0, NOW + days * DAY_S) == 0.0


@pytest.mark.parametrize("table", ["calls", "agent_states", "snapshots"])
def test_a_clock_far_ahead_of_the_newest_row_is_not(store: Store, table: str) -> None:
    if table == "calls":
        store.call("newest", 0.1)
    elif table == "agent_states":
        store.insert("agent_states", agent="01", state="idle", reason="", since=NOW)
    else:
        store.insert("snapshots", seq=1, utc=NOW, at=1.0, state=b"")
    assert known(store).ahead_s(0.0, NOW + 3_650 * DAY_S) == pytest.approx(3_650 * DAY_S, abs=2 * DAY_S)


def test_what_the_wrong_clock_has_written_itself_proves_nothing(store: Store) -> None:
    """The server that starts ten years ahead writes its agents' states at once, and is started again."""
    jumped = NOW + 3_650 * DAY_S
    store.call("newest", 0.1)
    store.insert("agent_states", agent="01", state="idle", reason="", since=jumped - 1.0)
    assert known(store).ahead_s(0.0, jumped) > AHEAD_S
    store.insert("agent_states", agent="01", state="idle", reason="", since=jumped + 3_600.0)
    assert known(store).ahead_s(0.0, jumped + 7_200.0) > AHEAD_S, "the time of the last good run is kept"


def test_a_jump_while_it_runs_is_one_and_hours_that_pass_are_none(store: Store) -> None:
    time = known(store)
    for hour in range(24 * 30):
        assert time.ahead_s(hour * 3_600.0, NOW + hour * 3_600.0) == 0.0
    later = 24 * 30 * 3_600.0
    assert time.ahead_s(later, NOW + later + 8 * DAY_S) == pytest.approx(8 * DAY_S)
    assert time.ahead_s(later + 60.0, NOW + later + 60.0) == 0.0, "set right again"


def test_somebody_may_say_that_the_clock_is_right(store: Store) -> None:
    store.call("newest", 0.1)
    server, later = known(store), NOW + 60 * DAY_S
    assert server.ahead_s(0.0, later) > 0.0
    assert known(store).seen_ahead_s(later) > 0.0
    known(store).accept(later)
    assert known(store).seen_ahead_s(later) == 0.0
    assert server.ahead_s(3_600.0, later + 3_600.0) == 0.0, "seen by the server that runs"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"utc": "soon"}'])
def test_a_file_that_cannot_be_read_is_made_anew(store: Store, text: str) -> None:
    store.call("newest", 0.1)
    (store.folder / "retention.json").write_text(text)
    assert known(store).ahead_s(0.0, NOW + 60 * DAY_S) > 0.0
    assert known(store).ahead_s(0.0, NOW) == 0.0
