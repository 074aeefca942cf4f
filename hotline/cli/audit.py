"""hotline audit: whether anybody altered the audit logs: of cases, and of looks at numbers and recordings."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, told
from hotline.site import audit as looks
from hotline.store import case_log
from hotline.store.transactions import looking

app = typer.Typer(add_completion=False, no_args_is_help=True)

_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")


@app.callback()
def audit() -> None:
    """The audit logs, of cases and of looks at numbers and recordings: chains of hashes, in which whatever is altered
    afterwards shows.

    Examples:

      hotline audit verify --site /srv/hotline

      hotline audit head
    """


@app.command()
def verify(
    site: SiteOption = Path(),
    head: Annotated[str, typer.Option(help="A head that `hotline audit head` printed earlier, and you kept.")] = "",
    looks_head: Annotated[str, typer.Option(help="Likewise, of `hotline audit head --looks`.")] = "",
    json: JsonOption = False,
) -> None:
    """Walk along both chains, the entries of cases and the lines of var/audit.log, and name in each the first row that
    was altered, taken out or put in.

    Exits with 1 where one was. What was cut off at the end shows only by a head that somebody kept.

    Examples:

      hotline audit verify --site /srv/hotline

      hotline audit verify --head 1204:3f9a… --json
    """
    opened = open_site(site)
    with told():
        known, known_look = _read(head), _read(looks_head)
        with looking(opened.database) as connection:
            done = case_log.verify(connection, None if known is None else case_log.Head(*known))
        seen = looks.verify(opened.state, None if known_look is None else looks.Head(*known_look))
    if json:
        of_looks: dict[str, Any] = {"ok": not seen.fault, **seen._asdict(), "head": _told(seen.head)}
        print_json({"ok": not done.fault, **done._asdict(), "head": _told(done.head), "looks": of_looks})
    elif done.fault:
        err.print(f"altered: {done.fault}", style="red", markup=False)
    else:
        out.print(f"whole: {done.rows} entries, {done.erased} of them erased by retention; head {_told(done.head)}")
    if not json and seen.fault:
        err.print(f"altered: var/audit.log: {seen.fault}", style="red", markup=False)
    elif not json:
        earlier = f", {seen.before} of them of before the chain" if seen.before else ""
        out.print(f"whole: var/audit.log, {seen.rows} lines{earlier}; head {_told(seen.head)}")
    if done.fault or seen.fault:
        raise typer.Exit(1)


@app.command()
def head(
    site: SiteOption = Path(),
    of_looks: Annotated[bool, typer.Option("--looks", help="Of var/audit.log, and not of the cases.")] = False,
) -> None:
    """Print the last row of a chain: keep it where nobody who can write to the site can, and verify by it later.

    Examples:

      hotline audit head >> /mnt/elsewhere/heads

      hotline audit head --looks >> /mnt/elsewhere/heads-of-looks
    """
    opened = open_site(site)
    with told():
        if of_looks:
            found: case_log.Head | looks.Head = looks.verify(opened.state).head
        else:
            with looking(opened.database) as connection:
                found = case_log.head(connection)
    out.print(_told(found), markup=False, soft_wrap=True)


def _read(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise BadInput("a head is a row's number, a colon and 64 digits, as `hotline audit head` prints it")
    return int(found[1]), found[2]


def _told(found: case_log.Head | looks.Head) -> str:
    return f"{found.row}:{found.hash}"
