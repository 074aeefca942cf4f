"""What is known of a callee: the number read once, its kinds and zones, lists, consents, the house's own numbers."""

import pytest

from dialer.governor.history import PastCall
from dialer.governor.questions import Consent, Listed
from hotline.governing.ports import MemoryHistories, MemoryLists, MemoryPersons, Whereabouts
from hotline.governing.subjects import Subjects, read_number
from tests.unit.hotline.governing.asking import MONDAY, NUMBER, question

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", NUMBER),
        ("13800138000.0", NUMBER),
        ("１３８００１３８０００", NUMBER),
        ("+86 138-0013-8000", NUMBER),
        ("008613800138000", NUMBER),
        ("13800138000, 张三", NUMBER),
        ("12345", "12345"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, number: str) -> None:
    assert read_number(text, "CN") == number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.38E+10", "a spreadsheet has rounded this number"),
        ("1380013800", "too few digits"),
        ("nobody", "no telephone number"),
        ("", "no telephone number"),
        ("13800138000 / 13900139000", "more than one telephone number"),
    ],
)
def test_what_is_not_certain_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_number(text, "CN")


def test_a_refusal_repeats_no_number() -> None:
    with pytest.raises(ValueError, match="more than one") as caught:
        read_number("13800138000 / 13900139000", "CN")
    assert "13800138000" not in str(caught.value)


@pytest.mark.parametrize(
    ("number", "country", "kinds", "zones"),
    [
        (NUMBER, "CN", ("mobile",), ("Asia/Shanghai",)),
        ("+869912345678", "CN", ("fixed",), ("Asia/Shanghai",)),
        ("+12125550123", "US", ("fixed", "mobile"), ("America/New_York",)),
        ("+442071234567", "GB", ("fixed",), ("Europe/London",)),
        ("+870773111632", "001", ("mobile",), ()),
        ("12345", "", ("short",), ()),
        ("+86", "", ("other",), ()),
    ],
)
def test_country_kinds_and_zones_are_those_of_the_number(
    number: str, country: str, kinds: tuple[str, ...], zones: tuple[str, ...]
) -> None:
    subject = Subjects("CN", MemoryLists(), MemoryPersons()).subject(question(number=number), MONDAY)
    assert (subject.country, subject.zones) == (country, zones)
    assert set(subject.kinds) >= set(kinds) or kinds == ("mobile",)


def test_a_number_of_several_zones_has_all_of_them() -> None:
    subject = Subjects("CN", MemoryLists(), MemoryPersons()).subject(question(number="+18005551234"), MONDAY)
    assert {"America/New_York", "America/Los_Angeles", "Pacific/Honolulu"} <= set(subject.zones)


def test_what_the_site_knows_comes_first_and_lists_of_both_count() -> None:
    lists = MemoryLists({NUMBER: [Listed("complained"), Listed("do_not_call", until=MONDAY)]})
    refused = Consent("marketing", False, MONDAY - 5)
    known = Whereabouts(("Asia/Urumqi",), "CN-65", (refused,), ("house.clinic",), (Listed("vip"),))
    subjects = Subjects("CN", lists, MemoryPersons({"p1": known}), own=["95183", "4000095183"])
    subject = subjects.subject(question(person="p1"), MONDAY)
    assert (subject.zones, subject.region) == (("Asia/Urumqi",), "CN-65")
    assert [one.list for one in subject.lists] == ["complained", "vip"]
    assert (subject.consents, subject.exceptions) == ((refused,), ("house.clinic",))
    assert [one.list for one in subjects.subject(question(number="+864000095183"), MONDAY).lists] == ["own"]
    assert [one.list for one in subjects.subject(question(number="95183"), MONDAY).lists] == ["own"]


def test_many_are_as_one_by_one() -> None:
    lists = MemoryLists({NUMBER: [Listed("vip")]})
    subjects = Subjects("CN", lists, MemoryPersons())
    asked = [question(), question(number="+8613900139000"), question(number="110")]
    assert subjects.subjects(asked, MONDAY) == [subjects.subject(one, MONDAY) for one in asked]
    assert subjects.subject(asked[2], MONDAY).emergency


async def test_past_calls_are_those_of_number_person_or_account() -> None:
    calls = [
        PastCall(10.0, "effective", NUMBER),
        PastCall(20.0, "attempted", "+8613900139000", person="p1"),
        PastCall(30.0, "attempted", "+8613700137000", account="a1"),
        PastCall(40.0, "attempted", "+8613600136000"),
        PastCall(5.0, "attempted", NUMBER),
    ]
    found = await MemoryHistories(calls).history(NUMBER, "p1", "a1", 10.0)
    assert [call.at for call in found.calls] == [30.0, 20.0, 10.0]
    assert [call.at for call in (await MemoryHistories(calls).history(NUMBER, "", "", 0.0)).calls] == [10.0, 5.0]
