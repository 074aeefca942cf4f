"""hotline lists: lists of people to be called, from CSV and spreadsheets into the store."""

import csv
import getpass
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from calls.errors import BadInput
from calls.numbers import masked
from dsl.spelling import nearest_hint
from hotline.cli.common import (
    JsonOption,
    SiteOption,
    counted,
    err,
    open_site,
    out,
    print_json,
    print_table,
    told,
    when,
)
from hotline.contacts import importing, stored
from hotline.contacts.columns import ROLES, Role
from hotline.contacts.importing import Summary, Wanted
from hotline.site import audit
from hotline.site.site import Site
from hotline.store import opening

app = typer.Typer(add_completion=False, invoke_without_command=True)

_MOST_SHOWN = 20
RevealOption = Annotated[bool, typer.Option("--reveal", help="Whole numbers and names. Each use is in the audit log.")]


@app.callback()
def lists(context: typer.Context, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """The lists of people to be called.

    Examples:

      hotline lists --site /srv/hotline

      hotline lists import people.xlsx --name spring

      hotline lists problems spring > bad_rows.csv
    """
    if context.invoked_subcommand is not None:
        return
    opened = open_site(site)
    with told():
        found = stored.lists(opened.database)
    if json:
        print_json([msgspec.to_builtins(one) for one in found])
        return
    print_table(
        ("list", "people", "numbers", "rows", "merged", "rejected", "file", "region", "imported", "by"),
        [
            (
                *(one.name, f"{one.contacts:,}", f"{one.numbers:,}", f"{one.rows:,}", one.merged, one.rejected),
                *(one.file, one.region, when(one.at, opened.zone), one.author),
            )
            for one in found
        ],
        "no list is there; hotline lists import FILE --name NAME",
    )


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in any usual dialect and encoding, .xlsx, .xls or .ods.")],
    name: Annotated[str, typer.Option("--name", "-n", help="The list's name.")],
    region: Annotated[str, typer.Option(help="ISO 3166: how numbers are dialled; unless given, the site's.")] = "",
    zone: Annotated[str, typer.Option(help="IANA, of numbers whose row names none.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", "-c", help=f"ROLE=HEADING or ROLE=3 (its place); roles: {', '.join(ROLES)}. Repeat it."
        ),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of text, such as utf-8, gb18030, big5, cp1252.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of CSV; tab is written as tab.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a spreadsheet; unless given, the first that is shown.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="In place of the list of this name, all at once.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, check and merge; store nothing.")] = False,
    author: Annotated[str, typer.Option(help="Who; unless given, the user of this machine.")] = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Import people from a file. Bad rows are told and left out; the rest is stored, all at once.

    The numbers' column, and those of person, account, name and zone, are found by the words of the heading, Chinese or
    English. All other columns become attributes. Exit status 1: a row was rejected.

    Examples:

      hotline lists import people.csv --name spring

      hotline lists import 客户.xlsx --name spring -c number=手机1 -c number=手机2 -c person=编号 --dry-run

      hotline lists import kunden.csv --name fruehling --region DE --json
    """
    opened = open_site(site)
    with told():
        wanted = Wanted(
            name=name,
            region=region or opened.settings.region,
            author=author or getpass.getuser(),
            zone=zone,
            columns=_roles(column or []),
            encoding=encoding,
            delimiter="\t" if delimiter == "tab" else delimiter,
            sheet=sheet,
            replace=replace or dry_run,
        )
        if delimiter is not None and len(wanted.delimiter or "") != 1:
            raise BadInput(f"{delimiter!r} is no delimiter: one sign, or tab")
        done = _tried(file, wanted, opened) if dry_run else _imported(file, wanted, opened.database)
    if json:
        print_json({**msgspec.to_builtins(done), "stored": not dry_run})
    else:
        _show(done, dry_run)
    if done.rejected:
        raise typer.Exit(1)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The list's name.")],
    most: Annotated[int, typer.Option("--most", min=1, help="People shown.")] = 10,
    after: Annotated[int, typer.Option(help="Those behind this row.")] = 0,
    reveal: RevealOption = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """A list: how its file was read, and its first people, masked.

    Examples:

      hotline lists show spring --site /srv/hotline

      hotline lists show spring --most 100 --after 1200 --json
    """
    opened = open_site(site)
    with told():
        found = stored.of_name(opened.database, name)
        if reveal:
            audit.note(opened.state, "numbers shown", f"list {name}, rows after {after}")
        people = [_person(one, reveal) for one in stored.people(opened.database, found.id, most, after)]
    if json:
        print_json({**msgspec.to_builtins(found), "people": people})
        return
    out.print(
        f"{found.name}: {counted(found.contacts, 'person')}, {counted(found.numbers, 'number')}, of {found.file}, "
        f"read as {', '.join(f'{word} {value!r}' for word, value in found.form.items() if word != 'columns')}",
        markup=False,
    )
    for word, role in found.form.get("columns", {}).items():
        out.print(f"  {word}: {role}", markup=False, style="dim")
    print_table(
        ("row", "person", "account", "name", "numbers", "attributes"),
        [
            (
                *(one["row"], one["person"], one["account"], one["name"]),
                ", ".join(f"{number['number']} {number['zone']}".strip() for number in one["numbers"]),
                ", ".join(f"{word}={value}" for word, value in one["attributes"].items()),
            )
            for one in people
        ],
        "nobody is on it",
    )


@app.command()
def problems(
    name: Annotated[str, typer.Argument(help="The list's name.")],
    kind: Annotated[str, typer.Option(help="rejected, number, merged or duplicate; unless given, all.")] = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Rows that were rejected, cells that were left out, rows that were merged: as CSV, with the row of the file.

    Examples:

      hotline lists problems spring > bad_rows.csv

      hotline lists problems spring --kind rejected --json
    """
    opened = open_site(site)
    with told():
        if kind and kind not in stored.KINDS:
            raise BadInput(
                f"no kind {kind}{nearest_hint(kind, list(stored.KINDS))}; there are {', '.join(stored.KINDS)}"
            )
        found = stored.problems(opened.database, stored.of_name(opened.database, name).id, kind)
        if json:
            print_json([one._asdict() for one in found])
            return
        written = csv.writer(sys.stdout)
        written.writerow(("row", "kind", "column", "reason", "winner"))
        written.writerows(("" if cell is None else cell for cell in one) for one in found)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The list's name.")],
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Delete a list and all who are on it.

    Examples:

      hotline lists remove spring --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        stored.of_name(opened.database, name)
        audit.note(opened.state, "list removed", name)
        importing.remove(opened.database, name)
    if json:
        print_json({"removed": name})
        return
    out.print(f"{name} is gone", markup=False)


def _imported(file: Path, wanted: Wanted, database: Path) -> Summary:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,} rows"))
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(file.name, total=1.0, rows=0)
        return importing.import_list(
            database, file, wanted, lambda rows, share: bar.update(task, completed=share, rows=rows)
        )


def _tried(file: Path, wanted: Wanted, site: Site) -> Summary:
    """Into a store that is thrown away: what it tells is what an import would tell."""
    with tempfile.TemporaryDirectory(dir=site.state, prefix=".dry-run-") as folder:
        database = Path(folder) / "hotline.db"
        opening.migrate(database)
        return _imported(file, wanted, database)


def _show(done: Summary, dry_run: bool) -> None:
    for word, role in done.columns.items():
        out.print(f"  {word}: {role}", style="dim", markup=False)
    for one in done.problems[:_MOST_SHOWN]:
        where = f"row {one.row}{f', {one.column}' if one.column else ''}"
        err.print(f"{where}: {one.kind}: {one.reason}", style="yellow" if one.kind == "merged" else "red", markup=False)
    if len(done.problems) > _MOST_SHOWN:
        err.print(f"… all of them: hotline lists problems {done.name}", style="dim", markup=False)
    if note := done.form.get("note"):
        err.print(note, style="yellow", markup=False)
    said = "would be stored" if dry_run else "stored"
    out.print(
        f"{done.name}: {counted(done.contacts, 'person')} with {counted(done.numbers, 'number')} {said}, of "
        f"{counted(done.rows, 'row')}; {done.merged} merged, {done.rejected} rejected",
        markup=False,
    )


def _roles(given: list[str]) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for one in given:
        role, equal, word = one.partition("=")
        if not equal or role not in ROLES:
            raise BadInput(f"--column {one}: write ROLE=HEADING{nearest_hint(role, list(ROLES))}")
        roles[word] = role  # type: ignore[assignment]  # one of ROLES, as was just asked
    return roles


def _person(one: stored.Person, reveal: bool) -> dict[str, Any]:
    shown = msgspec.to_builtins(one)
    if not reveal:
        shown["name"] = one.name[:1] + "*" * (len(one.name) - 1)
        shown["numbers"] = [{**number, "number": masked(number["number"])} for number in shown["numbers"]]
        shown["attributes"] = dict.fromkeys(one.attributes, "***")
    return shown  # type: ignore[no-any-return]  # a mapping, as every struct is
