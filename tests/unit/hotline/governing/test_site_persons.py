"""What a site knows of callees, as the gate uses it: strict where it is not known who would be reached."""

import asyncio
import time
from pathlib import Path

import pytest

from dialer.governor.history import PastCall
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryHistories, MemoryLists
from hotline.governing.site_persons import SitePersons, site_persons
from hotline.governing.subjects import Subjects
from hotline.persons import consents, exceptions, lists, register
from hotline.persons.consents import Word
from hotline.persons.exceptions import Grant
from hotline.persons.parties import Party
from hotline.persons.register import Told
from hotline.suppression.entries import Wish
from tests.unit.hotline.governing.asking import MONDAY, NUMBER, question
from tests.unit.hotline.governing.gated_site import write

pytestmark = pytest.mark.unit

OTHER = "+8613900139000"
NOW = time.time()


def tell(store: Path, person: str, *numbers: str, **more: str) -> None:
    register.tell(store, person, Told(numbers=numbers, source="crm", author="li", **more))  # type: ignore[arg-type]  # tier and zone


def on_list(store: Path, person: str, list_: str) -> None:
    wish = Wish(list=list_, source="care", reason="said so", author="li")
    lists.put(store, Party("person", person), wish)


def say(store: Path, party: Party, given: bool) -> None:
    word = Word(purpose="marketing", given=given, at=NOW - 9, source="web", author="li")
    consents.note(store, party, word)


def subjects(store: Path) -> Subjects:
    return Subjects("CN", MemoryLists(), site_persons(store))


def test_the_person_of_a_number_is_known_without_being_named(store: Path) -> None:
    tell(store, "anna", NUMBER, OTHER, tier="gold", zone="Asia/Urumqi", region="CN-65")
    on_list(store, "anna", "vip")
    say(store, Party("person", "anna"), True)
    subject = subjects(store).subject(question(), NOW)
    assert (subject.person, subject.tiers, subject.zones, subject.region) == (
        "anna",
        ("gold",),
        ("Asia/Urumqi",),
        "CN-65",
    )
    assert [(one.list, one.sure) for one in subject.lists] == [("vip", True)]
    assert [one.given for one in subject.consents] == [True]


def test_of_two_at_one_number_only_what_restricts_counts(store: Path) -> None:
    tell(store, "anna", NUMBER, tier="gold", zone="Asia/Urumqi")
    tell(store, "bo", NUMBER)
    on_list(store, "anna", "white")
    say(store, Party("person", "anna"), True)
    say(store, Party("person", "bo"), False)
    exceptions.grant(
        store,
        Party("person", "anna"),
        Grant(exception="house.evenings", reason="asked", author="li", until=NOW + 3600),
    )
    subject = subjects(store).subject(question(), NOW)
    assert (subject.person, subject.exceptions, subject.region) == ("", (), "")
    assert subject.tiers == ("gold", "")
    assert subject.zones == ("Asia/Shanghai", "Asia/Urumqi")
    assert [(one.list, one.sure) for one in subject.lists] == [("white", False)]
    assert [one.given for one in subject.consents] == [False]
    named = subjects(store).subject(question(person="anna"), time.time())
    assert (named.exceptions, named.zones) == (("house.evenings",), ("Asia/Urumqi",))
    assert [(one.list, one.sure) for one in named.lists] == [("white", True)]
    assert [one.given for one in named.consents] == [True]


def test_a_person_who_is_named_at_somebody_elses_number(store: Path) -> None:
    tell(store, "bo", NUMBER)
    on_list(store, "bo", "complained")
    subject = subjects(store).subject(question(person="anna"), NOW)
    assert subject.person == "anna"
    assert [(one.list, one.sure) for one in subject.lists] == [("complained", False)]


def test_an_exception_holds_until_its_end_and_no_longer(store: Path) -> None:
    number, until = Party("number", NUMBER), NOW + 3600
    exceptions.grant(store, number, Grant(exception="house.evenings", reason="r", author="li", until=until))
    known = site_persons(store)
    at_begin = time.time()
    found = known.whereabouts("", NUMBER, "", at_begin)
    assert (found.exceptions, found.exceptions_until) == (("house.evenings",), {"house.evenings": until})
    assert known.whereabouts("", NUMBER, "", until - 0.001).exceptions == ("house.evenings",)
    assert known.whereabouts("", NUMBER, "", until).exceptions == ()
    assert known.whereabouts("", NUMBER, "", NOW - 3600).exceptions == ()  # it was not granted yet


def test_calls_to_all_numbers_of_a_person_count(store: Path, tmp_path: Path) -> None:
    """Two marketing calls in a week are allowed, to whichever of a person's numbers they go."""
    site = write(tmp_path / "site", house=HOUSE)
    in_force = of_folder(site)
    tell(store, "anna", NUMBER, OTHER)
    past = [PastCall(MONDAY - 86_400 * days, "attempted", OTHER, "anna", "", "offer", "marketing") for days in (1, 2)]
    known = site_persons(store)
    gate = Gate(lambda: in_force, lambda _: Subjects("CN", MemoryLists(), known), MemoryHistories(past))
    answer = asyncio.run(gate.check(question(), MONDAY))
    assert (answer.decision.verdict, answer.decision.reasons[0].rule) == ("defer", "house.not_often")
    assert answer.question.person == "anna"
    stranger = asyncio.run(gate.check(question(number="+8613700137000"), MONDAY))
    assert stranger.decision.verdict == "allow"
    known.close()


HOUSE = (
    "policy: house\nlayer: group\npools: {main: {'+864000095183': {certified: true}}}\n"
    "rules:\n  not_often: {for: {category: marketing}, frequency: {at_most: 2, per: person, in: 7 days}}\n"
)


def test_a_store_that_is_away_denies(store: Path, tmp_path: Path) -> None:
    in_force = of_folder(write(tmp_path / "site"))
    gone = SitePersons(lambda: (_ for _ in ()).throw(OSError("the disk is gone")))
    gate = Gate(lambda: in_force, lambda _: Subjects("CN", MemoryLists(), gone))
    decision = asyncio.run(gate.check(question(), MONDAY)).decision
    assert (decision.verdict, decision.reasons[0].rule) == ("deny", "gate.subject")
