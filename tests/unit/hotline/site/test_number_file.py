"""A file of numbers is read as people write it, or a line is told."""

import codecs
from pathlib import Path

import pytest

from hotline.site import number_file
from hotline.site.number_file import numbers_in

pytestmark = pytest.mark.unit

ZHANG = "+8613800138000"
LI = "+8613900139000"


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ("13800138000", [ZHANG]),
        ("13800138000,Zhang", [ZHANG]),
        ("13800138000,张三，不要打", [ZHANG]),
        ("Zhang;13800138000", [ZHANG]),
        ("13800138000\tZhang\t2026-11-29 10:00", [ZHANG]),
        ("13800138000,Flat 12", [ZHANG]),
        ("13800138000.0", [ZHANG]),
        ("13800138000.0,Zhang", [ZHANG]),
        ("138.0013.8000", [ZHANG]),
        ("+86 138-0013-8000", [ZHANG]),
        ("(+86) 138 0013 8000", [ZHANG]),
        ("8613800138000", [ZHANG]),
        ("0086 138 0013 8000", [ZHANG]),
        ("013800138000", [ZHANG]),
        ("1795113800138000", [ZHANG]),
        ("17951 0138 0013 8000", [ZHANG]),
        ("＋８６１３８００１３８０００", [ZHANG]),
        ("\ufeff13800138000", [ZHANG]),
        ('"13800138000"', [ZHANG]),
        ("'13800138000", [ZHANG]),
        ('="13800138000",Zhang', [ZHANG]),
        ("tel:+86-138-0013-8000;phone-context=+86", [ZHANG]),
        ("Zhang 138 0013 8000", [ZHANG]),
        ("13800138000 13900139000", [ZHANG, LI]),
        ("13800138000/13900139000", [ZHANG, LI]),
        ("13800138000,13900139000", [ZHANG, LI]),
        ("010-12345678转12", ["+861012345678"]),
        ("010-12345678 ext. 3", ["+861012345678"]),
        ("+44 20 7946 0958;x", ["+442079460958"]),
        ("95188", ["95188"]),
        ("13800138000 # asked on 2026-11-29", [ZHANG]),
        ("# nobody", []),
        ("   ", []),
    ],
)
def test_a_line(line: str, numbers: list[str]) -> None:
    assert list(numbers_in(line, "CN")) == numbers


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1.38E+10", "1.38E+10: a spreadsheet has rounded this number"),
        ("1,38E+10", "38E+10: a spreadsheet has rounded this number"),
        ("13800138000,1.39E+10", "1.39E+10: a spreadsheet has rounded this number"),
        ("1380013800", "too few digits for a mobile number"),
        ("138001380000,Zhang", "too many digits for a mobile number"),
        ("13800138000/1390013900", "too few digits"),
        ("138 0013 8000 139 0013 9000", "no telephone number can be read"),
        ("Zhang", "Zhang: no telephone number can be read"),
        ("Zhang,#13800138000", "no telephone number can be read"),
    ],
)
def test_a_line_that_is_told(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("+", r"\+")) as told:
        list(numbers_in(line, "CN"))
    assert "13800138000" not in str(told.value)


def test_only_the_first_line_may_be_a_heading(tmp_path: Path) -> None:
    path = tmp_path / "unwanted.csv"
    path.write_text("phone,name\r\n13800138000,Zhang\r\nphone,name\r\n", encoding="utf-8")
    numbers = number_file.read(path, "CN")
    assert ZHANG in numbers
    assert [line.line for line in numbers.unreadable] == [3]


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + "13800138000,张三\n".encode(),
        "13800138000,张三\n".encode("utf-16"),
        "13800138000,张三\n".encode("gb18030"),
        b"13800138000,Zhang\r13900139000,Li\r",
    ],
)
def test_what_spreadsheets_save(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "unwanted.csv"
    path.write_bytes(content)
    numbers = number_file.read(path, "CN")
    assert ZHANG in numbers
    assert LI not in numbers or b"139" in content
    assert numbers.unreadable == ()


def test_each_number_of_a_long_list_is_found_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "unwanted.txt"
    listed = [13_000_000_000 + 7 * count for count in range(60_000)]
    path.write_text("".join(f"{number}\n" for number in reversed(listed)) + "95188\n110\n", encoding="utf-8")
    pauses: list[None] = []
    numbers = number_file.read(path, "CN", lambda: pauses.append(None))
    assert len(numbers) == 60_002
    assert all(f"+86{number}" in numbers and f"+86{number + 1}" not in numbers for number in listed)
    assert "95188" in numbers
    assert "+95188" not in numbers
    assert f"+86{listed[-1] + 7}" not in numbers
    assert len(pauses) > 10, "others are let go on in between"


@pytest.mark.parametrize(
    "line", ["13800138000", "0171 1234567", "+8613800138000,Zhang", "17951123456", "13800138000.0"]
)
@pytest.mark.parametrize("region", ["CN", "DE", "US"])
def test_the_quick_way_reads_as_the_general_one(tmp_path: Path, region: str, line: str) -> None:
    path = tmp_path / "unwanted.txt"
    path.write_text(f"# so that this is no heading\n{line}\n", encoding="utf-8")
    numbers = number_file.read(path, region)
    try:
        expected = list(numbers_in(line, region))
    except ValueError:
        assert numbers.unreadable
        return
    assert len(numbers) == len(expected)
    assert all(number in numbers for number in expected)
