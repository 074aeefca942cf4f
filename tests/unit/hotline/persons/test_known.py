"""What is known of a party: written once, seen by the gate's look-up of every process at once, never deleted."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from calls.errors import BadInput
from dialer.governor.questions import Consent
from hotline.persons import changing, consents, exceptions, lists, register
from hotline.persons.consents import Word
from hotline.persons.exceptions import Grant
from hotline.persons.known import NOTHING, KnownFacts
from hotline.persons.parties import Party, the_one
from hotline.persons.register import Told
from hotline.suppression.entries import Wish

pytestmark = pytest.mark.unit

NUMBER = Party("number", "+8613800138000")
ACCOUNT = Party("account", "L-1")
ANNA = Party("person", "anna")
NOW = time.time()


def told(**words: object) -> Told:
    return Told(**{"source": "crm", "author": "li", **words})  # type: ignore[arg-type]  # as a caller would


def word(given: bool = True, **more: object) -> Word:
    return Word(**{"purpose": "marketing", "given": given, "at": NOW - 60, "source": "web", "author": "li", **more})  # type: ignore[arg-type]  # as a caller would


def wish(list_: str = "vulnerable", **more: object) -> Wish:
    return Wish(**{"list": list_, "source": "care", "reason": "said so", "author": "li", **more})  # type: ignore[arg-type]  # as a caller would


def grant(until: float = NOW + 3600, **more: object) -> Grant:
    return Grant(**{"exception": "house.evenings", "reason": "asked", "author": "li", "until": until, **more})  # type: ignore[arg-type]  # as a caller would


def test_a_number_and_an_account_are_a_persons(store: Path) -> None:
    known = KnownFacts(store)
    assert known.of(NUMBER) is NOTHING
    register.tell(store, "anna", told(numbers=(NUMBER.key,), accounts=("L-1",), tier="gold", zone="Asia/Urumqi"))
    known.refresh()
    assert (known.of(NUMBER).people, known.of(ACCOUNT).people) == (("anna",), ("anna",))
    assert (known.of(ANNA).tier, known.of(ANNA).zone) == ("gold", "Asia/Urumqi")
    register.tell(store, "anna", told(tier="basic", numbers=(NUMBER.key,)))
    assert known.of(ANNA).tier == "gold"  # kept, until somebody looks whether anything has changed
    known.refresh()
    assert (known.of(ANNA).tier, known.of(ANNA).zone) == ("basic", "Asia/Urumqi")
    assert len(register.person_of(store, "anna").links) == 2
    register.unlink(store, "anna", "number", NUMBER.key, "li", "another owner")
    known.refresh()
    assert known.of(NUMBER) is NOTHING
    with pytest.raises(BadInput, match="not that person's"):
        register.unlink(store, "anna", "number", NUMBER.key, "li", "again")
    known.close()


def test_what_is_taken_off_is_taken_off(store: Path) -> None:
    register.tell(store, "anna", told(tier="gold", region="CN-31"))
    register.tell(store, "anna", told(tier=""))
    person = register.person_of(store, "anna")
    assert (person.tier, person.region) == ("", "CN-31")


def test_words_of_all_parties_are_seen_at_once_and_undone(store: Path) -> None:
    known = KnownFacts(store)
    first = consents.note(store, ANNA, word(channel="human", evidence="call:17"))
    assert consents.note(store, ANNA, word(channel="human", evidence="call:17")) == first  # told twice
    refused = consents.note(store, NUMBER, word(False, at=NOW - 30))
    known.refresh()
    assert known.of(ANNA).consents == (Consent("marketing", True, NOW - 60, "call:17", None, "human"),)
    assert [one.given for one in known.of(NUMBER).consents] == [False]
    assert changing.end(store, "consents", refused, "li", "wrong number") == NUMBER
    known.refresh()
    assert known.of(NUMBER) is NOTHING
    (row,) = consents.of_party(store, NUMBER, over=True)
    assert (row.over_by, row.over_why, consents.of_party(store, NUMBER)) == ("li", "wrong number", [])
    with pytest.raises(BadInput, match=f"consent {refused} is over already: li ended it"):
        changing.end(store, "consents", refused, "li", "again")
    with pytest.raises(BadInput, match="there is no consent 99"):
        changing.end(store, "consents", 99, "li", "no such")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"purpose": "Marketing!"}, "is no purpose"),
        ({"channel": "humam"}, "did you mean human"),
        ({"at": NOW + 3600}, "of a time to come"),
        ({"until": NOW - 60}, "ends before it begins"),
        ({"evidence": "x" * 256}, "more than 255 signs"),
        ({"source": " "}, "where it comes from"),
    ],
)
def test_words_that_cannot_be(store: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        consents.note(store, ANNA, word(**change))


def test_lists_are_of_persons_and_accounts_and_not_of_numbers(store: Path) -> None:
    known = KnownFacts(store)
    entry = lists.put(store, ANNA, wish())
    assert lists.put(store, ANNA, wish()) == entry
    assert lists.put(store, ANNA, wish("vip", until=NOW + 3600)) != entry
    lists.put(store, ACCOUNT, wish("complained", scope="category:marketing"))
    known.refresh()
    assert [one.list for one in known.of(ANNA).lists] == ["vulnerable", "vip"]
    assert known.of(ACCOUNT).lists[0].scope == "category:marketing"
    changing.end(store, "person_lists", entry, "li", "better now")
    known.refresh()
    assert [one.list for one in known.of(ANNA).lists] == ["vip"]
    with pytest.raises(BadInput, match="hotline do-not-call add"):
        lists.put(store, NUMBER, wish())
    with pytest.raises(BadInput, match="is no list"):
        lists.put(store, ANNA, wish("V I P"))


def test_an_exception_has_an_author_a_reason_and_an_end(store: Path) -> None:
    for change, said in (
        ({"reason": ""}, "say why"),
        ({"author": ""}, "say why"),
        ({"until": NOW - 1}, "has ended already"),
        ({"until": NOW + 400 * 86_400}, "a year at most"),
        ({"exception": "Evenings"}, "is no exception"),
    ):
        with pytest.raises(BadInput, match=said):
            exceptions.grant(store, ANNA, grant(**change))
    made = exceptions.grant(store, ANNA, grant())
    assert exceptions.grant(store, ANNA, grant()) == made
    known = KnownFacts(store)
    assert [one.exception for one in known.of(ANNA).exceptions] == ["house.evenings"]
    assert [one.id for one in exceptions.granted(store)] == [made]
    changing.end(store, "granted_exceptions", made, "zhao", "misused")
    assert exceptions.granted(store) == []
    assert exceptions.granted(store, ANNA, over=True)[0].over_by == "zhao"
    known.refresh()
    assert known.of(ANNA) is NOTHING


def test_one_party_is_named_not_none_and_not_two() -> None:
    assert the_one("", "+8613800138000", "") == NUMBER
    for given in (("", "", ""), ("anna", "", "L-1")):
        with pytest.raises(BadInput, match="one of person, number and account"):
            the_one(*given)
    with pytest.raises(BadInput, match="64 signs at most"):
        the_one("x" * 65, "", "")
    assert "13800138000" not in NUMBER.shown()


def test_few_are_kept_and_an_import_may_be_about_anybody(store: Path) -> None:
    known = KnownFacts(store, most=2)
    for key in ("a", "b", "c"):
        known.of(Party("person", key))
    assert len(known._kept) == 2
    known.refresh()
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("INSERT INTO persons VALUES ('c', 'gold', '', '', 'crm', 'li', 1.0)")
        changing.noted(connection, 1.0, changing.IMPORT, "people.csv")
    known.refresh()
    assert known.of(Party("person", "c")).tier == "gold"


def test_a_store_of_another_day_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no store of this release"):
        KnownFacts(tmp_path / "none.db")
