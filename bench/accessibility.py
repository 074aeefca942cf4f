"""Violations of WCAG that axe-core finds in a page. It stands in axe/ as npm has it, with the hash of each file."""

import hashlib
from pathlib import Path

from bench.chromium import Page

_FOLDER = Path(__file__).parent / "axe"
_GRAVE = ("serious", "critical")
_LOOK = """
axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, impact, nodes }) => {
    const where = nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`);
    return { id, impact, where };
  }))
"""


def axe() -> str:
    """The script of axe-core. Raises AssertionError where it is not the one that was pinned."""
    for line in (_FOLDER / "SHA256SUMS").read_text().splitlines():
        pinned, name = line.split()
        assert hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest() == pinned, f"{name} has been changed"
    return (_FOLDER / "axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """The serious and critical ones of the page as it stands, each with its place."""
    if not await page.tell("typeof axe !== 'undefined'"):
        await page.tell(f"{axe()};null")
    found = await page.tell(_LOOK)
    return [f"{one['impact']} {one['id']}: {one['where']}" for one in found if one["impact"] in _GRAVE]
