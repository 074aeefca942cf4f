"""hotline retention: what a site keeps for how long, and what would go now."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told, when
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import opening
from hotline.store.known_time import KnownTime, as_days
from hotline.store.retention import KINDS, Found, Kind, found
from hotline.store.strays import IN_WORK_S, Stray, strays

app = typer.Typer(add_completion=False)

_DAY_S = 86_400.0
_NAMED = 20
"""Files that the table names; --json names all."""


@app.command()
def retention(
    site: SiteOption = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would go now: how many, how old, bytes. Nothing is deleted.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Say that the clock is right, where retention stands still because of it."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """What a site keeps for how long, by kind: `keep:` of hotline.yaml. The running server deletes by it, each hour.

    With --dry-run also what would go now. `kept` is what is older and stays all the same: on legal hold, or because a
    case or a recording hangs on it; `without a row` are sound files that no row names, for more than a day.

    A clock that is far ahead of all that the store knows deletes nothing, until it is set right, or --force says that
    it is right, as after a long time off. A server that runs sees that within the hour.

    Examples:

      hotline retention --site /srv/hotline

      hotline retention --dry-run --json | jq 'map(.count) | add'
    """
    opened = open_site(site)
    keep = opened.settings.days_kept
    if force:
        with told():
            _accept_the_clock(opened)
        return
    if not dry_run:
        if json:
            print_json([{"kind": kind, "keep_days": keep[kind]} for kind in KINDS])
        else:
            print_table(("kind", "kept for"), [(kind, _days(keep[kind])) for kind in KINDS], "")
        return
    with told():
        going, without_a_row = _going(opened)
        ahead_s = KnownTime(opened.state, opened.database).seen_ahead_s(time.time())
    if ahead_s:
        told_of = f"the clock is {as_days(ahead_s)} ahead of all that the store knows: the server deletes nothing"
        err.print(f"{told_of}; set the clock, or, where it is right: hotline retention --force", style="red")
    if json:
        rows: list[dict[str, Any]] = [
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
        print_json([*rows, _as_json(without_a_row, _days_of_strays(keep))])
        return
    print_table(
        ("kind", "kept for", "would go", "the oldest of", "bytes", "kept all the same"),
        [
            (kind, _days(keep[kind]), one.count, when(one.oldest, opened.zone), one.size, one.kept or None)
            for kind, one in going.items()
        ],
        "",
    )
    if without_a_row:
        size, days = sum(stray.size for stray in without_a_row), _days(_days_of_strays(keep))
        out.print(f"{len(without_a_row)} sound files without a row, {size} bytes; they go after {days}:", markup=False)
        for stray in without_a_row[:_NAMED]:
            out.print(f"  {stray.path}, {when(stray.at, opened.zone)}", markup=False, soft_wrap=True)
    if all(days is None for days in keep.values()):
        out.print("everything is kept for ever: set `keep` in hotline.yaml", style="dim")


def _accept_the_clock(site: Site) -> None:
    now = time.time()
    shown = when(now, site.zone)
    audit.note(site.state, "clock accepted for retention", shown)
    KnownTime(site.state, site.database).accept(now)
    out.print(f"the clock says {shown}, and retention goes by it", markup=False)


def _days_of_strays(keep: Mapping[str, int | None]) -> int | None:
    """As long as the longer of recordings and messages are kept: which of them a file is, nobody knows."""
    recordings, voicemail = keep["recordings"], keep["voicemail"]
    return None if recordings is None or voicemail is None else max(recordings, voicemail)


def _as_json(without_a_row: Sequence[Stray], keep_days: int | None) -> dict[str, Any]:
    """A row of its own kind, with the names."""
    return {
        "kind": "without a row",
        "keep_days": keep_days,
        "count": len(without_a_row),
        "oldest": without_a_row[0].at if without_a_row else None,
        "bytes": sum(stray.size for stray in without_a_row),
        "kept": 0,
        "files": [str(stray.path) for stray in without_a_row],
    }


def _going(site: Site) -> tuple[dict[Kind, Found], list[Stray]]:
    """By kind, and sound files without a row. Raises BadInput for a store that no server of today has opened."""
    opening.must_be_of_today(site.database)
    now, keep = time.time(), site.settings.days_kept
    with contextlib.closing(opening.to_read(site.database)) as connection:
        going = {
            kind: Found(kind, 0, None, None, 0) if days is None else found(connection, kind, now - days * _DAY_S)
            for kind in KINDS
            for days in (keep[kind],)
        }
        return going, strays(connection, site.sound_folders(), now - IN_WORK_S)


def _days(days: int | None) -> str:
    return "ever" if days is None else f"{days} days"
