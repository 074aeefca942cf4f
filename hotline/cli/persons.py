"""hotline persons: whose a number is, tiers, and lists of persons, as the gate of outgoing calls uses them."""

import getpass
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

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
    SourceOption,
    end_entry,
    file_of,
    looked_up,
    party_of,
    refuse_unheard,
    tell_imported,
)
from hotline.contacts.cells import zone_of
from hotline.persons import importing, lists, register
from hotline.persons.parties import Party
from hotline.persons.register import Told
from hotline.persons.told import known, person_as_data
from hotline.site.instants import instant
from hotline.site.site import Site
from hotline.store import opening
from hotline.store.opening import must_be_of_today
from hotline.suppression.entries import Wish

app = typer.Typer(add_completion=False, invoke_without_command=True)

ListOption = Annotated[
    str, typer.Option("--list", help="vulnerable, complained, vip, white, partner_x …: policies name them.")
]
ScopeOption = Annotated[
    str, typer.Option("--scope", help="Only for campaign:NAME, scene:NAME or category:NAME; left out: everywhere.")
]
UntilOption = Annotated[str, typer.Option(help="Until when: 2027-12-01, in the house's zone; left out: for good.")]
_COUNTS = {
    "persons": "SELECT count(*) FROM persons",
    "numbers": "SELECT count(*) FROM person_links WHERE kind = 'number' AND over_at IS NULL",
    "accounts": "SELECT count(*) FROM person_links WHERE kind = 'account' AND over_at IS NULL",
    "consents": "SELECT count(*) FROM consents WHERE over_at IS NULL",
    "on lists": "SELECT count(*) FROM person_lists WHERE over_at IS NULL",
    "exceptions": "SELECT count(*) FROM granted_exceptions WHERE over_at IS NULL",
}


@app.callback()
def persons(context: typer.Context, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Persons: whose a number is, their tier, and the lists that they are on. No names are kept here.

    Examples:

      hotline persons --site /srv/hotline

      hotline persons tell c1001 --number 13800138000 --account L-77 --tier gold

      hotline persons import customers.xlsx --source crm

      hotline persons put --list vulnerable --person c1001 --reason "said so on the phone"

      hotline persons show --number 13800138000
    """
    if context.invoked_subcommand is not None:
        return
    opened = open_site(site)
    with told():
        must_be_of_today(opened.database)
        with closing(opening.to_read(opened.database)) as connection:
            counts = {name: connection.execute(query).fetchone()[0] for name, query in _COUNTS.items()}
    if json:
        print_json({name.replace(" ", "_"): count for name, count in counts.items()})
        return
    print_table(("what", "how many"), [(name, f"{count:,}") for name, count in counts.items()], "")


@app.command()
def tell(
    person: Annotated[str, typer.Argument(help="Their key at the site.")],
    number: Annotated[list[str] | None, typer.Option("--number", help="A number of theirs; repeat it.")] = None,
    account: Annotated[list[str] | None, typer.Option("--account", help="A contract or debt; repeat it.")] = None,
    tier: Annotated[str | None, typer.Option(help="Of customer experience: gold …; '' takes it off.")] = None,
    zone: Annotated[str | None, typer.Option(help="IANA, where they are; '': that of the number.")] = None,
    region: Annotated[str | None, typer.Option(help="ISO 3166-2, such as CN-31.")] = None,
    source: SourceOption = "hand",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Tell of a person: numbers and accounts are added to theirs. A number may be several persons'.

    Examples:

      hotline persons tell c1001 --number 13800138000 --number 010-12345678 --tier gold

      hotline persons tell c1001 --tier '' --zone Asia/Urumqi
    """
    opened = open_site(site)
    with told():
        numbers = tuple(party_of(opened, "", one, "").key for one in number or ())
        accounts = tuple(Party("account", one).checked().key for one in account or ())
        try:
            zone = zone_of(zone) if zone else zone
        except ValueError as error:
            raise BadInput(str(error)) from error
        who = author or getpass.getuser()
        said = Told(tier=tier, zone=zone, region=region, numbers=numbers, accounts=accounts, source=source, author=who)
        register.tell(opened.database, person, said)
        found = register.person_of(opened.database, person)
    if json:
        print_json(person_as_data(found))
        return
    out.print(
        f"{person}: {len(found.links)} numbers and accounts{f', tier {found.tier}' if found.tier else ''}", markup=False
    )


@app.command()
def unlink(
    person: Annotated[str, typer.Argument(help="Their key at the site.")],
    reason: ReasonOption,
    number: NumberOption = "",
    account: AccountOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """A number or an account is theirs no more; what was is kept, with who said so and why.

    Examples:

      hotline persons unlink c1001 --number 13800138000 --reason "another owner"
    """
    opened = open_site(site)
    with told():
        party = party_of(opened, "", number, account)
        assert party.kind != "person"  # none was given
        register.unlink(opened.database, person, party.kind, party.key, author or getpass.getuser(), reason)
    if json:
        print_json({"person": person, "unlinked": party.kind})
        return
    out.print(f"{party.shown()} is {person}'s no more", markup=False)


@app.command()
def show(
    person: PersonOption = "",
    number: NumberOption = "",
    account: AccountOption = "",
    over: Annotated[bool, typer.Option("--history", help="What was ended or undone, too.")] = False,
    reveal: RevealOption = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """All that the gate knows of a person, a number or an account. Each look is in the audit log.

    Examples:

      hotline persons show --person c1001

      hotline persons show --number 13800138000 --history --json
    """
    opened = open_site(site)
    with told():
        party = party_of(opened, person, number, account)
        looked_up(opened, party, reveal)
        found = known(opened.database, party, over=over, reveal=reveal)
    if json:
        print_json(found)
        return
    _print(opened, found)


@app.command()
def put(
    list_: ListOption,
    reason: ReasonOption,
    person: PersonOption = "",
    account: AccountOption = "",
    scope: ScopeOption = "",
    until: UntilOption = "",
    source: SourceOption = "hand",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Put a person or an account on a list, whatever number they are called at. Numbers: hotline do-not-call add.

    Examples:

      hotline persons put --list vulnerable --person c1001 --reason "said so on the phone"

      hotline persons put --list complained --account L-77 --scope category:collection --until 2027-06-30 -r "case 4711"
    """
    opened = open_site(site)
    with told():
        party = party_of(opened, person, "", account)
        entry = lists.put(opened.database, party, _wish(opened, list_, scope, until, source, reason, author))
    if json:
        print_json({"entry": entry, "list": list_})
        return
    out.print(f"{party.kind} {party.key} is on {list_}: entry {entry}", markup=False)


@app.command()
def undo(
    entry: Annotated[str, typer.Argument(help="An entry of a list by its number, or import-NUMBER.")],
    reason: ReasonOption,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Take an entry off its list, or all that an import put there; it stays in the history.

    Examples:

      hotline persons undo 17 --reason "the wrong person"

      hotline persons undo import-5 --reason "the wrong file"
    """
    opened = open_site(site)
    with told():
        count = end_entry(opened, "person_lists", entry, reason, author)
    if json:
        print_json({"undone": entry, "entries": count})
        return
    out.print(f"{entry} is undone", markup=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in any usual dialect and encoding, .xlsx, .xls or .ods.")],
    source: Annotated[str, typer.Option(help="Where it comes from; unless given, the file's name.")] = "",
    list_: Annotated[
        str, typer.Option("--list", help="Put the persons or accounts on this list, and read nothing else.")
    ] = "",
    scope: ScopeOption = "",
    until: UntilOption = "",
    reason: Annotated[str, typer.Option("--reason", "-r", help="With --list: why.")] = "",
    column: ColumnOption = None,
    sheet: SheetOption = None,
    load_the_rest: LoadOption = False,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Import persons: their key, numbers, accounts, tier, zone, region; by the words of the heading.

    All of the file, or, when a row cannot be read, nothing (exit status 1).

    Examples:

      hotline persons import 客户.xlsx --source crm

      hotline persons import customers.csv -c person=4 -c number=Phone -c tier=Segment --json

      hotline persons import complaints.csv --list complained --reason "regulator's list" --until 2027-06-30
    """
    opened = open_site(site)
    with told():
        read, from_, who = file_of(opened, file, column, sheet), source or file.stem[:80], author or getpass.getuser()
        if list_:
            wish = _wish(opened, list_, scope, until, from_, reason, who)
            done = importing.import_list(opened.database, read, wish, load_the_rest=load_the_rest)
        else:
            done = importing.import_persons(opened.database, read, from_, who, load_the_rest=load_the_rest)
    tell_imported(done, file, json)


def _wish(opened: Site, list_: str, scope: str, until: str, source: str, reason: str, author: str) -> Wish:
    end = instant(until, opened.zone, end=True) if until else None
    refuse_unheard(opened, lists=[list_], scope=scope)
    return Wish(list=list_, scope=scope, source=source, reason=reason, author=author or getpass.getuser(), until=end)


def _print(opened: Site, found: dict[str, Any]) -> None:
    out.print(f"{found['kind']} {found['key']}", markup=False)
    if found["people"]:
        out.print(f"  of {', '.join(found['people'])}", markup=False)
    record = found["record"]
    if record is not None:
        words = [f"{word} {record[word]}" for word in ("tier", "zone", "region") if record[word]]
        words += [f"{one['kind']} {one['value']}" for one in record["links"]]
        out.print(f"  {', '.join(words) or 'nothing else is told of them'}", markup=False)
    print_table(
        ("consent", "for", "by", "word", "said", "until", "evidence", "source", "noted by", "over", "by", "why"),
        [
            (
                *(one["id"], one["purpose"], one["channel"] or "any", "given" if one["given"] else "refused"),
                *(when(one["at"], opened.zone), when(one["until"], opened.zone), one["evidence"], one["source"]),
                *(one["author"], when(one["over_at"], opened.zone), one["over_by"], one["over_why"]),
            )
            for one in found["consents"]
        ],
        "no word on calls",
    )
    print_table(
        ("entry", "list", "for", "since", "until", "source", "reason", "by", "over", "by", "why"),
        [
            (
                *(one["id"], one["list"], one["scope"], when(one["since"], opened.zone)),
                *(when(one["until"], opened.zone), one["source"], one["reason"], one["author"]),
                *(when(one["over_at"], opened.zone), one["over_by"], one["over_why"]),
            )
            for one in found["lists"]
        ],
        "on no list of persons",
    )
    print_table(
        ("exception", "of", "since", "until", "reason", "by", "over", "by", "why"),
        [
            (
                *(one["id"], one["exception"], when(one["since"], opened.zone), when(one["until"], opened.zone)),
                *(one["reason"], one["author"], when(one["over_at"], opened.zone), one["over_by"], one["over_why"]),
            )
            for one in found["exceptions"]
        ],
        "no exception is granted",
    )
