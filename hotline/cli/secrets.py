"""hotline secrets: which secrets a site has and how old they are, never their values; and a new one on purpose."""

from pathlib import Path
from typing import Annotated

import typer

from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told
from hotline.site.secrets import age_s, listed, rotate

app = typer.Typer(add_completion=False)

_DAY_S = 86_400.0


@app.command()
def secrets(
    site: SiteOption = Path(),
    rotate_: Annotated[
        str | None,
        typer.Option("--rotate", metavar="NAME", help="Write a new one in its place: a name, or agent-ACCOUNT."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """The secrets of a site: what each is for, and how old it is. Values are never shown.

    A server has read them at its start, and goes on with those: after --rotate restart what the answer names.

    Examples:

      hotline secrets --site /srv/hotline

      hotline secrets --rotate web --site /srv/hotline && systemctl restart hotline
    """
    opened = open_site(site)
    if rotate_ is not None:
        with told():
            done = rotate(opened, rotate_)
        if json:
            print_json({"rotated": done.name, "file": str(done.path), "restart": done.restart})
        else:
            out.print(f"{done.name} is new, in {done.path}; restart {done.restart}", markup=False)
        return
    rows = [
        {
            "name": secret.name,
            "file": str(secret.path),
            "for": secret.purpose,
            "age_days": None if (age := age_s(secret)) is None else round(age / _DAY_S, 1),
            "restart": secret.restart,
            "own": secret.own,
        }
        for secret in listed(opened)
    ]
    if json:
        print_json(rows)
        return
    print_table(
        ("secret", "for", "age", "file", "when changed, restart"),
        [
            (
                row["name"],
                row["for"],
                "not there" if row["age_days"] is None else f"{row['age_days']} days",
                row["file"],
                row["restart"],
            )
            for row in rows
        ],
        "",
    )
