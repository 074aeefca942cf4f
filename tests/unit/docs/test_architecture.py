"""Documents show the house as it stands: its packages, their rooms, and the way to each page."""

import re
from pathlib import Path

import pytest

from tests.repository.test_layout import PACKAGES

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[3]


def _text(name: str) -> str:
    return (_ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_package_has_its_line(page: str) -> None:
    shown = set(re.findall(r"^(\w+)/ {2,}\S", _text(page), re.MULTILINE))
    assert PACKAGES - shown == set()
    assert {name for name in shown if not (_ROOT / name).is_dir()} == set()


def test_every_package_is_drawn() -> None:
    _, house, *_ = _text("docs/architecture.md").split("```")
    drawn = set(re.findall(r"^ {4}(\w+)\[", house, re.MULTILINE))
    assert drawn == PACKAGES - {"bench", "phones"}, "bench stands in an arrow, phones are not of the house"


@pytest.mark.parametrize(("package", "head"), [("hotline", "rooms"), ("control", "rooms of call control")])
def test_rooms_are_listed_in_the_order_of_their_contract(package: str, head: str) -> None:
    page, contracts = _text("docs/architecture.md"), _text("pyproject.toml")
    table = page.partition(f"| {head} | what they are |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", table, re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"\w+", row)]
    assert sorted(listed) == sorted(path.parent.name for path in _ROOT.glob(f"{package}/*/__init__.py"))
    layers = contracts.partition(f'containers = ["{package}"]')[2].partition("]")[0]
    order = {name: row for row, line in enumerate(layers.splitlines()) for name in re.findall(r"\w+", line)}
    assert [order[name] for name in listed] == sorted(order[name] for name in listed)


def test_the_readme_leads_to_every_page() -> None:
    links = set(re.findall(r"\]\(([\w./-]+)", _text("README.md")))
    assert {path.relative_to(_ROOT).as_posix() for path in _ROOT.glob("docs/*.md")} <= links
