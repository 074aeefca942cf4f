"""hotline campaign start, pause, stop, drain: orders to the campaigns of the running server."""

import getpass
import urllib.parse
from pathlib import Path
from typing import Annotated

import typer

from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, told
from hotline.cli.server_request import ask

NameArgument = Annotated[str, typer.Argument(help="The campaign, as dialplans/campaigns/ has it.")]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why; everybody sees it.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who; unless given, the user of this machine.")]
WebPortOption = Annotated[int | None, typer.Option("--web-port", help="Of the server, in place of web.port.")]


def start(
    name: NameArgument,
    reason: ReasonOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """Let it call, or go on. Its scene must be approved, else every call is denied.

    Example:

      hotline campaign start instalment_calls --reason "day 1"
    """
    _order(name, "start", reason, author, site, web_port, json)


def pause(
    name: NameArgument,
    reason: ReasonOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """Dial nobody new until it is started again; what rings or talks goes on.

    Example:

      hotline campaign pause instalment_calls --reason "the core system is down"
    """
    _order(name, "pause", reason, author, site, web_port, json)


def stop(
    name: NameArgument,
    reason: ReasonOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """Stop now: what rings and has not been answered is given up, talks go on.

    Example:

      hotline campaign stop spring_calls --reason "complaints"
    """
    _order(name, "stop", reason, author, site, web_port, json)


def drain(
    name: NameArgument,
    reason: ReasonOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """Dial nobody new, and be stopped once nothing rings or talks any more.

    Example:

      hotline campaign drain spring_calls --reason "end of the shift"
    """
    _order(name, "drain", reason, author, site, web_port, json)


def _order(name: str, act: str, reason: str, author: str, site: Path, web_port: int | None, json: bool) -> None:
    opened = open_site(site).with_ports(ari=None, event_socket=None, web=web_port)
    body = {"act": act, "author": author or getpass.getuser(), "reason": reason}
    with told():
        path = f"/campaigns/{urllib.parse.quote(name, safe='')}"
        answer = ask(opened, "POST", path, body, whose="campaigns are")
    if json:
        print_json(answer)
        return
    changed = "" if answer["changed"] else f" ({answer['detail']}: nothing has changed)"
    out.print(f"{name}: {answer['state']}{changed}", markup=False)
