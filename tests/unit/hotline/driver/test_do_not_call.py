"""The file of numbers that nobody calls."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from calls.numbers import e164
from hotline.driver.do_not_call import NumberList, may_call
from hotline.site import number_file

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


async def test_a_number_behind_a_carriers_prefix_is_the_listed_one(tmp_path: Path) -> None:
    path = tmp_path / "unwanted.txt"
    path.write_text("17951 0138 0013 8000\n", encoding="utf-8")
    numbers = NumberList(path, "CN")
    for dialled in ("13800138000", "+8617951013800138000", "01795113800138000", "125930 138 0013 8000"):
        assert await may_call(numbers, e164(dialled, "CN")) == (False, "on the do-not-call list"), dialled


async def test_nobody_is_called_until_an_unreadable_line_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "unwanted.csv"
    path.write_text("phone,name\n1.38E+10,Zhang\n", encoding="utf-8")
    numbers = NumberList(path, "CN")
    allowed, reason = await may_call(numbers, "+442079460958")
    assert not allowed
    assert reason.startswith("unwanted.csv:2: 1.38E+10: a spreadsheet has rounded this number")
    path.write_text("phone,name\n13800138000,Zhang\n", encoding="utf-8")
    assert await may_call(numbers, "+442079460958") == (True, "")
    assert await may_call(numbers, "+8613800138000") == (False, "on the do-not-call list")


async def test_a_file_that_goes_away_forbids_all_until_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "unwanted.txt"
    path.write_text("13800138000\n", encoding="utf-8")
    numbers = NumberList(path, "CN")
    assert await may_call(numbers, "+442079460958") == (True, "")
    path.rename(tmp_path / "away.txt")
    assert await may_call(numbers, "+442079460958") == (False, "the do-not-call list cannot be read")
    (tmp_path / "away.txt").rename(path)
    assert await may_call(numbers, "+442079460958") == (True, "")


@pytest.mark.parametrize("file", ["110\n13800138000\n", "1.38E+10\n", None])
async def test_emergency_numbers_are_never_looked_up(tmp_path: Path, file: str | None) -> None:
    """Listed by mistake, or by a file that cannot be read or is not there."""
    path = tmp_path / "unwanted.txt"
    if file is not None:
        path.write_text(file, encoding="utf-8")
    numbers = NumberList(path, "CN")
    for number in ("110", "119", "120"):
        assert await may_call(numbers, number) == (True, "")
    assert not (await may_call(numbers, "+8613800138000"))[0]
    assert await may_call(NumberList(path, "DE"), "112") == (True, "")


async def test_it_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "unwanted.txt"
    path.write_text("13800138000\n", encoding="utf-8")
    long_ago = time.time() - 60
    os.utime(path, (long_ago, long_ago))
    reads = []
    plain = number_file.read
    monkeypatch.setattr(number_file, "read", lambda *given: reads.append(given) or plain(*given))
    numbers = NumberList(path, "CN")
    await asyncio.gather(*(may_call(numbers, "+442079460958") for _ in range(20)))
    os.utime(path)  # touched, and the same
    assert await may_call(numbers, "+8613800138000") == (False, "on the do-not-call list")
    assert len(reads) == 1
    path.write_text("13900139000\n", encoding="utf-8")
    assert await may_call(numbers, "+8613800138000") == (True, "")
    assert len(reads) == 2


async def test_the_event_loop_is_not_held_by_a_long_list(tmp_path: Path) -> None:
    """Processor time of the loop's own thread in its callbacks; the machine's other work does not count."""
    path = tmp_path / "unwanted.csv"
    path.write_text("".join(f"{13_000_000_000 + count},Zhang {count}\n" for count in range(20_000)), encoding="utf-8")
    numbers = NumberList(path, "CN")
    reading = asyncio.create_task(numbers.look())
    turns, began = 0, time.thread_time()
    while not reading.done():
        turns += 1
        await asyncio.sleep(0.001)
    used = time.thread_time() - began
    assert turns > 20, "the loop went on while it was read"
    assert used / turns < 0.001
    assert await may_call(numbers, "+8613000000007") == (False, "on the do-not-call list")


async def test_a_server_that_stops_does_not_wait_for_the_list(tmp_path: Path) -> None:
    path = tmp_path / "unwanted.csv"
    path.write_text("".join(f"{13_000_000_000 + count},Zhang {count}\n" for count in range(50_000)), encoding="utf-8")
    numbers = NumberList(path, "CN")
    watching = asyncio.create_task(numbers.watch())
    check = asyncio.create_task(may_call(numbers, "+442079460958"))
    await asyncio.sleep(0.05)
    watching.cancel()
    assert not (await check)[0]
