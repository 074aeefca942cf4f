"""hotline sign-in: a one-time link to the pages."""

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, told
from hotline.site import audit
from hotline.site.sign_in import LINK_S, address, new_link

app = typer.Typer(add_completion=False)


class RoleName(StrEnum):
    """The words of --role."""

    ADMIN = "admin"
    WALLBOARD = "wallboard"


@app.command()
def sign_in(
    site: SiteOption = Path(),
    role: Annotated[RoleName, typer.Option(help="admin: everything; wallboard: live figures, for a screen.")] = (
        RoleName.ADMIN
    ),
    person: Annotated[str, typer.Option(help="The name in the audit log.", show_default="the role")] = "",
    json: JsonOption = False,
) -> None:
    """Print a link that signs in to the pages once, within fifteen minutes.

    Whoever has it signs in as the role, so send it by a way that others do not read. Sessions of an admin end after
    an hour without use, and after twelve in all; those of a wallboard after three days, and after ninety.

    Examples:

      hotline sign-in --site /srv/hotline

      hotline sign-in --role wallboard --person "screen at the door"
    """
    opened = open_site(site)
    with told():
        opened.prepare()
        name = person or role.value
        link = address(opened, new_link(opened.state, role.value, name, time.time()))
        audit.note(opened.state, "sign-in link made", f"{role.value} {name}")
    if json:
        print_json({"link": link, "role": role.value, "ends_in_s": LINK_S})
    else:
        out.print(link, markup=False, soft_wrap=True)
