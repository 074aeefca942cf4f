"""hotline do-not-call share: entries told to the other sites of a group, as keyed hashes in signed deltas."""

import secrets
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.site import audit
from hotline.suppression import sharing
from hotline.suppression.site_lists import hashes_of
from switch.runfolder import write_private

app = typer.Typer(add_completion=False, invoke_without_command=True)


@app.callback()
def share(context: typer.Context, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """The other sites, and how far their changes are known here.

    Examples:

      hotline do-not-call share --site /srv/hotline

      hotline do-not-call share export --after 118 > delta.json

      hotline do-not-call share apply delta.json
    """
    if context.invoked_subcommand is not None:
        return
    opened = open_site(site)
    with told():
        found = sharing.peers(opened.database)
    if json:
        print_json([msgspec.to_builtins(one) for one in found])
        return
    print_table(
        ("site", "numbers", "known up to", "heard"),
        [(one.site, one.numbers, one.applied, when(one.heard_at, opened.zone)) for one in found],
        "no other site was heard of",
    )


@app.command()
def export(
    after: Annotated[int, typer.Option(help="The change up to which the other site knows us; 0: all.")] = 0,
    site: SiteOption = Path(),
) -> None:
    """Write this site's changes on standard output, signed, as JSON. Imports and prefixes are not in it.

    Examples:

      hotline do-not-call share export > all.json

      hotline do-not-call share export --after 118 | ssh other hotline do-not-call share apply -
    """
    opened = open_site(site)
    with told():
        settings, hashes = hashes_of(opened)
        made = sharing.export(opened.database, hashes, settings.site, frozenset(settings.lists), after)
    sys.stdout.buffer.write(made + b"\n")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="What another site has exported; - for standard input.")],
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Take in another site's changes. What is known already changes nothing; exit status 1: something is missing.

    Examples:

      hotline do-not-call share apply delta.json --json
    """
    opened = open_site(site)
    with told():
        settings, hashes = hashes_of(opened)
        sent = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        done = sharing.apply(opened.database, hashes, settings.site, sent)
    if json:
        print_json(msgspec.to_builtins(done))
    elif done.result == "gap":
        out.print(f"changes are missing: ask {done.site} for `share export --after {done.applied}`", markup=False)
    else:
        said = f"{done.changes} changes applied" if done.result == "applied" else "known already"
        out.print(f"{done.site}: {said}, known up to {done.applied}", markup=False)
    if done.result == "gap":
        raise typer.Exit(1)


@app.command("new-secret")
def new_secret(
    force: Annotated[bool, typer.Option("--force", help="In place of one that is there.")] = False,
    site: SiteOption = Path(),
) -> None:
    """Make the secret that all sites of the group share, once, at one of them. It is written, never shown.

    With a new one all deltas of before are refused: copy it to all sites, then let each export all.

    Examples:

      hotline do-not-call share new-secret --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        settings = opened.settings.sharing
        if settings is None:
            raise BadInput("this site shares with nobody: hotline.yaml needs `sharing: {site: NAME}`")
        path = settings.secret_path(opened.folder, opened.state)
        if path.exists() and not force:
            raise BadInput(f"{path} is there; --force writes another one, which all sites need then")
        audit.note(opened.state, "secret made", "sharing")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, secrets.token_urlsafe(32))
    out.print(f"{path} is written; copy it to the other sites, over a safe way", markup=False)


@app.command("new-epoch")
def new_epoch(site: SiteOption = Path()) -> None:
    """After the store was put back from a backup: let all other sites take the whole list once more.

    Examples:

      hotline do-not-call share new-epoch --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        hashes_of(opened)
        sharing.new_epoch(opened.database)
    out.print("a new epoch has begun; send every other site `share export`", markup=False)
