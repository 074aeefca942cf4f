"""hotline sources: other systems whose calls are counted here, their call records, and how they are watched."""

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TextColumn

from calls.errors import BadInput
from dialer.governor.scene import Scene
from dsl.spelling import nearest_hint
from hotline.cli.common import JsonOption, SiteOption, counted, err, open_site, out, print_json, print_table, told
from hotline.cli.parties import ColumnOption, LoadOption, SheetOption, file_of
from hotline.governing.approving import in_force
from hotline.ledger.opening import Place, open_ledger
from hotline.other_systems.importing import Imported, import_records
from hotline.other_systems.listening import listening
from hotline.other_systems.records import Reading
from hotline.site import audit
from hotline.site.site import Site
from hotline.site.sources import SourceSettings

app = typer.Typer(add_completion=False, invoke_without_command=True)

_MOST_SHOWN = 20
_CHECK_S = 15.0
NameArgument = Annotated[str, typer.Argument(help="A source of hotline.yaml, `sources:`.")]


@app.callback()
def sources(context: typer.Context, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Other systems whose calls are counted here: off, in shadow or enforced; by call records, or watched.

    Examples:

      hotline sources --site /srv/hotline

      hotline sources import old_dialer calls.csv

      hotline sources check old_dialer
    """
    if context.invoked_subcommand is not None:
        return
    opened = open_site(site)
    gate = opened.settings.gate
    rows: list[dict[str, Any]] = [
        {"source": name, "by": "sip gate", "mode": one.mode, "scene": one.scene, "where": one.address}
        for name, one in (gate.sources if gate is not None else {}).items()
    ]
    for name, source in opened.settings.sources.items():
        watch = source.watch
        by = "call records" if watch is None else "watched"
        where = "" if watch is None else f"{watch.host}:{watch.port}"
        rows.append({"source": name, "by": by, "mode": source.mode, "scene": source.scene, "where": where})
    if json:
        print_json(rows)
        return
    print_table(
        ("source", "by", "mode", "scene", "where"),
        [tuple(row.values()) for row in rows],
        "no other system: hotline.yaml, `sources:` and `gate:`",
    )


@app.command("import")
def import_(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="CSV in any usual dialect and encoding, .xlsx, .xls or .ods.")],
    column: ColumnOption = None,
    sheet: SheetOption = None,
    load_the_rest: LoadOption = False,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Import call records into the ledger, whether the server runs or not. The same file twice is one.

    A call that passed our gate, or was asked for over HTTP, is that attempt; others are added. All of the file, or,
    when a row cannot be read, nothing (exit status 1).

    Examples:

      hotline sources import old_dialer Master.csv

      hotline sources import crm 通话记录.xlsx -c number=被叫 -c at=开始时间 -c talk=时长 --json
    """
    opened = open_site(site)
    with told():
        source = _source(opened, name)
        if source.mode == "off":
            raise BadInput(f"source {name} is off in hotline.yaml: nothing of it is taken in")
        given = file_of(opened, file, column, sheet)
        scenes = _scenes(opened)
        if source.scene and scenes and source.scene not in scenes:
            raise BadInput(f"sources, {name}: there is no scene {source.scene}{nearest_hint(source.scene, scenes)}")
        how = Reading(
            source=name,
            region=given.region,
            zone=given.zone,
            scenes=scenes,
            scene=source.scene,
            talk_s=source.talk_s,
            columns={**{word: role for role, word in source.columns.items()}, **given.columns},
            words=source.words,
            sheet=sheet,
        )
        audit.note(opened.state, "call records imported", f"{file.name} of {name}")
        done = asyncio.run(_imported(opened, file, how, load_the_rest))
    _tell(done, file, json)


@app.command()
def check(name: NameArgument, site: SiteOption = Path(), json: JsonOption = False) -> None:
    """Log in at an Asterisk that is to be watched, and see that its account may read and do nothing. Exits with 2 else.

    Examples:

      hotline sources check old_dialer --site /srv/hotline
    """
    opened = open_site(site)
    with told():
        if _source(opened, name).watch is None:
            raise BadInput(f"sources, {name}: it is not watched; `watch:` names its Asterisk")
        asyncio.run(_checked(opened, name))
    if json:
        print_json({"source": name, "may_only_watch": True})
        return
    out.print(f"{name}: the account is let in, and may do nothing there", markup=False)


def _source(site: Site, name: str) -> SourceSettings:
    known = site.settings.sources
    if name not in known:
        there = f"there are {', '.join(known)}" if known else "hotline.yaml has no `sources:`"
        raise BadInput(f"no source {name}{nearest_hint(name, known)}; {there}")
    return known[name]


def _scenes(site: Site) -> dict[str, Scene]:
    """Those that are published; none where nothing is."""
    try:
        governed = in_force(site).governed
    except BadInput:
        return {}
    return {} if governed is None else {name: found[0] for name, found in governed.policy.scenes.items()}


async def _imported(site: Site, file: Path, how: Reading, load_the_rest: bool) -> Imported:
    ledger = open_ledger(Place.of(site), time.time)
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,} calls"))
    try:
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task(file.name, total=None)
            return await import_records(
                ledger,
                file,
                how,
                load_the_rest=load_the_rest,
                progress=lambda rows: bar.update(task, completed=rows),
            )
    finally:
        await ledger.close()


async def _checked(site: Site, name: str) -> None:
    """Return once the account is accepted. Raises what the link raises."""
    listened = asyncio.Event()
    link = asyncio.ensure_future(listening(site, name)(lambda event: None, listened.set))
    waiting = asyncio.ensure_future(listened.wait())
    try:
        await asyncio.wait({link, waiting}, timeout=_CHECK_S, return_when=asyncio.FIRST_COMPLETED)
        if link.done():
            link.result()
        if not listened.is_set():
            raise BadInput(f"no answer within {_CHECK_S:g} s")
    finally:
        for task in (link, waiting):
            task.cancel()
        await asyncio.gather(link, waiting, return_exceptions=True)


def _tell(done: Imported, file: Path, json: bool) -> None:
    written = bool(done.outcomes)
    if json:
        print_json(
            {
                "calls": done.rows if written else 0,
                "outcomes": dict(sorted(done.outcomes.items())),
                "unreadable": done.bad_count,
                "first_unreadable": [one._asdict() for one in done.bad],
            }
        )
    else:
        for one in done.bad[:_MOST_SHOWN]:
            err.print(f"{file.name}:{one.line}: {one.reason}", style="red", markup=False)
        if done.bad_count > _MOST_SHOWN:
            err.print(f"and {done.bad_count - _MOST_SHOWN} more rows (--json has a thousand)", style="red")
        if written:
            parts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(done.outcomes.items()))
            out.print(f"{counted(done.rows, 'call')}: {parts}", markup=False)
        else:
            err.print("nothing was imported" + (": mend these rows, or --load-the-rest" if done.bad_count else ""))
    if done.bad_count or not written:
        raise typer.Exit(1)
