"""What documents say is true: commands and their options, YAML, JSON, HTTP paths, files, links, log events."""

import ast
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from control.register.register import Register
from hotline.cli import init as init_command
from hotline.cli.main import app
from hotline.site.settings import Settings
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from hotline.web.app import make
from hotline.web.tokens import WaitTokens
from ivr.compiler.compiling import compile_folder
from switch.asterisk.__main__ import _parser as switch_options

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[3]
_PAGES = [_ROOT / "README.md", _ROOT / "CONTRIBUTING.md", _ROOT / "CHANGELOG.md", *sorted(_ROOT.glob("docs/**/*.md"))]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")
_COMMANDS: Any = get_command(app)
_CONTEXT: Any = typer.Context(_COMMANDS)


def _blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in _PAGES:
        for kind, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
            if kind == language:
                yield page.relative_to(_ROOT).as_posix(), text


def _console() -> Iterator[tuple[str, list[str]]]:
    """Words of each command line; those behind `&&` and in `docker compose exec` too."""
    for page, text in _blocks("console"):
        for line in text.splitlines():
            for part in line.split("&&"):
                words = shlex.split(part, comments=True)
                if "exec" in words[:3]:
                    words = words[words.index("exec") + 2 :]
                if words:
                    yield page, words


def _of(program: str) -> list[Any]:
    found = [pytest.param(words[1:], id=f"{page}: {' '.join(words)}") for page, words in _console()
             if Path(words[0]).name == program]  # fmt: skip
    assert found, f"no document calls {program}"
    return found


@pytest.mark.parametrize("words", _of("hotline"))
def test_commands_of_hotline_have_these_options(words: list[str]) -> None:
    command = _COMMANDS.get_command(_CONTEXT, words[0])
    assert command is not None, f"no command {words[0]}"
    command.make_context(words[0], list(words[1:]))  # raises UsageError for an option or argument that it has not


@pytest.mark.parametrize("words", _of("make"))
def test_targets_of_make_are_there(words: list[str]) -> None:
    targets = re.findall(r"^([a-z]+):", (_ROOT / "Makefile").read_text(), re.MULTILINE)
    assert words[0] in targets


@pytest.mark.parametrize("words", [words for _, words in _console() if Path(words[0]).name.startswith("python")])
def test_modules_that_are_run_are_there(words: list[str]) -> None:
    assert words[1] == "-m"
    module, *options = words[2:]
    if module == "switch.asterisk":
        switch_options().parse_args(options)
    else:
        assert module == "pytest"


@cache
def _paths() -> dict[str, dict[str, Any]]:
    """The interface's description: what can be asked, by path and method."""
    paths: dict[str, dict[str, Any]] = make(_NoHouse(), "token", WaitTokens("secret")).openapi()["paths"]
    return paths


@pytest.mark.parametrize("words", _of("curl"))
def test_paths_that_are_asked_are_those_of_the_interface(words: list[str]) -> None:
    paths = _paths()
    url = next(word for word in words if word.startswith(("$U", "http://127.0.0.1")))
    path, _, query = re.sub(r"^(\$U|http://127\.0\.0\.1:8780)", "", url).partition("?")
    method = words[words.index("-X") + 1].lower() if "-X" in words else "get"
    fitting = [known for known in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path)]
    operation = next((paths[known][method] for known in fitting if method in paths[known]), None)
    assert operation is not None, f"{method} {path}"
    parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
    assert {pair.split("=")[0] for pair in query.split("&") if pair} <= parameters
    if "-d" in words:
        json.loads(words[words.index("-d") + 1])
        assert "requestBody" in operation


def test_the_page_of_the_interface_has_every_path_of_it() -> None:
    page = (_ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    told = {(method, path.split("?")[0]) for method, path in re.findall(r"`(GET|POST|DELETE) (/[^`]*)`", page)}
    known = {(method.upper(), path) for path, methods in _paths().items() for method in methods}
    assert told == known


class _NoHouse:
    """The interface describes itself without a house behind it."""

    metrics = Metrics()
    database = Path("nowhere")
    register = Register()

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"asked for {name}")


def _folder() -> dict[str, str]:
    folders = (_ROOT / "dialplans", _ROOT / "prompts")
    files = [path for folder in folders for path in folder.rglob("*.yaml") if path.parent.name != "tests"]
    return {path.relative_to(_ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}


def test_the_menu_of_the_readme_is_a_change_that_can_be_published() -> None:
    (block,) = [text for page, text in _blocks("yaml") if page == "README.md"]
    step = yaml.safe_load(block)["choose"]
    assert compile_folder(_folder()).errors == []
    assert _with_keys(step["menu"], step["keys"]).errors == []
    assert _with_keys(step["menu"], {5: {"flow": "loans/asks"}}).errors != []


def _with_keys(menu: str, keys: dict[Any, Any]) -> Any:
    files = _folder()
    flow = yaml.safe_load(files["dialplans/flows/reception.yaml"])
    assert flow["choose"]["menu"] == menu
    flow["choose"]["keys"] |= keys
    files["dialplans/flows/reception.yaml"] = yaml.safe_dump(flow, allow_unicode=True, sort_keys=False)
    return compile_folder(files)


def test_settings_in_the_guide_are_settings() -> None:
    examples = [text for page, text in _blocks("yaml") if page == "docs/operators.md"]
    settings = [Settings.model_validate(yaml.safe_load(text)) for text in examples]
    assert [len(read.switches) for read in settings if read.switches] == [2]


@pytest.mark.parametrize("page", ["docs/webhooks.md", "docs/http.md", "docs/people.md"])
def test_settings_of_other_pages_are_settings(page: str) -> None:
    (block,) = [text for where, text in _blocks("yaml") if where == page]
    read = Settings.model_validate(yaml.safe_load(block))
    assert read.webhooks or read.web.clients or read.oidc


def test_the_settings_of_a_new_site_and_those_in_its_comments_are_settings() -> None:
    Settings.model_validate(yaml.safe_load(init_command._SETTINGS))
    commented = re.sub(r"^# (?=switches:|  )", "", init_command._SETTINGS, flags=re.MULTILINE)
    alone = {"switches": yaml.safe_load(commented)["switches"]}
    assert [switch.name for switch in Settings.model_validate(alone).switches] == ["a", "b"]


def test_the_result_in_the_readme_has_the_shape_of_the_result() -> None:
    from hotline.demo.running import Result

    (block,) = [text for page, text in _blocks("json") if page == "README.md"]
    result = json.loads(block)
    assert len(block.splitlines()) == 1
    assert tuple(result) == Result.__match_args__


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(_ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    targets = [target for target in _LINK.findall(text) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(_ROOT).as_posix())
def test_files_that_are_named_are_there(page: Path) -> None:
    packages = ("calls", "ivr", "acd", "dialer", "complaints", "switch", "speech", "sim", "hotline", "phones", "bench",
                "tests", "docs", "asterisk", "freeswitch")  # fmt: skip
    named = [
        word
        for word in _CODE.findall(page.read_text(encoding="utf-8"))
        if re.fullmatch(rf"(?:{'|'.join(packages)})/[\w./-]+\.\w+", word)
    ]
    assert [name for name in named if not (_ROOT / name).exists()] == []


def test_every_command_is_in_a_document() -> None:
    said = "\n".join(page.read_text(encoding="utf-8") for page in _PAGES)
    commands = _COMMANDS.list_commands(_CONTEXT)
    assert [name for name in commands if not re.search(rf"\bhotline {name}\b", said)] == []


@pytest.mark.parametrize("name", _COMMANDS.list_commands(_CONTEXT))
def test_every_command_has_help_with_examples(name: str) -> None:
    command = _COMMANDS.get_command(_CONTEXT, name)
    assert "Example" in command.help
    assert all(parameter.help for parameter in command.params if hasattr(parameter, "help"))
    assert "--show-completion" not in [option for parameter in command.params for option in parameter.opts]


def _events() -> Iterator[tuple[str, str]]:
    """Names of log events at warning or above, or with an advice, and where they are logged."""
    for package in ("control", "hotline", "switch", "speech"):
        for path in (_ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                    loud = node.func.attr in ("warning", "error", "critical", "exception")
                    advised = any(keyword.arg == "advice" for keyword in node.keywords)
                    logs = isinstance(node.func.value, ast.Name) and node.func.value.id.endswith("log")
                    if node.func.attr == "notice" and len(words) > 1:
                        yield str(words[1]), path.name
                    elif logs and words and (loud or advised):
                        yield str(words[0]), path.name


def test_every_message_to_the_operator_is_explained() -> None:
    page = (_ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    explained = {name for line in page.splitlines() if line.startswith("| `") for name in _CODE.findall(line)}
    events = set(_events())
    assert len(events) > 30
    assert sorted(event for event in events if event[0] not in explained) == []


def test_every_metric_that_is_watched_is_there() -> None:
    page = (_ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    watched = set(re.findall(r"`(hotline_\w+)", page))
    families = {family.name for family in Metrics().registry.collect()}
    assert watched
    assert {name.removesuffix("_total") for name in watched} <= families


def test_the_picture_of_the_wallboard_is_drawn_from_what_live_says() -> None:
    script = _ROOT / "docs" / "draw_wallboard.py"
    drawn = subprocess.run([sys.executable, script, "--print"], cwd=_ROOT, capture_output=True, text=True, check=True)
    words = re.compile(r">([^<>]+)</text>")
    picture = (_ROOT / "docs" / "wallboard.svg").read_text(encoding="utf-8")
    assert words.findall(picture) == words.findall(drawn.stdout), "run: python docs/draw_wallboard.py"
    view = json.loads((_ROOT / "docs" / "wallboard.json").read_text(encoding="utf-8"))
    assert set(view) == {*Board().view(Register(), 0.0), "switch_up", "switches", "unwritten"}


def test_the_call_in_the_help_goes_as_it_says() -> None:
    """The pipe of `hotline call --help`: a complaint is served and rated, and nobody has to type."""
    ((typed, words),) = re.findall(r"printf '(.*?)' \| hotline (call .*)", _COMMANDS.get_command(_CONTEXT, "call").help)
    keys = typed.replace("\\n", "\n")
    heard = CliRunner().invoke(app, [*shlex.split(words), "--site", str(_ROOT)], input=keys).output
    assert "(queue): served" in heard
    assert "(survey): 5" in heard
    assert "is not understood" not in heard
