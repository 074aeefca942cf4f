"""hotline exceptions: what was granted to one person, number or account; by whom, why and until when."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.cli.parties import (
    AccountOption,
    AuthorOption,
    ColumnOption,
    LoadOption,
    NumberOption,
    PersonOption,
    ReasonOption,
    RevealOption,
    SheetOption,
    end_entry,
    file_of,
    looked_up,
    party_of,
    tell_imported,
)
from hotline.governing.approving import in_force
from hotline.governing.granting import grantable
from hotline.persons import exceptions as grants
from hotline.persons import importing
from hotline.persons.exceptions import Grant
from hotline.persons.told import row_as_data
from hotline.site import audit
from hotline.site.instants import instant

app = typer.Typer(add_completion=False, invoke_without_command=True)

NameOption = Annotated[str, typer.Option("--exception", "-e", help="POLICY.NAME, of a policy's exceptions.")]
UntilOption = Annotated[str, typer.Option("--until", help="The last day, or the instant at which it ends.")]


@app.callback()
def exceptions(
    context: typer.Context,
    person: PersonOption = "",
    number: NumberOption = "",
    account: AccountOption = "",
    over: Annotated[bool, typer.Option("--history", help="Those that ended, too.")] = False,
    reveal: RevealOption = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Exceptions that hold, the newest first: of all, or of one person, number or account.

    Examples:

      hotline exceptions --site /srv/hotline

      hotline exceptions grant -e house.evenings --person c1001 --reason "asked for evenings" --until 2027-03-31

      hotline exceptions end 5 --reason "misused"
    """
    if context.invoked_subcommand is not None:
        return
    opened = open_site(site)
    with told():
        party = party_of(opened, person, number, account) if person or number or account else None
        if party is not None:
            looked_up(opened, party, reveal)
        elif reveal:
            audit.note(opened.state, "numbers shown", "granted exceptions")
        found = grants.granted(opened.database, party, over=over)
    rows = [row_as_data(one, reveal) for one in found]
    if json:
        print_json(rows)
        return
    print_table(
        ("number", "exception", "of", "since", "until", "reason", "by", "over", "by", "why"),
        [
            (
                *(one["id"], one["exception"], f"{one['kind']} {one['subject']}", when(one["since"], opened.zone)),
                *(when(one["until"], opened.zone), one["reason"], one["author"]),
                *(when(one["over_at"], opened.zone), one["over_by"], one["over_why"]),
            )
            for one in rows
        ],
        "no exception is granted",
    )


@app.command()
def grant(
    exception: NameOption,
    reason: ReasonOption,
    until: UntilOption,
    person: PersonOption = "",
    number: NumberOption = "",
    account: AccountOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Grant an exception of a published policy, from now on until its end, a year at most.

    Examples:

      hotline exceptions grant -e house.evenings --person c1001 --reason "asked for evenings" --until 2027-03-31
    """
    opened = open_site(site)
    with told():
        party = party_of(opened, person, number, account)
        given = _grant(exception, reason, instant(until, opened.zone, end=True), author)
        grantable(in_force(opened), exception)
        audit.note(opened.state, "exception granted", f"{exception} to {party.kind} {party.key}: {reason}")
        made = grants.grant(opened.database, party, given)
    if json:
        print_json({"granted": made, "exception": exception, "until": given.until})
        return
    out.print(f"{made}: {exception}, {party.shown()}, until {when(given.until, opened.zone)}", markup=False)


@app.command()
def end(
    entry: Annotated[str, typer.Argument(help="A granted exception by its number, or import-NUMBER.")],
    reason: ReasonOption,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """End an exception before its time; it stays in the history.

    Examples:

      hotline exceptions end 5 --reason "misused"
    """
    opened = open_site(site)
    with told():
        audit.note(opened.state, "exception ended", f"{entry}: {reason}")
        count = end_entry(opened, "granted_exceptions", entry, reason, author)
    if json:
        print_json({"ended": entry, "entries": count})
        return
    out.print(f"{entry} has ended", markup=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in any usual dialect and encoding, .xlsx, .xls or .ods.")],
    exception: NameOption,
    reason: ReasonOption,
    until: UntilOption,
    column: ColumnOption = None,
    sheet: SheetOption = None,
    load_the_rest: LoadOption = False,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Grant one exception to everybody in a file, by person, number or account; all of it, or nothing (exit status 1).

    Examples:

      hotline exceptions import patients.csv -e house.clinic --reason "asked to be reminded" --until 2027-03-31
    """
    opened = open_site(site)
    with told():
        given = _grant(exception, reason, instant(until, opened.zone, end=True), author)
        grantable(in_force(opened), exception)
        audit.note(opened.state, "exception granted", f"{exception} to all in {file.name}: {reason}")
        read = file_of(opened, file, column, sheet)
        done = importing.import_exceptions(opened.database, read, given, load_the_rest=load_the_rest)
    tell_imported(done, file, json)


def _grant(exception: str, reason: str, until: float, author: str) -> Grant:
    if not exception:
        raise BadInput("name an exception of a policy: --exception POLICY.NAME")
    return Grant(exception=exception, reason=reason, author=author or getpass.getuser(), until=until)
