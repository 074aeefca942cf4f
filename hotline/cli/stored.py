"""What commands that show records share: reading the store, and the audit of whole numbers."""

import asyncio
from typing import Annotated, Any

import typer

from hotline.cli.common import err
from hotline.site import audit
from hotline.site.site import Site

RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show whole numbers. Each use is written to the audit log.")
]


def read_of(site: Site, query: Any, *arguments: Any) -> Any:
    """What `query`, one of `hotline.store`, reads in the site's store. Ends where there is none."""
    if not site.database.exists():
        err.print(
            f"{site.database} is not there: has the server run? `hotline serve --site {site.folder}`", style="red"
        )
        raise typer.Exit(1)
    return asyncio.run(query(site.database, *arguments))


def audit_shown(site: Site, reveal: bool, about: str) -> None:
    """Note in the audit log that whole numbers are shown, where they are."""
    if reveal:
        audit.note(site.state, "numbers shown", about)
