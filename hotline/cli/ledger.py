"""hotline ledger: every outgoing call and where it came from, what was refused and why, exports."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from calls.errors import BadInput
from calls.numbers import e164
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told, when
from hotline.ledger.exporting import export, note_search, shown
from hotline.ledger.opening import Place
from hotline.ledger.searching import AttemptSearch, Page, Reader
from hotline.site import audit
from hotline.site.instants import between
from hotline.site.site import Site
from hotline.store.searches import Cursor

app = typer.Typer(add_completion=False)

Answer = TypeVar("Answer")


@app.command()
def ledger(
    attempt: Annotated[
        int | None, typer.Argument(help="One attempt: all that is known of it, and its decision.")
    ] = None,
    site: SiteOption = Path(),
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=1_000, help="The number of rows, newest first.")] = 20,
    number: Annotated[str | None, typer.Option(help="Who was called; in any form. Written to the audit log.")] = None,
    person: Annotated[str | None, typer.Option(help="The person's key. Written to the audit log.")] = None,
    account: Annotated[str | None, typer.Option(help="The account's key. Written to the audit log.")] = None,
    case: Annotated[str | None, typer.Option(help="The case that the call was about.")] = None,
    call: Annotated[str | None, typer.Option(help="The call's id in the system that placed it.")] = None,
    agent: Annotated[str | None, typer.Option(help="Who called.")] = None,
    scene: Annotated[str | None, typer.Option(help="What the call was for.")] = None,
    campaign: Annotated[str | None, typer.Option(help="The campaign.")] = None,
    source: Annotated[str | None, typer.Option(help="The system that placed it; '' is this house.")] = None,
    caller_id: Annotated[str | None, typer.Option(help="The number that was shown, E.164.")] = None,
    since: Annotated[str | None, typer.Option(help="Then or later: 2026-12-01, '2026-12-01 07:30'.")] = None,
    until: Annotated[str | None, typer.Option(help="Before; a day is in it.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="What was denied or deferred, with the rule.")] = False,
    rule: Annotated[str | None, typer.Option(help="With --refused: the strictest rule that said no.")] = None,
    after: Annotated[str | None, typer.Option(help="The cursor that the page before ended with.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="All of them as CSV. Each export is in the audit log.")] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show whole numbers. Written to the audit log.")] = False,
    json: JsonOption = False,
) -> None:
    """Outgoing calls, newest first: of this house, and of the systems whose calls are counted here.

    A number and a time are enough to say where a call came from: search, then ask for the attempt by its number.

    Examples:

      hotline ledger --site /srv/hotline --number 13800138000 --since 2026-11-01

      hotline ledger 4711 --json

      hotline ledger --refused --rule cn.gbt45251.freq -n 100

      hotline ledger --scene renewal --since 2026-11-01 --csv | gzip > renewal.csv.gz
    """
    opened = open_site(site)
    with told():
        reader = Reader(Place.of(opened))
        if attempt is not None:
            _print_origin(opened, reader, attempt, reveal, json)
            return
        first, last = between(since, until, opened.zone)
        wanted = AttemptSearch(
            number=None if number is None else _number(number, opened.settings.region),
            person=person,
            account=account,
            case=case,
            call=call,
            agent=agent,
            scene=scene,
            campaign=campaign,
            source=source,
            caller_id=caller_id,
            rule=rule,
            since=first,
            until=last,
            after=None if after is None else Cursor.read(after),
        )
        if csv:
            asyncio.run(_write_csv(reader, wanted, opened, reveal))
            return
        note_search(opened.state, wanted, reveal)
        search = reader.refusals if refused or rule is not None else reader.attempts
        page: Page = _run(search(wanted, most))
    rows = [shown(row, reveal) for row in page.rows]
    if page.next is not None:
        err.print(f"there are more: --after {page.next.text()}", style="dim")
    if json:
        print_json(rows)
    elif refused or rule is not None:
        print_table(
            ("at", "verdict", "rule", "number", "person", "scene", "asked by"),
            [
                (
                    when(row["at"], opened.zone),
                    row["verdict"],
                    row["rule"],
                    row["number"],
                    row["person"],
                    row["scene"],
                    _who(row),
                )
                for row in rows
            ],
            "nothing was refused that is so",
        )
    else:
        print_table(
            ("at", "attempt", "number", "person", "scene", "state", "result", "asked by", "agent"),
            [
                (
                    *(when(row["at"], opened.zone), row["id"], row["number"], row["person"], row["scene"]),
                    *(_state(row), row["result"], _who(row), row["agent"]),
                )
                for row in rows
            ],
            "no attempt is so",
        )


def _number(given: str, region: str) -> str:
    if not any(sign.isdigit() for sign in given):
        raise BadInput(f"{given} is no telephone number")
    return e164(given, region)


def _print_origin(site: Site, reader: Reader, attempt: int, reveal: bool, json: bool) -> None:
    if reveal:
        audit.note(site.state, "numbers shown", f"attempt {attempt}")
    found = _run(reader.origin(attempt))
    if found is None:
        err.print(f"no attempt {attempt}", style="red")
        raise typer.Exit(1)
    row = shown(found, reveal)
    if json:
        print_json(row)
        return
    for name, value in row.items():
        if name.endswith(("at", "until")) and isinstance(value, float):
            value = when(value, site.zone) if value else ""
        if value not in ("", None):
            out.print(f"{name:>14}  {value}", markup=False)


async def _write_csv(reader: Reader, wanted: AttemptSearch, site: Site, reveal: bool) -> None:
    async for part in export(reader, wanted, site.state, reveal=reveal):
        typer.echo(part, nl=False)


def _run(asked: Coroutine[Any, Any, Answer]) -> Answer:
    return asyncio.run(asked)


def _state(row: dict[str, Any]) -> str:
    marks = [name for name in ("expired", "late") if row[name]]
    return f"{row['state']} ({', '.join(marks)})" if marks else row["state"]


def _who(row: dict[str, Any]) -> str:
    return f"{row['source'] or 'this house'}, {row['origin']}"
