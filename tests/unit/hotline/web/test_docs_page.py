"""The page that describes the interface to people works without any foreign host."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hotline.views.controller import Controller
from hotline.web.app import make
from hotline.web.tokens import WaitTokens
from tests.unit.hotline.web.asking import fetch

pytestmark = pytest.mark.unit


async def test_nothing_of_the_page_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    nobody = SimpleNamespace(database=tmp_path / "hotline.db")
    app = make(cast(Controller, nobody), "token", WaitTokens("secret"))
    status, page = await fetch(app, "GET", "/docs")
    text = page.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert (status, len(loaded)) == (200, 3)
    for path in loaded:
        assert path.startswith("/"), path
        assert (await fetch(app, "GET", path))[0] == 200, path
    assert "://" not in text
    assert '"validatorUrl": null' in text, "no badge of a checker elsewhere"
