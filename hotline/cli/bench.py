"""hotline bench: what is measured, each figure beside its target and its reference."""

import asyncio
import contextlib
import importlib
import inspect
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
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
    rate: Annotated[
        float | None,
        typer.Option(min=0.1, max=200.0, help="Calls a second of `talks` (30) and `memory` (30).", show_default=False),
    ] = None,
    calls: Annotated[
        int | None,
        typer.Option(min=1, help="How many calls `talks` places, or `memory` (100,000).", show_default=False),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=1.0, help="How long `talks` places calls (60), without --calls.", show_default=False),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="Folder for the traces that `talks` keeps; else a temporary one, named.", show_default=False),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="One part of `console`: readers, pages, painted, calls, ice.", show_default=False),
    ] = None,
) -> None:
    """Measure. Figures that miss their target are shown as missed; that is no error.

    Examples:

      hotline bench live

      hotline bench start --json | jq .figures

      hotline bench talks --calls 100000 --rate 40 --keep ./talks

      hotline bench memory --calls 10000 --rate 60

      hotline bench console --only readers
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
        chosen_by_hand = {"rate": rate, "calls": calls, "seconds": seconds, "keep": keep}
        given = {word: value for word, value in chosen_by_hand.items() if value is not None}
        _refuse_unknown(name, benches, given)
        _refuse_unknown_part(name, benches, only)
        options = catalogue.Options(quick=quick, switch=switch.value, progress=_tell, only=only, **given)
        for chosen in benches if name == _ALL else [name]:
            _show(_run(benches[chosen].module, options), json)


def _refuse_unknown(name: str, benches: dict[str, Any], given: dict[str, Any]) -> None:
    """Raises BadInput for an option that this bench would not look at."""
    takes = frozenset() if name == _ALL else benches[name].takes
    for word in given:
        if word not in takes:
            who = ", ".join(bench for bench, entry in benches.items() if word in entry.takes)
            raise BadInput(f"--{word} is not for {name}: it is for {who}")
    if "calls" in given and "seconds" in given:
        raise BadInput("--calls and --seconds: give one of them")


def _refuse_unknown_part(name: str, benches: dict[str, Any], only: str | None) -> None:
    """Raises BadInput for a part that this bench does not have."""
    parts = () if name == _ALL else benches[name].parts
    if only is not None and only not in parts:
        has = f"its parts are {', '.join(parts)}" if parts else "it has no parts"
        raise BadInput(f"--only {only}: {name} has none of that name{nearest_hint(only, parts)}; {has}")


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
