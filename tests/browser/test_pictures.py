"""The loose comparison of pictures tells those of docs/console.md from each other, from an empty page, and from another
theme; other figures on the same page are the same picture."""

import io
import itertools
import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageOps

from tests.browser.pictures import MOST, STORED, difference

pytestmark = pytest.mark.browser

_PAGE = (STORED / "console.md").read_text(encoding="utf-8")
_OF_THE_DEMONSTRATION = {"wallboard"}
"""A morning of callers is in it, which no test has."""
_FOUND = re.findall(r"^!\[[^\]]+\]\(([a-z]+)\.png\)$", _PAGE, re.MULTILINE)


_NAMES = [name for name in _FOUND if name not in _OF_THE_DEMONSTRATION]


def _stored(name: str) -> bytes:
    return (STORED / f"{name}.png").read_bytes()


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def test_every_picture_of_the_page_is_taken_by_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert len(_NAMES) >= 5
    assert [name for name in _NAMES if f', "{name}")' not in tests] == []


def test_no_two_are_alike() -> None:
    for one, other in itertools.combinations(_FOUND, 2):
        assert difference(_stored(one), _stored(other)) > MOST, (one, other)


@pytest.mark.parametrize("name", _NAMES)
def test_an_empty_page_and_another_theme_are_others_and_other_figures_are_not(name: str) -> None:
    stored = Image.open(io.BytesIO(_stored(name))).convert("RGB")
    assert difference(_stored(name), _stored(name)) == 0
    assert difference(_stored(name), _png(Image.new("RGB", stored.size, stored.getpixel((2, 2))))) > MOST  # type: ignore[arg-type]  # a colour of RGB
    assert difference(_stored(name), _png(ImageOps.invert(stored))) > MOST
    clock = stored.copy()
    ImageDraw.Draw(clock).rectangle((740, 8, 850, 34), fill="gray")
    assert difference(_stored(name), _png(clock)) <= MOST
