"""What the allocator is told."""

import ctypes
from types import SimpleNamespace

import pytest

from hotline.server import memory

pytestmark = pytest.mark.unit


def test_the_allocator_is_told_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    library = SimpleNamespace(mallopt=lambda what, value: told.append((what, value)))
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    memory.keep_small()
    assert told == [(-8, 2), (-3, 131_072)]


def test_another_allocator_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    memory.keep_small()


def test_areas_of_our_own_that_hold_a_large_page_are_moved() -> None:
    maps = """\
55d0a0000000-55d0a0400000 rw-p 00000000 00:00 0                          [heap]
7f0000200000-7f0000400000 rw-p 00000000 00:00 0
7f0000500000-7f00007ff000 rw-p 00000000 00:00 0
7f0001000000-7f0001800000 r-xp 00000000 fe:00 77                         /usr/lib/libpython3.11.so.1.0
7f0002000000-7f0002800000 rw-s 00000000 00:01 5                          /dev/shm/ring buffer
7f0003000000-7f0003800000 rw-p 00000000 00:00 0                          [stack]"""
    assert [hex(begin) for begin, _ in memory.own_areas(maps.splitlines())] == ["0x55d0a0000000", "0x7f0000200000"]


def test_a_process_goes_on_with_what_it_has_moved() -> None:
    kept = bytearray(range(256)) * 32_768
    assert memory.into_large_pages() >= 0
    assert kept == bytearray(range(256)) * 32_768


def test_a_system_without_large_pages_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    assert memory.into_large_pages() == 0
