"""hotline trunks: the trunks of a site as the running server knows them."""

import json as jsons
import urllib.error
import urllib.request
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.site.site import Site
from hotline.versions.store import Versions

app = typer.Typer(add_completion=False)

_DEADLINE_S = 5.0


@app.command()
def trunks(
    site: SiteOption = Path(),
    web_port: Annotated[int | None, typer.Option(help="Of the server, in place of web.port.")] = None,
    json: JsonOption = False,
) -> None:
    """The trunks of a site: up or down and why, calls now, last failures.

    The state is asked of the running server. Without one the trunks of the published version are listed, as unknown.
    Exit code 1: a trunk is down.

    Examples:

      hotline trunks --site /srv/hotline

      hotline trunks --json
    """
    opened = open_site(site).with_ports(ari=None, event_socket=None, web=web_port)
    with told():
        rows = _asked(opened)
    if json:
        print_json(rows)
    else:
        _print(rows, opened.zone)
    if any(row["state"] == "down" for row in rows):
        raise typer.Exit(1)


def _print(rows: list[dict[str, Any]], zone: tzinfo) -> None:
    print_table(
        ("trunk", "address", "state", "since", "registered", "calls", "why"),
        [
            (
                row["trunk"],
                row["address"],
                row["state"],
                when(row["since"], zone),
                {True: "yes", False: "no", None: ""}[row["registered"]],
                _calls(row),
                row["detail"],
            )
            for row in rows
        ],
        "no trunks: name them in dialplans/trunks.yaml, and publish",
    )
    failures = [(when(one["at"], zone), row["trunk"], one["reason"]) for row in rows for one in row["failures"]]
    if failures:
        out.print()
        print_table(("failed", "trunk", "why"), sorted(failures, reverse=True), "")


def _calls(row: dict[str, Any]) -> str:
    calls = "" if row["calls"] is None else str(row["calls"])
    return calls if row["max_calls"] is None else f"{calls or '?'} of {row['max_calls']}"


def _asked(site: Site) -> list[dict[str, Any]]:
    """Asked of the server; of the published version when it does not run. Raises BadInput."""
    web = site.settings.web
    token = site.known_secret("web")
    if token is None:
        return _published(site)
    request = urllib.request.Request(
        f"http://{web.host}:{web.port}/trunks", headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_DEADLINE_S) as answer:
            rows: list[dict[str, Any]] = jsons.load(answer)
            return rows
    except urllib.error.HTTPError as error:
        message = f"the server at {web.host}:{web.port} answers {error.code}: is it the one of this site?"
        raise BadInput(message) from error
    except OSError:
        return _published(site)


def _published(site: Site) -> list[dict[str, Any]]:
    versions = Versions(site.versions)
    current = versions.current()
    listed = versions.routing(current).trunks if current is not None else {}
    return [
        {
            "trunk": name,
            "address": trunk.address,
            "state": "unknown",
            "reachable": None,
            "registered": None,
            "detail": "the server does not run",
            "since": None,
            "calls": None,
            "max_calls": trunk.max_calls or None,
            "failures": [],
        }
        for name, trunk in listed.items()
    ]
