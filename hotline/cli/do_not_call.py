"""hotline do-not-call: lists of numbers that are not called, whether the server runs or not."""

import csv
import getpass
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from calls.errors import BadInput
from calls.numbers import masked
from hotline.cli import do_not_call_import, do_not_call_sharing
from hotline.cli.common import JsonOption, SiteOption, open_site, out, print_json, print_table, told, when
from hotline.cli.do_not_call_options import AuthorOption, ListOption, ReasonOption, ScopeOption, UntilOption
from hotline.cli.parties import refuse_unheard
from hotline.site import audit, number_file
from hotline.site.instants import instant
from hotline.site.site import Site
from hotline.store import opening
from hotline.suppression import entries, imports
from hotline.suppression.entries import DO_NOT_CALL, Wish
from hotline.suppression.lists import forbidding
from hotline.suppression.site_lists import folder_of, lists_of

app = typer.Typer(add_completion=False, invoke_without_command=True)
app.add_typer(do_not_call_sharing.app, name="share")

RevealOption = Annotated[bool, typer.Option("--reveal", help="Whole numbers. Each use is in the audit log.")]


@app.callback()
def do_not_call(context: typer.Context, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Lists of numbers: how many entries each has, and which files were imported.

    Examples:

      hotline do-not-call --site /srv/hotline

      hotline do-not-call add 13800138000 --reason "asked on the phone" --source agent

      hotline do-not-call import registry.csv --reason "the regulator's list" --until 2027-01-01

      hotline do-not-call check 13800138000 --json
    """
    if context.invoked_subcommand is not None:
        return
    opened = open_site(site)
    with told():
        files = imports.imports(opened.database)
        with closing(opening.to_read(opened.database)) as connection:
            counts = connection.execute(
                "SELECT list, scope, kind, count(*) FROM suppression_entries WHERE over_at IS NULL "
                "AND (until IS NULL OR until > ?) GROUP BY list, scope, kind ORDER BY list, scope, kind",
                (time.time(),),
            ).fetchall()
    if json:
        named = [dict(zip(("list", "scope", "kind", "entries"), row, strict=True)) for row in counts]
        print_json({"entries": named, "imports": [msgspec.to_builtins(one) for one in files]})
        return
    print_table(
        ("list", "for", "of", "numbers", "source", "since", "until", "reason"),
        [
            *((list_, scope, f"{kind}s" if kind != "lifted" else kind, count) for list_, scope, kind, count in counts),
            *(
                (
                    *(one.list, one.scope, f"import-{one.id}", f"{one.numbers:,}", one.source),
                    *(when(one.since, opened.zone), when(one.until, opened.zone), one.reason),
                )
                for one in files
            ),
        ],
        "no list has an entry",
    )


@app.command()
def add(
    numbers: Annotated[list[str], typer.Argument(help="In any form; with --prefix: +86170.")],
    reason: ReasonOption,
    source: Annotated[str, typer.Option(help="Where it comes from: phone, letter, agent, regulator …")] = "hand",
    list_: ListOption = DO_NOT_CALL,
    scope: ScopeOption = "",
    until: UntilOption = "",
    prefix: Annotated[bool, typer.Option("--prefix", help="All numbers that begin so.")] = False,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Put numbers on a list, at once and for every process.

    Examples:

      hotline do-not-call add 13800138000 "010-1234 5678" --reason "asked on the phone"

      hotline do-not-call add 13800138000 --scope campaign:spring --until 2027-03-01 --reason "bought already"

      hotline do-not-call add +86170 --prefix --reason "virtual operators"
    """
    opened = open_site(site)
    with told():
        end = instant(until, opened.zone, end=True) if until else None
        wish = Wish(
            list=list_, scope=scope, source=source, reason=reason, author=author or getpass.getuser(), until=end
        )
        refuse_unheard(opened, lists=[list_], scope=scope)
        read = (
            [entries.checked_prefix(one) for one in numbers]
            if prefix
            else [number for one in numbers for number in _numbers(one, opened)]
        )
        ids = entries.add(opened.database, read, wish, time.time(), "prefix" if prefix else "number")
    shown = [one if prefix else masked(one) for one in read]
    if json:
        print_json([{"entry": id_, "number": number} for id_, number in zip(ids, shown, strict=True)])
        return
    for id_, number in zip(ids, shown, strict=True):
        out.print(f"{number} is on {list_}: entry {id_}", markup=False)


@app.command()
def remove(
    number: Annotated[str, typer.Argument(help="In any form.")],
    reason: ReasonOption,
    list_: ListOption = DO_NOT_CALL,
    scope: ScopeOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Take a number off a list; what was is kept, with who took it off and why.

    A later import that has the number puts it on again.

    Examples:

      hotline do-not-call remove 13800138000 --reason "a wrong number was noted"
    """
    opened = open_site(site)
    with told(), lists_of(opened) as lists:
        (read,) = _numbers(number, opened, only_one=True)
        done = lists.remove(read, list_, scope, author or getpass.getuser(), reason)
    if json:
        print_json(msgspec.to_builtins(done))
        return
    out.print(f"{masked(read)} is off {list_}", markup=False)
    for one in done.still_by:
        out.print(f"  it is on {one.list} still, by {one.source}{f' ({one.scope})' if one.scope else ''}", markup=False)


@app.command()
def undo(
    entry: Annotated[str, typer.Argument(help="An entry by its number, or import-NUMBER.")],
    reason: ReasonOption,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Take back one entry, one removal, or a whole import; the import before it holds again.

    Examples:

      hotline do-not-call undo 118 --reason "the wrong customer"

      hotline do-not-call undo import-3 --reason "the wrong file"
    """
    opened = open_site(site)
    by = author or getpass.getuser()
    again: list[int] = []
    with told():
        kind, _, number = entry.rpartition("-")
        if not number.isdecimal() or kind not in ("", "import"):
            raise BadInput(f"{entry!r} is neither the number of an entry nor import-NUMBER")
        if kind:
            again = imports.undo(opened.database, folder_of(opened), int(number), by, reason)
        else:
            entries.end(opened.database, int(number), by, reason, time.time())
    if json:
        print_json({"undone": entry, "in_force_again": [f"import-{one}" for one in again]})
        return
    more = f"; in force again: {', '.join(f'import-{one}' for one in again)}" if again else ""
    out.print(f"{entry} is undone{more}", markup=False)


app.command("import")(do_not_call_import.import_numbers)


@app.command()
def check(
    numbers: Annotated[list[str] | None, typer.Argument(help="In any form.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A number a line: a scrub of many.")] = None,
    reveal: RevealOption = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Tell which lists numbers are on, and whether that alone forbids a call. What cannot be read is forbidden.

    Examples:

      hotline do-not-call check 13800138000 --site /srv/hotline

      hotline do-not-call check --file names.csv --json
    """
    opened = open_site(site)
    with told():
        if (numbers is None) == (file is None):
            raise BadInput("name some numbers, or a file of them: --file")
        asked = list(numbers or ()) if file is None else _lines(file)
        audit.note(opened.state, "do-not-call checked", f"{len(asked)} numbers{', shown whole' if reveal else ''}")
        with lists_of(opened) as lists:
            rows = _checked(asked, lists.scrubbed, opened, reveal)
    if json:
        print_json(rows)
        return
    print_table(
        ("number", "may be called", "lists", "why"),
        [
            (
                row["number"],
                "no" if row["forbidden"] else "yes",
                ", ".join(f"{one['list']} {one['scope']}".strip() for one in row["lists"]),
                row["problem"] or "; ".join(f"{one['source']}: {one['reason']}" for one in row["lists"]),
            )
            for row in rows
        ],
        "nothing was asked",
    )


@app.command()
def export(
    list_: Annotated[str, typer.Option("--list", help="Only this one.")] = "",
    with_imports: Annotated[bool, typer.Option("--with-imports", help="Their numbers, too.")] = False,
    reveal: RevealOption = False,
    site: SiteOption = Path(),
) -> None:
    """Write entries as CSV on standard output: list, number, scope, source, reason, since, until.

    Examples:

      hotline do-not-call export --reveal > entries.csv

      hotline do-not-call export --list partner_x --with-imports --reveal > partner.csv
    """
    opened = open_site(site)
    with told():
        if reveal:
            audit.note(opened.state, "numbers shown", f"do-not-call export of {list_ or 'all lists'}")
        written = csv.writer(sys.stdout)
        written.writerow(("list", "number", "scope", "source", "reason", "since", "until"))
        for row in _exported(opened, list_ or None, with_imports):
            written.writerow((row[0], row[1] if reveal else masked(row[1]), *row[2:]))


@app.command()
def history(
    number: Annotated[str, typer.Argument(help="In any form. Written to the audit log.")],
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Every entry that a number ever had: who put it on a list, who took it off, and why.

    Examples:

      hotline do-not-call history 13800138000 --json
    """
    opened = open_site(site)
    with told():
        (read,) = _numbers(number, opened, only_one=True)
        audit.note(opened.state, "number looked up", f"do-not-call history of {read}")
        opening.must_be_of_today(opened.database)
        with closing(opening.to_read(opened.database)) as connection:
            found = entries.of_number(connection, read, over=True)
    if json:
        print_json([{**msgspec.to_builtins(one), "number": masked(one.number)} for one in found])
        return
    print_table(
        ("entry", "list", "for", "kind", "since", "until", "by", "source", "reason", "over", "by", "why"),
        [
            (
                *(one.id, one.list, one.scope, one.kind, when(one.since, opened.zone), when(one.until, opened.zone)),
                *(one.author, one.source, one.reason, when(one.over_at, opened.zone), one.over_by, one.over_why),
            )
            for one in found
        ],
        "it never had an entry of its own; `check` knows imports, prefixes and other sites, too",
    )


def _exported(site: Site, list_: str | None, with_imports: bool) -> Iterator[tuple[str, ...]]:
    def shown(at: float | None) -> str:
        return "" if at is None else datetime.fromtimestamp(at, site.zone).isoformat(timespec="seconds")

    opening.must_be_of_today(site.database)
    with closing(opening.to_read(site.database)) as connection:
        for one in entries.all_in_force(connection, time.time(), list_):
            if one.kind != "lifted":
                yield one.list, one.number, one.scope, one.source, one.reason, shown(one.since), shown(one.until)
    if not with_imports:
        return
    with lists_of(site) as lists:
        lists.refresh()
        for made, known in lists.numbers(list_):
            if not made.in_force(time.time()):
                continue
            rest = made.scope, made.source, made.reason, shown(made.since), shown(made.until)
            for part in known.numbers.ascending():
                yield from ((made.list, f"+{number}", *rest) for number in part.tolist())
            yield from ((made.list, number, *rest) for number in sorted(known.short))


def _checked(asked: Sequence[str], scrubbed: Any, site: Site, reveal: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    read: list[str] = []
    for one in asked:
        try:
            for number in _numbers(one, site):
                read.append(number)
                rows.append({"number": number if reveal else masked(number), "problem": ""})
        except BadInput as error:
            rows.append({"number": "", "problem": str(error), "forbidden": True, "lists": []})
    found = iter(scrubbed(read))
    for row in rows:
        if not row["problem"]:
            listed = next(found)
            row["forbidden"] = bool(forbidding(listed))
            row["lists"] = [msgspec.to_builtins(one) for one in listed]
    return rows


def _lines(file: Path) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            return [line for line in lines if line.strip() and any(sign.isdigit() for sign in line)]
    except UnicodeError as error:
        raise BadInput(f"{file}: save it as UTF-8") from error


def _numbers(given: str, site: Site, *, only_one: bool = False) -> list[str]:
    try:
        found = list(number_file.numbers_in(given, site.settings.region))
    except ValueError as error:
        raise BadInput(str(error)) from error
    if not found or (only_one and len(found) > 1):
        raise BadInput("name one number")
    return found
