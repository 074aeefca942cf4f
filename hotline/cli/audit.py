"""hotline audit: whether anybody altered the audit log of cases."""

import re
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from hotline.cases.keeping import looking
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, told
from hotline.store import case_log

app = typer.Typer(add_completion=False, no_args_is_help=True)

_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")


@app.callback()
def audit() -> None:
    """The audit log of cases: a chain of hashes, in which whatever is altered afterwards shows.

    Examples:

      hotline audit verify --site /srv/hotline

      hotline audit head
    """


@app.command()
def verify(
    site: SiteOption = Path(),
    head: Annotated[str, typer.Option(help="A head that `hotline audit head` printed earlier, and you kept.")] = "",
    json: JsonOption = False,
) -> None:
    """Walk along the chain of all entries, and name the first row that was altered, taken out or put in.

    Exits with 1 where one was. What was cut off at the end shows only by a head that somebody kept.

    Examples:

      hotline audit verify --site /srv/hotline

      hotline audit verify --head 1204:3f9a… --json
    """
    opened = open_site(site)
    with told():
        known = None
        if head:
            found = _HEAD.fullmatch(head.strip())
            if found is None:
                raise BadInput("a head is a row's number, a colon and 64 digits, as `hotline audit head` prints it")
            known = case_log.Head(int(found[1]), found[2])
        with looking(opened.database) as connection:
            done = case_log.verify(connection, known)
    if json:
        print_json({"ok": not done.fault, **done._asdict(), "head": _told(done.head)})
    elif done.fault:
        err.print(f"altered: {done.fault}", style="red", markup=False)
    else:
        out.print(f"whole: {done.rows} entries, {done.erased} of them erased by retention; head {_told(done.head)}")
    if done.fault:
        raise typer.Exit(1)


@app.command()
def head(site: SiteOption = Path()) -> None:
    """Print the last row of the chain: keep it where nobody who can write to the store can, and verify by it later.

    Example:

      hotline audit head >> /mnt/elsewhere/heads
    """
    opened = open_site(site)
    with told(), looking(opened.database) as connection:
        out.print(_told(case_log.head(connection)), markup=False, soft_wrap=True)


def _told(found: case_log.Head) -> str:
    return f"{found.row}:{found.hash}"
