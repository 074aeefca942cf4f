"""Pictures of the documents: taken by the tests of the pages, and compared loosely with those that are stored.

Clocks, counts and meters are other ones each time, so what is compared is the mean colour of each field of a grid: a
page that is empty, in another theme or laid out anew is another picture, one with other figures is the same.
"""

import base64
import io
import os
from pathlib import Path

import numpy as np
from PIL import Image

from bench.chromium import Page

STORED = Path(__file__).parents[2] / "docs"
DRAWS = bool(os.environ.get("HOTLINE_DRAW"))
"""Whether pictures are stored in docs/ in place of being compared: `make test-console DRAW=1`."""
MOST = 0.12
"""Of the fields so many may be of another colour."""
_GRID = (32, 20)
_FAR = 14.0
"""From here on two means are of different colours, of 255."""


def difference(one: bytes, other: bytes) -> float:
    """The share of fields whose colours differ, of two PNG files; 1 where their sizes do."""
    first, second = (Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other))
    if first.size != second.size:
        return 1.0
    fields = [np.asarray(image.resize(_GRID, Image.Resampling.BOX), float) for image in (first, second)]
    return float((np.abs(fields[0] - fields[1]).max(axis=2) > _FAR).mean())


async def documented(page: Page, name: str) -> None:
    """The page looks as docs/NAME.png does, which is stored anew where that is asked for. It is kept beside the other
    pictures, too."""
    await page.picture(name)
    taken = base64.b64decode((await page.ask("Page.captureScreenshot", format="png"))["data"])
    stored = STORED / f"{name}.png"
    if DRAWS:
        stored.write_bytes(_packed(taken))
        return
    far = difference(taken, stored.read_bytes())
    assert far <= MOST, f"docs/{name}.png is another picture by {far:.0%}: look at both, then make test-console DRAW=1"


def _packed(taken: bytes) -> bytes:
    """The same picture in fewer bytes."""
    packed = io.BytesIO()
    Image.open(io.BytesIO(taken)).convert("RGB").save(packed, "PNG", optimize=True)
    return packed.getvalue()
