"""Draws docs/wallboard.svg: the wallboard of `make run`, from what /live said in one.

python docs/draw_wallboard.py            write the picture
python docs/draw_wallboard.py --print    write it to standard output, for the test that keeps it in step
"""

import io
import json
import os
import sys
import time
from pathlib import Path

from rich.console import Console

from hotline.demo.wallboard import draw

HERE = Path(__file__).resolve().parent
TITLE = "安达消费金融 · Anda Consumer Finance · 95183"


def svg() -> str:
    """The picture. Times are those of the sample's zone, wherever this runs."""
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    view = json.loads((HERE / "wallboard.json").read_text(encoding="utf-8"))
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(draw(view, TITLE))
    return console.export_svg(title="make run", unique_id="wallboard")


if __name__ == "__main__":
    if "--print" in sys.argv[1:]:
        print(svg())
    else:
        (HERE / "wallboard.svg").write_text(svg() + "\n", encoding="utf-8")
