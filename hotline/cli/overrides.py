"""hotline overrides: a bad night's switches, asked of the running server."""

import getpass
import re
import urllib.parse
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.cli.server_request import ask
from hotline.site.pin import PinFile
from hotline.site.site import Site

app = typer.Typer(add_completion=False, invoke_without_command=True)

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")

WebPortOption = Annotated[int | None, typer.Option("--web-port", help="Of the server, in place of web.port.")]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why; everybody sees it.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who; unless given, the user of this machine.")]
UntilOption = Annotated[
    str,
    typer.Option(
        help="today: the end of the day in the house's zone; 18:30 today; 2026-12-01T18:00; lifted: until "
        "somebody lifts it."
    ),
]


@app.callback()
def overrides(
    context: typer.Context,
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    log: Annotated[bool, typer.Option("--log", help="Also those that are over, the newest first.")] = False,
    json: JsonOption = False,
) -> None:
    """Overrides in force: closed queues and lines, announcements, other hours; each with author, reason and end.

    Examples:

      hotline overrides --site /srv/hotline

      hotline overrides --log --json

      hotline overrides close queue:fraud --reason "the bank's core is down"
    """
    if context.invoked_subcommand is not None:
        return
    opened = _opened(site, web_port)
    with told():
        rows = _ask(opened, "GET", "/overrides/log" if log else "/overrides")
    if json:
        print_json(rows)
        return
    print_table(
        ("number", "kind", "of", "until", "set", "by", "why", *(("over", "how") if log else ())),
        [
            (
                row["number"],
                row["kind"],
                row["target"],
                _until(row, opened.zone),
                when(row["set_at"], opened.zone),
                row["author"],
                row["reason"],
                *((when(row["over_at"], opened.zone), f"{row['how']} {row['over_by']}".strip()) if log else ()),
            )
            for row in rows
        ],
        "nothing is overridden: all is as published",
    )


@app.command()
def close(
    target: Annotated[str, typer.Argument(help="queue:NAME or line:NUMBER (of entry.yaml; line:default).")],
    reason: ReasonOption,
    until: UntilOption = "today",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """Close a queue or a line at once.

    Examples:

      hotline overrides close queue:fraud --reason "the bank's core is down"

      hotline overrides close line:4000395183 --until lifted --reason "the number was misprinted"
    """
    _set(_opened(site, web_port), {"kind": "closure", "target": target}, reason, until, author, json)


@app.command()
def announce(
    text: Annotated[list[str], typer.Option("--text", "-t", help="LANGUAGE=WORDS, one for each language: en='…'.")],
    reason: ReasonOption,
    line: Annotated[str, typer.Option(help="Only to callers of this number; unless given, to all.")] = "",
    until: UntilOption = "today",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """Let callers hear something before everything else.

    Example:

      hotline overrides announce -t zh-CN="系统正在维护。" -t en="Our systems are down." --reason maintenance
    """
    with told():
        texts = dict(_text(one) for one in text)
    want = {"kind": "announcement", "target": f"line:{line}" if line else "all", "texts": texts}
    _set(_opened(site, web_port), want, reason, until, author, json)


@app.command()
def hours(
    name: Annotated[str, typer.Argument(help="An entry of hours.yaml.")],
    spans: Annotated[str, typer.Argument(help="09:00-15:00, several with commas between, or closed.")],
    reason: ReasonOption,
    until: UntilOption = "today",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """Let other hours hold for today, or until another end.

    Example:

      hotline overrides hours service 08:30-15:00 --reason typhoon
    """
    want = {"kind": "hours", "target": f"hours:{name}", "hours": spans}
    _set(_opened(site, web_port), want, reason, until, author, json)


@app.command()
def lift(
    number: Annotated[int, typer.Argument(help="As `hotline overrides` shows it.")],
    author: AuthorOption = "",
    site: SiteOption = Path(),
    web_port: WebPortOption = None,
    json: JsonOption = False,
) -> None:
    """End an override now.

    Example:

      hotline overrides lift 3
    """
    opened = _opened(site, web_port)
    with told():
        row = _ask(opened, "DELETE", f"/overrides/{number}?{urllib.parse.urlencode({'author': author or _me()})}")
    _say(row, "is over", opened.zone, json)


@app.command()
def pin(site: SiteOption = Path()) -> None:
    """Make a new PIN for overrides by phone, and show it this once; the one before is no more.

    Example:

      hotline overrides pin --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        opened.prepare()
        made = PinFile(opened.override_pin).make()
    out.print(made, markup=False)


def _set(opened: Site, want: dict[str, Any], reason: str, until: str, author: str, json: bool) -> None:
    with told():
        body = {**want, "reason": reason, "author": author or _me(), "until": _end(until, opened.zone)}
        row = _ask(opened, "POST", "/overrides", body)
    _say(row, "is in force", opened.zone, json)


def _say(row: dict[str, Any], what: str, zone: tzinfo, json: bool) -> None:
    if json:
        print_json(row)
        return
    until = f", {_until(row, zone)}" if what == "is in force" else ""
    out.print(f"{row['number']}: {row['kind']} of {row['target']} {what}{until}", markup=False)


def _until(row: dict[str, Any], zone: tzinfo) -> str:
    return "until lifted" if row["ends_at"] is None else f"until {when(row['ends_at'], zone)}"


def _end(until: str, zone: tzinfo) -> str:
    """The words and instants of HTTP; a time is one of today, an instant without a zone is in the house's. Raises
    BadInput."""
    if until in ("today", "lifted"):
        return until
    if found := _CLOCK.fullmatch(until):
        at = datetime.now(zone).replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
        return at.isoformat()
    try:
        instant = datetime.fromisoformat(until)
    except ValueError:
        message = f"{until!r} is no end: today, lifted, a time such as 18:30, or 2026-12-01T18:00"
        raise BadInput(message) from None
    return (instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)).isoformat()


def _text(given: str) -> tuple[str, str]:
    language, equals, words = given.partition("=")
    if not equals or not words.strip():
        raise BadInput(f"{given!r}: write the language before the words, --text en='Our systems are down.'")
    return language, words


def _me() -> str:
    return getpass.getuser()


def _opened(site: Path, web_port: int | None) -> Site:
    return open_site(site).with_ports(ari=None, event_socket=None, web=web_port)


def _ask(site: Site, method: str, path: str, body: object = None) -> Any:
    """The server's answer. Raises BadInput."""
    return ask(site, method, path, body, whose="overrides are")
