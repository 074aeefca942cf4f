"""The encoding of a list: by its mark, by what is valid, by the region, and only then by statistics."""

from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.contacts.text_encoding import encoding_of

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "encoding", "region", "found"),
    [
        ("138;张三\n", "gb18030", "CN", "gb18030"),
        ("138;张三;上海市\n" * 9, "gb18030", "DE", "gb18030"),
        ("0912345678;王小明;臺北市\n", "big5", "TW", "big5"),
        ("090;田中太郎;東京都\n", "cp932", "JP", "cp932"),
        ("010;김철수;서울\n", "cp949", "KR", "cp949"),
        ("1;Jürgen\n", "cp1252", "DE", "cp1252"),
        ("+33 1;Françoise Lefèvre;Orléans;à côté\n" * 6, "cp1252", "FR", "cp1252"),
        ("+48 1;Łukasz Żółć;Gdańsk\n" * 6, "cp1250", "PL", "cp1250"),
        ("+7 1;Иванов Пётр;Москва\n" * 6, "cp1251", "RU", "cp1251"),
        ("138;张三\n", "utf-8", "CN", "utf-8"),
        ("138;Zhang\n", "ascii", "CN", "utf-8"),
        ("138;张三\n", "utf-16-be", "CN", "utf-16-be"),
        ("138;张三\n", "utf-16-le", "CN", "utf-16-le"),
        ("138;张三\n", "utf-16", "CN", "utf-16"),
        ("138;张三\n", "utf-8-sig", "CN", "utf-8-sig"),
    ],
)
def test_an_encoding_is_found(tmp_path: Path, text: str, encoding: str, region: str, found: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    assert encoding_of(path, region) == found
    assert path.read_bytes().decode(found) == text


def test_some_characters_that_were_cut_make_no_other_encoding(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("138;张三\n".encode() * 40 + "139;李".encode()[:-1] + b"\n")
    assert encoding_of(path, "CN") == "utf-8"


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(BadInput, match="no text and no spreadsheet"):
        encoding_of(path, "CN")
