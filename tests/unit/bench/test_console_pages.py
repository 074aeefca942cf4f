"""What each page loads: all its modules are found, and the largest stays in its bound."""

import pytest

from bench import console_pages
from bench.accessibility import axe
from hotline.web.pages import FOLDER

pytestmark = pytest.mark.unit


def test_every_module_is_of_some_page_and_no_page_loads_too_much() -> None:
    loaded = {path for view in console_pages.VIEWS for path in console_pages._modules({"main.js", f"{view}.js"})}
    of_others = {FOLDER / "state.js", FOLDER / "case_words.js"}
    assert {path.resolve() for path in FOLDER.rglob("*.js")} - loaded <= of_others
    assert max(console_pages.bundles().values()) <= 150_000


def test_axe_is_the_one_that_was_pinned() -> None:
    assert axe().startswith("/*! axe v4.10.3")
