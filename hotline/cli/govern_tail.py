"""hotline govern tail: the decisions of the running server, as they are made."""

import json as jsons
import time
import urllib.error
import urllib.request
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, told, when
from hotline.site.site import Site

_EVERY_S = 0.5
_DEADLINE_S = 10.0
_STYLES = {"allow": "green", "deny": "red", "defer": "yellow"}


def tail(
    site: SiteOption = Path(),
    most: Annotated[int, typer.Option("--most", "-n", min=0, max=1000, help="How many of before it begins with.")] = 20,
    follow: Annotated[bool, typer.Option(help="Go on until Ctrl-C; without, end with the newest.")] = True,
    refused: Annotated[bool, typer.Option("--refused", help="Only those that were denied or deferred.")] = False,
    web_port: Annotated[int | None, typer.Option("--web-port", help="Of the server, in place of web.port.")] = None,
    json: JsonOption = False,
) -> None:
    """The decisions of the running server as they are made: allowed, denied, deferred; by which rule.

    Numbers are masked. With --json one object a line.

    Examples:

      hotline govern tail --site /srv/hotline

      hotline govern tail --refused --json | jq -r '.rules[0]'

      hotline govern tail --no-follow -n 1000 --json | jq -s 'group_by(.verdict) | map({(.[0].verdict): length})'
    """
    opened = open_site(site).with_ports(ari=None, event_socket=None, web=web_port)
    with told():
        newest = _ask(opened, 0, 1)["last"]
        row = max(0, newest - most)
        try:
            while True:
                answer = _ask(opened, row, 1000)
                if answer["last"] < row:  # the server was started anew, and counts from the beginning
                    row = 0
                    continue
                found = answer["decisions"]
                if found and found[0]["row"] > row + 1:
                    err.print(f"{found[0]['row'] - row - 1} decisions came too fast to be shown", style="yellow")
                for one in found:
                    _print(one, opened.zone, json, refused)
                    row = one["row"]
                if not follow and row >= answer["last"]:
                    return
                time.sleep(_EVERY_S)
        except KeyboardInterrupt:
            return


def _print(one: dict[str, Any], zone: tzinfo, json: bool, refused: bool) -> None:
    if refused and one["verdict"] == "allow":
        return
    if json:
        print_json(one)
        return
    why = f"  {one['rules'][0]}: {one['detail']}" if one["rules"] else ""
    until = f"  until {when(one['until'], zone)}" if one["until"] is not None else ""
    by = one["source"] or one["origin"]
    style = _STYLES[one["verdict"]]
    line = f"  {one['number']}  {one['scene']}  by {by}{why}{until}"
    out.print(f"{when(one['at'], zone)}  [{style}]{one['verdict']:<5}[/]", end="", soft_wrap=True)
    out.print(line, markup=False, soft_wrap=True)


def _ask(site: Site, after: int, most: int) -> dict[str, Any]:
    """Raises BadInput where no server answers."""
    web, token = site.settings.web, site.known_secret("web")
    address = f"http://{web.host}:{web.port}/govern/decisions?after={after}&most={most}"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token or ''}"})
    try:
        with urllib.request.urlopen(request, timeout=_DEADLINE_S) as answer:
            found: dict[str, Any] = jsons.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise BadInput(f"the server refused: {jsons.load(error).get('detail', error.reason)}") from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise BadInput(f"no server answers at {web.host}:{web.port} ({reason}): is `hotline serve` running?") from error
