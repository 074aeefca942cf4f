"""Questions that nobody answered, in the store: a wording once, masked, counted; a replay counts nothing."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from calls.errors import BadInput
from calls.ids import AttemptId, CallId
from hotline.store import opening, unanswered
from hotline.store.retention import OF_A_CALL, next_piece
from hotline.store.unanswered import UnansweredRows
from ivr.commands import QuestionUnanswered

pytestmark = pytest.mark.unit


class Store:
    """A store of today, and the rows as the server writes them; `at` is the time."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.at = 1000.0
        opening.migrate(database)
        self.rows = UnansweredRows(self.write, lambda: self.at, lambda: "CN")

    def write(self, statement: str, values: tuple[Any, ...]) -> None:
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement, values)

    def ask(self, said: str, call: str = "1", at: float = 1000.0, language: str = "zh-CN", **more: Any) -> None:
        self.at = at
        attempt = AttemptId(f"{call}/{said}")
        self.rows.take(
            QuestionUnanswered(
                CallId(call), attempt, language, "main/a", said, more.pop("why", "not_understood"), **more
            )
        )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "hotline.sqlite")


def test_a_wording_once_however_it_is_written_and_those_asked_most_first(store: Store) -> None:
    store.ask("食堂在几楼", at=10.0, near=(("card", 0.4),))
    store.ask("嗯，食堂在几楼？", call="2", at=30.0, why="not_said", intent="card", near=(("card", 0.5),))
    store.ask("车停哪里", call="3", at=20.0)
    store.ask("食堂在几楼", call="4", at=40.0, language="en")
    first, *others = unanswered.questions(store.database)
    assert (first.wording, first.times, first.first_at, first.last_at) == ("食堂在几楼", 2, 10.0, 30.0)
    assert (first.why, first.intent, first.near, first.where) == ("not_said", "card", (("card", 0.5),), "main/a")
    assert [one.wording for one in others] == ["食堂在几楼", "车停哪里"], "a language has wordings of its own"
    assert unanswered.question(store.database, first.id[:5]) == first


def test_a_replay_finds_its_rows_there(store: Store) -> None:
    store.ask("食堂在几楼", at=10.0)
    store.ask("食堂在几楼", at=99.0)
    (one,) = unanswered.questions(store.database)
    assert (one.times, one.last_at) == (1, 10.0)


def test_numbers_are_masked_as_in_logs_and_words_without_any_are_not_kept(store: Store) -> None:
    store.ask("打13800138000找我，卡号六二二二零二一二三")
    store.ask("？！")
    (one,) = unanswered.questions(store.database)
    assert "13800138000" not in one.wording
    assert "六二二二" not in one.wording
    assert one.wording.startswith("打")


def test_settled_and_asked_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.ask("食堂在几楼", at=10.0)
    (one,) = unanswered.questions(store.database)
    monkeypatch.setattr("hotline.store.unanswered.time.time", lambda: 20.0)
    unanswered.settle(store.database, one.id, "added", "li", "card")
    assert unanswered.questions(store.database) == []
    store.ask("食堂在几楼", call="2", at=30.0)
    (one,) = unanswered.questions(store.database, ("added", "dismissed"))
    assert (one.state, one.settled_by, one.note, one.times, one.times_since) == ("added", "li", "card", 2, 1)
    unanswered.settle(store.database, one.id, "open", "", "")
    assert [one.times_since for one in unanswered.questions(store.database)] == [0]


def test_one_that_is_not_there_and_a_store_of_before(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such question"):
        unanswered.question(store.database, "beef")
    with pytest.raises(BadInput, match="no store of this release"):
        unanswered.questions(tmp_path / "none.sqlite")


def test_times_go_with_their_call_and_a_wording_by_its_days_with_its_times(store: Store) -> None:
    store.ask("食堂在几楼", at=10.0)
    store.ask("食堂在几楼", call="2", at=20.0)
    assert "unanswered_times" in OF_A_CALL
    store.write('DELETE FROM unanswered_times WHERE "call" = ?', ("1",))
    assert [one.times for one in unanswered.questions(store.database)] == [1]
    with contextlib.closing(sqlite3.connect(store.database)) as connection, connection:
        assert next_piece(connection, "unanswered", 20.0).count == 0
        piece = next_piece(connection, "unanswered", 21.0)
        for statement, values in piece.rows:
            connection.execute(statement, values)
        left = connection.execute("SELECT count(*) FROM unanswered_times").fetchone()
    assert (piece.count, left) == (1, (0,))
