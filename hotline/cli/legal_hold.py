"""hotline legal-hold: calls of which nothing is deleted by retention."""

import getpass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.site import audit
from hotline.store import legal_holds

app = typer.Typer(add_completion=False)


@app.command()
def legal_hold(
    call: Annotated[str | None, typer.Argument(help="Its id, of hotline calls; without one: list the holds.")] = None,
    site: SiteOption = Path(),
    reason: Annotated[str, typer.Option(help="Why, such as the matter's number; needed to put a call on hold.")] = "",
    release: Annotated[bool, typer.Option("--release", help="Let the call go by its age again.")] = False,
    json: JsonOption = False,
) -> None:
    """Calls on legal hold: of these retention deletes neither rows nor recordings, voicemail or cases.

    Each change is in the audit log. Events of the journal are no part of it: they go by their own days.

    Examples:

      hotline legal-hold --site /srv/hotline

      hotline legal-hold switch-1@hotline-1759.12 --reason "matter 2026-118"

      hotline legal-hold switch-1@hotline-1759.12 --release
    """
    opened = open_site(site)
    with told():
        if call is not None:
            if release:
                audit.note(opened.state, "legal hold released", call)
                legal_holds.release(opened.database, call)
            elif not reason.strip():
                raise BadInput("say why: --reason, such as the matter's number")
            else:
                audit.note(opened.state, "legal hold", f"{call}: {reason.strip()}")
                legal_holds.put(opened.database, call, getpass.getuser(), reason.strip())
        held = legal_holds.holds(opened.database)
    if json:
        print_json([msgspec.to_builtins(one) for one in held])
        return
    if call is not None:
        out.print(f"{call} is {'released' if release else 'on legal hold'}", markup=False)
        return
    print_table(
        ("call", "since", "who", "reason"),
        [(one.call, when(one.since, opened.zone), one.who, one.reason) for one in held],
        "no call is on legal hold",
    )
