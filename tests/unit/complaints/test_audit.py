"""An audit log says what is known now, and what was known when."""

import msgspec
import pytest

from complaints.audit import Entry, known_at

pytestmark = pytest.mark.unit

OPENED = Entry(1, 100.0, "house", "opened", {"channel": "call"})
WAITING = Entry(2, 200.0, "li", "waiting", {"for": "customer"})
RESUMED = Entry(3, 300.0, "li", "resumed")


def numbers(entries: list[Entry]) -> list[int]:
    return [entry.number for entry in entries]


def test_what_was_not_yet_written_was_not_known() -> None:
    assert numbers(known_at([OPENED, WAITING, RESUMED], 250.0)) == [1, 2]
    assert numbers(known_at([OPENED, WAITING, RESUMED], 300.0)) == [1, 2, 3]


def test_what_is_written_later_takes_its_place_in_time() -> None:
    late = Entry(4, 150.0, "wang", "contact", {"channel": "mail"}, written_at=400.0)
    log = [OPENED, WAITING, RESUMED, late]
    assert numbers(known_at(log, 399.0)) == [1, 2, 3]
    assert numbers(known_at(log, 400.0)) == [1, 4, 2, 3]


def test_an_entry_put_right_is_the_right_one_from_then_on_and_the_wrong_one_before() -> None:
    log = [OPENED, WAITING, RESUMED, Entry(4, 260.0, "wang", "resumed", written_at=500.0, replaces=3)]
    assert numbers(known_at(log, 499.0)) == [1, 2, 3]
    assert numbers(known_at(log, 500.0)) == [1, 2, 4]


def test_a_correction_can_be_put_right_in_its_turn() -> None:
    log = [
        OPENED, WAITING,
        Entry(3, 210.0, "wang", "waiting", {"for": "regulator"}, written_at=300.0, replaces=2),
        Entry(4, 220.0, "wang", "waiting", {"for": "department"}, written_at=400.0, replaces=3),
    ]  # fmt: skip
    assert [numbers(known_at(log, at)) for at in (250.0, 350.0, 450.0)] == [[1, 2], [1, 3], [1, 4]]


def test_a_struck_entry_never_happened_and_the_strike_is_no_event() -> None:
    log = [OPENED, WAITING, Entry(3, 200.0, "wang", "struck", {"reason": "wrong case"}, written_at=400.0, replaces=2)]
    assert numbers(known_at(log, 399.0)) == [1, 2]
    assert numbers(known_at(log, 400.0)) == [1]


def test_a_correction_that_is_struck_puts_nothing_right() -> None:
    right = Entry(4, 260.0, "wang", "resumed", written_at=500.0, replaces=3)
    log = [OPENED, WAITING, RESUMED, right, Entry(5, 600.0, "wang", "struck", replaces=4)]
    assert [numbers(known_at(log, at)) for at in (499.0, 599.0, 600.0)] == [[1, 2, 3], [1, 2, 4], [1, 2, 3]]
    log.append(Entry(6, 700.0, "wang", "struck", replaces=5))
    assert numbers(known_at(log, 700.0)) == [1, 2, 4]


def test_an_entry_survives_json() -> None:
    entry = Entry(4, 150.0, "王", "contact", {"channel": "邮件"}, written_at=400.0, replaces=2)
    assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry
