"""hotline serve: the server of one site, as production starts it."""

import gc
import getpass
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import structlog
import typer

from hotline.cli.common import SiteOption, err, open_site, told
from hotline.server import logs, loop, memory
from hotline.server.log_file import LogFile
from hotline.site.secrets import missing_after_first_start
from hotline.site.sign_in import address, new_link
from hotline.site.site import Site
from switch.log_files import Turnover

app = typer.Typer(add_completion=False)
log = structlog.get_logger("hotline")


@app.command()
def serve(
    site: SiteOption = Path(),
    ari_port: Annotated[int | None, typer.Option(help="Of an Asterisk, in place of switch.port.")] = None,
    event_socket_port: Annotated[int | None, typer.Option(help="Of a FreeSWITCH, in place of switch.port.")] = None,
    web_port: Annotated[int | None, typer.Option(help="In place of web.port.")] = None,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="The lowest level that is logged.")
    ] = "info",
) -> None:
    """Serve a site until stopped. Calls go on in the switch meanwhile, and are taken up at the next start.

    Examples:

      hotline publish --site /srv/hotline && hotline serve --site /srv/hotline

      docker compose up
    """
    memory.keep_small()
    gc.disable()  # nothing that is loaded now is garbage; the server turns it on again once it is loaded
    # only a server needs these: other commands start without
    from hotline.server.wiring import make_server, make_voice
    from hotline.versions.store import Versions

    opened = open_site(site).with_ports(ari=ari_port, event_socket=event_socket_port, web=web_port)
    with told():
        opened.prepare()
        logs.configure(_log_file(opened), log_level)
        if missing := missing_after_first_start(opened):
            advice = "put var/secrets back from the backup and start again, or give phones and clients the new ones"
            log.warning("secrets are made anew", names=missing, advice=advice)

        async def run() -> None:
            if Versions(opened.versions).current() is None:
                from hotline.versions.publishing import publish

                # the first start of a new site: what stands in its folder is what was meant
                published = await publish(opened, make_voice(opened))
                log.info("published for the first start", version=published.version)
            if sys.stderr.isatty():  # somebody looks; a log that is kept is no place for a link
                link = new_link(opened.state, "admin", getpass.getuser(), time.time())
                err.print(f"the pages, signed in: {address(opened, link)}", markup=False)
            await make_server(opened).run()

        loop.run(run())


def _log_file(site: Site) -> LogFile | None:
    """The file of hotline.yaml's `log`; None: standard error. Raises BadInput."""
    settings = site.settings.log
    if settings.file is None:
        return None
    turnover = Turnover(settings.max_mb * 1_000_000, keep_days=settings.keep_days, keep_files=settings.keep_files)
    return LogFile(site.folder / settings.file, turnover)
