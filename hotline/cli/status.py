"""hotline status: every outer part of a site as the running server knows it, with an exit status for monitoring."""

import json as jsons
import urllib.error
import urllib.request
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, when
from hotline.site.site import Site

app = typer.Typer(add_completion=False)

_DEADLINE_S = 5.0
OK, WARNING, CRITICAL, UNKNOWN = range(4)
"""Exit statuses, those of the Monitoring Plugins (Nagios, Icinga and others)."""


@app.command()
def status(
    site: SiteOption = Path(),
    web_port: Annotated[int | None, typer.Option(help="Of the server, in place of web.port.")] = None,
    json: JsonOption = False,
) -> None:
    """The outer parts of a site: switches, store, broker, voice, services of lookups; up or down, since when, last
    error, next try. Asked of the running server.

    Exit status, as monitoring expects it: 0 all is well; 1 callers are served, and something is away; 2 callers are not
    served, nothing is written, or the server does not answer; 3 it cannot be told, for the site cannot be read.

    Examples:

      hotline status --site /srv/hotline

      hotline status --json | jq '.dependencies[] | select(.state == "down")'
    """
    try:
        opened = open_site(site).with_ports(ari=None, event_socket=None, web=web_port)
    except (BadInput, typer.Exit) as error:
        if isinstance(error, BadInput):
            err.print(str(error), style="red", markup=False)
        raise typer.Exit(UNKNOWN) from error
    health = _asked(opened)
    if json:
        print_json(health)
    else:
        _print(health, opened.zone)
    if not health["ok"]:
        raise typer.Exit(CRITICAL)
    raise typer.Exit(WARNING if health["warnings"] else OK)


def _print(health: dict[str, Any], zone: tzinfo) -> None:
    if health["ok"]:
        out.print(f"[bold green]callers are served[/] by version {health['version']}")
    for reason in health["wrong"]:
        out.print(reason, style="bold red", markup=False)
    for warning in health["warnings"]:
        out.print(warning, style="yellow", markup=False)
    if not health["dependencies"]:
        return
    out.print()
    print_table(
        ("part", "state", "since", "last error", "next try"),
        [
            (part["name"], part["state"], when(part["since"], zone), part["error"], when(part["next_try_at"], zone))
            for part in health["dependencies"]
        ],
        "",
    )


def _asked(site: Site) -> dict[str, Any]:
    """What `/health` says; without an answer the same words, of a server that is away."""
    web = site.settings.web
    try:
        with urllib.request.urlopen(f"http://{web.host}:{web.port}/health", timeout=_DEADLINE_S) as answer:
            return _health(answer.read())
    except urllib.error.HTTPError as error:
        if error.code == 503:
            return _health(error.read())
        wrong = f"another program answers at {web.host}:{web.port}, with {error.code}"
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", error)
        wrong = f"the server does not answer at {web.host}:{web.port}: {why}; `hotline serve --site {site.folder}`"
    return {"ok": False, "wrong": [wrong], "warnings": [], "version": "", "dependencies": []}


def _health(body: bytes) -> dict[str, Any]:
    """Raises ValueError for what is no answer of a server of ours."""
    health = jsons.loads(body)
    if not isinstance(health, dict) or not {"ok", "wrong", "warnings", "dependencies"} <= health.keys():
        raise ValueError("another program answers there")
    return health
