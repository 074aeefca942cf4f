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
