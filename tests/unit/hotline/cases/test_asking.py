"""How a case stands, for its customer: by number and last digits with few guesses, and by a token that is its own."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from complaints.intake.contact import Contact
from complaints.stages.rules import Act
from complaints.stages.table import STAGES
from complaints.stages.told import TOLD, timeline
from hotline.cases import asking, intake
from hotline.cases.keeping import act, kept
from hotline.store.transactions import looking, writing
from hotline.web.tokens import WaitTokens

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
MINE, OTHER = "+8613800138000", "+8613900139000"


@pytest.fixture
def case(database: Path) -> str:
    """A case of somebody with a number and an account, which was accepted."""
    contact = Contact("http", "m1", NOW, "it was wrong", caller=MINE, account="A-77-6655")
    (taken,) = intake.take_in(database, [contact], ZoneInfo("UTC"))
    do(database, taken.case, "opened", "accepted")
    return taken.case


def do(database: Path, case: str, *kinds: str, **fields: object) -> None:
    with writing(database) as connection:
        for kind in kinds:
            found = kept(connection, case)
            act(connection, found, Act(kind, "li", NOW + len(found.entries), dict(fields)), NOW, None)


def ask(database: Path, case: str, digits: str, caller: str = OTHER, at: float = NOW + 100) -> dict[str, object]:
    return asking.asked_by_phone(database, case, digits, caller, at)


@pytest.mark.parametrize("digits", ["8000", "6655"])
def test_the_right_digits_tell_how_it_stands(database: Path, case: str, digits: str) -> None:
    found = ask(database, case, digits)
    assert found == {"found": True, "state": "received", "opened_at": NOW, "since": NOW}
    do(database, case, "graded", category="complaint", grade="level_1", reasons=["x"])
    do(database, case, "dispatched", department="care")
    assert ask(database, case, digits)["state"] == "in_work"


@pytest.mark.parametrize("digits", ["8001", "800", "138000", "", "66-5"])
def test_wrong_digits_say_nothing(database: Path, case: str, digits: str) -> None:
    assert ask(database, case, digits) == {"found": False, "locked": False}


def test_a_case_is_closed_after_five_wrong_tries_also_for_the_right_ones_and_for_a_day(
    database: Path, case: str
) -> None:
    for guess in range(asking.MOST_OF_A_CASE):
        assert ask(database, case, f"{guess:04d}", f"+861390013{guess:04d}") == {"found": False, "locked": False}
    assert ask(database, case, "8000") == {"found": False, "locked": True}
    assert ask(database, case, "8000", at=NOW + 86_300) == {"found": False, "locked": True}
    assert ask(database, case, "8000", at=NOW + 2 * 86_400)["found"] is True


def test_a_number_that_guesses_about_is_closed_and_others_are_not(database: Path, case: str) -> None:
    for guess in range(asking.MOST_OF_A_PERSON):
        assert ask(database, f"26113090000{guess:02d}", "8000") == {"found": False, "locked": False}
    assert ask(database, case, "8000") == {"found": False, "locked": True}
    assert ask(database, case, "8000", MINE)["found"] is True


def test_a_token_tells_the_whole_way_and_no_other_case(database: Path, case: str) -> None:
    tokens = WaitTokens("a secret")
    token = tokens.case_token(case)
    assert tokens.case(token) == case
    assert tokens.case(f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}") is None
    assert tokens.case(tokens.case_token("1").replace("1.", f"{case}.")) is None
    assert WaitTokens("another").case(token) is None
    do(database, case, "withdrawn", reason="x")
    told = asking.told_of(database, case, NOW + 100)
    assert [one["state"] for one in told["timeline"]] == ["received", "withdrawn"]
    assert told["state"] == "withdrawn"
    with pytest.raises(BadInput, match="there is no case"):
        asking.told_of(database, "1", NOW)


def test_a_merged_case_tells_of_the_one_it_goes_on_in(database: Path, case: str) -> None:
    (other,) = intake.take_in(database, [Contact("http", "m2", NOW, "again", caller=MINE)], ZoneInfo("UTC"))
    do(database, other.case, "opened", "accepted")
    do(database, other.case, "merged", into=case, reasons=["x"])
    do(database, case, "withdrawn", reason="x")
    assert ask(database, other.case, "8000")["state"] == "withdrawn"


def test_every_stage_has_a_word_and_what_is_not_told_yet_is_none(database: Path, case: str) -> None:
    assert TOLD.keys() == STAGES.moves.keys()
    with looking(database) as connection:
        assert timeline(kept(connection, case).entries, NOW - 1) == []
