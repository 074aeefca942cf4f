"""What commands about persons share: whom they are about, files that they import, and how rows are shown."""

import getpass
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from hotline.cli.common import err, out, print_json
from hotline.governing.approving import in_force
from hotline.governing.looked_at import unheard_list, unheard_purpose, unheard_scope
from hotline.governing.subjects import read_number
from hotline.persons import changing
from hotline.persons.importing import File, Imported
from hotline.persons.parties import Party, the_one
from hotline.site import audit
from hotline.site.site import Site
from hotline.versions.store import Versions

PersonOption = Annotated[str, typer.Option("--person", help="Their key at the site.")]
NumberOption = Annotated[str, typer.Option("--number", help="A number in any form.")]
AccountOption = Annotated[str, typer.Option("--account", help="The key of a contract or debt.")]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why; it is kept.")]
AuthorOption = Annotated[str, typer.Option("--author", help="Who; unless given, the user of this machine.")]
SourceOption = Annotated[str, typer.Option("--source", help="Where it comes from: phone, letter, crm …")]
RevealOption = Annotated[bool, typer.Option("--reveal", help="Whole numbers and keys. Each use is in the audit log.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", "-c", help="ROLE=HEADING or ROLE=3 (its place); skip=HEADING leaves one out. Repeat it."),
]
SheetOption = Annotated[str | None, typer.Option("--sheet", help="Of a spreadsheet; else the first that is shown.")]
LoadOption = Annotated[
    bool, typer.Option("--load-the-rest", help="Leave out rows that cannot be read, whoever was meant by them.")
]

_MOST_SHOWN = 20
_IMPORT_PREFIX = "import-"


def party_of(site: Site, person: str, number: str, account: str) -> Party:
    """The one that the options name. Raises BadInput."""
    if number:
        try:
            number = read_number(number, site.settings.region)
        except ValueError as error:
            raise BadInput(str(error)) from error
    return the_one(person, number, account)


def refuse_unheard(site: Site, *, lists: Iterable[str] = (), purposes: Iterable[str] = (), scope: str = "") -> None:
    """Tell of lists, purposes and a scope that nobody looks at. Raises BadInput for one that is nearly one of those."""
    versions = Versions(site.versions)
    current = versions.current()
    if current is None:
        return  # nothing is published, and nobody knows what will be
    now = in_force(site)
    said = [unheard_list(now, one) for one in lists]
    said += [unheard_purpose(now, one) for one in purposes]
    said.append(unheard_scope(now, scope, versions.campaigns(current)))
    for line in filter(None, said):
        err.print(line, style="yellow", markup=False)


def unheard_purposes(site: Site) -> Callable[[str], None]:
    """What `refuse_unheard` does, of one purpose at a time: the policy is read once, and the first lines are told."""
    if Versions(site.versions).current() is None:
        return lambda purpose: None
    now, lines = in_force(site), set[str]()

    def refuse(purpose: str) -> None:
        line = unheard_purpose(now, purpose)
        if line and len(lines) < _MOST_SHOWN:
            lines.add(line)
            err.print(line, style="yellow", markup=False)

    return refuse


def looked_up(site: Site, party: Party, reveal: bool) -> None:
    """The access record of a look at somebody. Raises OSError: then nothing is shown."""
    audit.note(site.state, f"{party.kind} looked up", f"what is known of {party.key}")
    if reveal:
        audit.note(site.state, "numbers shown", f"what is known of {party.key}")


def file_of(site: Site, path: Path, column: list[str] | None, sheet: str | None) -> File:
    """A file that is to be imported. Raises BadInput."""
    roles = {}
    for one in column or []:
        role, equal, word = one.partition("=")
        if not equal or not word:
            raise BadInput(f"--column {one}: write ROLE=HEADING")
        roles[word] = role
    return File(path, site.settings.region, site.zone, roles, sheet)


def end_entry(site: Site, table: changing.Table, entry: str, reason: str, author: str) -> int:
    """End an entry by its number, or all that still hold of `import-NUMBER`; how many. Raises BadInput."""
    number, is_import = _entry_or_import(entry)
    by = author or getpass.getuser()
    if is_import:
        return changing.end_import(site.database, table, number, by, reason)
    changing.end(site.database, table, number, by, reason)
    return 1


def _entry_or_import(text: str) -> tuple[int, bool]:
    """The number of an entry, or of an import (true). Raises BadInput."""
    number = text.removeprefix(_IMPORT_PREFIX)
    if not number.isdecimal():
        raise BadInput(f"{text!r} is neither the number of an entry nor import-NUMBER")
    return int(number), text.startswith(_IMPORT_PREFIX)


def tell_imported(done: Imported, path: Path, json: bool) -> None:
    """Print what came of an import; ends with 1 where a row could not be read."""
    if json:
        print_json(
            {
                "import": f"{_IMPORT_PREFIX}{done.batch}" if done.batch else None,
                "rows": done.rows if done.batch else 0,
                "unreadable": done.bad_count,
                "first_unreadable": [one._asdict() for one in done.bad],
            }
        )
    else:
        for one in done.bad[:_MOST_SHOWN]:
            err.print(f"{path.name}:{one.line}: {one.reason}", style="red", markup=False)
        if done.bad_count > _MOST_SHOWN:
            err.print(f"and {done.bad_count - _MOST_SHOWN} more rows (--json has a thousand)", style="red")
        if done.batch:
            out.print(f"{_IMPORT_PREFIX}{done.batch}: {done.rows:,} rows", markup=False)
        elif done.bad_count:
            err.print("nothing was imported: mend these rows, or leave them out by --load-the-rest", style="red")
        else:
            err.print("nothing was imported: there is no row in it", style="red")
    if done.bad_count or not done.batch:
        raise typer.Exit(1)
