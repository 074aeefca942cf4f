"""hotline retention: what a site keeps for how long, and what would go now."""

import contextlib
import time
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.site.settings import Site
from hotline.store import opening
from hotline.store.retention import KINDS, Found, Kind, found

app = typer.Typer(add_completion=False)

_DAY_S = 86_400.0


@app.command()
def retention(
    site: SiteOption = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would go now: how many, how old, bytes. Nothing is deleted.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """What a site keeps for how long, by kind: `keep:` of hotline.yaml. The running server deletes by it, each hour.

    With --dry-run also what would go now. `kept` is what is older and stays all the same: on legal hold, or because a
    case or a recording hangs on it.

    Examples:

      hotline retention --site /srv/hotline

      hotline retention --dry-run --json | jq 'map(.count) | add'
    """
    opened = open_site(site)
    keep = opened.settings.days_kept
    if not dry_run:
        if json:
            print_json([{"kind": kind, "keep_days": keep[kind]} for kind in KINDS])
        else:
            print_table(("kind", "kept for"), [(kind, _days(keep[kind])) for kind in KINDS], "")
        return
    with told():
        going = _going(opened)
    if json:
        print_json(
            [
                {
                    "kind": kind,
                    "keep_days": keep[kind],
                    "count": one.count,
                    "oldest": one.oldest,
                    "bytes": one.size,
                    "kept": one.kept,
                }
                for kind, one in going.items()
            ]
        )
        return
    print_table(
        ("kind", "kept for", "would go", "the oldest of", "bytes", "kept all the same"),
        [
            (kind, _days(keep[kind]), one.count, when(one.oldest, opened.zone), one.size, one.kept or None)
            for kind, one in going.items()
        ],
        "",
    )
    if all(days is None for days in keep.values()):
        out.print("everything is kept for ever: set `keep` in hotline.yaml", style="dim")


def _going(site: Site) -> dict[Kind, Found]:
    """By kind. Raises BadInput for a store that no server of today has opened."""
    if not opening.is_of_today(site.database):
        raise BadInput(f"{site.database}: no store of this release; `hotline serve` makes it, or brings it up to date")
    now, keep = time.time(), site.settings.days_kept
    with contextlib.closing(opening.to_read(site.database)) as connection:
        return {
            kind: Found(kind, 0, None, None, 0) if days is None else found(connection, kind, now - days * _DAY_S)
            for kind in KINDS
            for days in (keep[kind],)
        }


def _days(days: int | None) -> str:
    return "ever" if days is None else f"{days} days"
