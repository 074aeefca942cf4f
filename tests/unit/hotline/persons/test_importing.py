"""Files about persons: all of it or nothing, each row that cannot be read by its line, the same file twice is one."""

import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from hotline.persons import changing, consents, exceptions, importing, lists, register
from hotline.persons.consents import Word
from hotline.persons.exceptions import Grant
from hotline.persons.importing import File, Imported
from hotline.persons.known import KnownFacts
from hotline.persons.parties import Party
from hotline.suppression.entries import Wish

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")
NOW = time.time()
USUAL = Word(purpose="", given=True, at=NOW - 60, source="branch", author="li")


def file(tmp_path: Path, text: str, **columns: str) -> File:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    return File(path, "CN", ZONE, {word: role for role, word in columns.items()})


def persons(store: Path, given: File, load_the_rest: bool = False) -> Imported:
    return importing.import_persons(store, given, "crm", "li", load_the_rest=load_the_rest)


def test_persons_with_their_numbers_accounts_and_tiers(store: Path, tmp_path: Path) -> None:
    given = file(
        tmp_path,
        "客户号,姓名,手机,手机2,合同号,客户等级,时区\n"
        "c1,张三,13800138000,010-12345678,L-1,gold,Asia/Urumqi\n"
        "c2,李四,13800138000.0,,L-2,,\n"
        "c1,张三,13900139000,,L-3,,\n",
    )
    done = persons(store, given)
    assert (done.rows, done.bad_count) == (3, 0)
    found = register.person_of(store, "c1")
    assert (found.tier, found.zone, found.source) == ("gold", "Asia/Urumqi", "crm")
    assert [one.value for one in found.links] == ["+8613800138000", "+861012345678", "L-1", "+8613900139000", "L-3"]
    assert KnownFacts(store).of(Party("number", "+8613800138000")).people == ("c1", "c2")
    assert persons(store, given).rows == 3
    assert len(register.person_of(store, "c1").links) == 5  # the same file once more says nothing new
    with closing(sqlite3.connect(store)) as connection:
        assert "张三" not in "\n".join(connection.iterdump())  # no names are kept


def test_a_row_that_cannot_be_read_refuses_the_file(store: Path, tmp_path: Path) -> None:
    given = file(tmp_path, "person,phone,tier\nc1,13800138000,gold\nc2,1.38E+10,\n,13900139000,\nc4,13700137000,a b\n")
    done = persons(store, given)
    assert (done.batch, done.bad_count) == (0, 3)
    assert [one.line for one in done.bad] == [3, 4, 5]
    assert "rounded" in done.bad[0].reason
    assert "no key of a person" in done.bad[1].reason
    assert "is no tier" in done.bad[2].reason
    assert register.person_of(store, "c1").links == ()
    assert persons(store, given, load_the_rest=True).rows == 1
    assert len(register.person_of(store, "c1").links) == 1


def test_words_by_person_number_and_account_with_their_dates(store: Path, tmp_path: Path) -> None:
    given = file(
        tmp_path,
        "客户号,手机,合同号,用途,是否同意,渠道,授权日期,有效期至,凭证\n"
        "c1,13800138000,,营销,是,human,2026/1/5 10:30,2028-01-05,录音 17\n"
        ",13900139000,,marketing,拒绝,,2026年2月3日,,\n"
        ",,L-1,survey,N,,2026-03-04,,\n",
    )
    done = importing.import_consents(store, given, USUAL, {"营销": "marketing"})
    assert (done.rows, done.bad_count) == (3, 0)
    (first,) = consents.of_party(store, Party("person", "c1"))
    assert (first.purpose, first.given, first.channel, first.evidence) == ("marketing", True, "human", "录音 17")
    assert datetime.fromtimestamp(first.at, ZONE).isoformat() == "2026-01-05T10:30:00+08:00"
    assert first.until == datetime(2028, 1, 6, tzinfo=ZONE).timestamp()  # the day is in it
    (second,) = consents.of_party(store, Party("number", "+8613900139000"))
    assert (second.given, second.source) == (False, "branch")
    (third,) = consents.of_party(store, Party("account", "L-1"))
    assert (third.purpose, third.given) == ("survey", False)
    importing.import_consents(store, given, USUAL, {"营销": "marketing"})
    assert len(consents.of_party(store, Party("person", "c1"))) == 1
    assert changing.end_import(store, "consents", done.batch, "li", "the wrong file") == 3
    assert consents.of_party(store, Party("person", "c1")) == []
    with pytest.raises(BadInput, match="brought no consent that holds still"):
        changing.end_import(store, "consents", done.batch, "li", "again")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("c1,,marketing,perhaps,", "neither yes nor no"),
        ("c1,,Marketing Calls,yes,", "is no purpose"),
        ("c1,,marketing,yes,yesterday", "is no time"),
        (",1380013800,marketing,yes,", "too few digits"),
        (",13800138000 13900139000,marketing,yes,", "two numbers in one cell"),
        (",,marketing,yes,", "nobody is named"),
        ("1.1E+17,,marketing,yes,", "rounded"),
        ('"c1,,marketing,yes,', "quotation mark"),
        ("c1,,marketing,yes,,more", "6 cells where the heading has 5"),
    ],
)
def test_words_that_cannot_be_read(store: Path, tmp_path: Path, row: str, said: str) -> None:
    given = file(tmp_path, f"person,phone,purpose,consent,date\n{row}\n")
    done = importing.import_consents(store, given, USUAL, {})
    assert (done.batch, done.bad_count, done.bad[0].line) == (0, 1, 2)
    assert said in done.bad[0].reason
    assert "138001380" not in done.bad[0].reason


def test_columns_that_are_not_found_are_asked_for(store: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="which column has the persons' keys"):
        persons(store, file(tmp_path, "who,phone\nc1,13800138000\n"))
    assert persons(store, file(tmp_path, "who,phone\nc1,13800138000\n", person="who")).rows == 1
    assert persons(store, file(tmp_path, "who,phone\nc2,13800138000\n", person="1")).rows == 1
    with pytest.raises(BadInput, match=r"no column woh .did you mean who"):
        persons(store, file(tmp_path, "who,phone\nc1,13800138000\n", person="woh"))
    with pytest.raises(BadInput, match="no role persom"):
        persons(store, file(tmp_path, "who,phone\nc1,13800138000\n", persom="who"))
    with pytest.raises(BadInput, match="which column has the purpose"):
        importing.import_consents(store, file(tmp_path, "person\nc1\n"), USUAL, {})
    with pytest.raises(BadInput, match="who it is about"):
        importing.import_list(store, file(tmp_path, "phone\n13800138000\n"), wish())
    with pytest.raises(BadInput, match="it is empty"):
        persons(store, file(tmp_path, ""))


def wish() -> Wish:
    return Wish(list="complained", source="regulator", reason="their list", author="li")


def test_a_list_and_an_exception_for_all_in_a_file(store: Path, tmp_path: Path) -> None:
    given = file(tmp_path, "person,account\nc1,L-1\n,L-2\n")
    done = importing.import_list(store, given, wish())
    assert [one.list for one in lists.of_party(store, Party("person", "c1"))] == ["complained"]
    assert lists.of_party(store, Party("account", "L-1")) == []  # the person is named: it is about them
    assert lists.of_party(store, Party("account", "L-2"))[0].batch == done.batch
    grant = Grant(exception="house.clinic", reason="asked", author="li", until=NOW + 3600)
    importing.import_exceptions(store, given, grant)
    assert len(exceptions.granted(store)) == 2


def test_a_look_up_sees_what_an_import_brings(store: Path, tmp_path: Path) -> None:
    known = KnownFacts(store)
    assert known.of(Party("person", "c1")).tier == ""
    persons(store, file(tmp_path, "person,tier\nc1,gold\n"))
    known.refresh()
    assert known.of(Party("person", "c1")).tier == "gold"
