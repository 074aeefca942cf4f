"""hotline consents: who wished calls for a purpose, or refused them, as the gate of outgoing calls uses it."""

import getpass
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told
from hotline.cli.parties import (
    AccountOption,
    AuthorOption,
    ColumnOption,
    LoadOption,
    NumberOption,
    PersonOption,
    ReasonOption,
    SheetOption,
    SourceOption,
    end_entry,
    file_of,
    party_of,
    refuse_unheard,
    tell_imported,
    unheard_purposes,
)
from hotline.persons import consents as words
from hotline.persons import importing
from hotline.persons.consents import Word
from hotline.site.instants import instant
from hotline.site.site import Site
from hotline.store import opening
from hotline.store.opening import must_be_of_today

app = typer.Typer(add_completion=False, invoke_without_command=True)

PurposeArgument = Annotated[str, typer.Argument(help="A category (marketing …), a scene, or all.")]
ChannelOption = Annotated[
    str, typer.Option("--channel", help="Calls by this way only: human, ai, ivr, callback, follow_up; left out: any.")
]
AtOption = Annotated[str, typer.Option("--at", help="When it was said, in the house's zone; unless given, now.")]
UntilOption = Annotated[str, typer.Option("--until", help="The last day, or the instant at which it ends.")]
EvidenceOption = Annotated[str, typer.Option("--evidence", help="Where it can be heard or read: a call, a document.")]


@app.callback()
def consents(context: typer.Context, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Consents: how many are given and refused, for each purpose. `hotline persons show` has those of a person.

    Examples:

      hotline consents --site /srv/hotline

      hotline consents give marketing --person c1001 --source web_form --evidence "form of 20 May" --until 2028-11-20

      hotline consents withdraw marketing --number 13800138000 --channel ai --source phone

      hotline consents import 授权.xlsx --purpose marketing --source branch
    """
    if context.invoked_subcommand is not None:
        return
    opened = open_site(site)
    query = (
        "SELECT purpose, channel, sum(given), sum(1 - given) FROM consents WHERE over_at IS NULL "
        "AND (until IS NULL OR until > ?) GROUP BY purpose, channel ORDER BY purpose, channel"
    )
    with told():
        must_be_of_today(opened.database)
        with closing(opening.to_read(opened.database)) as connection:
            rows = connection.execute(query, (time.time(),)).fetchall()
    if json:
        print_json([dict(zip(("purpose", "channel", "given", "refused"), row, strict=True)) for row in rows])
        return
    shown = [(purpose, channel or "any", f"{yes:,}", f"{no:,}") for purpose, channel, yes, no in rows]
    print_table(("for", "by", "given", "refused"), shown, "nobody has said a word on calls")


@app.command()
def give(
    purpose: PurposeArgument,
    source: SourceOption,
    person: PersonOption = "",
    number: NumberOption = "",
    account: AccountOption = "",
    channel: ChannelOption = "",
    at: AtOption = "",
    until: UntilOption = "",
    evidence: EvidenceOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Note that somebody consented to calls. The next decision of every process has it.

    Examples:

      hotline consents give marketing --person c1001 --source web_form --evidence "form of 2026-11-20"

      hotline consents give spring_offer --number 13800138000 --channel human --source phone --until 2027-03-31
    """
    _note(open_site(site), True, purpose, (person, number, account), source, channel, at, until, evidence, author, json)


@app.command()
def withdraw(
    purpose: PurposeArgument,
    source: SourceOption,
    person: PersonOption = "",
    number: NumberOption = "",
    account: AccountOption = "",
    channel: ChannelOption = "",
    at: AtOption = "",
    until: UntilOption = "",
    evidence: EvidenceOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Note that somebody refused calls, or took their consent back. The next decision of every process has it.

    Examples:

      hotline consents withdraw all --person c1001 --source phone --evidence call:4711

      hotline consents withdraw marketing --number 13800138000 --channel ai --source letter
    """
    _note(
        open_site(site), False, purpose, (person, number, account), source, channel, at, until, evidence, author, json
    )


@app.command()
def undo(
    entry: Annotated[str, typer.Argument(help="A consent or refusal by its number, or import-NUMBER.")],
    reason: ReasonOption,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Take back what was noted by mistake: it counts as never said, and stays in the history.

    Examples:

      hotline consents undo 118 --reason "the wrong customer"

      hotline consents undo import-3 --reason "the wrong file"
    """
    opened = open_site(site)
    with told():
        count = end_entry(opened, "consents", entry, reason, author)
    if json:
        print_json({"undone": entry, "entries": count})
        return
    out.print(f"{entry} is undone", markup=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV in any usual dialect and encoding, .xlsx, .xls or .ods.")],
    purpose: Annotated[str, typer.Option(help="Of rows that name none.")] = "",
    word: Annotated[
        list[str] | None, typer.Option("--word", help="营销=marketing: the file's words for purposes; repeat it.")
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Rows that do not say it are refusals.")] = False,
    channel: ChannelOption = "",
    at: AtOption = "",
    until: UntilOption = "",
    evidence: EvidenceOption = "",
    source: Annotated[str, typer.Option(help="Where it comes from; unless given, the file's name.")] = "",
    column: ColumnOption = None,
    sheet: SheetOption = None,
    load_the_rest: LoadOption = False,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Import consents and refusals; columns by the words of the heading, Chinese or English.

    A row is about the person where it names one, else the number, else the account. All of the file, or, when a row
    cannot be read, nothing (exit status 1).

    Examples:

      hotline consents import 授权.xlsx --purpose marketing --source branch

      hotline consents import optouts.csv --purpose all --refused --source web --json

      hotline consents import words.csv --word 营销=marketing --word 回访=survey -c given=状态
    """
    opened = open_site(site)
    with told():
        purposes = {}
        for one in word or ():
            theirs, equal, ours = one.partition("=")
            if not equal or not ours:
                raise BadInput(f"--word {one}: write THEIRS=OURS, such as 营销=marketing")
            purposes[theirs] = ours
        refuse_unheard(opened, purposes=[purpose, *purposes.values()])
        usual = Word(
            purpose=purpose,
            given=not refused,
            at=instant(at, opened.zone) if at else time.time(),
            channel=channel,
            until=instant(until, opened.zone, end=True) if until else None,
            evidence=evidence,
            source=source or file.stem[:80],
            author=author or getpass.getuser(),
        )
        read = file_of(opened, file, column, sheet)
        unheard = unheard_purposes(opened)
        done = importing.import_consents(
            opened.database, read, usual, purposes, load_the_rest=load_the_rest, refuse=unheard
        )
    tell_imported(done, file, json)


def _note(
    opened: Site,
    given: bool,
    purpose: str,
    whom: tuple[str, str, str],
    source: str,
    channel: str,
    at: str,
    until: str,
    evidence: str,
    author: str,
    json: bool,
) -> None:
    with told():
        party = party_of(opened, *whom)
        refuse_unheard(opened, purposes=[purpose])
        word = Word(
            purpose=purpose,
            given=given,
            at=instant(at, opened.zone) if at else time.time(),
            channel=channel,
            until=instant(until, opened.zone, end=True) if until else None,
            evidence=evidence,
            source=source,
            author=author or getpass.getuser(),
        )
        entry = words.note(opened.database, party, word)
    if json:
        print_json({"consent": entry, "given": given, "purpose": purpose})
        return
    said = "consent" if given else "refusal"
    out.print(f"{said} {entry}: {party.shown()}, {purpose}{f', calls by {channel}' if channel else ''}", markup=False)
