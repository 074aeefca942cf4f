"""Intake of cases that no call opened: numbers of their own, each message once, and nobody's case for another's."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from complaints.intake.contact import Contact
from complaints.stages.rules import Act
from hotline.cases import intake, keeping
from hotline.store import transactions
from hotline.store.person_data import Subject, erasure
from hotline.suppression import entries

pytestmark = pytest.mark.unit

AT = 1_796_000_000.0
ZONE = ZoneInfo("Asia/Shanghai")


def contact(source: str, text: str = "扣了我三千块", caller: str = "+8613800138000") -> Contact:
    return Contact("csv", source, AT, text, caller=caller)


def test_the_number_of_an_erased_case_is_not_given_again(database: Path) -> None:
    # its log keeps its digests under that number, and entries of another case would follow them
    (first,) = intake.take_in(database, [contact("1")], ZONE)
    with transactions.writing(database) as connection:
        case = keeping.kept(connection, first.case)
        for kind in ("opened", "accepted", "withdrawn"):
            keeping.act(connection, case, Act(kind, "house", AT + 1, {"reason": "x"}), AT + 1, None)
    with transactions.writing(database) as connection:
        for statement, values in erasure(connection, Subject(("+8613800138000",)), None).rows:
            connection.execute(statement, values)
    (second,) = intake.take_in(database, [contact("2", caller="+8613900139000")], ZONE)
    assert second.is_new
    assert second.case != first.case


def test_another_message_of_a_known_name_is_told(database: Path) -> None:
    intake.take_in(database, [contact("1")], ZONE)
    (same,) = intake.take_in(database, [contact("1")], ZONE)
    (other,) = intake.take_in(database, [contact("1", text="没有人通知")], ZONE)
    assert (same.is_new, same.differs) == (False, False)
    assert (other.is_new, other.differs) == (False, True)


@pytest.mark.parametrize("writing", [transactions.writing, entries.writing])
def test_a_transaction_that_the_disk_has_ended_tells_of_the_disk(
    database: Path, writing: Callable[[Path], AbstractContextManager[sqlite3.Connection]]
) -> None:
    with pytest.raises(BadInput, match="disk is full"), writing(database) as connection:
        _end_by_full_disk(connection)


def _end_by_full_disk(connection: sqlite3.Connection) -> None:
    """SQLite may roll a transaction back by itself when there is no room for its pages, and says so then."""
    connection.execute("ROLLBACK")
    raise sqlite3.OperationalError("database or disk is full")
