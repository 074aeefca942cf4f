"""The demonstration's dialplans/: the sample's own files, and two that differ so that people are called at any hour.

A demonstration at night should not meet the law's night, and one of two minutes cannot wait for after-call work of two.
All other files are links to the sample's: who edits those and publishes sees it here.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from calls.errors import BadInput

ROUND_THE_CLOCK = {"zone": "Asia/Shanghai", "week": {"mon-sun": "00:00-24:00"}}
RING, WRAP_UP = "12 s", "4 s"
_CASES = Path("scenes/tests")
"""Test cases of the sample's scenes are of the hours as shipped."""


def lay(sample: Path, folder: Path) -> Path:
    """Make `folder` anew: the sample's dialplans/ with the hours and the campaigns of the demonstration.

    Raises BadInput for a sample in which one of the changed files is missing.
    """
    changed: dict[Path, Callable[[str], str]] = {
        Path("hours.yaml"): _hours,
        Path("campaigns/loans.yaml"): _campaigns,
    }
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted(sample.rglob("*")):
        inside = path.relative_to(sample)
        if path.is_dir() or inside.is_relative_to(_CASES):
            continue
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        if inside in changed:
            target.write_text(changed.pop(inside)(path.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            target.symlink_to(path.resolve())
    if changed:
        missing = ", ".join(str(one) for one in changed)
        raise BadInput(f"{sample}: the demonstration changes {missing}, and the sample has it no more")
    return folder


def _hours(text: str) -> str:
    return _dumped({**yaml.safe_load(text), "outbound": ROUND_THE_CLOCK})


def _campaigns(text: str) -> str:
    found = yaml.safe_load(text)
    for campaign in found["campaigns"].values():
        campaign |= {"ring": RING, "wrap_up": WRAP_UP}
    return _dumped(found)


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
