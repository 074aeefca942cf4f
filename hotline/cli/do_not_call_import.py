"""hotline do-not-call import: a file of numbers into a list, all of it or nothing."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, told
from hotline.cli.do_not_call_options import (
    AuthorOption,
    ListOption,
    ReasonOption,
    RegionOption,
    ScopeOption,
    UntilOption,
)
from hotline.cli.parties import refuse_unheard
from hotline.site.instants import instant
from hotline.suppression import imports
from hotline.suppression.entries import DO_NOT_CALL, Wish
from hotline.suppression.site_lists import folder_of


def import_numbers(
    file: Annotated[Path, typer.Argument(help="A number a line, with whatever stands beside it; a hundred million.")],
    reason: ReasonOption,
    source: Annotated[str, typer.Option(help="A later import of the same source takes its place.")] = "",
    list_: ListOption = DO_NOT_CALL,
    scope: ScopeOption = "",
    until: UntilOption = "",
    region: RegionOption = "",
    load_the_rest: Annotated[
        bool, typer.Option("--load-the-rest", help="Leave out lines without a number, whoever was meant by them.")
    ] = False,
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Import a file into a list: all of it at once, or, when a line cannot be read, nothing (exit status 1).

    Examples:

      hotline do-not-call import registry.csv --reason "the regulator's list of December"

      hotline do-not-call import partner.csv --list partner_x --source partner-x --reason contract --json
    """
    opened = open_site(site)
    with told():
        wish = Wish(
            list=list_,
            scope=scope,
            source=source or file.stem[:80],
            reason=reason,
            author=author or getpass.getuser(),
            until=instant(until, opened.zone, end=True) if until else None,
        )
        refuse_unheard(opened, lists=[list_], scope=scope)
        size = file.stat().st_size
        with _bar() as bar:
            task = bar.add_task(file.name, total=size)
            try:
                done = imports.import_file(
                    opened.database,
                    folder_of(opened),
                    file,
                    wish,
                    region or opened.settings.region,
                    load_the_rest=load_the_rest,
                    progress=lambda lines, read: bar.update(task, completed=read),
                )
            except UnicodeError as error:
                raise BadInput(f"{file}: this is no text; save it as UTF-8 or CSV") from error
    if json:
        print_json(
            {
                "import": done.made and f"import-{done.made}",
                "numbers": done.numbers,
                "lines": done.lines,
                "unreadable": done.unreadable_count,
                "first_unreadable": [{"line": one.line, "told": one.told} for one in done.unreadable],
                "replaced": [f"import-{one}" for one in done.replaced],
            }
        )
    else:
        for line in done.unreadable[:20]:
            err.print(f"{file.name}:{line.line}: {line.told}", style="red", markup=False)
        if done.unreadable_count > 20:
            err.print(f"and {done.unreadable_count - 20} more lines (--json has a thousand)", style="red")
        if done.made is not None:
            more = f", in place of {', '.join(f'import-{one}' for one in done.replaced)}" if done.replaced else ""
            out.print(f"import-{done.made}: {done.numbers:,} numbers of {done.lines:,} lines{more}", markup=False)
    if done.made is None:
        err.print("nothing was imported: mend these lines, or leave their people out by --load-the-rest", style="red")
        raise typer.Exit(1)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal)
