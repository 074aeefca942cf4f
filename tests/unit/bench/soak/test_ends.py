"""A part of the house that ends by itself ends the soak, with the part's name and where its log is."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.children import ChildEnded
from bench.soak.holdings import of_asterisk
from bench.soak.house import SoakHouse
from bench.soak.run import first_of
from switch.asterisk.instance.settings import AsteriskSettings

pytestmark = pytest.mark.unit


async def test_an_asterisk_that_has_ended_is_named_with_its_log(tmp_path: Path, unused_tcp_port: int) -> None:
    settings = AsteriskSettings(run_dir=tmp_path, ari_password="only-for-this-test", ari_port=unused_tcp_port)

    async def ended() -> int:
        return -11

    house: Any = SoakHouse.__new__(SoakHouse)
    house.asterisk = SimpleNamespace(settings=settings, running=False, ended=ended)
    with pytest.raises(ChildEnded, match=r"Asterisk ended with code -11; its log is .+"):
        await of_asterisk(house, "channels")


def test_the_first_end_is_told_of_several_that_came_of_it() -> None:
    first = ChildEnded("Asterisk ended")
    group = BaseExceptionGroup("tasks", [BaseExceptionGroup("inside", [first]), ChildEnded("the phones ended")])
    assert first_of(group) is first
