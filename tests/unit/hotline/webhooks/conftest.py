"""A receiver of webhooks, and houses that deliver to it."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline.webhooks import delivery
from tests.unit.hotline.webhooks.delivering import House, Open
from tests.unit.hotline.webhooks.receiver import Receiver


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    made = Receiver(tmp_path / "receiver")
    await made.start()
    yield made
    await made.kill()


@pytest.fixture
def opened(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A house; its pauses are short."""
    monkeypatch.setattr(delivery, "_PAUSE_S", (0.1, 0.4))
    monkeypatch.setattr(delivery, "_EVENT_PAUSE_S", (0.1, 0.4))
    monkeypatch.setattr(delivery, "_TIDY_EVERY_S", 0.1)

    @contextlib.asynccontextmanager
    async def open_(**settings: Any) -> AsyncIterator[House]:
        house = House(tmp_path, receiver, **settings)
        house.deliveries.start()
        try:
            yield house
        finally:
            await house.deliveries.close()
            await house.writer.close()

    return open_
