"""The same matter by several channels: which matches are certain, which are asked, and which are none."""

import msgspec
import pytest

from complaints.intake.contact import Contact, quoted_cases
from complaints.intake.matching import Candidate, matches

pytestmark = pytest.mark.unit

DAY = 86_400.0
NUMBER = "+8613800138000"
TEXT = "提前还款被收取违约金三千元，要求退还"
FIRST = Contact("call", "c1", 0.0, TEXT, caller=NUMBER, account="A17", name="王芳", product="loans")
KNOWN = Candidate("26113000017", (FIRST,), "complaint", "loans")
LATER = Contact("email", "m1", 2 * DAY, "我要求退还提前还款违约金三千元", caller=NUMBER, product="loans")
NOBODY = {"caller": "", "account": "", "name": ""}


def match(contact: Contact, *candidates: Candidate) -> list[tuple[str, bool]]:
    return [(found.case, found.is_certain) for found in matches(contact, candidates or (KNOWN,))]


def changed(**changes: object) -> Contact:
    return msgspec.structs.replace(LATER, **changes)


@pytest.mark.parametrize(
    ("contact", "certain"),
    [
        (LATER, True),
        (changed(caller="", account="A17"), True),
        (changed(caller="", text="关于案件26113000017，请尽快答复"), True),
        (changed(at=20 * DAY), False),
        (changed(text="违约金三千元是怎么算的，请发合同给我看"), False),
        (changed(account="B99"), False),
        (changed(**NOBODY, text=TEXT), False),
        (changed(caller="", name="王芳", text=TEXT), False),
    ],
)
def test_what_is_asked_or_certain(contact: Contact, certain: bool) -> None:
    found = matches(contact, [KNOWN])
    assert [(one.case, one.is_certain) for one in found] == [("26113000017", certain)]
    assert found[0].reasons


@pytest.mark.parametrize(
    "contact",
    [
        changed(text="网点停车不方便"),
        changed(at=90 * DAY),
        changed(product="cards"),
        changed(**NOBODY),
        changed(**NOBODY, text="太慢"),
        changed(**NOBODY, text="关于案件26113000014，请尽快答复"),  # its check digit is wrong
    ],
)
def test_what_is_no_match(contact: Contact) -> None:
    assert match(contact) == []


@pytest.mark.parametrize("number", ["", "anonymous", "Restricted", "000", "11111111", "+860000000", "asterisk"])
def test_a_number_that_is_nobodys_makes_no_two_strangers_one(number: str) -> None:
    strangers = Candidate("1", (Contact("call", "c", 0.0, TEXT, caller=number, account="无"),))
    found = matches(Contact("call", "d", DAY, "违约金我不认", caller=number, account="无"), [strangers])
    assert found == []
    alike = matches(Contact("call", "d", DAY, TEXT, caller=number, account="0"), [strangers])
    assert [one.is_certain for one in alike] == [False]
    assert not any("number" in reason or "account" in reason for one in alike for reason in one.reasons)


def test_who_quotes_the_case_is_certain_whoever_they_are() -> None:
    known = Candidate("26113000017", (FIRST,), "complaint", "loans")
    assert quoted_cases("26113000017") == ("26113000017",)
    contact = Contact("email", "m", 30 * DAY, "关于案件 26113000017，请尽快答复", caller="+8613900139000")
    assert match(contact, known) == [("26113000017", True)]


def test_the_same_reference_is_certain() -> None:
    known = Candidate("1", (Contact("regulator", "r1", 0.0, TEXT, reference="转办2026-118"),))
    assert match(Contact("regulator", "r2", DAY, "催办", reference="转办2026-118"), known) == [("1", True)]
    assert match(Contact("regulator", "r2", DAY, "催办", reference="转办2026-119"), known) == []


def test_of_two_that_are_equally_certain_none_is() -> None:
    twice = [msgspec.structs.replace(KNOWN, case=case) for case in ("1", "2")]
    assert match(LATER, *twice) == [("1", False), ("2", False)]


def test_only_the_likeliest_is_merged() -> None:
    older = msgspec.structs.replace(FIRST, at=-5 * DAY)
    assert match(LATER, KNOWN, Candidate("1", (older,), "complaint", "loans")) == [("26113000017", True), ("1", False)]
