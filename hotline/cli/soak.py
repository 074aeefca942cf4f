"""hotline soak: a whole house under calls with everything on, and what must be true after it. What `make soak` runs."""

import asyncio
import importlib
import signal
from pathlib import Path
from typing import Annotated

import typer

from hotline.cli.common import JsonOption, err, out, print_json, told

app = typer.Typer(add_completion=False)


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0.2, help="Minutes of calls; waiting for quiet comes besides.")] = 10.0,
    rate: Annotated[
        float, typer.Option(min=0.1, max=200.0, help="Calls a second, on average. Default: 60 % of the rate held.")
    ] = 28.0,
    kill_every: Annotated[float, typer.Option(min=0.0, help="Seconds between kills; 0: none.")] = 120.0,
    publish_every: Annotated[float, typer.Option(min=0.0, help="Seconds between publishes; 0: none.")] = 30.0,
    keep: Annotated[
        Path | None,
        typer.Option(help="A folder for site, logs and ledger, to look into after.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Soak: a real Asterisk, calls of all kinds, recordings, callbacks, publishes, kills; then every check, told.

    The exit code is 1 when a check failed.

    Examples:

      make soak MINUTES=3 RATE=2

      hotline soak --minutes 60 --json > soak.json

      hotline soak --minutes 1 --rate 2 --kill-every 30 --keep ./soak
    """
    soaking = importlib.import_module("bench.soak.run")  # the package `bench` stands above this one
    options = soaking.Options(
        minutes=minutes,
        rate=rate,
        kill_every_s=kill_every or None,
        publish_every_s=publish_every or None,
        folder=keep,
        progress=lambda line: err.print(line, style="dim", markup=False),
    )
    importlib.import_module("hotline.server.logs").configure()  # standard output is for what was found
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # its parts are ended in order
    with told():
        soaked = asyncio.run(soaking.run(options))
    if json:
        print_json(soaked.as_dict())
    else:
        for line in soaked.lines():
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    if not soaked.passed:
        raise typer.Exit(1)
