"""What lies where: the repository's root, and tests/unit beside the sources."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).parents[2]

PACKAGES = {
    "acd", "bench", "calls", "complaints", "control", "dialer", "dsl", "hotline", "ivr", "phones", "reporting", "sim",
    "speech", "switch", "understanding",
}  # fmt: skip
DATA = {"asterisk", "dialplans", "docs", "findings", "freeswitch", "gate", "postgresql", "prompts", "tests"}
FILES = {
    "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "Makefile", "README.md", "docker-compose.yml",
    "pyproject.toml", "requirements-dev.lock", "requirements-image.lock", "requirements-uv.in", "requirements-uv.lock",
    "requirements-voice.lock", "requirements.lock", "setup.sh",
}  # fmt: skip
HIDDEN = {".ci", ".dockerignore", ".env", ".git", ".gitignore", ".pre-commit-config.yaml"}


def ignored(name: str) -> bool:
    """Whether git ignores what has this name at the root."""
    patterns = (_ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return any(fnmatch(name, pattern.strip("/")) for pattern in patterns)


def test_nothing_else_lies_at_the_root() -> None:
    """What a redirection or a test left there is no part of the house."""
    there = {path.name for path in _ROOT.iterdir() if not ignored(path.name)}
    assert there <= PACKAGES | DATA | FILES | HIDDEN
    assert there >= PACKAGES | DATA | FILES


def test_no_file_is_empty_that_need_not_be() -> None:
    """A package marks itself by an empty file, and says that it is typed by one; all others say something."""
    empty = {
        path.relative_to(_ROOT).as_posix()
        for top in (*PACKAGES, *DATA)
        for path in (_ROOT / top).rglob("*")
        if path.is_file() and not path.stat().st_size and "__pycache__" not in path.parts
    }
    assert not {name for name in empty if Path(name).name not in ("__init__.py", "py.typed")}


def test_each_folder_of_unit_tests_stands_as_its_source_does() -> None:
    unit = _ROOT / "tests/unit"
    folders = {path.parent.relative_to(unit).as_posix() for path in unit.rglob("*.py")}
    assert not {folder for folder in folders if not (_ROOT / folder).is_dir()}
