"""hotline sign-in: a one-time link to the pages."""

import getpass
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, told
from hotline.people import users
from hotline.site import audit
from hotline.site.sign_in import LINK_S, LinkRole, address, new_link
from hotline.site.site import Site

app = typer.Typer(add_completion=False)


class RoleName(StrEnum):
    """The words of --role."""

    ADMIN = "admin"
    WALLBOARD = "wallboard"


@app.command()
def sign_in(
    site: SiteOption = Path(),
    role: Annotated[
        RoleName | None,
        typer.Option(
            help="Of nobody's own: admin, everything; wallboard, live figures for a screen.", show_default=False
        ),
    ] = None,
    person: Annotated[
        str, typer.Option(help="Of hotline people; with --role the name in the audit log.", show_default="you")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Print a link that signs in to the pages once, within fifteen minutes: a person, with their roles, or you.

    Whoever has it is let in, so send it by a way that others do not read. Sessions end after an hour without use, and
    after twelve in all; those of a wallboard after three days, and after ninety.

    Examples:

      hotline sign-in --site /srv/hotline

      hotline sign-in --person li

      hotline sign-in --role wallboard --person "screen at the door"
    """
    opened = open_site(site)
    with told():
        opened.prepare()
        kind, name = _whom(opened, role, person)
        link = address(opened, new_link(opened.state, kind, name, time.time()))
        audit.note(opened.state, "sign-in link made", f"{kind} {name}")
    if json:
        print_json({"link": link, "role": kind, "person": name, "ends_in_s": LINK_S})
    else:
        out.print(link, markup=False, soft_wrap=True)


def _whom(opened: Site, role: RoleName | None, person: str) -> tuple[LinkRole, str]:
    """The kind of the link, and whom it signs in. Raises BadInput for nobody, and for one who is disabled."""
    if person and role is None:
        known = users.named(opened.database, person)
        if known.disabled_at is not None:
            raise BadInput(f"{person} is disabled: {known.disabled_why}; hotline people enable {person}")
        return "person", person
    if person and users.find(opened.database, person) is not None:
        raise BadInput(f"{person} is a person with roles of their own: leave --role out")
    if role is RoleName.WALLBOARD:
        return "wallboard", person or "wallboard"
    return "admin", person or getpass.getuser()
