"""hotline serve: what production starts."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hotline import logs
from hotline.cli.common import SiteOption, open_site, told

app = typer.Typer()


@app.command()
def serve(
    site: SiteOption = Path(),
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
) -> None:
    """Serve a site until stopped. Calls go on in the switch when we are gone, and are taken up at the next start.

    Examples:

      hotline publish --site /srv/hotline && hotline serve --site /srv/hotline

      docker compose up
    """
    from hotline.wiring import make_server  # what only a server needs is loaded only here

    house = open_site(site)
    logs.configure(level=log_level)
    with told():
        house.prepare()

        async def run() -> None:
            await make_server(house).run()

        asyncio.run(run())
