"""hotline bench: what is measured, each figure beside its target and its reference."""

import asyncio
import contextlib
import importlib
import inspect
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.cli.common import JsonOption, err, out, print_json, told

app = typer.Typer(add_completion=False)

_ALL = "all"


class Switch(StrEnum):
    """The switch under `bench live`."""

    ASTERISK = "asterisk"
    FREESWITCH = "freeswitch"


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="The bench, or all. Without it: the list.", show_default=False)] = "",
    json: JsonOption = False,
    quick: Annotated[bool, typer.Option("--quick", help="Few calls: shows that it works, not how fast it is.")] = False,
    switch: Annotated[Switch, typer.Option(help="The switch under `live`.")] = Switch.ASTERISK,
) -> None:
    """Measure. Figures that miss their target are shown as missed; that is no error.

    Examples:

      hotline bench live

      hotline bench start --json | jq .figures
    """
    catalogue = _bench("catalogue")
    benches: dict[str, Any] = catalogue.BENCHES
    if not name:
        for known, entry in benches.items():
            out.print(f"[bold]{known:<12}[/] {entry.about}")
        return
    with told():
        if name != _ALL and name not in benches:
            raise BadInput(f"no bench {name}{nearest_hint(name, [*benches, _ALL])}")
        options = catalogue.Options(quick=quick, switch=switch.value, progress=_tell)
        for chosen in benches if name == _ALL else [name]:
            _show(_run(benches[chosen].module, options), json)


def _run(module: str, options: Any) -> Any:
    with _logged_to_stderr():
        measured = _bench(module).run(options)
        return asyncio.run(measured) if inspect.iscoroutine(measured) else measured


@contextlib.contextmanager
def _logged_to_stderr() -> Iterator[None]:
    """What the measured parts log stands beside the figures, and not in the one JSON value."""
    import structlog

    before = structlog.get_config()
    structlog.configure(logger_factory=lambda *names: structlog.PrintLogger(sys.stderr))
    try:
        yield
    finally:
        structlog.configure(**before)


def _show(report: Any, json: bool) -> None:
    shape = _bench("report")
    if json:
        print_json(shape.as_json(report))
        return
    out.print(shape.table(report))
    err.print(shape.machine_line(report), style="dim")
    for note in shape.notes(report):
        err.print(note, style="yellow", markup=False)


def _tell(line: str) -> None:
    err.print(line, style="dim", markup=False)


def _bench(module: str) -> Any:
    """A module of the package `bench`, which stands above this one and is loaded by name, only when it is asked for."""
    return importlib.import_module(f"bench.{module}")
