"""`hotline gate`: the SIP gate's proxy, configured and looked at."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told
from hotline.site.gate import GateSettings
from hotline.site.site import Site

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The SIP gate before other systems' trunks: docs/gate.md.\n\nExamples:\n\n  hotline gate sources --json\n\n"
    "  hotline gate configuration --output /etc/kamailio/kamailio.cfg",
    rich_markup_mode=None,
)


@app.command("configuration")
def write_configuration(
    site: SiteOption = Path(),
    output: Annotated[Path | None, typer.Option(help="A file, for its own user only; else standard output.")] = None,
    modules: Annotated[
        Path | None, typer.Option(help="The folder of Kamailio's modules; unless given, of the unpacked one.")
    ] = None,
) -> None:
    """Write kamailio.cfg as hotline.yaml says: its sources, ports, and the secret that the controller shows.

    hotline gate configuration --output /etc/kamailio/kamailio.cfg --modules /usr/lib/x86_64-linux-gnu/kamailio/modules
    """
    with told():
        text = _text(open_site(site), modules)
        if output is None:
            typer.echo(text, nl=False)
            return
        output.touch(mode=0o600)
        output.write_text(text)
        err.print(f"{output} written; restart the proxy to take it up", style="dim", markup=False)


@app.command()
def run(site: SiteOption = Path()) -> None:
    """Run a proxy of this folder's own (gate/install.sh unpacks it) until Ctrl-C, for a first try.

    In production the service manager runs Kamailio with the file of `hotline gate configuration`.
    """
    from hotline.gate.instance import ProxyProcess

    opened = open_site(site)

    async def running() -> None:
        settings = _settings(opened)
        async with ProxyProcess(opened.state / "gate", _text(opened, None), settings.decider_port) as proxy:
            err.print(f"the gate listens at {settings.address}:{settings.port}; its log is {proxy.log}", markup=False)
            await asyncio.Event().wait()

    with told():
        try:
            asyncio.run(running())
        except KeyboardInterrupt:
            err.print("stopped: no call of its sources passes now", style="dim")


@app.command()
def sources(site: SiteOption = Path(), json: JsonOption = False) -> None:
    """The systems that go by the gate, and what happens to their calls.

    hotline gate sources --json
    """
    with told():
        found = _settings(open_site(site)).sources
    if json:
        print_json({name: source.model_dump() for name, source in found.items()})
        return
    rows = [(name, one.address, one.mode, one.scene or "as its INVITE says", one.trunk) for name, one in found.items()]
    print_table(("source", "from", "mode", "scene", "to"), rows, "no source")
    out.print("whether the gate is open: hotline status", style="dim")


def _settings(site: Site) -> GateSettings:
    if site.settings.gate is None:
        raise BadInput(f"{site.folder / 'hotline.yaml'} has no `gate:`; docs/gate.md shows one")
    return site.settings.gate


def _text(site: Site, modules: Path | None) -> str:
    from hotline.gate.configuration import configuration
    from hotline.gate.instance import located_or_installed

    settings = _settings(site)
    return configuration(
        address=settings.address,
        port=settings.port,
        decider_port=settings.decider_port,
        secret=site.secret("gate"),
        sources=settings.sources,
        modules=modules or located_or_installed().modules,
    )
