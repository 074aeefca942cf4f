"""hotline demo: what `make run` starts."""

import asyncio
import importlib
import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.cli.common import JsonOption, err, print_json, told

if TYPE_CHECKING:
    from hotline.demo.running import Result

app = typer.Typer(add_completion=False)


class SwitchKind(Enum):
    """The words of --switch."""

    ASTERISK = "asterisk"
    FREESWITCH = "freeswitch"


@app.command()
def demo(
    calls: Annotated[int | None, typer.Option(min=1, help="End after so many calls; default: until Ctrl-C.")] = None,
    rate: Annotated[float, typer.Option(min=0.01, max=20.0, help="Calls a second, on average.")] = 0.2,
    switch: Annotated[SwitchKind, typer.Option(help="What carries the calls.")] = SwitchKind.ASTERISK,
    freeswitch: Annotated[
        str, typer.Option(help="The program of a FreeSWITCH; default: that of the PATH, else of the usual places.")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option(help="The folder of the demonstration's site; default: .local/demo, by the switch.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """The sample hotline, live: a real switch, five agents' phones that answer, callers with real audio, a wallboard.

    Examples:

      make run

      make run CALLS=20 JSON=1

      make run SWITCH=freeswitch FREESWITCH=/opt/freeswitch/bin/freeswitch
    """
    began_at = time.monotonic()
    place = folder or Path(".local/demo" if switch is SwitchKind.ASTERISK else f".local/demo-{switch.value}")
    from hotline.demo.stage import set_up

    def say(words: str) -> None:
        err.print(f"{time.monotonic() - began_at:6.1f} s  {words}", style="dim", markup=False)

    async def run() -> "Result":
        async with set_up(place, say, switch.value, freeswitch) as stage:
            # phones and sound are loaded while the switch and the controller start, on the other core
            running = await asyncio.to_thread(importlib.import_module, "hotline.demo.running")
            result: Result = await running.run(stage, calls, rate, None if json else err, say, began_at)
            return result

    with told():
        result = asyncio.run(run())
    if json:
        print_json(result.as_dict())
    else:
        from hotline.demo.running import show

        show(result, err)
