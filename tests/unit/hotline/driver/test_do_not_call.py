"""The file of numbers that nobody calls."""

from pathlib import Path

import pytest

from hotline.driver.do_not_call import NumberList, may_call

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("region", "line", "number"),
    [
        ("CN", "138 0013 8000   # asked us not to", "+8613800138000"),
        ("DE", "0171 1234567", "+491711234567"),
        ("DE", "+86 138 0013 8000", "+8613800138000"),
    ],
)
async def test_a_line_is_read_as_it_is_dialled_where_the_house_is(
    tmp_path: Path, region: str, line: str, number: str
) -> None:
    path = tmp_path / "unwanted.txt"
    path.write_text(f"# a list\n{line}\n", encoding="utf-8")
    assert await may_call(NumberList(path, region), number) == (False, "on the do-not-call list")
    assert await may_call(NumberList(path, region), "+442079460958") == (True, "")


async def test_without_a_file_everybody_may_be_called() -> None:
    assert await may_call(NumberList(None, "CN"), "+8613800138000") == (True, "")
